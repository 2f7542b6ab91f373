"""The recorded facts as an order file, whole or of chosen orders: what the exports write."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.db.models import Q, QuerySet

from funding.selectors.life_events import orders_with_life
from funding.services.enrolments import enrolments_of
from orders.domain.snapshot import OrderFacts, OrderFile
from orders.models import Order, Solution, Supplier
from orders.selectors.facts import export_sequence, solution_facts, supplier_facts, with_form

_CHUNK = 2_000


def recorded_order_file(*, programme: str | None = None) -> OrderFile:
    """The whole database, or one programme with its solutions and their enrolments.

    Orders come in the sequence of their first signature (the earlier recorded first among those of one day), then
    number; those nobody signed come last, drafts among them.
    """
    if programme is None:
        return _order_file(Order.objects.all(), Solution.objects.all(), Supplier.objects.all())
    solutions = Solution.objects.filter(programme=programme)
    return _with_their_suppliers(Order.objects.filter(programme=programme), solutions)


def chosen_order_file(condition: Q) -> OrderFile:
    """The orders that meet ``condition``, in the same sequence, with all they refer to: it can be read on its own."""
    orders = Order.objects.filter(condition)
    return _with_their_suppliers(orders, Solution.objects.filter(pk__in=orders.values("solution")))


def _with_their_suppliers(orders: QuerySet[Order], solutions: QuerySet[Solution]) -> OrderFile:
    known = solutions.values("pk")
    concerned = Q(pk__in=orders.values("supplier")) | Q(solutions__in=known) | Q(enrolments__solution__in=known)
    return _order_file(orders, solutions, Supplier.objects.filter(concerned).distinct())


def _order_file(orders: QuerySet[Order], solutions: QuerySet[Solution], suppliers: QuerySet[Supplier]) -> OrderFile:
    sold = tuple(map(solution_facts, solutions.select_related("supplier").order_by("key")))
    keys = {facts.key for facts in sold}
    return OrderFile(
        suppliers=tuple(map(supplier_facts, suppliers.prefetch_related("mandates").order_by("siret"))),
        solutions=sold,
        enrolments=tuple(facts for facts in enrolments_of(None) if facts.solution in keys),
        orders=tuple(_whole_orders(orders)),
    )


def _whole_orders(orders: QuerySet[Order]) -> Iterator[OrderFacts]:
    """Every order with its recorded events, in the sequence of the export."""
    rows = with_form(export_sequence(orders)).iterator(chunk_size=_CHUNK)
    while chunk := list(islice(rows, _CHUNK)):
        yield from orders_with_life(chunk)
