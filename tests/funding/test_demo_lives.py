"""The lives of the demonstration’s orders: every fact has its step, every amount is exact, every situation is there."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from funding.demo.data import load_demonstration
from funding.demo.orders.known import orders_known
from funding.demo.orders.stories import tell
from funding.domain.life import STAGES, OrderState, replay
from funding.domain.life.deadlines import Status
from funding.domain.life.facts import RequestState
from funding.domain.life.semesters import Standing
from funding.models import Dossier, LifeEvent
from funding.selectors.life import states
from funding.selectors.life_events import orders_with_life
from orders.domain.snapshot import OrderFacts
from orders.models import Order
from orders.selectors.facts import with_form
from segur.regulation.dates import PARIS, noon, paris_date
from segur.regulation.finding import Severity
from segur.regulation.schema import Vat
from segur.texts import catalogue

TODAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAYS = [
    datetime(2026, 3, 1, 9, 0, tzinfo=UTC),
    TODAY,
    datetime(2027, 7, 1, 9, 0, tzinfo=UTC),
    datetime(2028, 3, 1, 9, 0, tzinfo=UTC),
    datetime(2030, 1, 1, 0, 30, tzinfo=UTC),
]
DATE_4 = noon(date(2026, 11, 10))
# Kept by the order itself, with its state.
ENDS = {"cancelled", "withdrawn"}
# Most seconds of processor that laying everything may take.
MOST = 6


# The last file of the suppliers is that much older than the day of the demonstration.
LAST_FILE = timedelta(hours=2)


def told(day: datetime) -> list[OrderFacts]:
    return list(orders_known(tell(paris_date(day)).orders, day - LAST_FILE))


def standing(day: datetime) -> list[OrderState]:
    return states(list(with_form(Order.objects.order_by("pk"))), now=day)


@pytest.mark.django_db
@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.date().isoformat())
def test_every_fact_told_by_then_is_recorded_and_none_is_refused(day: datetime) -> None:
    began = time.process_time()
    load_demonstration(day)
    assert time.process_time() - began < MOST
    facts = [event for order in told(day) for event in order.events]
    assert LifeEvent.objects.count() == sum(event.type not in ENDS for event in facts)
    recorded = orders_with_life(list(with_form(Order.objects.order_by("pk"))))
    assert [(order.number, replay(order).refused) for order in recorded if replay(order).refused] == []
    assert sum(len(order.events) for order in recorded) == len(facts)


@pytest.mark.parametrize("day", DAYS, ids=lambda day: day.date().isoformat())
def test_the_machines_take_every_story_to_its_end(day: datetime) -> None:
    lives = [(order.number, replay(order).refused) for order in tell(paris_date(day)).orders]
    assert [life for life in lives if life[1]] == []
    assert len(lives) > 150


@pytest.mark.django_db
def test_every_stage_is_there_today_but_the_one_that_needs_six_semesters() -> None:
    load_demonstration(TODAY)
    assert set(Dossier.objects.values_list("stage", flat=True)) == set(STAGES) - {"closed"}
    filed = [state for state in standing(TODAY) if state.life.advance.deposits]
    assert len(filed) > 0.7 * Order.objects.exclude(first_signed_on=None).count()
    assert sum(bool(state.life.advance.payments) for state in filed) > 80
    assert {str(state.life.completion.state) for state in filed} == {"undeclared", "attested", "impossible"}


@pytest.mark.django_db
def test_later_days_bring_later_semesters_and_orders_that_are_closed() -> None:
    load_demonstration(DAYS[-1])
    found = standing(DAYS[-1])
    assert sum(state.stage == "closed" for state in found) > 40
    assert {semester.number for state in found for semester in state.semesters if semester.is_paid} == {*range(1, 7)}


def _paid_column(order: OrderFacts) -> Decimal:
    """The smaller of the price and the ceiling, read from the texts and the form (R56)."""
    assert order.tranche is not None
    row = catalogue().programme(order.programme, on=order.issued_on).prestations[order.prestation].ceilings
    ceiling = row[order.tranche.letter].paid(order.vat).known()
    agreed = order.amounts.principal_ht if order.vat is Vat.NONE else order.amounts.principal_ttc
    assert agreed is not None
    return min(agreed, ceiling)


@pytest.mark.django_db
@pytest.mark.parametrize("day", DAYS[1:], ids=lambda day: day.date().isoformat())
def test_what_is_paid_is_forty_and_sixty_percent_and_every_account_balances(day: datetime) -> None:
    load_demonstration(day)
    amounts = 0
    for state in standing(day):
        assert state.ledger.is_balanced
        assert state.ledger.overpaid == 0
        for request, share in ((state.life.advance, Decimal("0.4")), (state.life.balance, Decimal("0.6"))):
            for payment in request.payments:
                assert payment.amount is not None
                assert abs(payment.amount - share * _paid_column(state.order)) < Decimal("0.01")
                amounts += 1
    assert amounts > 100


def _broken(state: OrderState, action: str) -> set[str]:
    """The rules that a request broke, beside the fact that it is filed and that the order may have ended since."""
    return {
        finding.code
        for finding in state.action(action).blockers
        if finding.severity is Severity.ERROR
        and not finding.code.endswith(("-filed", "-validated"))
        and not finding.code.startswith("R71-")
    }


@pytest.mark.django_db
@pytest.mark.parametrize("day", DAYS[1:], ids=lambda day: day.date().isoformat())
def test_requests_that_were_received_kept_the_rules_but_the_one_received_too_late(day: datetime) -> None:
    load_demonstration(day)
    found = standing(day)
    advances = [_broken(state, "submit_advance") for state in found if state.life.advance.is_filed]
    assert [codes for codes in advances if codes] == ([{"R24-date-4"}] if day == TODAY else [])
    balances = [_broken(state, "submit_balance") for state in found if state.life.balance.is_filed]
    assert [codes for codes in balances if codes] == []


@pytest.mark.django_db
def test_two_requests_stand_on_each_side_of_date_4() -> None:
    load_demonstration(TODAY)
    late = {state.life.advance.received_at for state in standing(TODAY) if state.life.advance.received_at}
    assert max(late) == DATE_4.replace(second=1)
    assert sorted(late)[-2] == DATE_4


@pytest.mark.django_db
def test_requests_wait_in_every_way_today() -> None:
    load_demonstration(TODAY)
    found = standing(TODAY)
    assert {state.life.advance.state for state in found} == set(RequestState) - {RequestState.UNREAD}
    assert RequestState.UNREAD not in {state.life.advance.state for state in found}
    assert {state.life.balance.state for state in found} >= {
        RequestState.RECEIVED,
        RequestState.CHANGE_REQUESTED,
        RequestState.REJECTED,
        RequestState.VALIDATED,
    }
    half = [state for state in found if 0 < len(state.life.vas) < len(state.life.clients)]
    assert [state.stage for state in half] == ["advance_validated"]
    assert [state.stage for state in found if state.life.exit == "closed"] == ["rejected"]
    unread = [state for state in found if any(each.json_accepted_at is None for each in state.life.advance.deposits)]
    assert [state.stage for state in unread] == ["advance_validated"]


def _pilots(found: Iterable[OrderState]) -> dict[tuple[str, str], list[str]]:
    by_pair: dict[tuple[str, str], list[str]] = {}
    for state in found:
        reports = [str(pilot.state) for pilot in state.life.pilots.values()]
        if reports:
            by_pair.setdefault((state.order.supplier, state.order.solution), []).extend(reports)
    return by_pair


@pytest.mark.django_db
def test_pilots_three_two_and_one() -> None:
    load_demonstration(TODAY)
    found = _pilots(standing(TODAY))
    assert sorted(sorted(reports) for reports in found.values() if "conforming" in reports) == [
        ["conforming", "conforming", "conforming"],
        ["conforming", "conforming", "nonconforming"],
        ["conforming", "sent", "signed"],
    ]


@pytest.mark.django_db
def test_first_semesters_half_performed_late_and_due_within_the_week() -> None:
    load_demonstration(TODAY)
    semesters = [(state, semester) for state in standing(TODAY) for semester in state.semesters]
    half = [each for _, each in semesters if each.is_paid and each.computed and each.computed.perf_m == Decimal("0.5")]
    assert len(half) == 1
    assert half[0].ordered is not None
    assert abs(half[0].paid - half[0].ordered / 2) < Decimal("0.01")
    lost = [each for _, each in semesters if each.standing is Standing.LOST]
    assert [[finding.code for finding in each.findings if finding.blocks] for each in lost] == [["R29-late"]]
    due = [
        (str(each.standing), each.period.journal_due_at)
        for _, each in semesters
        if each.standing in (Standing.JOURNAL_DUE, Standing.TO_RESEND)
        and paris_date(each.period.journal_due_at) == date(2026, 11, 30)
    ]
    limit = datetime(2026, 11, 30, 23, 59, 59, tzinfo=PARIS)
    assert sorted(due) == [("journal-due", limit), ("to-resend", limit)]
    assert any(each.journal.verification_at for _, each in semesters)


@pytest.mark.django_db
def test_ends_money_asked_back_and_data_to_hand_over() -> None:
    load_demonstration(TODAY)
    found = standing(TODAY)
    assert [state.stage for state in found if state.life.termination] == ["terminated"]
    asked = [state for state in found if state.life.repayments_ordered]
    assert len(asked) == 2
    for state in asked:
        assert len(state.life.notices) == 1
        assert state.life.repayments_ordered[0].amount == state.worth.advance
    assert sorted(state.ledger.repayment_due == 0 for state in asked) == [False, True]
    waiting = [state for state in found if state.life.portability]
    assert [state.deadline("portability").status for state in waiting] == [Status.OPEN]
