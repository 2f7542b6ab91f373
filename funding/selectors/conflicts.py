"""Conflicts as the screens read them: the two sides, what each end of the conflict costs, who else names the doctor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case as SqlCase
from django.db.models import Exists, OuterRef, Q, QuerySet, Value, When

from funding.domain.conflict_effects import Effect, Outlook, Side, Stakes, effects, outlook, stakes
from funding.domain.tranche import CountKey
from funding.models import LifeEvent
from funding.selectors.activity import current_counts
from orders.domain.search import fold
from orders.domain.snapshot import FourLists, OrderFacts
from orders.domain.uniqueness import ClaimKey, lists_without
from orders.models import (
    Claim,
    Conflict,
    ConflictParty,
    ConflictStatus,
    Dispute,
    Event,
    FundedIdentifier,
    Order,
    OrderLine,
    PartyState,
)
from orders.selectors.claims import excluded_keys_many, signature_sequence, with_parties
from orders.selectors.facts import facts_of, programme_of, with_form
from segur.regulation.dates import paris_date
from segur.regulation.schema import Activity, Programme

LONGEST_SEARCH = 200
_MOST_NEIGHBOURS = 10


@dataclass(frozen=True, slots=True)
class ConflictFilter:
    """What a person asked the list for; an empty value leaves everything in."""

    text: str = ""
    programme: str = ""
    kind: str = ""
    status: str = ""

    def condition(self) -> Q:
        """The filter as a condition on conflicts."""
        exact = {"programme": self.programme, "kind": self.kind, "status": self.status}
        chosen = Q(**{name: value for name, value in exact.items() if value})
        words = fold(self.text.replace("\x00", " "))[:LONGEST_SEARCH].split()
        if words and all(word.isdecimal() for word in words):
            words = ["".join(words)]
        for word in words:
            chosen &= _named(word)
        return chosen


def _named(word: str) -> Q:
    """The number, its holder or a claimant, by number of order, client or any identifier that the order names."""
    party = ConflictParty.objects.filter(conflict=OuterRef("pk"), order__search_key__contains=word)
    return (
        Q(value__icontains=word)
        | Q(label__icontains=word)
        | Q(holder__search_key__contains=word)
        | Q(holder_funded__reference__icontains=word)
        | Q(Exists(party))
    )


def listed_conflicts(chosen: ConflictFilter) -> QuerySet[Conflict]:
    """The conflicts of a filter: the open ones first, the oldest first; then the settled, the latest first."""
    rank = SqlCase(When(status=ConflictStatus.OPEN, then=Value(0)), default=Value(1))
    found = Conflict.objects.filter(chosen.condition())
    return with_parties(found).annotate(rank=rank).order_by("rank", "-decided_at", "opened_at", "pk")


def open_conflict_count() -> int:
    """How many conflicts wait for a decision."""
    waiting: int = Conflict.objects.filter(status=ConflictStatus.OPEN).count()
    return waiting


@dataclass(frozen=True, slots=True)
class Carrier:
    """A line of an order that names the number, on the page of a client."""

    client: str
    siren: str
    line: str
    rpps: str
    activity: str


@dataclass(frozen=True, slots=True)
class PartyView:
    """One side of a conflict: an order, or a number funded elsewhere (``order`` None).

    ``taken_at``: since when it valorises or valorised the number, None: never. ``state`` is None for a holder that
    nothing was decided about. ``ans_counts``: whether the answer of the ANS counts the number, None: not recorded.
    ``funded_since``: when its advance was validated.
    """

    order: Order | None
    funded: FundedIdentifier | None
    is_holder: bool
    state: PartyState | None
    since: datetime
    taken_at: datetime | None
    carriers: tuple[Carrier, ...]
    outlook: Outlook | None
    ans_counts: bool | None
    funded_since: datetime | None = None

    @property
    def name(self) -> str:
        """The key of this side in the effects."""
        return str(self.order.pk) if self.order is not None else "funded"

    @property
    def reference(self) -> str:
        """The number of the order, or the reference of the list."""
        if self.order is not None:
            return self.order.number
        return self.funded.reference if self.funded is not None else ""

    @property
    def side(self) -> Side:
        stands = self.order is not None and self.order.is_living
        return Side(self.name, self.outlook if stands else None)


@dataclass(frozen=True, slots=True)
class ConflictCase:
    """A conflict with everything a decision needs. ``count`` is the raw count of the number, None: not loaded."""

    conflict: Conflict
    holder: PartyView
    claimants: tuple[PartyView, ...]
    effects: tuple[Effect, ...]
    stakes: Stakes | None
    count: int | None
    year: int

    @property
    def parties(self) -> tuple[PartyView, ...]:
        return (self.holder, *self.claimants)

    @property
    def funded_claimant(self) -> PartyView | None:
        """The claimant whose advance is validated while the holder merely holds: a transfer is proposed (R42-R45)."""
        if not self.is_open or self.holder.order is None or self.holder.funded_since is not None:
            return None
        return next(
            (party for party in self.claimants if party.funded_since and party.state is PartyState.PENDING), None
        )

    @property
    def is_open(self) -> bool:
        return bool(self.conflict.status == ConflictStatus.OPEN)

    @property
    def rpps(self) -> frozenset[str]:
        """The RPPS numbers beside which the orders write this AM."""
        return frozenset(each.rpps for party in self.parties for each in party.carriers if each.rpps)


def conflict_case(conflict_id: int) -> ConflictCase:
    """One conflict; raises Conflict.DoesNotExist."""
    chosen = Conflict.objects.select_related("decided_by").filter(pk=conflict_id)
    (case,) = conflict_cases([with_parties(chosen).get()])
    return case


def conflict_cases(conflicts: Sequence[Conflict]) -> list[ConflictCase]:
    """The conflicts with both sides calculated, in a constant number of queries.

    The conflicts come from :func:`listed_conflicts`. The cost grows with the orders they name: give it a page.
    """
    reading = _Reading(conflicts)
    return [reading.case(conflict) for conflict in conflicts]


class _Reading:
    """Everything that some conflicts need, read at once."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        ids = {conflict.holder_id for conflict in conflicts if conflict.holder_id}
        ids |= {party.order_id for conflict in conflicts for party in conflict.parties.all()}
        rows = with_form(Order.objects.filter(pk__in=ids))
        self.orders: dict[int, Order] = {order.pk: order for order in rows}
        self.facts: dict[int, OrderFacts] = {pk: facts_of(order) for pk, order in self.orders.items()}
        self.programmes: dict[int, Programme] = {pk: programme_of(order) for pk, order in self.orders.items()}
        self.excluded = excluded_keys_many(ids)
        self.taken = _taken(conflicts, ids)
        self.counts = self._counts()
        validated = LifeEvent.objects.filter(action="advance_validated", order_id__in=ids)
        self.funded: dict[int, datetime] = dict(validated.values_list("order_id", "at"))

    def _counts(self) -> dict[int, dict[CountKey, int]]:
        numbers: dict[int, set[str]] = defaultdict(set)
        for pk, facts in self.facts.items():
            year = self.programmes[pk].reference_year.value
            if year is not None:
                numbers[year].update(_numbers(facts.four_lists()))
        return {
            year: {key: found.count for key, found in current_counts(values, year=year).items()}
            for year, values in numbers.items()
        }

    def case(self, conflict: Conflict) -> ConflictCase:
        parties = {party.order_id: party for party in conflict.parties.all()}
        key = key_of(conflict)
        holder = self._holder(conflict, key, parties.get(conflict.holder_id or 0))
        claimants = tuple(
            self._party(conflict, key, party)
            for party in sorted(parties.values(), key=lambda party: signature_sequence(party.order))
            if party.order_id != conflict.holder_id and _still_counts(conflict, party)
        )
        found: tuple[Effect, ...] = ()
        if conflict.status == ConflictStatus.OPEN:
            found = effects(
                holder.side,
                [party.side for party in claimants],
                stops_order=conflict.stops_order,
                holder_let_go=conflict.holder_let_go_at is not None,
            )
        year, count = self._own_count(key, (holder, *claimants))
        return ConflictCase(conflict, holder, claimants, found, stakes(found), count, year)

    def _holder(self, conflict: Conflict, key: ClaimKey, party: ConflictParty | None) -> PartyView:
        if conflict.holder_id is None:
            return PartyView(None, conflict.holder_funded, True, None, conflict.opened_at, None, (), None, None)
        state = PartyState(party.state) if party else None
        since = party.since if party else conflict.opened_at
        return self._view(key, conflict.holder_id, since, state, is_holder=True)

    def _party(self, conflict: Conflict, key: ClaimKey, party: ConflictParty) -> PartyView:
        return self._view(key, party.order_id, party.since, PartyState(party.state), is_holder=False)

    def _view(
        self, key: ClaimKey, order_id: int, since: datetime, state: PartyState | None, *, is_holder: bool
    ) -> PartyView:
        order, facts = self.orders[order_id], self.facts[order_id]
        valid = facts.tranche.valid if facts.tranche else None
        return PartyView(
            order=order,
            funded=None,
            is_holder=is_holder,
            state=state,
            since=since,
            taken_at=self.taken.get((order_id, key)),
            carriers=_carriers(facts, key),
            outlook=self._outlook(key, order, facts, since if state is PartyState.EXCLUDED else None),
            ans_counts=None if valid is None else lists_without(valid, {key}) != valid,
            funded_since=self.funded.get(order_id),
        )

    def _outlook(self, key: ClaimKey, order: Order, facts: OrderFacts, excluded_since: datetime | None) -> Outlook:
        programme = self.programmes[order.pk]
        calculated_on: date | None = order.tranche_calculated_on
        after = excluded_since is not None and calculated_on is not None and calculated_on > paris_date(excluded_since)
        try:
            return outlook(
                facts,
                key,
                self.counts.get(programme.reference_year.value or 0, {}),
                programme,
                excluded=self.excluded.get(order.pk, frozenset()),
                recorded_without=after,
            )
        except LookupError:
            return Outlook(None, None)

    def _own_count(self, key: ClaimKey, parties: Iterable[PartyView]) -> tuple[int, int | None]:
        ids = [party.order.pk for party in parties if party.order is not None]
        year = self.programmes[ids[0]].reference_year.value or 0 if ids else 0
        counts = self.counts.get(year, {})
        activities = [key.activity] if key.activity else [str(each) for each in Activity]
        known = [
            count
            for (kind, value, activity), count in counts.items()
            if str(kind) == key.kind and value.upper() == key.value and str(activity) in activities
        ]
        return year, (sum(known) if known else None)


