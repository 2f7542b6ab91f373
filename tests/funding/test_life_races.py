"""Two people file the advance of one order at the same instant, on the database that the suite runs on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.races import Racer, own_database, pair_of


@pytest.fixture
def racers(tmp_path: Path) -> Iterator[tuple[Racer, Racer]]:
    with own_database(tmp_path) as environment, pair_of("tests.funding.life_racer", environment) as pair:
        yield pair


def race(racers: tuple[Racer, Racer], rounds: int, *, on_the_same_page: bool) -> None:
    prepared = racers[0].ask("prepare", rounds)
    assert len(prepared) == rounds, prepared
    racers[1].ask("report")
    for order, version in prepared:
        at = time.time() + 0.02
        for racer in racers:
            racer.send("submit", order, version if on_the_same_page else 0, at)
        answers = sorted((racer.answer() for racer in racers), key=lambda answer: len(answer["refused"]))
        assert answers[0] == {"refused": []}, answers
        expected = "stale-version" if on_the_same_page else "R64-advance-filed"
        assert answers[1]["refused"] == [expected], answers
        assert answers[1]["told"].endswith(
            "Rechargez la page et recommencez." if on_the_same_page else "Attendez la réponse de l’ASP."
        )
    report = racers[0].ask("report")
    assert report["events"] == [[order, "advance_submitted"] for order, _ in prepared]
    assert report["stages"] == ["advance_submitted"]
    assert report["broken"] == []


def test_one_wins_and_the_other_is_told_that_it_is_done(racers: tuple[Racer, Racer]) -> None:
    race(racers, 6, on_the_same_page=False)


def test_one_wins_and_the_other_is_told_to_read_the_page_again(racers: tuple[Racer, Racer]) -> None:
    race(racers, 4, on_the_same_page=True)


@pytest.mark.endurance
def test_two_hundred_times(racers: tuple[Racer, Racer], rounds: Callable[[int, int], int]) -> None:
    race(racers, rounds(20, 200), on_the_same_page=False)
