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
from orders.services.importing.bulk import insert_rows, update_rows
from segur.regulation.money import ZERO
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
    """Write the dossiers of these orders, whose rows the caller holds: one each, whatever was there before."""
    known = _known([standing.order_id for standing in standings])
    new, changed = [], []
    for standing in standings:
        pk, declared = known.get(standing.order_id, (None, None))
        row = _row(standing, declared, now)
        if pk is None:
            new.append((standing.order_id, *row))
        else:
            changed.append((*row, pk))
    insert_rows(Dossier, ("order_id", *_COLUMNS), new)
    update_rows(Dossier, _COLUMNS, changed)


def _known(order_ids: Sequence[int]) -> Mapping[int, tuple[int, Decimal | None]]:
    """The row of each dossier there is, and what its advance declared.

    F4: while the advance is under way, a later correction of the form does not change what it declared.
    """
    found: dict[int, tuple[int, Decimal | None]] = {}
    for start in range(0, len(order_ids), _MANY):
        rows = Dossier.objects.filter(order_id__in=order_ids[start : start + _MANY])
        found |= {order_id: (pk, declared) for order_id, pk, declared in rows.values_list("order_id", "pk", "declared")}
    return found


def _row(standing: Standing, declared: Decimal | None, now: datetime) -> tuple[object, ...]:
    """The values of ``_COLUMNS``."""
    life, programme = standing.life, standing.programme
    amounts = worth(standing.facts, programme)
    views = semesters(standing.facts, life, programme=programme, worth=amounts, now=now)
    context = LifeContext(solution=standing.solution)
    due = _next(deadlines(life, views, programme=programme, context=context, now=now))
    return (
        stage(life, views, now),
        ledger(life, amounts, views).net if standing.facts.events else ZERO,
        (declared or amounts.principal) if life.advance.is_filed else None,
        due.code if due else "",
        due.due_at if due else None,
        now,
        standing.version,
    )


def _next(known: Iterable[Deadline]) -> Deadline | None:
    """The earliest deadline that is open."""
    waiting = [deadline for deadline in known if deadline.status is Status.OPEN]
    return min(waiting, key=lambda deadline: deadline.due_at, default=None)
