"""Identifiers funded elsewhere: other suppliers' orders, and wave 1 (A28). Those of a programme count as holders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from orders.domain.uniqueness import ClaimKey, keys_of
from orders.models import Claim, FundedIdentifier, Order
from orders.services.claims import ClaimOutcome, insert_claims, key_filters, key_of
from orders.services.conflict_records import Contest, record_contests
from orders.services.history import order_event, record_events
from segur.regulation.schema import Activity, Programme, UniquenessScope

_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class FundedRow:
    """One line of a list: ``activity`` empty means every activity of the number."""

    kind: str
    value: str
    activity: str
    reference: str


@transaction.atomic
def register_funded(
    *,
    programme_id: str,
    rows: Sequence[FundedRow],
    now: datetime,
    scopes: Programme | None = None,
    actor_id: int | None = None,
) -> ClaimOutcome:
    """Load a list. With ``scopes`` (a programme of this product) each number becomes a holder.

    A number that an order already holds passes to the list, which is funded, and the order carries an open conflict.
    A number already in a list keeps its first reference. ``taken`` counts the numbers that are new.
    """
    outcome = ClaimOutcome()
    known = set(FundedIdentifier.objects.filter(programme=programme_id).values_list("kind", "value", "activity"))
    fresh = {
        (row.kind, _compared(row.value), row.activity): row
        for row in reversed(rows)
        if (row.kind, _compared(row.value), row.activity) not in known
    }
    created = FundedIdentifier.objects.bulk_create(
        [
            FundedIdentifier(
                programme=programme_id,
                kind=kind,
                value=value,
                activity=activity,
                reference=row.reference,
                loaded_at=now,
            )
            for (kind, value, activity), row in sorted(fresh.items())
        ]
    )
    outcome.taken = len(created)
    if scopes is not None:
        _hold(created, scopes, outcome, now, actor_id)
    record_events(outcome.events, now=now)
    return outcome


def _compared(value: str) -> str:
    return " ".join(value.split()).upper()


def _hold(
    created: Sequence[FundedIdentifier],
    programme: Programme,
    outcome: ClaimOutcome,
    now: datetime,
    actor_id: int | None,
) -> None:
    by_kind = {scope.kind: scope for scope in programme.uniqueness}
    wanted = {key: row for row in created for key in _keys(programme.id, by_kind, row)}
    written = {key: key for key in wanted}
    contests = []
    for claim in _displaced(wanted):
        key = written[key_of(claim)]
        funded = wanted[key]
        reason = f"Financé ailleurs : {funded.reference}."
        Claim.objects.filter(pk=claim.pk).update(released_at=now, release_reason=reason)
        assert claim.order_id is not None  # noqa: S101
        contests.append(Contest(key, None, funded.pk, claim.order_id))
    ordered = sorted(wanted)
    for start in range(0, len(ordered), _ROWS):
        part = ordered[start : start + _ROWS]
        insert_claims([(key, None, wanted[key].pk, now, True) for key in part])
    outcome.conflicts, events = record_contests(contests, now=now, actor_id=actor_id)
    orders = Order.objects.in_bulk({contest.claimant_id for contest in contests})
    for contest in contests:
        payload: dict[str, object] = {"kind": contest.key.kind, "to": contest.holder}
        outcome.events.append(
            order_event(orders[contest.claimant_id], "claim_passed", at=now, actor_id=actor_id, payload=payload)
        )
    outcome.events += events


def _keys(programme_id: str, by_kind: dict[str, UniquenessScope], row: FundedIdentifier) -> tuple[ClaimKey, ...]:
    scope = by_kind.get(row.kind)
    if scope is None:
        return ()
    return keys_of(programme_id, scope, row.value, [Activity(row.activity)] if row.activity else [])


def _displaced(wanted: dict[ClaimKey, FundedIdentifier]) -> Iterator[Claim]:
    """The claims of orders on numbers that turn out to be funded elsewhere."""
    for chosen in key_filters(wanted):
        held = Claim.objects.filter(chosen, released_at__isnull=True, order__isnull=False)
        locked = held.select_for_update(of=("self",), no_key=True).order_by("programme", "kind", "value", "activity")
        yield from (claim for claim in locked if key_of(claim) in wanted)
