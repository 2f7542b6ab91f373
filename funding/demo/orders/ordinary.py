"""The life of orders about which there is nothing to tell: requests in time, a delivery, six semesters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from funding.demo.orders import market
from funding.demo.orders.course import FULL, HALF, Course
from funding.demo.orders.desk import working_day
from orders.domain.snapshot import OrderFacts

# Date 4 is 10/11/2026, Date 5 is 09/06/2027: the last days on which people still file an advance, or deliver.
_LAST_ADVANCE, _LAST_VA = date(2026, 11, 9), date(2027, 5, 19)
# By whom, of what: when the third pilot of the pair is known to conform, after which balances may be filed (R65).
_PILOTS_DONE = {
    (market.HELIORA, market.HELIORA_RIS): date(2026, 6, 9),
    (market.CARENE, market.HELIORA_RIS): date(2027, 1, 21),
    (market.ORPHANE, market.ORPHANE_RIS): date(2027, 3, 18),
    (market.HELIORA, market.HELIORA_BOX): date(2027, 2, 11),
    (market.CARENE, market.HELIORA_BOX): date(2027, 3, 4),
    (market.ORPHANE, market.ORPHANE_BOX): date(2027, 4, 8),
}
# Pairs whose pilots are among these orders; the other pairs have a story of their own.
_PILOTS_HERE = frozenset(
    {
        (market.ORPHANE, market.ORPHANE_RIS),
        (market.CARENE, market.HELIORA_BOX),
        (market.ORPHANE, market.ORPHANE_BOX),
    }
)
_PILOTS = 3
_NEVER_FILED, _ONE_IN = 11, 17


def ordinary_lives(orders: Iterable[OrderFacts]) -> Iterator[OrderFacts]:
    """The orders with their lives; of every seventeen, one whose supplier lets Date 4 pass."""
    seen: Counter[tuple[str, str]] = Counter()
    for rank, order in enumerate(orders):
        pair = order.supplier, order.solution
        is_pilot = pair in _PILOTS_HERE and seen[pair] < _PILOTS
        if rank % _ONE_IN == _NEVER_FILED and not is_pilot:
            yield order
            continue
        yield ordinary_life(order, rank, pilot=seen[pair] if is_pilot else None)
        seen[pair] += 1


def ordinary_life(order: OrderFacts, rank: int, *, pilot: int | None = None) -> OrderFacts:
    """One order from its advance to its last semester; ``pilot``: it is the pilot of that rank of its pair."""
    signed_on = max(client.signed_on for client in order.clients if client.signed_on)
    received = max(opening(order) + timedelta(days=rank % 8), signed_on + timedelta(days=9 + rank % 21))
    received = min(_LAST_ADVANCE, working_day(received))
    validated = working_day(received + timedelta(days=22 + rank % 17))
    course = Course(order).advance(received, validated, working_day(validated + timedelta(days=13 + rank % 10)))
    return after_advance(course, order, rank, validated=validated, pilot=pilot).told


def opening(order: OrderFacts) -> date:
    """From when the ASP takes the advances of a solution: referenced, with a final enrolment (R64)."""
    finalised_on = next(
        enrolment.finalised_on
        for enrolment in market.ENROLMENTS
        if (enrolment.supplier, enrolment.solution) == (order.supplier, order.solution)
    )
    referenced_on = market.BY_KEY[order.solution].referenced_on
    return max(day for day in (finalised_on, referenced_on) if day) + timedelta(days=3)


def after_advance(course: Course, order: OrderFacts, rank: int, *, validated: date, pilot: int | None = None) -> Course:
    """What follows a validated advance: pilot, verifications, invoice, balance and semesters."""
    done = _PILOTS_DONE[order.supplier, order.solution]
    first_va = min(_LAST_VA, working_day(validated + timedelta(days=18 + rank * 13 % 110)))
    if pilot is not None:
        first_va = min(first_va, working_day(done - timedelta(days=60 - pilot)))
        signed = working_day(first_va + timedelta(days=3))
        course.pilot(signed, working_day(signed + timedelta(days=2)), done - timedelta(days=_PILOTS - 1 - pilot))
    days = [min(_LAST_VA, working_day(first_va + timedelta(days=9 * place))) for place in range(len(order.clients))]
    invoiced = working_day(max(days) + timedelta(days=2 + rank % 3))
    return settle(course.verified(*days).invoiced(invoiced), order, rank, invoiced=invoiced)


def settle(course: Course, order: OrderFacts, rank: int, *, invoiced: date) -> Course:
    """Balance and semesters of an order that is verified and invoiced."""
    done = _PILOTS_DONE[order.supplier, order.solution]
    received = working_day(max(invoiced + timedelta(days=4 + rank % 4), done + timedelta(days=2 + rank % 12)))
    validated = working_day(received + timedelta(days=19 + rank % 8))
    course.balance(received, validated, working_day(validated + timedelta(days=14 + rank % 9)))
    lost = 3 if rank % 11 == 3 else None
    return course.semesters(fed=HALF if rank % 9 == 0 else FULL, lost=lost)
