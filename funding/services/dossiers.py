"""Where orders stand, derived from their facts and stored: the one place that writes dossiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from funding.domain.life import LifeContext, LifeFacts, fold, ledger, semesters, stage, worth
from funding.domain.life.deadlines import Deadline, Status, deadlines
from funding.models import Dossier
from funding.selectors.life_events import orders_with_life
from orders.domain.snapshot import OrderFacts, SolutionFacts
from orders.models import Order
from orders.selectors.facts import programme_of, solution_facts, with_form
from segur.regulation.schema import Programme

_MANY = 5_000
_COLUMNS = ("stage", "paid", "declared", "next_code", "next_due_at", "computed_at", "version")


@dataclass(frozen=True, slots=True)
class Standing:
    """An order whose dossier is to be written: its row and version, its facts, its life folded up to now."""

    order_id: int
    version: int
    facts: OrderFacts
    life: LifeFacts
    programme: Programme
    solution: SolutionFacts | None


def refresh_dossiers(orders: Iterable[Order], *, now: datetime) -> None:
    """Recompute the dossiers of these orders from what is recorded, in the caller's transaction."""
    ids = [order.pk for order in orders]
    for start in range(0, len(ids), _MANY):
        found = Order.objects.filter(pk__in=ids[start : start + _MANY])
        rows = list(with_form(found).select_related("solution__supplier"))
        write_dossiers(
            [
                Standing(row.pk, row.version, facts, fold(facts, now), programme_of(row), solution_facts(row.solution))
                for row, facts in zip(rows, orders_with_life(rows), strict=True)
            ],
            now=now,
        )


def write_dossiers(standings: Sequence[Standing], *, now: datetime) -> None:
    """Write the dossiers of these orders, one each, whatever was there before."""
    declared = _declared(standings)
    rows = [_dossier(standing, declared.get(standing.order_id), now) for standing in standings]
    Dossier.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["order"], update_fields=_COLUMNS, batch_size=3_000
    )


def _declared(standings: Sequence[Standing]) -> Mapping[int, Decimal]:
    """What the advances under way declared already (F4): a later correction of the form does not change it."""
    filed = [standing.order_id for standing in standings if standing.life.advance.is_filed]
    found: dict[int, Decimal] = {}
    for start in range(0, len(filed), _MANY):
        rows = Dossier.objects.filter(order_id__in=filed[start : start + _MANY], declared__isnull=False)
        found |= {row.order_id: row.declared for row in rows if row.declared is not None}
    return found


def _dossier(standing: Standing, declared: Decimal | None, now: datetime) -> Dossier:
    life, programme = standing.life, standing.programme
    amounts = worth(standing.facts, programme)
    views = semesters(standing.facts, life, programme=programme, worth=amounts, now=now)
    context = LifeContext(solution=standing.solution)
    due = _next(deadlines(life, views, programme=programme, context=context, now=now))
    return Dossier(
        order_id=standing.order_id,
        stage=stage(life, views, now),
        paid=ledger(life, amounts, views).net,
        declared=(declared or amounts.principal) if life.advance.is_filed else None,
        next_code=due.code if due else "",
        next_due_at=due.due_at if due else None,
        computed_at=now,
        version=standing.version,
    )


def _next(known: Iterable[Deadline]) -> Deadline | None:
    """The earliest deadline that is open."""
    waiting = [deadline for deadline in known if deadline.status is Status.OPEN]
    return min(waiting, key=lambda deadline: deadline.due_at, default=None)
