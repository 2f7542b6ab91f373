"""Journals, requests and amounts of the six semesters, and what closes an order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from funding.domain.life import blockers, fold
from funding.domain.life.facts import JournalState
from funding.domain.life.semesters import Standing
from orders.domain.snapshot import OrderAmounts
from segur.regulation.finding import Finding
from segur.regulation.schema import Identity
from tests.funding.life.lives import (
    ADVANCE,
    BALANCE,
    DELIVERY,
    at,
    codes,
    euros,
    event,
    journal,
    known,
    order,
    plain,
    sentence,
    state,
    warnings,
    whole_semester,
)
from tests.funding.programmes import RIS

DELIVERED = (*ADVANCE, *DELIVERY)
FUNDED = (*DELIVERED, *BALANCE)


def about(action: str, number: int, now: str, *events: object) -> tuple[Finding, ...]:
    facts = order(*FUNDED, *events)  # type: ignore[arg-type]
    return blockers(action, fold(facts, at(now)), facts, RIS, known(), at(now), semester=number)


def said(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.code, str(finding.severity)) for finding in findings]


def test_before_the_va_there_is_no_semester() -> None:
    found = state(order(*ADVANCE), "2026-12-01")
    assert codes(found, "send_journal") == {"R28-no-va"}
    assert codes(found, "request_semester") == {"R69-balance-not-validated", "R28-no-va"}


def test_the_three_recipients_are_three_facts() -> None:
    to_asp = journal(1, "2027-09-10", recipients=("asp",))
    assert said(about("send_journal", 1, "2027-09-11", to_asp)) == [("A7-recipients", "info")]
    message = about("send_journal", 1, "2027-09-11", to_asp)[0].message
    assert plain(message) == (
        "Journal du semestre 1 transmis à l’ASP le 10 septembre 2027 à 0 h. Reste l’envoi : l’ANS, le client."
    )
    others = journal(1, "2027-10-05", recipients=("ans", "client"))
    assert said(about("send_journal", 1, "2027-10-06", to_asp, others)) == [("R29-journal-sent", "error")]


def test_a_journal_sent_to_the_ans_alone_does_not_meet_the_date() -> None:
    found = state(order(*FUNDED, journal(1, "2027-09-10", recipients=("ans",))), "2027-10-01")
    assert found.deadline("journal-1").status == "missed"
    assert sentence(found, "send_journal", "R29-missing") == (
        "Aucun journal du semestre 1 n’est parvenu à l’ASP au 30 septembre 2027 à 23 h 59. "
        "Le semestre n’est pas financé. Passez au semestre suivant."
    )
    assert found.deadline("ans-verification-1").due_at == at("2028-03-31T23:59:59")


@pytest.mark.parametrize("action", ["send_journal", "request_semester"])
def test_a_semester_is_asked_about_by_its_number(action: str) -> None:
    assert ("R28-no-semester", "error") in said(about(action, 7, "2027-09-11"))
    assert said(about(action, 2, "2027-09-11"))[0][0] in {"R29-not-ended", "R69-not-ended"}
    stopped = event("terminated", "2027-08-20", last_activity_on=date(2027, 8, 20))
    assert ("R71-after-termination", "error") in said(about(action, 2, "2027-09-11", stopped))


def test_a_lost_semester_asked_about_says_why() -> None:
    assert said(about("send_journal", 1, "2027-10-02")) == [("R29-missing", "error")]
    nonconforming = (journal(1, "2027-09-10"), event("journal_nonconforming", "2027-09-20", semester=1))
    assert said(about("request_semester", 1, "2027-09-21", *nonconforming)) == [("R29-nonconforming", "error")]
    assert said(about("send_journal", 1, "2027-09-21", *nonconforming)) == [("R29-nonconforming", "warning")]
    assert said(about("request_semester", 1, "2027-10-01", *nonconforming)) == [("R29-nonconforming", "error")]
    again = (*nonconforming, journal(1, "2027-09-25"))
    assert said(about("request_semester", 1, "2027-09-26", *again)) == []


def test_a_journal_that_the_ans_refuses_after_the_delay_is_lost() -> None:
    facts = order(*FUNDED, journal(1, "2027-09-10"), event("journal_nonconforming", "2027-12-01", semester=1))
    assert state(facts, "2027-11-30").semesters[0].amount == euros("834.51")
    lost = state(facts, "2027-12-02").semesters[0]
    assert (lost.standing, lost.amount) == (Standing.LOST, 0)


def test_a_verification_by_the_ans_warns_and_blocks_nothing() -> None:
    opened = (journal(1, "2027-09-10"), event("ans_verification_opened", "2027-10-10", semester=1))
    facts = order(*FUNDED, *opened, event("semester_requested", "2027-09-20", semester=1))
    found = state(facts, "2027-10-11")
    assert found.semesters[0].journal.state is JournalState.VERIFICATION
    assert found.deadline("ans-verification-1").status == "met"
    assert ("R30-verification", "warning") in said(about("request_semester", 1, "2027-10-11", *opened))


def test_a_request_is_made_once_the_semester_is_over_and_only_once() -> None:
    sent = journal(1, "2027-09-10")
    assert said(about("request_semester", 1, "2027-09-05")) == [("R29-journal-missing", "error")]
    asked = event("semester_requested", "2027-09-12", semester=1)
    assert said(about("request_semester", 1, "2027-09-13", sent, asked)) == [("R69-semester-filed", "error")]
    validated = event("semester_validated", "2027-09-20", semester=1)
    assert said(about("request_semester", 1, "2027-09-21", sent, asked, validated)) == [
        ("R69-semester-validated", "error")
    ]
    rejected = event("semester_rejected", "2027-09-20", semester=1)
    assert said(about("request_semester", 1, "2027-09-21", sent, asked, rejected)) == []


def test_a_request_that_nothing_delayed_is_late_after_its_date() -> None:
    sent = journal(1, "2027-09-10")
    assert said(about("request_semester", 1, "2027-09-30T23:59:59", sent)) == []
    assert said(about("request_semester", 1, "2027-10-01", sent)) == [("R59-request-late", "error")]


def test_a_lost_semester_warns_beside_one_that_may_be_requested() -> None:
    found = state(order(*FUNDED, journal(2, "2028-03-10")), "2028-03-12")
    assert found.action("request_semester").allowed
    assert warnings(found, "request_semester") == {"R29-missing"}
    alone = state(order(*FUNDED), "2028-03-12")
    assert warnings(alone, "send_journal") == {"R29-missing"}
    assert alone.action("send_journal").allowed


def test_the_last_semester_asks_for_the_secondary_invoice() -> None:
    done = tuple(each for number in range(1, 6) for each in whole_semester(number))
    facts = order(*FUNDED, *done, journal(6, "2030-03-10"))
    assert codes(state(facts, "2030-03-11"), "request_semester") == {"R70-invoice-missing"}
    invoiced = replace(facts, events=(*facts.events, event("secondary_invoice_issued", "2030-03-11")))
    assert state(invoiced, "2030-03-12").action("request_semester").allowed


def test_a_journal_sent_before_the_end_warns() -> None:
    found = state(order(*FUNDED, journal(1, "2027-08-31T12:00")), "2027-09-02")
    assert [finding.code for finding in found.semesters[0].findings] == ["R29-early"]
    assert warnings(found, "request_semester") == {"R29-early"}


@pytest.mark.parametrize(
    ("dm", "amount"), [(550, "417.26"), (549, "0.00"), (699, "417.26"), (700, "834.51"), (1000, "834.51")]
)
def test_the_counts_give_the_amount(dm: int, amount: str) -> None:
    found = state(order(*FUNDED, journal(1, "2027-09-10", dm=dm)), "2027-09-11")
    assert found.semesters[0].amount == Decimal(amount)
    assert found.ledger.part("semester-1").expected == Decimal(amount)
    assert found.ledger.is_balanced


def test_a_semester_worth_nothing_is_settled() -> None:
    found = state(order(*FUNDED, journal(1, "2027-09-10", dm=0)), "2027-09-11")
    assert found.semesters[0].is_settled


def test_impossible_counts_make_a_journal_to_send_again() -> None:
    found = state(order(*FUNDED, journal(1, "2027-09-10", t=999)), "2027-09-11")
    assert found.semesters[0].standing is Standing.TO_RESEND
    assert "R29-incomplete" in codes(found, "request_semester")


def test_a_slave_ris_is_never_paid_above_the_forfait_it_ordered() -> None:
    amounts = OrderAmounts(euros("16690.22"), euros("20028.26"), euros("2086.26"), euros("2503.56"))
    facts = order(*FUNDED, journal(1, "2027-09-10"), identity=Identity.SLAVE, amounts=amounts)
    first = state(facts, "2027-09-11").semesters[0]
    assert first.amount == euros("417.26")
    assert [plain(finding.message) for finding in first.findings] == [
        "Les examens donnent 834,51 € pour le semestre 1, au-dessus du forfait commandé (417,26 €), qui est retenu."
    ]


def test_the_last_payment_closes_the_order_and_what_was_never_asked() -> None:
    life = [each for number in (1, 2, 4, 5) for each in whole_semester(number)]
    facts = order(*FUNDED, *life, journal(3, "2028-09-10"), *whole_semester(6))
    found = state(facts, "2030-04-01")
    assert (found.stage, found.ledger.part("semester-3").expected) == ("closed", 0)
    (adjustment,) = found.ledger.adjustments
    assert (adjustment.part, adjustment.rule, adjustment.amount) == ("semester-3", "R60", euros("834.51"))
    asked = (*life, journal(3, "2028-09-10"), event("semester_requested", "2028-09-20", semester=3))
    waiting = state(order(*FUNDED, *asked, *whole_semester(6)), "2030-04-01")
    assert (waiting.stage, waiting.ledger.part("semester-3").expected) == ("secondary", euros("834.51"))


def test_when_every_journal_is_lost_nothing_is_left_to_claim() -> None:
    found = state(order(*FUNDED), "2030-04-01")
    assert (found.stage, found.ledger.expected, found.ledger.is_balanced) == ("closed", 0, True)


def test_the_account_tells_what_was_requested_and_validated() -> None:
    found = state(order(*DELIVERED, BALANCE[0]), "2027-03-02")
    assert (found.ledger.requested, found.ledger.validated) == (euros("20028.26"), euros("8011.30"))
    assert found.ledger.net == euros("8011.30")
