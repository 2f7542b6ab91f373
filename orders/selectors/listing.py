"""The list of orders: what it looks for, keeps, sorts and counts, in a constant number of queries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OrderBy, OuterRef, Q, QuerySet, Subquery, Sum

from orders.domain.search import fold
from orders.models import Conflict, ConflictParty, ConflictStatus, Order, OrderClient, PartyState, Solution, Supplier

LONGEST_SEARCH = 200
_ALL_DIGITS = re.compile(r"[0-9 ]+")
_PRINCIPAL_FIRST = ("-principal", "position")

SORTS: Mapping[str, str] = {
    "number": "number",
    "client": "client_key",
    "programme": "programme",
    "state": "state",
    "supplier": "supplier__name",
    "issued": "issued_on",
    "signed": "first_signed_on",
    "principal": "principal_ttc",
    "secondary": "secondary_ttc",
}
"""What the list can be sorted by, and the column behind it."""


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a person asked for; an empty value leaves everything in. ``text`` is searched without accents or case."""

    text: str = ""
    programme: str = ""
    solution: int | None = None
    supplier: int | None = None
    state: str = ""
    tranche: str = ""
    contested: bool = False

    def without(self, name: str) -> OrderFilter:
        """The filter without one of its parts, by the name that the address gives it (``conflict`` for contested)."""
        name = "contested" if name == "conflict" else name
        return replace(self, **{name: getattr(OrderFilter(), name)})

    def condition(self) -> Q:
        """The filter as a condition on orders."""
        exact = {
            "programme": self.programme,
            "solution": self.solution,
            "supplier": self.supplier,
            "state": self.state,
            "tranche_letter": self.tranche,
        }
        chosen = Q(**{name: value for name, value in exact.items() if value})
        if self.contested:
            chosen &= in_open_conflict()
        for word in search_words(self.text):
            chosen &= Q(search_key__contains=word)
        return chosen


@dataclass(frozen=True, slots=True)
class Totals:
    """How many orders answer, and what they sell in the column with VAT; amounts not typed count for nothing."""

    orders: int
    principal_ttc: Decimal
    secondary_ttc: Decimal


def search_words(text: str) -> list[str]:
    """The words to find in an order, all of them; a number typed in groups is one word."""
    plain = fold(text.replace("\x00", " "))[:LONGEST_SEARCH]
    return [plain.replace(" ", "")] if _ALL_DIGITS.fullmatch(plain) else plain.split()


def in_open_conflict() -> Q:
    """The order holds a contested identifier, or claims one that another order holds."""
    claims = ConflictParty.objects.filter(
        order=OuterRef("pk"), state=PartyState.PENDING, conflict__status=ConflictStatus.OPEN
    )
    holds = Conflict.objects.filter(holder=OuterRef("pk"), status=ConflictStatus.OPEN)
    return Q(Exists(claims)) | Q(Exists(holds))


def listed_orders(chosen: OrderFilter, *, sort: str = "", descending: bool = False) -> QuerySet[Order]:
    """The orders of a filter with what a row shows: ``client_name``, ``client_count``, ``contested``.

    ``sort`` is a key of :data:`SORTS`; without one, the latest recorded come first. Missing values come last.
    """
    pages = OrderClient.objects.filter(order=OuterRef("pk"))
    principal = pages.order_by(*_PRINCIPAL_FIRST)
    count = pages.order_by().values("order").annotate(total=Count("pk")).values("total")
    rows: QuerySet[Order] = (
        Order.objects.filter(chosen.condition())
        .select_related("supplier", "solution")
        .annotate(
            client_name=Subquery(principal.values("name")[:1]),
            client_key=Subquery(principal.values("client__search_key")[:1]),
            client_count=Subquery(count),
            contested=in_open_conflict(),
        )
        .defer("search_key", "tranche_valid", "tranche_invalid")
    )
    column = SORTS.get(sort)
    if column is None:
        return rows.order_by("-created_at", "-pk")
    return rows.order_by(_ordered(column, descending=descending), "number", "pk")


def _ordered(column: str, *, descending: bool) -> OrderBy:
    return F(column).desc(nulls_last=True) if descending else F(column).asc(nulls_last=True)


def totals(chosen: OrderFilter) -> Totals:
    """Number and amounts of a filter, in one query."""
    found: dict[str, Any] = Order.objects.filter(chosen.condition()).aggregate(
        orders=Count("pk"), principal=Sum("principal_ttc"), secondary=Sum("secondary_ttc")
    )
    zero = Decimal("0.00")
    return Totals(found["orders"], found["principal"] or zero, found["secondary"] or zero)


def counts(filters: Mapping[str, OrderFilter]) -> dict[str, int]:
    """How many orders answer each filter, in one query."""
    if not filters:
        return {}
    names = list(filters)
    found = Order.objects.aggregate(
        **{f"c{place}": Count("pk", filter=filters[name].condition()) for place, name in enumerate(names)}
    )
    return {name: found[f"c{place}"] for place, name in enumerate(names)}


def solution_choices() -> list[tuple[int, str]]:
    """Every solution by name, for a filter."""
    return [(solution.pk, str(solution)) for solution in Solution.objects.order_by("name", "version")]


def supplier_choices() -> list[tuple[int, str]]:
    """Every supplier by name, for a filter."""
    return list(Supplier.objects.order_by("name").values_list("pk", "name"))
