"""Taking and releasing what an order valorises (rulings R42-R45).

An order takes its keys at its first signature, all at once. The database holds one active claim per key: keys are
inserted in sorted order by one statement that skips what is held, then the holders of the skipped keys are read and
the conflicts recorded. A writer therefore waits for whoever is taking the same key, and takes it if he rolls back.

The holder is the earliest signature (ruling R42-R45): a signature recorded late, but dated before the holder's,
takes the key, unless a person decided who holds it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from orders.domain.uniqueness import ClaimKey
from orders.models import Claim, Conflict, ConflictStatus, Order
from orders.services.conflict_records import Contest, left_by, let_go_by, record_contests
from orders.services.history import order_event
from segur.models.events import EventDraft

_ROWS = 3_500
"""Rows of one statement: eight values each, under SQLite's limit of 32 766."""
_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """An order that would valorise a key since an instant; ``place`` breaks ties (the place in the file)."""

    order_id: int
    key: ClaimKey
    at: datetime
    place: int = 0
    by_decision: bool = False


@dataclass(slots=True)
class ClaimOutcome:
    """What was taken, which conflicts an order now carries, and the events to append at the end."""

    taken: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    events: list[EventDraft] = field(default_factory=list)

    def join(self, other: ClaimOutcome) -> None:
        """Add what happened next."""
        self.taken += other.taken
        self.conflicts += other.conflicts
        self.events += other.events


@transaction.atomic
def take_claims(requests: Sequence[ClaimRequest], *, now: datetime, actor_id: int | None = None) -> ClaimOutcome:
    """Take keys for one or many orders; whoever comes second is recorded in an open conflict.

    Requests for one key are served by instant, then place. The events of the outcome are the caller's to append,
    last in the transaction.
    """
    outcome = ClaimOutcome()
    contests: dict[ClaimKey, dict[int, Contest]] = defaultdict(dict)
    pending = _in_order(requests)
    pending = _refuse_reserved(pending, contests)
    for _ in range(_ROUNDS):
        pending = _insert(pending, outcome)
        if not pending:
            break
        pending = _against_holders(pending, contests, outcome, now)
    else:
        raise RuntimeError("the holders of some keys keep changing")
    outcome.conflicts, events = record_contests(
        [contest for found in contests.values() for contest in found.values()], now=now, actor_id=actor_id
    )
    outcome.events += events
    return outcome


def _in_order(requests: Iterable[ClaimRequest]) -> list[ClaimRequest]:
    ordered = sorted(requests, key=lambda request: (request.key, request.at, request.place))
    return list({(request.key, request.order_id): request for request in reversed(ordered)}.values())[::-1]


def _refuse_reserved(pending: list[ClaimRequest], contests: dict[ClaimKey, dict[int, Contest]]) -> list[ClaimRequest]:
    """A key whose holder let go while others claim it waits for a decision: nothing moves by itself."""
    reserved = {
        key_of(conflict): conflict
        for conflict in _matching(
            Conflict.objects.filter(status=ConflictStatus.OPEN, holder_let_go_at__isnull=False), pending
        )
    }
    free = []
    for request in pending:
        conflict = reserved.get(request.key)
        if conflict is None or request.by_decision:
            free.append(request)
        else:
            contests[request.key][request.order_id] = Contest(
                request.key, conflict.holder_id, conflict.holder_funded_id, request.order_id
            )
    return free


def _insert(pending: list[ClaimRequest], outcome: ClaimOutcome) -> list[ClaimRequest]:
    """Insert in sorted order, skipping what is held; the requests that were skipped."""
    skipped: list[ClaimRequest] = []
    for start in range(0, len(pending), _ROWS):
        batch = pending[start : start + _ROWS]
        taken = insert_claims(
            [(request.key, request.order_id, None, request.at, request.by_decision) for request in batch]
        )
        skipped += [request for request in batch if (request.key, request.order_id) not in taken]
        outcome.taken += len(taken)
    return skipped


def insert_claims(
    rows: Sequence[tuple[ClaimKey, int | None, int | None, datetime, bool]],
) -> set[tuple[ClaimKey, int | None]]:
    """One statement for many claims (key, order, funded elsewhere, instant, by decision): those that went in."""
    if not rows:
        return set()
    table = connection.ops.quote_name(Claim._meta.db_table)
    values: list[Any] = []
    for key, order_id, funded_id, at, by_decision in rows:
        instant = connection.ops.adapt_datetimefield_value(at)
        values += [key.programme, key.kind, key.value, key.activity, order_id, funded_id, instant, by_decision]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (programme, kind, value, activity, order_id, funded_id, taken_at, by_decision, "  # noqa: S608
            "released_at, release_reason) VALUES "
            + ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, NULL, '')"] * len(rows))
            + " ON CONFLICT (programme, kind, value, activity) WHERE released_at IS NULL DO NOTHING"
            " RETURNING programme, kind, value, activity, order_id",
            values,
        )
        return {(ClaimKey(*row[:4]), row[4]) for row in cursor.fetchall()}


