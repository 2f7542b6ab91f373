"""What orders hold, what they would collide with, and the conflicts between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from orders.domain.snapshot import FourLists
from orders.domain.uniqueness import ClaimKey, claim_keys
from orders.models import Claim, Conflict, ConflictParty, ConflictStatus, FundedIdentifier, Order, PartyState
from orders.selectors.facts import order_facts, programme_of
from segur.regulation.schema import Activity

WAVE_1 = "RAD-RIS-Va1"


@dataclass(frozen=True, slots=True)
class Collision:
    """A key of a draft that somebody holds: an order's number, or the reference of a list (``funded``)."""

    key: ClaimKey
    holder: str
    order_id: int | None
    supplier: str
    funded: bool


def claimed_keys(order: Order) -> tuple[ClaimKey, ...]:
    """Every key that an order valorises by its form, without its excluded numbers."""
    return claim_keys(order_facts(order), programme_of(order), excluded_keys(order))


def excluded_keys(order: Order) -> frozenset[ClaimKey]:
    """The keys that an order is calculated without, after a decision on a conflict (R43)."""
    return excluded_keys_many([order.pk]).get(order.pk, frozenset())


def excluded_keys_many(order_ids: Collection[int]) -> dict[int, frozenset[ClaimKey]]:
    """:func:`excluded_keys` of many orders, in one query; orders without any are absent."""
    found: dict[int, set[ClaimKey]] = defaultdict(set)
    rows = ConflictParty.objects.filter(order_id__in=order_ids, state=PartyState.EXCLUDED).select_related("conflict")
    for party in rows:
        found[party.order_id].add(_key(party.conflict))
    return {order_id: frozenset(keys) for order_id, keys in found.items()}


def excluded_lists(order: Order) -> FourLists:
    """The excluded numbers of an order as the four lists of the calculation service."""
    numbers: dict[str, dict[str, None]] = {name: {} for name in FourLists.__dataclass_fields__}
    for key in sorted(excluded_keys(order)):
        for activity in [key.activity] if key.activity else [str(each) for each in Activity]:
            numbers[f"{key.kind}_{activity}"].setdefault(key.value)
    return FourLists(**{name: tuple(values) for name, values in numbers.items()})


def collisions(order: Order) -> tuple[Collision, ...]:
    """What an order would collide with if it were signed now, in key order. Two queries beside its form."""
    keys = {key: key for key in claimed_keys(order)}
    found = []
    for claim in active_claims(keys).exclude(order_id=order.pk).select_related("order__supplier", "funded"):
        key = keys.get(ClaimKey(claim.programme, claim.kind, claim.value, claim.activity))
        if key is None:
            continue
        if claim.order is not None:
            found.append(Collision(key, claim.order.number, claim.order_id, claim.order.supplier.name, funded=False))
        elif claim.funded is not None:
            found.append(Collision(key, claim.funded.reference, None, "", funded=True))
    return tuple(sorted(found, key=lambda collision: collision.key))


def active_claims(keys: Iterable[ClaimKey]) -> QuerySet[Claim]:
    """The active claims on at least these keys (same programme, kind and value)."""
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key in keys:
        groups[key.programme, key.kind].add(key.value)
    chosen = Q(pk__in=[])
    for (programme, kind), values in groups.items():
        chosen |= Q(programme=programme, kind=kind, value__in=values)
    return Claim.objects.filter(chosen, released_at__isnull=True)


def open_conflicts(programme: str | None = None) -> QuerySet[Conflict]:
    """Every open conflict, of one programme or all, ready for :func:`conflict_json`, in a stable sequence."""
    conflicts = Conflict.objects.filter(status=ConflictStatus.OPEN)
    if programme is not None:
        conflicts = conflicts.filter(programme=programme)
    return with_parties(conflicts).order_by("programme", "kind", "value", "activity", "pk")


def with_parties(conflicts: QuerySet[Conflict]) -> QuerySet[Conflict]:
    """The queryset with everything that :func:`conflict_json` reads."""
    # A prefetched foreign key is one OR per row on SQLite, which stops at a thousand: the order is joined instead.
    parties = Prefetch("parties", ConflictParty.objects.select_related("order"))
    return conflicts.select_related("holder", "holder_funded").prefetch_related(parties)


def blocking_conflicts(order: Order) -> QuerySet[Conflict]:
    """The open conflicts where an order claims what another holds, or held: they stop its funding (R42-R45)."""
    pending = Conflict.objects.filter(
        status=ConflictStatus.OPEN, parties__order=order, parties__state=PartyState.PENDING
    )
    return with_parties(pending).order_by("programme", "kind", "value", "activity", "pk")


def conflicts_of(order: Order) -> QuerySet[Conflict]:
    """Every conflict an order has been in, held or claimed, the latest first."""
    mine = Conflict.objects.filter(Q(holder=order) | Q(parties__order=order)).distinct()
    return with_parties(mine).order_by("-opened_at", "-pk")


def conflict_json(conflict: Conflict) -> dict[str, Any]:
    """The CONFLICT object of the contract. Claimants come in the sequence of their first signatures."""
    return {
        "programme": conflict.programme,
        "kind": conflict.kind,
        "value": conflict.label,
        "activity": conflict.activity or None,
        "holder": conflict.holder_reference,
        "claimants": [order.number for order in claimants(conflict)],
        "status": str(conflict.status),
        "rule": conflict.rule,
    }


def claimants(conflict: Conflict) -> list[Order]:
    """Who claims the number: the pending orders of an open conflict, those that did when it was closed."""
    parties = list(conflict.parties.all())
    if conflict.status == ConflictStatus.OPEN:
        parties = [party for party in parties if party.state == PartyState.PENDING]
    return sorted((party.order for party in parties), key=signature_sequence)


def signature_sequence(order: Order) -> tuple[Any, ...]:
    """Sorts orders by first signature, then by the sequence in which signatures were recorded."""
    return (order.first_signed_on is None, order.first_signed_on, order.signature_rank or 0, order.number)


def wave1_funded(numbers: Sequence[str]) -> QuerySet[FundedIdentifier]:
    """The identifiers among ``numbers`` that wave 1 funded (A28)."""
    return FundedIdentifier.objects.filter(programme=WAVE_1, value__in=[number.upper() for number in numbers])


def _key(row: Claim | Conflict) -> ClaimKey:
    return ClaimKey(row.programme, row.kind, row.value, row.activity)
