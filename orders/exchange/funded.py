"""Lists of identifiers funded elsewhere, ``kind;value;activity;reference``: other suppliers' orders, and wave 1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from orders.domain.snapshot import LineActivity
from orders.models import IdentifierKind
from orders.selectors.claims import WAVE_1
from orders.services.funded import FundedRow, register_funded
from segur.exchange.rows import Layout, Progress, RefusedRow, RowError, RowReader, RowTally, read_rows, refusal
from segur.exchange.source_file import opened
from segur.models import User
from segur.regulation.dates import paris_date
from segur.regulation.identifiers import IdentifierKind as Shape
from segur.regulation.identifiers import check, normalise, quoted
from segur.regulation.schema import Programme
from segur.texts import catalogue

LAYOUT = Layout(source="import_funded", required=("kind", "value", "activity", "reference"))
_WAVE_1_KINDS = frozenset({IdentifierKind.AM, IdentifierKind.FINESS})
_SHAPES = {IdentifierKind.AM: Shape.AM, IdentifierKind.FINESS: Shape.FINESS, IdentifierKind.SIREN: Shape.SIREN}
_LONGEST = 200


@dataclass(slots=True)
class _Reading(RowTally):
    found: list[FundedRow] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class FundedReport:
    """What became of a list. ``new``: numbers that no earlier list had; ``conflicts``: those that our orders hold."""

    programme: str
    rows: int
    identifiers: int
    new: int
    conflicts: int
    left_out: Mapping[str, int]
    errors: tuple[RefusedRow, ...]

    def as_json(self) -> dict[str, Any]:
        """The answer of ``import_funded`` in the command contract."""
        return {
            "rows": self.rows,
            "identifiers": self.identifiers,
            "ignored": sum(self.left_out.values()),
            "errors": [refused.as_json() for refused in self.errors],
        }


def programmes_funded_elsewhere() -> tuple[str, ...]:
    """The programmes that a list may be of: wave 1, and those of the product."""
    return (WAVE_1, *catalogue().ids)


def import_funded(
    *,
    path: Path,
    programme_id: str,
    now: datetime,
    actor: User | None = None,
    progress: Progress | None = None,
) -> FundedReport:
    """Load the list in ``path``; good rows are kept in one transaction, each bad one is reported with its line.

    Numbers of a programme of the product become holders (R43); those of wave 1 serve A28 alone. Loading a list again
    changes nothing. Raises :class:`UnusableFile` where nothing can be read; nothing is kept then.
    """
    programme = None if programme_id == WAVE_1 else catalogue().programme(programme_id, on=paris_date(now))
    reading = _Reading()
    with opened(path, limit=settings.SEGUR_MAX_COUNTS_BYTES) as file:
        read_rows(file, LAYOUT, reading, _row_reader(reading, programme), progress=progress or _silent)
        outcome = register_funded(
            programme_id=programme_id,
            rows=reading.found,
            now=now,
            scopes=programme,
            actor_id=actor.pk if actor else None,
        )
    return FundedReport(
        programme=programme_id,
        rows=reading.rows,
        identifiers=len({(row.kind, row.value) for row in reading.found}),
        new=outcome.taken,
        conflicts=len(outcome.conflicts),
        left_out=dict(reading.left_out.most_common()),
        errors=tuple(reading.refused),
    )


def _row_reader(reading: _Reading, programme: Programme | None) -> Callable[[Mapping[str, int]], RowReader]:
    kinds = {scope.kind for scope in programme.uniqueness} if programme else _WAVE_1_KINDS
    per_activity = {scope.kind for scope in programme.uniqueness if scope.per_activity} if programme else _WAVE_1_KINDS

    def for_header(columns: Mapping[str, int]) -> RowReader:
        places = [columns[name] for name in LAYOUT.required]

        def read(row: Sequence[str]) -> None:
            kind, value, activity, reference = (row[place].strip() for place in places)
            known = _kind(kind)
            identifier, activities = _value(known, value), _activity(known, activity)
            given = _reference(reference)
            if known in kinds:
                kept = activities if known in per_activity else ""
                reading.found.append(FundedRow(known.value, identifier, kept, given))
            else:
                reading.left_out[f"{known.label}, sans unicité dans ce programme"] += 1

        return read

    return for_header


def _kind(text: str) -> IdentifierKind:
    try:
        return IdentifierKind(text.lower())
    except ValueError:
        expected = ", ".join(IdentifierKind.values)
        raise refusal("R43-kind", f"Nature {quoted(text)} inconnue.", f"Attendu\u00a0: {expected}.") from None


def _value(kind: IdentifierKind, text: str) -> str:
    shape = _SHAPES.get(kind)
    if shape is None:
        if not text or len(text) > _LONGEST or not text.isprintable():
            raise refusal("R43-value", f"{kind.label} sans nom utilisable.", f"Écrivez 1 à {_LONGEST} caractères.")
        return text
    value = normalise(shape, text)
    for finding in check(shape, value):
        if finding.blocks:
            raise RowError(finding)
    return value


def _activity(kind: IdentifierKind, text: str) -> str:
    """The activity as kept: empty where the list does not say, or says both (R44)."""
    try:
        activity = LineActivity(text.lower()) if text else None
    except ValueError:
        expected = "Attendu\u00a0: radiology, nuclear, mixed ou rien."
        raise refusal("R44-activity", f"Activité {quoted(text)} inconnue.", expected) from None
    if activity is LineActivity.MIXED and kind is not IdentifierKind.FINESS:
        raise refusal("R39-mixed", "«\u202fmixed\u00a0» est réservé aux FINESS.", "Écrivez radiology ou nuclear.")
    return "" if activity in (None, LineActivity.MIXED) else str(activity)


def _reference(text: str) -> str:
    if not text or len(text) > _LONGEST or not text.isprintable():
        message = "Référence absente ou inutilisable."
        raise refusal(
            "R43-reference", message, f"Écrivez 1 à {_LONGEST} caractères\u00a0: la commande ou la liste d’origine."
        )
    return text


def _silent(_line: int, _lines: int) -> None:
    """Nobody is watching."""
