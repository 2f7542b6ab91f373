"""``import_orders`` and ``export_orders`` as a program and as a person call them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from orders.models import Order, Supplier
from tests.commands import run
from tests.orders import order_files as made
from tests.orders.order_file_samples import sample
from tests.processes import CHECKOUT

NBSP = "\u00a0"


def written(folder: Path, document: Any) -> str:
    path = folder / "commandes.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


@pytest.mark.django_db
def test_a_clean_file_leaves_the_status_at_zero_and_comes_back_whole(tmp_path: Path) -> None:
    path = written(tmp_path, sample(20))
    answer = run("import_orders", path, "--json")
    assert answer.status == 0
    assert answer.document == {
        "created": 20, "updated": 0, "unchanged": 0, "refused": 0, "errors": [], "conflicts": [],
    }  # fmt: skip
    assert answer.err == ""
    exported = run("export_orders")
    assert exported.status == 0
    assert len(exported.document["orders"]) == 20
    assert run("export_orders", "--json").out == exported.out
    path = written(tmp_path, exported.document)
    assert run("import_orders", path, "--json").document["unchanged"] == 20


@pytest.mark.django_db
def test_a_refused_row_and_an_open_conflict_are_said_with_status_one(tmp_path: Path) -> None:
    bad = made.ris_order(number="BDC-3", vat="19,6")
    signed = made.client(signed_on="2026-05-12")
    first = made.ris_order(issued_on="2026-05-04", clients=[signed])
    second = made.ris_order(number="BDC-2", instance="I-2", issued_on="2026-05-04", clients=[signed])
    path = written(tmp_path, made.order_file(first, second, bad))
    answer = run("import_orders", path)
    assert answer.status == 1
    lines = answer.out.splitlines()
    assert lines[:2] == [
        f"Commandes créées{NBSP}: 2, mises à jour{NBSP}: 0,",
        f"sans changement{NBSP}: 0, refusées{NBSP}: 1.",
    ]
    assert f"  commande BDC-3, vat{NBSP}: «\u202f19,6{NBSP}» n’est pas connu." in answer.out
    assert f"finess {made.FINESS} (IMG-RIS-Va2){NBSP}: détenu par BDC-1, revendiqué par BDC-2 (R44)" in answer.out
    again = run("import_orders", path, "--json")
    assert again.status == 1
    assert again.document["errors"][0]["order"] == "BDC-3"
    assert (again.document["unchanged"], again.document["conflicts"]) == (2, [])


@pytest.mark.django_db
def test_an_open_conflict_alone_is_status_one(tmp_path: Path) -> None:
    answer = run("import_orders", written(tmp_path, sample(40, conflicts=0.5)), "--json")
    assert answer.status == 1
    assert answer.document["errors"] == []
    assert {conflict["status"] for conflict in answer.document["conflicts"]} == {"open"}


@pytest.mark.django_db
def test_a_trial_and_all_or_nothing_say_so(tmp_path: Path) -> None:
    path = written(tmp_path, made.order_file(made.ris_order(), made.ris_order(number="BDC-2", vat="19,6")))
    tried = run("import_orders", path, "--dry-run")
    assert tried.out.startswith(f"Essai{NBSP}: rien n’est écrit.\nCommandes créées{NBSP}: 1,")
    whole = run("import_orders", path, "--atomic")
    assert whole.status == 1
    assert "l’import était en tout ou rien" in whole.out
    assert not Order.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "Fichier vide."), (b"{", "n’est pas du JSON"), (b'{"format": "x"}', "n’est pas un"), (None, "n’existe pas")],
)
def test_a_file_that_cannot_be_used_is_one_line_and_status_two(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "commandes.json"
    if content is not None:
        path.write_bytes(content)
    answer = run("import_orders", str(path), "--json")
    assert (answer.status, answer.out) == (2, "")
    assert sentence in answer.err
    assert answer.err.count("\n") == 1
    assert not Supplier.objects.exists()


@pytest.mark.django_db
def test_a_folder_and_an_unknown_programme_are_status_two(tmp_path: Path) -> None:
    folder = run("import_orders", str(tmp_path))
    assert (folder.status, folder.out) == (2, "")
    assert "est un dossier. Indiquez un fichier de commandes." in folder.err
    stranger = run("export_orders", "--programme", "IMG-XX")
    assert (stranger.status, stranger.out) == (2, "")
    assert "IMG-RIS-Va2, IMG-DB-Va2" in stranger.err


# --- several processes, on a database of their own of the kind that the suite runs on ---


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    given = {**os.environ, "SEGUR_DATA_DIR": str(tmp_path), "SECRET_KEY": "two" * 20, "SEGUR_INSECURE_HTTP": "1"}
    given["DJANGO_SETTINGS_MODULE"] = "segur.settings"
    database = settings.DATABASES["default"]
    if database["ENGINE"] != "django.db.backends.postgresql":
        given.pop("DATABASE_URL", None)
        yield given
        return
    name = f"segur_import_{os.getpid()}_{time.time_ns()}"
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


def manage(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True)


def answer_of(process: subprocess.Popen[str]) -> Any:
    out, _ = process.communicate(timeout=120)
    return json.loads(out)


def test_two_imports_at_once_record_each_order_once(environment: dict[str, str], tmp_path: Path) -> None:
    manage(environment, "migrate", "--verbosity=0").communicate(timeout=120)
    document = sample(150, conflicts=0.2)
    one = written(tmp_path, document)
    (tmp_path / "b").mkdir()
    other = written(tmp_path / "b", document | {"orders": document["orders"][::-1]})
    answers = [answer_of(p) for p in [manage(environment, "import_orders", each, "--json") for each in (one, other)]]
    assert sorted(answer["created"] for answer in answers) == [0, 150]
    assert sorted(answer["unchanged"] for answer in answers) == [0, 150]
    assert answer_of(manage(environment, "verify_events", "--json"))["broken"] == []


_KILLED = """
import os, signal, sys
import django
django.setup()
from django.utils import timezone
from funding.services.order_files import import_order_file
def progress(stage, done, total):
    if stage == "Historique":
        os.kill(os.getpid(), signal.SIGKILL)
with open(sys.argv[1], "rb") as file:
    import_order_file(file.read(), now=timezone.now(), progress=progress)
"""


def test_a_killed_import_leaves_nothing_and_is_done_by_the_next(environment: dict[str, str], tmp_path: Path) -> None:
    manage(environment, "migrate", "--verbosity=0").communicate(timeout=120)
    path = written(tmp_path, sample(100, conflicts=0.2))
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, path], cwd=CHECKOUT, env=environment, check=False, timeout=120
    )
    assert killed.returncode == -signal.SIGKILL
    assert answer_of(manage(environment, "export_orders"))["orders"] == []
    assert answer_of(manage(environment, "import_orders", path, "--json"))["created"] == 100
