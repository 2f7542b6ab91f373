"""A second before, at, a second after: the official dates of both programmes, day counts, months, DST nights."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from funding.domain.life import OrderState
from funding.domain.life.guards.referencing import exception_opens_at
from segur.regulation.dates import midnight
from segur.regulation.schema import Programme
from tests.funding.life.lives import (
    ADVANCE,
    BALANCE,
    DELIVERY,
    SIREN,
    around,
    at,
    box,
    codes,
    enrolment,
    event,
    journal,
    known,
    order,
    pending,
    state,
    three_pilots,
    warnings,
)
from tests.funding.programmes import DRIMBOX, RIS
from tests.orders.order_forms import client, solution

PROGRAMMES = [pytest.param(RIS, id="RIS"), pytest.param(DRIMBOX, id="DRIMbox")]


def official(programme: Programme, number: int) -> datetime:
    return programme.date_at(number).known()


def seen(programme: Programme, when: datetime, *events: object, **context: object) -> OrderState:
    make = order if programme is RIS else box
    key = "imagix-ris" if programme is RIS else "imagix-db"
    outside = {"enrolments": (enrolment(solution=key),), "pilots": three_pilots()} | context
    return state(make(*events), when, known(**outside), of=programme)  # type: ignore[arg-type]


def test_the_official_dates_are_noons_of_paris() -> None:
    assert [official(RIS, number) for number in range(1, 7)] == [
        at(day)
        for day in (
            "2025-09-10T12:00",
            "2026-05-13T12:00",
            "2026-09-16T12:00",
            "2026-11-10T12:00",
            "2027-06-09T12:00",
            "2027-09-22T12:00",
        )
    ]
    assert [official(DRIMBOX, number) for number in (5, 6)] == [at("2027-09-15T12:00"), at("2027-12-15T12:00")]


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_date_2_admits_a_complete_file_until_noon(programme: Programme) -> None:
    allowed = []
    for filed in around(official(programme, 2)):
        found = seen(programme, at("2026-11-02"), solution=pending(complete_file_submitted_at=filed))
        allowed.append("R64-not-referenced" not in codes(found, "submit_advance"))
    assert allowed == [True, True, False]


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_date_4_admits_an_advance_until_noon(programme: Programme) -> None:
    limit = official(programme, 4)
    now = [codes(seen(programme, when), "submit_advance") for when in around(limit)]
    assert now == [set(), set(), {"R24-date-4"}]
    received = [seen(programme, at("2026-12-01"), event("advance_submitted", when)) for when in around(limit)]
    assert ["R24-date-4" in codes(found, "submit_advance") for found in received] == [False, False, True]
    assert [found.deadline("advance-request").status for found in received] == ["met", "met", "missed"]
    waiting = [seen(programme, when).deadline("advance-request").status for when in around(limit)]
    assert waiting == ["open", "open", "missed"]


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_date_4_counts_the_second_part_of_a_deposit(programme: Programme) -> None:
    limit = official(programme, 4)
    deposit = event("advance_submitted", limit - timedelta(hours=1), attachments_accepted=False)
    found = [
        seen(programme, at("2026-12-01"), deposit, event("advance_attachments_accepted", when))
        for when in around(limit)
    ]
    assert ["F1-incomplete-at-limit" in codes(each, "submit_advance") for each in found] == [False, False, True]


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_date_5_admits_an_attestation_until_noon(programme: Programme) -> None:
    limit = official(programme, 5)
    allowed = [seen(programme, when, *ADVANCE).action("attest_completion").allowed for when in around(limit)]
    assert allowed == [True, True, False]
    later = limit + timedelta(days=5)
    life = [(*ADVANCE, event("completion_attested", when), *DELIVERY) for when in around(limit)]
    found = [seen(programme, later, *events) for events in life]
    assert ["R26-no-attestation" in codes(each, "submit_balance") for each in found] == [False, False, True]
    assert [each.deadline("completion").status for each in found] == ["met", "met", "missed"]


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_date_5_admits_a_balance_without_attestation_until_noon(programme: Programme) -> None:
    limit = official(programme, 5)
    found = [
        seen(programme, limit + timedelta(days=1), *ADVANCE, *DELIVERY, event("balance_submitted", when))
        for when in around(limit)
    ]
    assert ["R26-no-attestation" in codes(each, "submit_balance") for each in found] == [False, False, True]


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_date_6_admits_a_balance_until_noon(programme: Programme) -> None:
    limit = official(programme, 6)
    life = (*ADVANCE, event("completion_attested", "2027-06-01"), *DELIVERY)
    assert [codes(seen(programme, when, *life), "submit_balance") for when in around(limit)] == [
        set(),
        set(),
        {"R27-date-6"},
    ]
    filed = [seen(programme, at("2028-01-10"), *life, event("balance_submitted", when)) for when in around(limit)]
    assert [each.deadline("balance-request").status for each in filed] == ["met", "met", "missed"]


def test_date_6_of_an_incomplete_balance_is_uncertain() -> None:
    life = (*ADVANCE, event("completion_attested", "2027-06-01"), *DELIVERY)
    deposit = event("balance_submitted", "2027-09-22T11:00", attachments_accepted=False)
    found = state(order(*life, deposit), "2027-09-22T12:00:01")
    assert codes(found, "submit_balance") == {"R27-date-6", "F1-incomplete-at-limit"}
    assert found.stage == "delivered"


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_the_exception_opens_fifteen_days_before_date_4(programme: Programme) -> None:
    opens_at = exception_opens_at(programme)
    assert opens_at == at("2026-10-26T12:00")
    allowed = [seen(programme, when, solution=pending()).action("submit_advance").allowed for when in around(opens_at)]
    assert allowed == [False, True, True]


@pytest.mark.parametrize(
    ("decided", "stands"), [(date(2026, 10, 25), False), (date(2026, 10, 26), False), (date(2026, 10, 27), True)]
)
def test_a_decision_on_the_fifteenth_day_closes_the_exception(decided: date, stands: bool) -> None:
    early = (enrolment(finalised_on=None),)
    found = state(order(), "2026-11-02", known(solution=pending(referenced_on=decided), enrolments=early))
    assert found.action("submit_advance").allowed is stands


@pytest.mark.parametrize(
    ("signed", "uncertain"), [(date(2026, 10, 25), False), (date(2026, 10, 26), False), (date(2026, 10, 27), True)]
)
def test_a_signature_on_the_fifteenth_day_is_covered(signed: date, uncertain: bool) -> None:
    facts = order(clients=(client(signed_on=signed),), conditional_mention=True)
    found = state(facts, "2026-11-02", known(solution=pending()))
    assert ("R25-signed-late" in warnings(found, "submit_advance")) is uncertain


@pytest.mark.parametrize(
    ("signed", "filed", "applies"),
    [
        ("2026-01-10", "2026-05-10T00:00", False),
        ("2026-01-10", "2026-05-10T23:59:59", False),
        ("2026-01-10", "2026-05-11T00:00", True),
        ("2026-02-28", "2026-06-28T23:59:59", False),  # the clocks change on 29 March
        ("2026-02-28", "2026-06-29T00:00", True),
    ],
)
def test_one_hundred_and_twenty_calendar_days(signed: str, filed: str, applies: bool) -> None:
    facts = order(clients=(client(signed_on=date.fromisoformat(signed)),), issued_on=date(2026, 1, 5))
    found = state(facts, "2026-09-01", known(solution=pending(complete_file_submitted_at=at(filed))))
    assert (found.deadline("client-information-120-days").status == "missed") is applies


def test_the_information_of_the_client_is_due_at_the_end_of_the_hundred_and_twentieth_day() -> None:
    facts = order(clients=(client(signed_on=date(2026, 1, 10)),), issued_on=date(2026, 1, 5))
    context = known(solution=pending(complete_file_submitted_at=None))
    limit = at("2026-05-10T23:59:59")
    found = [state(facts, when, context).deadline("client-information-120-days") for when in around(limit)]
    assert [each.status for each in found] == ["open", "open", "missed"]


def test_a_referencing_of_the_day_of_the_signature_was_there_first() -> None:
    facts = order(clients=(client(signed_on=date(2026, 7, 1)),))
    same_day = state(facts, "2026-12-01", known(solution=solution(complete_file_submitted_at=None)))
    assert same_day.deadline("client-information-120-days").status == "not-applicable"


@pytest.mark.parametrize(
    ("va", "first", "last", "due"),
    [
        ("2027-02-01", "2027-03-01", "2027-08-31", "2027-09-30T23:59:59+02:00"),
        ("2027-02-28", "2027-03-01", "2027-08-31", "2027-09-30T23:59:59+02:00"),
        ("2027-07-31", "2027-08-01", "2028-01-31", "2028-02-29T23:59:59+01:00"),  # leap year
        ("2026-07-31", "2026-08-01", "2027-01-31", "2027-02-28T23:59:59+01:00"),
        ("2026-08-31", "2026-09-01", "2027-02-28", "2027-03-31T23:59:59+02:00"),  # after the March night
        ("2027-03-15", "2027-04-01", "2027-09-30", "2027-10-31T23:59:59+01:00"),  # on the October night
        ("2026-12-31", "2027-01-01", "2027-06-30", "2027-07-31T23:59:59+02:00"),
    ],
)
def test_a_journal_is_due_at_the_last_second_of_the_next_month(va: str, first: str, last: str, due: str) -> None:
    facts = order(*ADVANCE, event("va_signed", f"{va}T23:59:59", siren=SIREN), *BALANCE)
    view = state(facts, "2028-01-01").semesters[0]
    assert (view.period.starts_on.isoformat(), view.period.ends_on.isoformat()) == (first, last)
    assert view.period.journal_due_at == at(due)
    statuses = [
        state(replace(facts, events=(*facts.events, journal(1, when.isoformat()))), "2028-06-01")
        .deadline("journal-1")
        .status
        for when in around(at(due))
    ]
    assert statuses == ["met", "met", "missed"]


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2027-08-31T23:59:59", False),
        ("2027-09-01T00:00:00", True),
        ("2027-09-30T23:59:59", True),
        ("2027-10-01", False),
    ],
)
def test_a_journal_is_sent_once_the_semester_is_over(now: str, allowed: bool) -> None:
    assert state(order(*ADVANCE, *DELIVERY, *BALANCE), now).action("send_journal").allowed is allowed


def test_the_six_journals_of_a_va_of_february() -> None:
    found = state(order(*ADVANCE, *DELIVERY), "2027-03-01")
    assert [view.as_json()["journal_due_at"] for view in found.semesters] == [
        "2027-09-30T23:59:59+02:00",
        "2028-03-31T23:59:59+02:00",
        "2028-09-30T23:59:59+02:00",
        "2029-03-31T23:59:59+02:00",
        "2029-09-30T23:59:59+02:00",
        "2030-03-31T23:59:59+02:00",
    ]
    assert found.deadline("journal-2").because.replace("\u00a0", " ") == (
        "VA signée le 12 février 2027 → début le 1er mars 2027 → semestre 2, fin le 29 février 2028 → "
        "journal au plus tard le 31 mars 2028 à 23 h 59."
    )


def test_a_va_signed_on_the_dst_night_is_dated_in_paris() -> None:
    # 00:30 in Paris on 1 April is still 31 March in UTC.
    facts = order(*ADVANCE, event("va_signed", "2027-03-31T22:30:00Z", siren=SIREN))
    assert state(facts, "2027-04-02").life.va_on == date(2027, 4, 1)


def test_the_ans_has_six_months_from_the_end_of_the_month_of_receipt() -> None:
    facts = order(*ADVANCE, *DELIVERY, *BALANCE, journal(1, "2027-09-01"))
    due = at("2028-03-31T23:59:59")
    found = [state(facts, when).deadline("ans-verification-1") for when in around(due)]
    assert [(each.due_at, each.status) for each in found] == [(due, "open"), (due, "open"), (due, "met")]


def test_a_signature_of_the_day_of_date_4_is_in_time() -> None:
    unsigned = order(clients=(client(signed_on=None, signature=None),))
    assert state(unsigned, "2026-11-10T23:59:59").action("sign").allowed
    assert codes(state(unsigned, "2026-11-11T00:00:00"), "sign") == {"R22-date-4-passed"}


@pytest.fixture(params=["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def machine_zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_nothing_depends_on_the_zone_of_the_machine(machine_zone: str) -> None:
    facts = order(*ADVANCE, *DELIVERY, *BALANCE, journal(1, "2027-09-30T23:59:59"))
    found = state(facts, "2027-10-02")
    assert found.as_json()["deadlines"][4]["due_at"] == "2027-09-30T23:59:59+02:00"  # type: ignore[index]
    assert (found.stage, found.deadline("journal-1").status) == ("secondary", "met")
    assert state(order(), midnight(date(2026, 7, 10))).stage == "issued"
