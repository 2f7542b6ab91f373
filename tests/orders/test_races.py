"""Two processes sign two orders with the same AM at the same instant, on the database that the suite runs on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]


class Racer:
    """One ``tests.orders.racer`` process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.orders.racer"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def send(self, *words: object) -> None:
        self._process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        return json.loads(self._process.stdout.readline())

    def ask(self, *words: object) -> Any:
        self.send(*words)
        return self.answer()

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A database of its own, of the kind that the suite runs on."""
    given = {**os.environ, "SEGUR_DATA_DIR": str(tmp_path), "SECRET_KEY": "race" * 20, "SEGUR_INSECURE_HTTP": "1"}
    given["DJANGO_SETTINGS_MODULE"] = "segur.settings"
    database = settings.DATABASES["default"]
    if database["ENGINE"] != "django.db.backends.postgresql":
        given.pop("DATABASE_URL", None)
        yield given
        return
    name = f"segur_race_{os.getpid()}_{time.time_ns()}"
    server = {"host": database["HOST"], "port": database["PORT"] or 5432, "user": database["USER"]}
    login = {**server, "password": database["PASSWORD"]} if database["PASSWORD"] else server
    with psycopg.connect(dbname="postgres", autocommit=True, **login) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            secret = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
            url = f"postgres://{server['user']}{secret}@{server['host']}:{server['port']}/{name}"
            yield {**given, "DATABASE_URL": url}
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def racers(environment: dict[str, str]) -> Iterator[tuple[Racer, Racer]]:
    with ExitStack() as stack:
        pair = Racer(environment), Racer(environment)
        for racer in pair:
            stack.callback(racer.close)
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
