"""The demonstration: loads twice without change, on any day, with made-up but valid numbers; starts and stops."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest
import time_machine
from django.core import serializers
from django.core.management import call_command
from stdnum import luhn

from funding.demo.activity import rows
from funding.demo.data import LOADERS, load_demonstration
from funding.demo.people import DOCTORS, ESTABLISHMENTS
from funding.models import ActivityImport, ReferenceCount, TrancheCalculation
from segur.demo_accounts import ACCOUNTS
from segur.models import Role, User
from tests.ports import free_port
from tests.processes import CHECKOUT, environment, manage

DAYS = [
    datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
    datetime(2027, 6, 9, 10, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 23, 59, tzinfo=UTC),
    datetime(2031, 12, 31, 22, 30, tzinfo=UTC),
]


def everything() -> str:
    """Every row that the loaders make, as text."""
    models = (User, ActivityImport, ReferenceCount, TrancheCalculation)
    return serializers.serialize("json", [row for model in models for row in model._default_manager.order_by("pk")])


@pytest.mark.django_db
@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.date().isoformat())
def test_it_loads_on_any_day_and_a_second_start_changes_nothing(day: datetime) -> None:
    with time_machine.travel(day, tick=False):
        first = load_demonstration(day)
        before = everything()
        second = load_demonstration(day)
    assert all(count > 0 for count in first.values()), first
    assert second == dict.fromkeys(LOADERS, 0)
    assert everything() == before
    assert not User.objects.filter(date_joined__gt=day).exists()


@pytest.mark.django_db
def test_what_a_person_changed_stays_changed() -> None:
    load_demonstration(DAYS[0])
    nora = User.objects.get(username="chef.projet")
    nora.last_name = "Delattre-Diallo"
    nora.set_password("un-autre-secret-2027")
    nora.save()
    load_demonstration(DAYS[1])
    nora.refresh_from_db()
    assert nora.last_name == "Delattre-Diallo"
    assert nora.check_password("un-autre-secret-2027")


@pytest.mark.django_db
def test_every_role_has_a_login() -> None:
    load_demonstration(DAYS[0])
    assert {account.role for account in ACCOUNTS} == set(Role)
    for account in ACCOUNTS:
        user = User.objects.get(username=account.username)
        assert user.check_password(account.password)
        assert user.role == account.role
        assert not user.is_superuser
        assert user.is_staff is (account.role is Role.ADMIN)


@pytest.mark.django_db
def test_the_counts_are_those_of_the_people() -> None:
    load_demonstration(DAYS[0])
    loaded = {(row.value, row.activity, row.count) for row in ReferenceCount.objects.all()}
    assert loaded == {row for row in rows() if row[2]}


@pytest.mark.django_db
@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.date().isoformat())
def test_the_calculations_show_each_kind_of_answer(day: datetime) -> None:
    load_demonstration(day)
    answers = {kept.reference: kept for kept in TrancheCalculation.objects.all()}
    assert {reference: (kept.tranche, kept.examinations) for reference, kept in answers.items()} == {
        "CHU de Montferrand-sur-Lys": ("F", 211_870 + 5 * 14_320),
        "Cabinet d’imagerie de la Halle": ("C", 11_204 + 2_310 + 12_733 + 4_118 + 950),
        "Cabinet Vanderbeke": ("B", 15_001),
        "Institut du cancer des Deux-Rives": ("D", 9_044 + 5 * (11_876 + 3_659 + 1_204)),
        "Centre hospitalier de Port-Lannic": ("", 0),
    }
    assert answers["Cabinet d’imagerie de la Halle"].result["invalid"]["am_radiology"]
    joined = max(User.objects.values_list("date_joined", flat=True))
    assert all(joined < kept.created_at <= day for kept in answers.values())
    assert all(kept.created_by is not None for kept in answers.values())


def test_the_numbers_are_made_up_and_their_keys_are_right() -> None:
    finess = [place.finess for place in ESTABLISHMENTS]
    am = [number for doctor in DOCTORS for number, _ in (*doctor.radiology, *doctor.nuclear)]
    rpps = [doctor.rpps for doctor in DOCTORS]
    assert all(re.fullmatch(r"(99|2A|2B)00[0-9]{5}", number) for number in finess)
    assert all(re.fullmatch(r"992[0-9]{6}", number) for number in am)
    assert all(re.fullmatch(r"199[0-9]{8}", number) for number in rpps)
    for number in (*finess, *am, *rpps):
        assert luhn.is_valid(number.replace("A", "1").replace("B", "2")), number
    assert len({*finess, *am, *rpps}) == len(finess) + len(am) + len(rpps)


@pytest.mark.django_db
def test_loading_alone_prints_the_logins_and_serves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo", "--no-serve")
    first = capsys.readouterr().out
    assert "Données de démonstration chargées." in first
    assert "  Chef de projet : identifiant chef.projet, mot de passe valbrune-en-2026" in first
    assert "http://" not in first
    call_command("demo", "--no-serve")
    assert "Les données de la démonstration sont déjà là : elles restent telles quelles." in capsys.readouterr().out


def test_a_busy_port_is_refused_in_one_french_line_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        answer = manage("demo", "--port", str(port), data_dir=tmp_path)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr == (
        f"Le port {port} de 127.0.0.1 n’est pas libre (Address already in use). Choisissez-en un autre avec --port.\n"
    )
    assert not (tmp_path / "segur.sqlite3").exists()


@pytest.mark.parametrize(
    ("port", "sentence"),
    [
        ("0", "--port\u00a0: un port va de 1 à 65535."),
        ("65536", "--port\u00a0: un port va de 1 à 65535."),
        ("web", "--port\u00a0: «\u202fweb\u00a0» n’est pas un nombre entier."),
    ],
)
def test_an_impossible_port_is_refused(tmp_path: Path, port: str, sentence: str) -> None:
    answer = manage("demo", "--port", port, data_dir=tmp_path)
    assert (answer.returncode, answer.stderr) == (2, f"{sentence}\n")


@contextmanager
def running_demo(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """The demonstration, once it has printed its last line: the process, its address, what it printed."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, str(CHECKOUT / "manage.py"), "demo", "--port", str(port)],
        env=environment(data_dir),
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        printed = []
        for line in process.stdout:
            printed.append(line.rstrip())
            if line.startswith("Ctrl-C"):
                break
        yield process, f"http://127.0.0.1:{port}/", printed
    finally:
        process.terminate()
        process.wait(30)


