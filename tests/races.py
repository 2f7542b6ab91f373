"""Two processes on a database of their own, of the kind that the suite runs on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]


class Racer:
    """One process that runs a module of the tests, a command per line."""

    def __init__(self, module: str, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
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


@contextmanager
def own_database(tmp_path: Path) -> Iterator[dict[str, str]]:
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


@contextmanager
def pair_of(module: str, environment: dict[str, str]) -> Iterator[tuple[Racer, Racer]]:
    """Two processes on one database."""
    with ExitStack() as stack:
        pair = Racer(module, environment), Racer(module, environment)
        for racer in pair:
            stack.callback(racer.close)
        yield pair
