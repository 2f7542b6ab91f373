"""Made-up lives: orders that break no rule, their events, and the state of a changed one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from funding.domain.life import LifeContext, OrderState, PilotRecord, fold, order_state, pilots_of
from orders.domain.snapshot import (
    EnrolmentFacts,
    EnrolmentKind,
    OrderEventFacts,
    OrderFacts,
    SolutionFacts,
    SupplierFacts,
    SupplierRole,
)
from segur.regulation.dates import parse_instant
from segur.regulation.schema import Programme
from tests.funding.programmes import DRIMBOX, RIS
from tests.orders.order_files import OTHER_SIREN, SIREN, SUPPLIER, keyed
from tests.orders.order_forms import client, drimbox, other_client, ris, solution

THIRD_SIREN = keyed("55555560")
FOURTH_SIREN = keyed("66666660")

SECOND = timedelta(seconds=1)


def at(text: str) -> datetime:
    return parse_instant(text)


def event(type_: str, when: str | datetime, /, **extra: Any) -> OrderEventFacts:
    return OrderEventFacts(type_, at(when) if isinstance(when, str) else when, tuple(extra.items()))


def euros(text: str) -> Decimal:
    return Decimal(text)


def supplier(**changes: Any) -> SupplierFacts:
    facts = SupplierFacts(SUPPLIER, "Imagix", SupplierRole.EDITOR, psc_operator_authorised_on=date(2026, 2, 1))
    return replace(facts, **changes)


def enrolment(**changes: Any) -> EnrolmentFacts:
    facts = EnrolmentFacts(
        SUPPLIER,
        "imagix-ris",
        "ENR0001",
        EnrolmentKind.INITIAL,
        early=True,
        submitted_on=date(2025, 6, 2),
        validated_on=date(2025, 6, 20),
        finalised_on=date(2026, 7, 5),
    )
    return replace(facts, **changes)


def three_pilots(when: str = "2026-12-15") -> tuple[PilotRecord, ...]:
    return tuple(PilotRecord(siren, at(when), at("2026-09-01")) for siren in (OTHER_SIREN, THIRD_SIREN, FOURTH_SIREN))


def known(**changes: Any) -> LifeContext:
    """A context in which nothing outside the order blocks it."""
    context = LifeContext(
        supplier=supplier(),
        solution=solution(),
        enrolments=(enrolment(),),
        pilots=three_pilots(),
        declared=euros("20028.26"),
    )
    return replace(context, **changes)


def pending(**changes: Any) -> SolutionFacts:
    """A solution whose complete file is in time and whose decision is missing (R25)."""
    return solution(**{"referenced_on": None, "complete_file_submitted_at": at("2026-04-20T09:00")} | changes)


ADVANCE = (
    event("advance_submitted", "2026-09-01T10:00", json_accepted=True, attachments_accepted=True),
    event("advance_validated", "2026-09-20"),
    event("advance_paid", "2026-10-05", amount=euros("8011.30")),
)
DELIVERY = (
    event("va_signed", "2027-02-12T15:00", siren=SIREN),
    event("invoice_issued", "2027-02-15", number="F-1", ht=euros("16690.22"), ttc=euros("20028.26")),
)
BALANCE = (
    event("balance_submitted", "2027-03-01T10:00"),
    event("balance_validated", "2027-03-20"),
    event("balance_paid", "2027-04-10", amount=euros("12016.96")),
)


def journal(number: int, when: str, **changes: Any) -> OrderEventFacts:
    counts = {"t": 1000, "tm": 1000, "te": 0, "te_qualified": 0, "dm": 800, "de": 0}
    return event(
        "journal_sent", when, **{"semester": number, "recipients": ("asp", "ans", "client")} | counts | changes
    )


#: The semesters of a VA signed on 12 February 2027: an instant of the month in which the journal is due.
JOURNAL_DAYS = {
    1: "2027-09-10",
    2: "2028-03-10",
    3: "2028-09-10",
    4: "2029-03-10",
    5: "2029-09-10",
    6: "2030-03-10",
}


def whole_semester(number: int, amount: str = "834.51") -> tuple[OrderEventFacts, ...]:
    """Journal, request, validation and payment of one semester, in its month and the next."""
    day = JOURNAL_DAYS[number]
    invoice = (event("secondary_invoice_issued", f"{day}T09:00", number="F-2"),) if number == 6 else ()
    return (
        journal(number, day),
        *invoice,
        event("semester_requested", f"{day}T10:00", semester=number),
        event("semester_validated", f"{day}T11:00", semester=number),
        event("semester_paid", f"{day}T12:00", semester=number, amount=euros(amount)),
    )


def order(*events: OrderEventFacts, **changes: Any) -> OrderFacts:
    return ris(events=events, **changes)


def box(*events: OrderEventFacts, **changes: Any) -> OrderFacts:
    return drimbox(events=events, **changes)


def two_clients(*events: OrderEventFacts, **changes: Any) -> OrderFacts:
    return ris(events=events, clients=(client(), other_client()), **changes)


def state(
    facts: OrderFacts, now: str | datetime, context: LifeContext | None = None, *, of: Programme | None = None
) -> OrderState:
    programme = of or (DRIMBOX if facts.programme == "IMG-DB-Va2" else RIS)
    instant = at(now) if isinstance(now, str) else now
    return order_state(facts, programme=programme, context=context or known(), now=instant)


def codes(found: OrderState, action: str) -> set[str]:
    """Codes of the errors that block an action."""
    return {finding.code for finding in found.action(action).blockers if finding.blocks}


def warnings(found: OrderState, action: str) -> set[str]:
    return {finding.code for finding in found.action(action).blockers if finding.severity == "warning"}


def sentence(found: OrderState, action: str, code: str) -> str:
    """What the user reads, breakable spaces for the eye of the test's reader."""
    (said,) = [finding.sentence for finding in found.action(action).blockers if finding.code == code]
    return plain(said)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def around(limit: datetime) -> tuple[datetime, datetime, datetime]:
    """A second before, at, a second after."""
    return limit - SECOND, limit, limit + SECOND


def pilots_among(orders: Iterable[OrderFacts], until: datetime) -> tuple[PilotRecord, ...]:
    return pilots_of(fold(facts, until) for facts in orders)