def children(pid: int) -> list[int]:
    """The processes that ``pid`` started, and theirs."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *children(int(child))]
    return found


def alive(pids: list[int]) -> list[int]:
    """Those of ``pids`` that still run; a zombie does not."""
    return [
        pid
        for pid in pids
        if Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    ]


def wait_until_gone(pids: list[int]) -> list[int]:
    deadline = time.monotonic() + 30
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    return alive(pids)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_the_login_page_and_stops_with_all_its_processes(tmp_path: Path, stop: signal.Signals) -> None:
    with running_demo(tmp_path) as (process, address, printed):
        assert f"Ségur est prêt : {address}" in printed, printed
        assert len([line for line in printed if "mot de passe" in line]) == len(ACCOUNTS)
        with urlopen(address, timeout=20) as page:
            assert page.status == 200
            assert page.url.startswith(f"{address}compte/connexion/")
        started = children(process.pid)
        assert len(started) >= 3, "web server, its worker, and the task worker"
        process.send_signal(stop)
        assert process.wait(30) == 0
        assert wait_until_gone(started) == []


def test_when_one_process_dies_the_other_is_stopped(tmp_path: Path) -> None:
    with running_demo(tmp_path) as (process, _, printed):
        assert printed, "started"
        started = children(process.pid)
        worker = next(pid for pid in started if b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(worker, signal.SIGKILL)
        assert process.wait(30) == 2
        assert wait_until_gone(started) == []


@pytest.mark.endurance
def test_killed_at_any_moment_it_starts_again_with_its_data(tmp_path: Path, rounds: Callable[[int, int], int]) -> None:
    for number in range(rounds(3, 40)):
        with subprocess.Popen(
            [sys.executable, str(CHECKOUT / "manage.py"), "demo", "--no-serve"],
            env=environment(tmp_path),
            stdout=subprocess.DEVNULL,
        ) as process:
            time.sleep(0.4 + 0.37 * number % 4)
            process.kill()
    answer = manage("demo", "--no-serve", data_dir=tmp_path)
    assert answer.returncode == 0, answer.stderr
    again = manage("demo", "--no-serve", "--json", data_dir=tmp_path)
    assert '"accounts": 0' in again.stdout
    assert '"activity": 0' in again.stdout
    assert '"calculations": 0' in again.stdout