def _against_holders(
    pending: list[ClaimRequest],
    contests: dict[ClaimKey, dict[int, Contest]],
    outcome: ClaimOutcome,
    now: datetime,
) -> list[ClaimRequest]:
    """Record who is second; return the requests to try again (their holder let go meanwhile, or came later)."""
    holders = {key_of(claim): claim for claim in _held(pending)}
    again = []
    for request in pending:
        claim = holders.get(request.key)
        if claim is None:
            again.append(request)
        elif claim.order_id == request.order_id:
            continue
        elif claim.order_id is not None and request.at < claim.taken_at and not claim.by_decision:
            again.append(request)
            del holders[request.key]
            _pass_over(claim, request, contests, outcome, now)
        else:
            contests[request.key][request.order_id] = Contest(
                request.key, claim.order_id, claim.funded_id, request.order_id
            )
    return again


def _pass_over(
    claim: Claim,
    request: ClaimRequest,
    contests: dict[ClaimKey, dict[int, Contest]],
    outcome: ClaimOutcome,
    now: datetime,
) -> None:
    """An earlier signature takes the key of a later one, which becomes a claimant."""
    reason = "Une commande signée plus tôt porte ce numéro."
    Claim.objects.filter(pk=claim.pk).update(released_at=now, release_reason=reason)
    loser = claim.order_id
    assert loser is not None  # noqa: S101
    claimants = {loser, *contests[request.key]} - {request.order_id}
    contests[request.key] = {
        order_id: Contest(request.key, request.order_id, None, order_id) for order_id in sorted(claimants)
    }
    order = Order.objects.get(pk=loser)
    payload: dict[str, object] = {"kind": claim.kind, "to": f"order:{request.order_id}"}
    outcome.events.append(order_event(order, "claim_passed", at=now, reason=reason, payload=payload))


def _held(requests: Sequence[ClaimRequest]) -> Iterator[Claim]:
    """The active claims on the keys, locked in key order so that nobody lets go while conflicts are recorded."""
    active = Claim.objects.filter(released_at__isnull=True).order_by("programme", "kind", "value", "activity")
    return _matching(active.select_for_update(of=("self",), no_key=True), requests)


def _matching(rows: Any, requests: Sequence[ClaimRequest]) -> Iterator[Any]:
    keys = {request.key for request in requests}
    for chosen in key_filters(keys):
        yield from (row for row in rows.filter(chosen) if key_of(row) in keys)


def key_filters(keys: Collection[ClaimKey]) -> Iterator[Q]:
    """Conditions that together find at least the rows of the keys, each small enough for one statement."""
    groups: dict[tuple[str, str], set[str]] = {}
    for key in keys:
        groups.setdefault((key.programme, key.kind), set()).add(key.value)
    for (programme, kind), found in sorted(groups.items()):
        values = sorted(found)
        for start in range(0, len(values), _ROWS):
            yield Q(programme=programme, kind=kind, value__in=values[start : start + _ROWS])


def key_of(row: Claim | Conflict) -> ClaimKey:
    """The key of a claim or of a conflict."""
    return ClaimKey(row.programme, row.kind, row.value, row.activity)


@transaction.atomic
def release_claims(
    orders: Mapping[int, datetime],
    *,
    reason: str,
    now: datetime,
    keys: Collection[ClaimKey] | None = None,
    actor_id: int | None = None,
) -> ClaimOutcome:
    """Release what orders hold (all of it, or some keys), each at its instant, and leave their conflicts.

    Where an order held, the conflict says that it let go and proposes the transfer; where it claimed, it is no
    longer a party, and a conflict without claimants is closed as released.
    """
    outcome = ClaimOutcome()
    active = Claim.objects.filter(released_at__isnull=True, order_id__in=list(orders))
    ordered = active.select_for_update(of=("self",), no_key=True).order_by("programme", "kind", "value", "activity")
    held = [claim for claim in ordered if keys is None or key_of(claim) in keys]
    for order_id, at in orders.items():
        ids = [claim.pk for claim in held if claim.order_id == order_id]
        Claim.objects.filter(pk__in=ids).update(released_at=at, release_reason=reason)
    gone = list(orders)
    outcome.events += let_go_by(gone, keys=keys, reason=reason, now=now, actor_id=actor_id)
    outcome.events += left_by(gone, keys=keys, reason=reason, now=now, actor_id=actor_id)
    return outcome
