"""``simulate FILE [--at INSTANT]``: every state of a file, and a database left as it was."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from funding.services.order_files import import_order_file
from orders.models import Order
from tests.commands import run
from tests.funding.test_order_files import stored
from tests.orders.order_file_samples import siren
from tests.scenarios.lives import ADVANCE, BALANCE, client, delivery, event, order_file, pilots, ris

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "commandes.json"


def write(path: Path, document: dict[str, Any]) -> str:
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def test_states_come_in_the_sequence_of_the_file_and_nothing_is_written(path: Path) -> None:
    before = stored()
    document = order_file(ris(3), ris(1, *ADVANCE), ris(2))
    outcome = run("simulate", write(path, document), "--at", "2026-09-25T00:00", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    answer = outcome.document
    assert list(answer) == ["orders", "import"]
    assert [(each["order"], each["stage"]) for each in answer["orders"]] == [
        ("BDC-3", "signed"), ("BDC-1", "advance_validated"), ("BDC-2", "signed"),
    ]  # fmt: skip
    assert answer["import"] == {
        "created": 3, "updated": 0, "unchanged": 0, "refused": 0, "errors": [], "conflicts": [],
    }  # fmt: skip
    assert stored() == before


def test_it_says_what_order_state_says_once_the_file_is_in(path: Path) -> None:
    document = order_file(ris(1, *ADVANCE, *delivery(siren(1)), *BALANCE), *pilots())
    for at in ("2026-10-01T00:00", "2027-03-01T10:00", "2027-10-01T00:00"):
        simulated = run("simulate", write(path, document), "--at", at, "--json").document["orders"][0]
        import_order_file(json.dumps(document).encode(), now=NOW)
        assert run("order_state", "BDC-1", "--at", at, "--json").document == simulated


def test_a_recorded_order_is_told_with_what_the_file_adds(path: Path) -> None:
    import_order_file(json.dumps(order_file(ris(1, ADVANCE[0]))).encode(), now=NOW)
    before = stored()
    answer = run("simulate", write(path, order_file(ris(1, *ADVANCE))), "--at", "2026-10-10T00:00", "--json").document
    assert (answer["import"]["updated"], answer["orders"][0]["stage"]) == (1, "advance_validated")
    assert answer["orders"][0]["amounts"]["paid"] == "8011.30"
    assert stored() == before


def test_refused_rows_and_open_conflicts_leave_the_status_at_one(path: Path) -> None:
    refused = ris(2, solution="inconnue")
    other = ris(3, event("balance_validated", "2026-09-01T10:00"))
    other["clients"][0]["lines"][1]["am"] = client(1)["lines"][1]["am"]
    outcome = run("simulate", write(path, order_file(ris(1), refused, other)), "--at", "2026-10-01T00:00", "--json")
    assert outcome.status == 1
    answer = outcome.document
    assert [each["order"] for each in answer["orders"]] == ["BDC-1", "BDC-3"]
    assert [(each["order"], each["path"], each["code"]) for each in answer["import"]["errors"]] == [
        ("BDC-2", "solution", "unknown-reference"),
        ("BDC-3", "events[0]", "R68-no-such-step"),
    ]
    assert [each["claimants"] for each in answer["import"]["conflicts"]] == [["BDC-3"]]
    codes = {each["code"] for each in answer["orders"][1]["actions"][2]["blockers"]}
    assert "R43-open-conflict" in codes
    assert not Order.objects.exists()


def test_people_read_it_in_french(path: Path) -> None:
    outcome = run("simulate", write(path, order_file(ris(1, *ADVANCE))), "--at", "2026-10-10T00:00")
    assert outcome.status == 0
    assert "avance validée, le 10 octobre 2026 à 0\u00a0h." in outcome.out
    assert "Essai\u00a0: rien n’est écrit." in outcome.out
    assert "Commandes créées\u00a0: 1" in outcome.out


@pytest.mark.parametrize(("content", "sentence"), [(b"", "vide"), (b"{", "JSON")])
def test_a_file_that_cannot_be_used_is_said_in_one_line(path: Path, content: bytes, sentence: str) -> None:
    path.write_bytes(content)
    outcome = run("simulate", str(path))
    assert (outcome.status, outcome.out) == (2, "")
    assert sentence in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1
    assert run("simulate", str(path) + ".absent").status == 2
