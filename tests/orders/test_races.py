"""Two processes sign two orders with the same AM at the same instant, on the database that the suite runs on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.races import Racer, own_database, pair_of


@pytest.fixture
def racers(tmp_path: Path) -> Iterator[tuple[Racer, Racer]]:
    with own_database(tmp_path) as environment, pair_of("tests.orders.racer", environment) as pair:
        yield pair


def race(racers: tuple[Racer, Racer], rounds: int) -> None:
    pairs = racers[0].ask("prepare", rounds)
    assert len(pairs) == rounds, pairs
    racers[1].ask("report")
    for sides in pairs:
        at = time.time() + 0.02
        for racer, (order, siren) in zip(racers, sides, strict=True):
            racer.send("sign", order, siren, at)
        assert [racer.answer() for racer in racers] == [{"state": "signed"}] * 2
    report = racers[0].ask("report")
    assert report["broken"] == []
    winners = set()
    for pair in range(rounds):
        sides = [report["orders"][f"{pair}-{side}"] for side in range(2)]
        winner = 0 if sides[0]["held"] else 1
        winners.add(winner)
        holder, other = sides[winner], sides[1 - winner]
        assert len(holder["held"]) == 3
        assert holder["claimed"] == other["held"] == []
        assert other["claimed"] == holder["held"]
        for side in sides:
            assert side["state"] == "signed"
            assert side["events"] == ["created", "issued", "client_signed"]
    if rounds >= 100:
        assert winners == {0, 1}, "the race has no favourite"


def test_one_claim_each_time_the_other_carries_the_conflict(racers: tuple[Racer, Racer]) -> None:
    race(racers, 8)


@pytest.mark.endurance
def test_two_hundred_times(racers: tuple[Racer, Racer], rounds: Callable[[int, int], int]) -> None:
    race(racers, rounds(20, 200))


def test_the_loser_waits_and_takes_the_key_when_the_winner_rolls_back(racers: tuple[Racer, Racer]) -> None:
    first, second = racers
    ((one, other),) = first.ask("prepare", 1)
    assert first.ask("hold", *one) == {"state": "signed"}
    second.send("sign", *other, 0)
    time.sleep(0.5)
    first.send("rollback")
    assert first.answer() == {"state": "rolled back"}
    assert second.answer() == {"state": "signed"}
    report = first.ask("report")
    assert report["orders"]["0-0"]["state"] == "issued"
    assert report["orders"]["0-0"]["claimed"] == []
    assert len(report["orders"]["0-1"]["held"]) == 3
    assert report["broken"] == []
