"""100 000 tranche computations of 20 numbers each from memory, against the bare sum and a bisection."""

from __future__ import annotations

import random
import time
from bisect import bisect_left
from collections.abc import Callable
from datetime import date
from typing import Any

from stdnum import luhn

from funding.domain.tranche import CountKey, compute
from orders.domain.snapshot import FourLists
from segur.regulation.catalogue import Catalogue
from segur.regulation.identifiers import IdentifierKind
from segur.regulation.schema import Activity, Programme

_COMPUTATIONS = 100_000
_NUMBERS = 20
_KNOWN = 20_000
_LETTERS = (None, "A", "B", "C", "D", "E", "F", "G", "H")


def run() -> dict[str, Any]:
    """Seconds of both for the same questions; both give the same letters."""
    programme = Catalogue.load().programme("IMG-RIS-Va2", on=date(2026, 11, 24))
    counts, questions = made_up(random.Random(2023))
    ours, answers = _timed(lambda: [compute(lists, counts, programme).tranche for lists in questions])
    floor, bare = _timed(lambda: [_bare(lists, counts, programme) for lists in questions])
    assert answers == bare
    return {
        "name": f"{_COMPUTATIONS} tranche computations of {_NUMBERS} numbers",
        "seconds": ours,
        "floor_seconds": floor,
        "ratio": ours / floor,
    }


def made_up(chance: random.Random) -> tuple[dict[CountKey, int], list[FourLists]]:
    """Counts of as many AM as FINESS, and questions that mix both kinds and both activities."""
    finess = [_with_key(f"75{number:06d}") for number in range(_KNOWN // 2)]
    am = [_with_key(f"751{number:05d}") for number in range(_KNOWN // 2)]
    counts: dict[CountKey, int] = {
        (kind, value, activity): chance.randint(1, 9_000)
        for kind, values in ((IdentifierKind.FINESS, finess), (IdentifierKind.AM, am))
        for value in values
        for activity in Activity
    }
    half = len(am) // 2
    quarter = _NUMBERS // 4
    questions = [
        FourLists(
            am_radiology=tuple(chance.sample(am[:half], quarter)),
            am_nuclear=tuple(chance.sample(am[half:], quarter)),
            finess_radiology=tuple(chance.sample(finess, quarter)),
            finess_nuclear=tuple(chance.sample(finess, quarter)),
        )
        for _ in range(_COMPUTATIONS)
    ]
    return counts, questions


def _bare(lists: FourLists, counts: dict[CountKey, int], programme: Programme) -> str | None:
    """The least that gives the letter: no check, no reason, no breakdown."""
    total = 0
    for numbers, kind, activity, weight in (
        (lists.am_radiology, IdentifierKind.AM, Activity.RADIOLOGY, 1),
        (lists.am_nuclear, IdentifierKind.AM, Activity.NUCLEAR, 5),
        (lists.finess_radiology, IdentifierKind.FINESS, Activity.RADIOLOGY, 1),
        (lists.finess_nuclear, IdentifierKind.FINESS, Activity.NUCLEAR, 5),
    ):
        for number in numbers:
            total += counts.get((kind, number, activity), 0) * weight
    return _LETTERS[bisect_left([0, *(tranche.upper or 10**12 for tranche in programme.tranches)], total)]


def _with_key(stem: str) -> str:
    return stem + luhn.calc_check_digit(stem)


def _timed(work: Callable[[], list[str | None]]) -> tuple[float, list[str | None]]:
    started = time.perf_counter()
    answers = work()
    return time.perf_counter() - started, answers
