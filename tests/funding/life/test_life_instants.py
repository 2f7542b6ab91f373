"""Facts that fall exactly on the instant that decides: a day counts from 00:00 in Paris, an instant includes itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from funding.domain.life import PilotRecord
from funding.domain.life.facts import LifeFacts
from funding.domain.life.guards.referencing import Referencing, referencing
from funding.domain.life.semesters import Standing
from orders.domain.snapshot import Mandate, SupplierRole
from segur.regulation.dates import midnight
from tests.funding.life.lives import (
    ADVANCE,
    BALANCE,
    DELIVERY,
    OTHER_SIREN,
    SIREN,
    SUPPLIER,
    THIRD_SIREN,
    around,
    at,
    box,
    codes,
    enrolment,
    euros,
    event,
    journal,
    known,
    order,
    pending,
    sentence,
    state,
    supplier,
    three_pilots,
    two_clients,
    warnings,
)
from tests.orders.order_forms import client, solution

FUNDED = (*ADVANCE, *DELIVERY, *BALANCE)
DAY = date(2026, 9, 2)


@pytest.mark.parametrize(
    ("context", "code"),
    [
        (known(solution=solution(referenced_on=DAY)), "R64-not-referenced"),
        (known(enrolments=(enrolment(validated_on=DAY, finalised_on=DAY),)), "R64-enrolment-not-validated"),
        (known(enrolments=(enrolment(finalised_on=DAY),)), "R64-enrolment-not-final"),
        (known(supplier=supplier(psc_operator_authorised_on=DAY)), "R12-psc-authorisation"),
    ],
)
def test_what_is_known_by_its_day_counts_from_its_midnight(context: object, code: str) -> None:
    facts = order(clients=(client(signed_on=date(2026, 9, 1)),), conditional_mention=True)
    found = [code in codes(state(facts, when, context), "submit_advance") for when in around(midnight(DAY))]  # type: ignore[arg-type]
    assert found == [True, False, False]


def test_a_mandate_and_a_signature_count_from_their_midnight() -> None:
    mandate = Mandate(SUPPLIER, "imagix-ris", DAY)
    context = known(supplier=supplier(role=SupplierRole.DISTRIBUTOR, mandates=(mandate,)))
    instants = around(midnight(DAY))
    assert ["R2-mandate" in warnings(state(order(), when, context), "submit_advance") for when in instants] == [
        True,
        False,
        False,
    ]
    signed = order(clients=(client(signed_on=DAY),))
    assert [state(signed, when).stage for when in instants] == ["issued", "signed", "signed"]
    filed = [
        state(order(event("advance_submitted", when), clients=(client(signed_on=DAY),)), "2026-10-01")
        for when in instants
    ]
    assert ["R64-not-signed" in codes(each, "submit_advance") for each in filed] == [True, False, False]


def test_the_last_decision_of_the_ans_wins() -> None:
    again = solution(refused_on=date(2026, 6, 1), referenced_on=date(2026, 7, 1))
    assert referencing(again, at("2026-06-15")) is Referencing.REFUSED
    assert referencing(again, at("2026-07-01")) is Referencing.GRANTED
    same_day = solution(referenced_on=date(2026, 7, 1), withdrawn_on=date(2026, 7, 1))
    assert referencing(same_day, at("2026-07-01")) is Referencing.WITHDRAWN
    before = solution(referenced_on=date(2026, 7, 1), withdrawn_on=date(2026, 6, 1))
    assert referencing(before, at("2026-08-01")) is Referencing.GRANTED


def test_the_way_out_before_the_exception_depends_on_the_complete_file() -> None:
    facts = order(conditional_mention=True)
    limit = at("2026-05-13T12:00")
    announced = [
        "le dépôt s’ouvre"
        in sentence(
            state(facts, "2026-10-01", known(solution=pending(complete_file_submitted_at=filed))),
            "submit_advance",
            "R64-not-referenced",
        )
        for filed in around(limit)
    ]
    assert announced == [True, True, False]


@pytest.mark.parametrize("what", ["advance", "va", "invoice", "pilot"])
def test_a_balance_received_at_the_very_instant_of_a_condition_has_it(what: str) -> None:
    moment = at("2027-03-01T10:00")

    def blocked(when: datetime) -> set[str]:
        told = {
            "advance": (event("advance_validated", when if what == "advance" else "2026-09-20"),),
            "va": (event("va_signed", when if what == "va" else "2027-02-12", siren=SIREN),),
            "invoice": (event("invoice_issued", when if what == "invoice" else moment, ttc=euros("20028.26")),),
        }
        pilots = three_pilots()
        if what == "pilot":
            pilots = (*pilots[:1], PilotRecord(OTHER_SIREN, when, moment), PilotRecord(THIRD_SIREN, moment, when))
            pilots = (*pilots, PilotRecord(SIREN, when, when))
        facts = order(
            ADVANCE[0], *(each for events in told.values() for each in events), event("balance_submitted", moment)
        )
        found = state(facts, "2027-04-01", known(pilots=pilots))
        return codes(found, "submit_balance") - {"R68-balance-filed", "R67-invoice-before-va"}

    code = {
        "advance": "R68-advance-not-validated",
        "va": "R68-va-missing",
        "invoice": "R67-invoice-missing",
        "pilot": "R65-pilots",
    }[what]
    assert [blocked(when) for when in around(moment)] == [set(), set(), {code}]


def test_pilots_are_counted_in_good_french() -> None:
    said = []
    for count in (0, 1, 2):
        found = state(order(*ADVANCE, *DELIVERY), "2027-02-20", known(pilots=three_pilots()[:count]))
        said.append(sentence(found, "submit_balance", "R65-pilots").partition(".")[0])
    assert said == ["Aucun pilote conforme sur 3", "1 pilote conforme sur 3", "2 pilotes conformes sur 3"]


def test_a_change_asked_for_is_in_time_until_the_limit() -> None:
    facts = order(event("advance_submitted", "2026-11-09"), event("advance_change_requested", "2026-11-09T10:00"))
    found = [
        "R24-changed-later" in warnings(state(facts, when), "submit_advance") for when in around(at("2026-11-10T12:00"))
    ]
    assert found == [False, False, True]


def test_a_json_accepted_on_the_limit_leaves_an_uncertain_deposit() -> None:
    found = []
    for when in around(at("2026-11-10T12:00")):
        facts = order(
            event("advance_submitted", when, attachments_accepted=False),
            event("advance_attachments_accepted", "2026-11-12"),
        )
        found.append("F1-incomplete-at-limit" in codes(state(facts, "2026-11-13"), "submit_advance"))
    assert found == [True, True, False]


def test_an_order_given_up_on_a_limit_leaves_no_missed_duty() -> None:
    limit = at("2027-09-22T12:00")
    found = [
        state(order(*ADVANCE, event("cancelled", when)), "2028-01-01").deadline("balance-request").status
        for when in around(limit)
    ]
    assert found == ["not-applicable", "not-applicable", "missed"]


def test_a_referencing_to_come_is_not_known_yet() -> None:
    facts = order(clients=(client(signed_on=date(2026, 6, 1)),), issued_on=date(2026, 5, 4))
    context = known(solution=solution(complete_file_submitted_at=None, referenced_on=date(2026, 7, 1)))
    late = order(clients=(client(signed_on=date(2026, 7, 1)),))
    assert state(facts, "2026-06-30", context).deadline("client-information-120-days").status == "open"
    assert state(late, "2026-07-01", context).deadline("client-information-120-days").status == "not-applicable"


def test_a_complete_file_of_this_instant_is_known() -> None:
    facts = order(clients=(client(signed_on=date(2026, 3, 1)),), issued_on=date(2026, 2, 1))
    filed = at("2026-04-20T09:00")
    found = [
        state(facts, when, known(solution=pending(complete_file_submitted_at=filed)))
        .deadline("client-information-120-days")
        .status
        for when in around(filed)
    ]
    assert found == ["open", "not-applicable", "not-applicable"]


def test_the_rest_of_the_main_prestation_is_due_until_date_4_is_missed() -> None:
    found = [state(order(), when).deadline("completion").status for when in around(at("2026-11-10T12:00"))]
    assert found == ["open", "open", "not-applicable"]


def test_a_balance_validated_on_the_due_date_did_not_delay_the_request() -> None:
    due = at("2027-09-30T23:59:59")
    events = (*ADVANCE, *DELIVERY, BALANCE[0], journal(1, "2027-09-10"))
    found = [state(order(*events, event("balance_validated", when)), "2027-10-05") for when in around(due)]
    assert [each.deadline("semester-request-1").status for each in found] == ["missed", "missed", "open"]
    waiting = [state(order(*events), when).deadline("semester-request-1").status for when in around(due)]
    assert waiting == ["open", "open", "open"]
    asked = event("semester_requested", "2027-10-20", semester=1)
    later = order(*events, event("balance_validated", "2027-10-15"), asked)
    assert state(later, "2027-10-21").deadline("semester-request-1").status == "met"


def test_an_answer_and_a_delivery_are_in_time_until_the_last_second() -> None:
    dispute = event("dispute_opened", "2026-10-21T16:00", kind="am", value="511782349")
    due = at("2026-11-04T23:59:59")
    answered = [
        state(order(dispute, event("dispute_answered", when)), "2026-12-01").deadline("dispute-reply").status
        for when in around(due)
    ]
    assert answered == ["met", "met", "missed"]
    waiting = [state(order(dispute), when).deadline("dispute-reply").status for when in around(due)]
    assert waiting == ["open", "open", "missed"]
    asked = event("portability_requested", "2026-09-01T17:00", siren=SIREN)
    delivered = [
        state(order(asked, event("portability_delivered", when, siren=SIREN)), "2026-12-01")
        .deadline("portability")
        .status
        for when in around(at("2026-10-16T23:59:59"))
    ]
    assert delivered == ["met", "met", "missed"]


def test_the_support_ends_after_its_last_second() -> None:
    facts = order(*ADVANCE, *DELIVERY, BALANCE[0])
    found = [state(facts, when).deadline("support-end").status for when in around(at("2029-03-01T23:59:59"))]
    assert found == ["open", "open", "met"]


@pytest.mark.parametrize(
    ("last_day", "standings"),
    [
        (date(2027, 8, 31), (Standing.RUNNING, Standing.DROPPED)),
        (date(2027, 9, 1), (Standing.RUNNING, Standing.TO_COME)),
        (date(2027, 8, 30), (Standing.RUNNING, Standing.DROPPED)),
    ],
)
def test_a_semester_begun_on_the_last_day_of_activity_is_due(last_day: date, standings: tuple[Standing, ...]) -> None:
    found = state(order(*FUNDED, event("terminated", "2027-05-01", last_activity_on=last_day)), "2027-05-02")
    assert tuple(view.standing for view in found.semesters[:2]) == standings
    shortened = [any(each.code == "A35-shortened" for each in view.findings) for view in found.semesters[:2]]
    assert shortened == [last_day == date(2027, 8, 30), last_day == date(2027, 9, 1)]
    assert [view.number for view in found.semesters if view.is_last] == [2 if last_day.month == 9 else 1]


def test_a_semester_stands_as_its_days_pass() -> None:
    facts = order(*FUNDED)
    found = [
        (when, str(state(facts, when).semesters[1].standing))
        for when in (
            "2027-08-31T23:59:59",
            "2027-09-01T00:00:00",
            "2028-02-29T23:59:59",
            "2028-03-01T00:00:00",
            "2028-03-31T23:59:59",
            "2028-04-01T00:00:00",
        )
    ]
    assert [standing for _, standing in found] == [
        "to-come",
        "running",
        "running",
        "journal-due",
        "journal-due",
        "lost",
    ]


def test_a_journal_sent_again_at_the_instant_of_its_refusal_is_the_refused_one() -> None:
    refused = (journal(1, "2027-09-10"), event("journal_nonconforming", "2027-09-20T10:00", semester=1))
    same = state(order(*FUNDED, *refused, journal(1, "2027-09-20T10:00")), "2027-09-21")
    assert same.semesters[0].standing is Standing.TO_RESEND
    after = state(order(*FUNDED, *refused, journal(1, "2027-09-20T10:00:01")), "2027-09-21")
    assert after.semesters[0].standing is Standing.CONFORMING


def test_a_journal_incomplete_on_its_due_second_is_not_late_but_incomplete() -> None:
    found = state(order(*FUNDED, journal(1, "2027-09-30T23:59:59", dm=None)), "2027-10-01")
    assert [finding.code for finding in found.semesters[0].findings] == ["R29-incomplete"]


def test_a_box_whose_semesters_are_all_over_expects_nothing_more() -> None:
    context = known(solution=solution(programme="IMG-DB-Va2"), enrolments=(enrolment(solution="imagix-db"),))
    paid = (
        journal(1, "2027-09-10"),
        event("semester_requested", "2027-09-11", semester=1),
        event("semester_validated", "2027-09-20", semester=1),
        event("semester_paid", "2027-10-01", semester=1, amount=euros("700.00")),
    )
    found = state(box(*FUNDED, *paid), "2030-04-01", context)
    assert (found.stage, found.ledger.expected, found.ledger.is_balanced) == ("closed", 0, True)
    (adjustment,) = found.ledger.adjustments
    assert (adjustment.part, adjustment.rule, adjustment.amount) == ("secondary", "R60", euros("4307.06"))


def test_the_first_day_of_the_secondary_begins_at_midnight() -> None:
    facts = order(*ADVANCE, event("va_signed", "2027-03-02", siren=SIREN), *BALANCE)
    found = [state(facts, when).stage for when in around(at("2027-04-01"))]
    assert found == ["balance_validated", "secondary", "secondary"]


def test_a_life_without_client_has_neither_signature_nor_verification() -> None:
    nobody = LifeFacts()
    assert (nobody.signed_by_all, nobody.signed_on, nobody.delivered, nobody.va_on) == (False, None, False, None)
    one = replace(two_clients(), clients=())
    assert state(one, "2026-09-01").stage == "issued"
