"""``order_state NUMBER [--supplier SIRET] [--at INSTANT]``."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from funding.models import LifeEvent
from funding.services.order_files import import_order_file
from tests.commands import run
from tests.orders.order_file_samples import siret
from tests.scenarios.lives import ADVANCE, SUPPLIER, enrolment, order_file, ris, solution, supplier

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def recorded(document: dict[str, Any]) -> None:
    assert import_order_file(json.dumps(document).encode(), now=NOW).errors == []


def two_suppliers() -> dict[str, Any]:
    other = ris(2, supplier=siret(1), solution="autre") | {"number": "BDC-1"}
    return order_file(
        ris(1),
        other,
        suppliers=[supplier(), supplier(siret=siret(1), name="Autre éditeur")],
        solutions=[solution("ris"), solution("autre", supplier=siret(1), programme="IMG-RIS-Va2")],
        enrolments=[enrolment("ris"), enrolment("autre", supplier=siret(1))],
    )


def test_the_state_is_that_of_the_contract() -> None:
    recorded(order_file(ris(1, *ADVANCE)))
    outcome = run("order_state", "BDC-1", "--at", "2026-09-25T10:00", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    state = outcome.document
    assert list(state) == ["order", "supplier", "stage", "amounts", "actions", "deadlines", "semesters"]
    assert (state["order"], state["supplier"], state["stage"]) == ("BDC-1", SUPPLIER, "advance_validated")
    assert state["amounts"] == {
        "principal": "20028.26",
        "advance": "8011.30",
        "balance": "12016.96",
        "paid": "0.00",
    }
    assert [action["name"] for action in state["actions"]] == [
        *("issue", "sign", "submit_advance", "submit_balance", "send_journal", "request_semester"),
        *("cancel", "withdraw", "terminate", "attest_completion"),
    ]
    for action in state["actions"]:
        assert action["allowed"] is not any(each["severity"] == "error" for each in action["blockers"])
        assert all(set(each) == {"code", "severity", "message", "source"} for each in action["blockers"])
    known = {each["code"]: each for each in state["deadlines"]}
    assert set(known["balance-request"]) == {"code", "due_at", "status", "rule", "because"}
    assert known["balance-request"]["due_at"] == "2027-09-22T12:00:00+02:00"
    assert known["advance-request"]["status"] == "met"
    assert state["semesters"] == []


def test_the_instant_stands_for_now_and_an_instant_without_offset_is_of_paris() -> None:
    recorded(order_file(ris(1, *ADVANCE)))
    stages = [
        run("order_state", "BDC-1", "--at", at, "--json").document["stage"]
        for at in ("2026-09-01T09:59:59", "2026-09-01T08:00:00+00:00", "2026-09-19T23:59:59", "2026-09-20T00:00")
    ]
    assert stages == ["signed", "advance_submitted", "advance_submitted", "advance_validated"]


def test_without_an_instant_the_clock_is_meant() -> None:
    recorded(order_file(ris(1, *ADVANCE)))
    with time_machine.travel(datetime(2026, 8, 1, tzinfo=UTC), tick=False):
        assert run("order_state", "BDC-1", "--json").document["stage"] == "signed"


def test_people_read_it_in_french() -> None:
    recorded(order_file(ris(1, *ADVANCE)))
    outcome = run("order_state", "BDC-1", "--at", "2026-10-06T10:00")
    assert outcome.status == 0
    assert outcome.out.startswith(
        f"Commande BDC-1 (fournisseur {SUPPLIER})\u00a0: avance validée, le 6 octobre 2026 à 10\u00a0h."
    )
    assert "prestation principale 20\u00a0028,26\u00a0€" in outcome.out
    assert "payé 8\u00a0011,30\u00a0€" in outcome.out
    assert "Déposer le solde" in outcome.out
    assert "R68" in outcome.out
    assert "Demande de solde" in outcome.out
    assert "submit_balance" not in outcome.out
    assert LifeEvent.objects.count() == 3


def test_a_number_of_several_suppliers_names_them() -> None:
    recorded(two_suppliers())
    outcome = run("order_state", "BDC-1", "--json")
    assert (outcome.status, outcome.out) == (2, "")
    assert f"{SUPPLIER} (Éditeur d’essai), {siret(1)} (Autre éditeur)" in outcome.err
    assert outcome.err.strip().endswith("Ajoutez --supplier.")
    chosen = run("order_state", "BDC-1", "--supplier", siret(1), "--json")
    assert (chosen.status, chosen.document["supplier"]) == (0, siret(1))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["BDC-9"], "Aucune commande"),
        (["BDC-1", "--supplier", "1"], "chez le fournisseur"),
        (["BDC-1", "--at", "hier"], "--at"),
        ([], "Il manque NUMBER."),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(arguments: list[str], sentence: str) -> None:
    recorded(order_file(ris(1)))
    outcome = run("order_state", *arguments)
    assert (outcome.status, outcome.out) == (2, "")
    assert sentence in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1