def _still_counts(conflict: Conflict, party: ConflictParty) -> bool:
    return conflict.status != ConflictStatus.OPEN or party.state == PartyState.PENDING


def _numbers(lists: FourLists) -> set[str]:
    return {number for name in FourLists.__dataclass_fields__ for number in getattr(lists, name)}


def _taken(conflicts: Sequence[Conflict], order_ids: Collection[int]) -> dict[tuple[int, ClaimKey], datetime]:
    values = {conflict.value for conflict in conflicts}
    rows = Claim.objects.filter(order_id__in=order_ids, value__in=values).order_by("taken_at", "pk")
    return {
        (row.order_id, ClaimKey(row.programme, row.kind, row.value, row.activity)): row.taken_at
        for row in rows
        if row.order_id is not None
    }


def key_of(conflict: Conflict) -> ClaimKey:
    """What the conflict is about."""
    return ClaimKey(
        conflict.programme,
        conflict.kind,
        conflict.value,
        conflict.activity,
        conflict.label,
        conflict.rule,
        conflict.stops_order,
    )


def _carriers(facts: OrderFacts, key: ClaimKey) -> tuple[Carrier, ...]:
    """The lines that name the number; for a SIREN its client, for a PACS or an instance every client."""
    found: list[Carrier] = []
    for client in facts.clients:
        if key.kind in {"am", "finess"}:
            found += [
                Carrier(client.name, client.siren, line.name, line.rpps or "", str(line.activity))
                for line in client.lines
                if key.value in {each.upper() for each in (*line.am, line.finess or "")}
                and (not key.activity or key.activity in {str(each) for each in line.activity.activities})
            ]
        elif key.kind != "siren" or client.siren == key.value:
            found.append(Carrier(client.name, client.siren, "", "", ""))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The open conflicts before and after one, by age; ``left`` is how many come after."""

    previous: int | None
    next: int | None
    left: int


def neighbours(conflict: Conflict) -> Neighbours:
    """Where a person goes next among the open conflicts."""
    waiting = Conflict.objects.filter(status=ConflictStatus.OPEN).exclude(pk=conflict.pk)
    place = Q(opened_at=conflict.opened_at)
    after = waiting.filter(Q(opened_at__gt=conflict.opened_at) | place & Q(pk__gt=conflict.pk))
    before = waiting.filter(Q(opened_at__lt=conflict.opened_at) | place & Q(pk__lt=conflict.pk))
    following = list(after.order_by("opened_at", "pk").values_list("pk", flat=True))
    return Neighbours(
        before.order_by("-opened_at", "-pk").values_list("pk", flat=True).first(),
        following[0] if following else None,
        len(following),
    )


def same_doctor(case: ConflictCase) -> list[OrderLine]:
    """The lines of other living orders of the programme that name the same doctor, by RPPS; ten at most."""
    if not case.rpps:
        return []
    ids = [party.order.pk for party in case.parties if party.order is not None]
    lines = OrderLine.objects.filter(rpps__in=case.rpps, order__programme=case.conflict.programme)
    living = lines.exclude(order__in=ids).exclude(order__state__in=["cancelled", "withdrawn"])
    return list(living.select_related("order", "order_client").order_by("order__number", "pk")[:_MOST_NEIGHBOURS])


def disputes_of(case: ConflictCase) -> list[Dispute]:
    """F2: the letters of the ASP about this number, the oldest first."""
    conflict = case.conflict
    ids = [party.order.pk for party in case.parties if party.order is not None]
    mine = Q(conflict=conflict) | Q(order__in=ids, kind=conflict.kind, value=conflict.value)
    return list(Dispute.objects.filter(mine).select_related("order").order_by("opened_at", "pk"))


def follow_up(conflict: Conflict) -> list[Event]:
    """The history of a conflict, the latest first."""
    events: QuerySet[Event, Any] = Event.objects.filter(subject=conflict.subject)
    return list(events.select_related("actor").order_by("-sequence"))


def references(case: ConflictCase) -> Mapping[str, str]:
    """The reference of every side by its name in the effects."""
    return {party.name: party.reference for party in case.parties}
