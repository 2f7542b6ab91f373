"""The events of the order file: every type of the contract, its keys, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from orders.domain.snapshot import OrderEventFacts
from tests.orders.order_files import (
    OTHER_FINESS,
    OTHER_SIREN,
    SIREN,
    client,
    establishment,
    only_refusal,
    read,
    refusals,
    ris_order,
)

AT = "2026-09-01T10:00"
DEPOSIT = {"reference": "DEP-1", "json_accepted": True, "attachments_accepted": False}
COUNTS = {"t": 10, "tm": 6, "te": 4, "te_qualified": 3, "dm": 5, "de": 0}
INVOICE = {"number": "F-1", "ht": "10.00", "ttc": "12.00"}
PAID = {"amount": "5401.36"}
WHY = {"reason": "Pièce illisible"}

CONTRACT: list[tuple[str, dict[str, Any]]] = [
    ("advance_submitted", DEPOSIT),
    ("advance_attachments_accepted", {}),
    ("advance_change_requested", WHY),
    ("advance_rejected", WHY),
    ("advance_validated", {}),
    ("advance_paid", PAID),
    ("pilot_report_signed", {"siren": SIREN}),
    ("pilot_report_sent", {"siren": SIREN}),
    ("pilot_report_conforming", {"siren": SIREN}),
    ("pilot_report_nonconforming", {"siren": SIREN, **WHY}),
    ("va_signed", {"siren": SIREN}),
    ("invoice_issued", INVOICE),
    ("completion_attested", {}),
    ("completion_impossible", WHY),
    ("balance_submitted", DEPOSIT),
    ("balance_attachments_accepted", {}),
    ("balance_change_requested", WHY),
    ("balance_rejected", WHY),
    ("balance_validated", {}),
    ("balance_paid", PAID),
    ("journal_sent", {"semester": 1, **COUNTS, "recipients": ["asp", "client"]}),
    ("semester_requested", {"semester": 1}),
    ("semester_validated", {"semester": 2}),
    ("semester_paid", {"semester": 3, **PAID}),
    ("secondary_invoice_issued", INVOICE),
    ("semester_change_requested", {"semester": 4, **WHY}),
    ("semester_rejected", {"semester": 5, **WHY}),
    ("journal_nonconforming", {"semester": 6, **WHY}),
    ("ans_verification_opened", {"semester": 6}),
    ("client_informed", {"siren": SIREN, "about": "120-days"}),
    ("pilot_published", {}),
    ("portability_requested", {"siren": SIREN}),
    ("portability_delivered", {"siren": SIREN}),
    ("dispute_opened", {"kind": "finess", "value": OTHER_FINESS, **WHY}),
    ("dispute_answered", {}),
    ("terminated", {"last_activity_on": "2027-03-31"}),
    ("cancelled", WHY),
    ("withdrawn", WHY),
    ("closed_after_rejection", WHY),
    ("formal_notice", {**WHY, "answer_by": "2026-10-01"}),
    ("repayment_ordered", {**PAID, **WHY}),
    ("repaid", PAID),
]


def event(kind: str, /, **extra: Any) -> dict[str, Any]:
    return {"type": kind, "at": AT} | extra


def read_one(kind: str, /, **extra: Any) -> OrderEventFacts:
    parsed = read(ris_order(events=[event(kind, **extra)]))
    assert parsed.errors == ()
    return parsed.orders[0].facts.events[0]


def refused(kind: str, /, **extra: Any) -> tuple[str, str]:
    error = only_refusal(ris_order(events=[event(kind, **extra)]))
    return error.path, error.code


@pytest.mark.parametrize(("kind", "extra"), CONTRACT)
def test_every_type_of_the_contract_is_read_with_its_keys(kind: str, extra: dict[str, Any]) -> None:
    read_back = read_one(kind, **extra)
    assert read_back.type == kind
    assert [name for name, _ in read_back.extra] == list(extra)


@pytest.mark.parametrize(("kind", "extra"), CONTRACT)
def test_no_type_takes_another_key(kind: str, extra: dict[str, Any]) -> None:
    assert refused(kind, **extra, color="red") == ("events[0].color", "unknown-key")
    stranger = next(name for name in ("amount", "semester", "about") if name not in extra)
    assert refused(kind, **extra, **{stranger: 1}) == (f"events[0].{stranger}", "unknown-key")


@pytest.mark.parametrize(("kind", "extra"), CONTRACT)
def test_no_key_takes_a_nested_object(kind: str, extra: dict[str, Any]) -> None:
    for name in extra:
        path, _ = refused(kind, **extra | {name: {"x": 1}})
        assert path == f"events[0].{name}"


def test_values_are_typed() -> None:
    assert dict(read_one("advance_paid", amount="5401.3").extra) == {"amount": Decimal("5401.30")}
    assert dict(read_one("terminated", last_activity_on="2027-03-31").extra) == {"last_activity_on": date(2027, 3, 31)}
    journal = dict(read_one("journal_sent", semester=6, t=0, recipients=["client", "asp", "asp"]).extra)
    assert journal == {"semester": 6, "t": 0, "recipients": ("asp", "client")}


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("journal_sent", "semester"),
        ("semester_requested", "semester"),
        ("semester_validated", "semester"),
        ("semester_paid", "semester"),
        ("semester_change_requested", "semester"),
        ("semester_rejected", "semester"),
        ("journal_nonconforming", "semester"),
        ("ans_verification_opened", "semester"),
        ("client_informed", "about"),
        ("repayment_ordered", "amount"),
        ("repaid", "amount"),
    ],
)
def test_what_an_event_cannot_be_understood_without(kind: str, key: str) -> None:
    assert refused(kind) == (f"events[0].{key}", "missing-key")
    assert refused(kind, **{key: None}) == (f"events[0].{key}", "missing-key")


@pytest.mark.parametrize("kind", ["advance_submitted", "advance_paid", "invoice_issued", "cancelled", "dispute_opened"])
def test_the_other_keys_may_be_missing_or_null(kind: str) -> None:
    assert read_one(kind).extra == ()
    extra = dict(CONTRACT)[kind]
    assert read_one(kind, **dict.fromkeys(extra)).extra == ()


@pytest.mark.parametrize("number", [0, 7, -1, "1", 1.0, True])
def test_semesters_run_from_1_to_6(number: Any) -> None:
    assert refused("semester_requested", semester=number) == ("events[0].semester", "wrong-value")


@pytest.mark.parametrize(
    ("number", "code"),
    [(-1, "wrong-value"), (10**9, "wrong-value"), ("5", "wrong-type"), (5.0, "wrong-type"), (True, "wrong-type")],
)
@pytest.mark.parametrize("key", list(COUNTS))
def test_counts_are_whole_numbers_from_zero(key: str, number: Any, code: str) -> None:
    assert refused("journal_sent", semester=1, **{key: number}) == (f"events[0].{key}", code)


def test_impossible_counts_are_recorded_as_they_were_sent() -> None:
    """A broken rule of the texts (A2) never refuses the record."""
    assert dict(read_one("journal_sent", semester=1, t=1, tm=5, dm=9).extra)["dm"] == 9


@pytest.mark.parametrize(
    ("kind", "extra", "path", "code"),
    [
        ("journal_sent", {"semester": 1, "recipients": ["asp", "dgos"]}, "recipients[1]", "unknown-value"),
        ("journal_sent", {"semester": 1, "recipients": "asp"}, "recipients", "wrong-type"),
        ("client_informed", {"about": "date-9"}, "about", "unknown-value"),
        ("dispute_opened", {"kind": "rpps"}, "kind", "unknown-value"),
        ("advance_submitted", {"json_accepted": "yes"}, "json_accepted", "wrong-type"),
        ("advance_paid", {"amount": 5401.36}, "amount", "wrong-type"),
        ("repaid", {"amount": "-5"}, "amount", "money-shape"),
        ("va_signed", {"siren": "404833047"}, "siren", "identifier-key"),
        ("va_signed", {"siren": OTHER_SIREN}, "siren", "unknown-reference"),
    ],
)
def test_wrong_values(kind: str, extra: dict[str, Any], path: str, code: str) -> None:
    assert refused(kind, **extra) == (f"events[0].{path}", code)


def test_an_unknown_type_lists_those_that_exist() -> None:
    error = only_refusal(ris_order(events=[event("advance_validated"), event("paid")]))
    assert (error.path, error.code) == ("events[1].type", "unknown-value")
    assert error.message.startswith("« paid » n’est pas un type d’événement. Écrivez l’un de ces types : advance_")


@pytest.mark.parametrize("kind", [None, 3, ["advance_validated"]])
def test_a_type_is_a_text(kind: Any) -> None:
    (found,) = refusals(ris_order(events=[{"type": kind, "at": AT}]))
    assert found[0] == "events[0].type"


class TestTheClientOfAnEvent:
    two_clients = (client(), client(siren=OTHER_SIREN, principal=False, lines=[establishment(finess=OTHER_FINESS)]))

    def test_the_only_client_is_meant(self) -> None:
        assert dict(read_one("va_signed").extra) == {"siren": SIREN}

    def test_with_several_the_key_is_required(self) -> None:
        order = ris_order(clients=list(self.two_clients), events=[event("va_signed")])
        assert refusals(order) == [("events[0].siren", "missing-key")]

    def test_each_may_be_named(self) -> None:
        events = [event("va_signed", siren=SIREN), event("va_signed", siren=OTHER_SIREN)]
        assert refusals(ris_order(clients=list(self.two_clients), events=events)) == []

    def test_a_client_that_cannot_be_read_is_reported_once(self) -> None:
        order = ris_order(clients=[client(siren="1")], events=[event("va_signed", siren=SIREN), event("va_signed")])
        assert refusals(order) == [("clients[0].siren", "identifier-shape")]
