"""Conflicts as rows: opened when a second order claims a key, closed when nobody does any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from orders.domain.uniqueness import ClaimKey
from orders.models import Conflict, ConflictParty, ConflictStatus, Order, PartyState
from orders.services.history import order_event
from segur.models.events import EventDraft, person_reference

_ROWS = 3_500


@dataclass(frozen=True, slots=True)
class Contest:
    """An order that comes second on a key: the holder is an order, or a list of identifiers funded elsewhere."""

    key: ClaimKey
    holder_id: int | None
    funded_id: int | None
    claimant_id: int

    @property
    def holder(self) -> str:
        """The holder as a history names it."""
        return f"order:{self.holder_id}" if self.holder_id is not None else f"funded:{self.funded_id}"


def record_contests(
    contests: Sequence[Contest], *, now: datetime, actor_id: int | None
) -> tuple[list[Conflict], list[EventDraft]]:
    """Open one conflict per key, or join the one that is open; what a person settled stays settled."""
    wanted = _by_key(contests)
    if not wanted:
        return [], []
    settled = _settled_pairs(wanted)
    wanted = {
        key: kept
        for key, found in wanted.items()
        if (kept := [each for each in found if not _is_settled(each, settled)])
    }
    opened = _open(wanted, now)
    orders = Order.objects.in_bulk({each.claimant_id for found in wanted.values() for each in found})
    events: list[EventDraft] = []
    parties: list[ConflictParty] = []
    for key in sorted(wanted):
        changes = _Changes(opened[key], wanted[key], orders, now, actor_id)
        events += changes.events
        parties += changes.parties
    ConflictParty.objects.bulk_create(parties)
    return [opened[key] for key in sorted(wanted)], events


def _by_key(contests: Sequence[Contest]) -> dict[ClaimKey, list[Contest]]:
    wanted: dict[ClaimKey, list[Contest]] = defaultdict(list)
    for contest in contests:
        wanted[contest.key].append(contest)
    return wanted


def _key(conflict: Conflict) -> ClaimKey:
    return ClaimKey(conflict.programme, conflict.kind, conflict.value, conflict.activity)


def _settled_pairs(keys: Collection[ClaimKey]) -> dict[ClaimKey, list[set[str]]]:
    """Per key, the groups of orders that a person found not to be duplicates of each other."""
    groups: dict[ClaimKey, list[set[str]]] = defaultdict(list)
    for conflict in _with_values(Conflict.objects.filter(status=ConflictStatus.DISMISSED), keys):
        names = {f"order:{party.order_id}" for party in conflict.parties.all() if party.state == PartyState.DISMISSED}
        holder = conflict.holder_id
        names.add(f"order:{holder}" if holder is not None else f"funded:{conflict.holder_funded_id}")
        groups[_key(conflict)].append(names)
    return groups


def _is_settled(contest: Contest, settled: dict[ClaimKey, list[set[str]]]) -> bool:
    pair = {contest.holder, f"order:{contest.claimant_id}"}
    return any(pair <= group for group in settled.get(contest.key, []))


def _open(wanted: dict[ClaimKey, list[Contest]], now: datetime) -> dict[ClaimKey, Conflict]:
    """The open conflict of each key; those that were missing are opened."""
    before = _open_conflicts(wanted)
    missing = [key for key in sorted(wanted) if key not in before]
    if not missing:
        return before
    Conflict.objects.bulk_create([_new_conflict(wanted[key][0], now) for key in missing], ignore_conflicts=True)
    return before | _open_conflicts(missing)


def _new_conflict(contest: Contest, now: datetime) -> Conflict:
    key = contest.key
    conflict: Conflict = Conflict(
        programme=key.programme,
        kind=key.kind,
        value=key.value,
        activity=key.activity,
        label=key.label or key.value,
        rule=key.rule,
        stops_order=key.stops_order,
        holder_id=contest.holder_id,
        holder_funded_id=contest.funded_id,
        opened_at=now,
    )
    return conflict


def _open_conflicts(keys: Collection[ClaimKey]) -> dict[ClaimKey, Conflict]:
    wanted = set(keys)
    rows = Conflict.objects.filter(status=ConflictStatus.OPEN).select_for_update(of=("self",), no_key=True)
    ordered = rows.order_by("programme", "kind", "value", "activity")
    return {key: conflict for conflict in _with_values(ordered, keys) if (key := _key(conflict)) in wanted}


def _with_values(rows: QuerySet[Conflict], keys: Collection[ClaimKey]) -> Iterator[Conflict]:
    """The conflicts on these values, with their parties, few enough at a time for one statement."""
    values = sorted({key.value for key in keys})
    for start in range(0, len(values), _ROWS):
        yield from rows.filter(value__in=values[start : start + _ROWS]).prefetch_related("parties")


class _Changes:
    """What contests change in their open conflict: new parties, a holder that signed earlier, events."""

    def __init__(
        self,
        conflict: Conflict,
        contests: list[Contest],
        orders: dict[int, Order],
        now: datetime,
        actor_id: int | None,
    ) -> None:
        self.parties: list[ConflictParty] = []
        self.events: list[EventDraft] = []
        self._conflict, self._now = conflict, now
        known = {party.order_id: party for party in conflict.parties.all()}
        has_moved = self._follow_holder(contests[-1], known)
        joined = [each.claimant_id for each in contests if self._joins(each.claimant_id, known)]
        if not (has_moved or joined):
            return
        if joined and known:
            conflict.version += 1
            conflict.save(update_fields=["version"])
        payload: dict[str, object] = {
            **number_payload(conflict),
            "holder": contests[-1].holder,
            "claimants": [f"order:{order_id}" for order_id in joined],
        }
        action = "joined" if known else "opened"
        self.events.append(conflict_event(conflict, action, at=now, actor_id=actor_id, payload=payload))
        for order_id in joined:
            details: dict[str, object] = {"conflict": conflict.subject}
            self.events.append(
                order_event(orders[order_id], "conflict_opened", at=now, actor_id=actor_id, payload=details)
            )

    def _follow_holder(self, contest: Contest, known: dict[int, ConflictParty]) -> bool:
        conflict, holder_id = self._conflict, contest.holder_id
        if (holder_id, contest.funded_id) == (conflict.holder_id, conflict.holder_funded_id):
            return False
        conflict.holder_id, conflict.holder_funded_id = holder_id, contest.funded_id
        conflict.holder_let_go_at = None
        conflict.version += 1
        conflict.save(update_fields=["holder", "holder_funded", "holder_let_go_at", "version"])
        if holder_id is not None and holder_id in known:
            set_state(known[holder_id], PartyState.TOOK, self._now)
        return True

    def _joins(self, order_id: int, known: dict[int, ConflictParty]) -> bool:
        party = known.get(order_id)
        if party is None:
            self.parties.append(ConflictParty(conflict=self._conflict, order_id=order_id, since=self._now))
            return True
        if party.state not in {PartyState.LEFT, PartyState.TOOK}:
            return False
        set_state(party, PartyState.PENDING, self._now)
        return True


def set_state(party: ConflictParty, state: PartyState, now: datetime) -> None:
    """Where an order stands in a conflict, since when."""
    party.state, party.since = state, now
    party.save(update_fields=["state", "since"])


def number_payload(conflict: Conflict) -> dict[str, object]:
    """The contested number as a history may keep it: an AM stands for a person, so only its keyed hash is."""
    number = person_reference(conflict.value) if conflict.kind == "am" else conflict.label
    return {
        "programme": conflict.programme,
        "kind": conflict.kind,
        "activity": conflict.activity,
        "number": number,
    }


def conflict_event(
    conflict: Conflict,
    action: str,
    *,
    at: datetime,
    actor_id: int | None,
    from_state: str = "",
    reason: str = "",
    payload: dict[str, object] | None = None,
) -> EventDraft:
    """An event of a conflict."""
    return EventDraft(
        subject=conflict.subject,
        action=action,
        at=at,
        actor_id=actor_id,
        from_state=from_state,
        to_state=str(conflict.status),
        reason=reason,
        payload=payload or {},
        regulation=conflict.programme,
    )


def let_go_by(
    orders: Collection[int],
    *,
    keys: Collection[ClaimKey] | None,
    reason: str,
    now: datetime,
    actor_id: int | None,
) -> list[EventDraft]:
    """The open conflicts that these orders held: the holder let go, a transfer is proposed."""
    rows = Conflict.objects.select_for_update(of=("self",), no_key=True).filter(
        status=ConflictStatus.OPEN, holder_id__in=orders, holder_let_go_at__isnull=True
    )
    events = []
    for conflict in rows.order_by("programme", "kind", "value", "activity"):
        if keys is None or _key(conflict) in keys:
            conflict.holder_let_go_at = now
            conflict.version += 1
            conflict.save(update_fields=["holder_let_go_at", "version"])
            events.append(conflict_event(conflict, "holder_let_go", at=now, actor_id=actor_id, reason=reason))
    return events


def left_by(
    orders: Collection[int],
    *,
    keys: Collection[ClaimKey] | None,
    reason: str,
    now: datetime,
    actor_id: int | None,
) -> list[EventDraft]:
    """The open conflicts where these orders claimed: they no longer do; without claimants it is closed."""
    parties = ConflictParty.objects.filter(
        order_id__in=orders, state=PartyState.PENDING, conflict__status=ConflictStatus.OPEN
    ).select_related("conflict")
    left = [party for party in parties.order_by("conflict_id") if keys is None or _key(party.conflict) in keys]
    for party in left:
        set_state(party, PartyState.LEFT, now)
    events = []
    for conflict in {party.conflict_id: party.conflict for party in left}.values():
        if not conflict.parties.filter(state=PartyState.PENDING).exists():
            close(conflict, ConflictStatus.RELEASED, reason=reason, now=now, actor_id=actor_id)
        events.append(
            conflict_event(
                conflict, "claimant_left", at=now, actor_id=actor_id, from_state=ConflictStatus.OPEN, reason=reason
            )
        )
    return events


def close(
    conflict: Conflict,
    status: ConflictStatus,
    *,
    reason: str,
    now: datetime,
    actor_id: int | None,
    situation: str = "",
) -> None:
    """End a conflict, by its machine."""
    {
        ConflictStatus.EXCLUDED: conflict.exclude,
        ConflictStatus.RELEASED: conflict.release,
        ConflictStatus.TRANSFERRED: conflict.transfer,
        ConflictStatus.DISMISSED: conflict.dismiss,
    }[status]()
    conflict.decided_at, conflict.decided_by_id = now, actor_id
    conflict.reason, conflict.situation = reason, situation
    conflict.version += 1
    conflict.save()
