"""What is known of an order beside its form and its facts: the context of the guards, and the state at an instant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from funding.domain.life import LifeContext, LifeFacts, OpenConflict, OrderState, PilotRecord, order_state, pilots_of
from funding.domain.life import apply as applied
from funding.domain.tranche import CountKey
from funding.models import Dossier, Enrolment, LifeEvent
from funding.selectors.activity import current_counts
from funding.selectors.life_events import life_events, orders_with_life
from funding.selectors.order_sheet import estimate_for_guards, estimated
from orders.domain.order_form import TrancheEstimate
from orders.domain.snapshot import EnrolmentFacts, EnrolmentKind, OrderFacts, SolutionFacts, SupplierFacts
from orders.domain.uniqueness import ClaimKey
from orders.models import Conflict, ConflictParty, ConflictStatus, Order, PartyState, Solution, Supplier
from orders.selectors.claims import excluded_keys_many
from orders.selectors.facts import facts_of, programme_of, solution_facts, supplier_facts
from orders.selectors.review import review_contexts, review_order
from segur.regulation.dates import midnight
from segur.regulation.finding import Finding

_MANY = 5_000
_Pair = tuple[int, int]
_OF_PILOTS = Q(action__startswith="advance_") | Q(action__startswith="pilot_report_")


def states(orders: Sequence[Order], *, now: datetime) -> list[OrderState]:
    """The state of orders loaded by ``with_form`` as of ``now``, in their order, in a constant number of queries."""
    contexts = life_context(orders, now=now)
    return [
        order_state(facts, programme=programme_of(order), context=contexts[order.pk], now=now)
        for order, facts in zip(orders, orders_with_life(orders), strict=True)
    ]


def life_context(orders: Sequence[Order], *, now: datetime) -> dict[int, LifeContext]:
    """What the guards of each order need to know beside it as of ``now``, by row. The orders carry their forms.

    A constant number of queries per five thousand orders and numbers. Facts dated later are left out: pilots, and
    conflicts whose two orders were not both signed. Texts, registers and decisions are those of today.
    """
    suppliers = _suppliers(orders)
    solutions = {row.pk: solution_facts(row) for row in _solutions(orders)}
    enrolments = _enrolments(orders)
    pilots = _pilots({_pair(order) for order in orders}, now)
    conflicts = _conflicts([order.pk for order in orders], now)
    forms = _forms(orders, suppliers, solutions, now)
    declared = _declared([order.pk for order in orders])
    return {
        order.pk: LifeContext(
            supplier=suppliers.get(order.supplier.siret),
            solution=solutions[order.solution_id],
            enrolments=enrolments.get(_pair(order), ()),
            editor=_editor(order, solutions[order.solution_id], suppliers),
            pilots=pilots.get(_pair(order), ()),
            conflicts=tuple(conflicts.get(order.pk, ())),
            form=forms[order.pk],
            declared=declared.get(order.pk),
        )
        for order in orders
    }


def _pair(order: Order) -> _Pair:
    return order.supplier_id, order.solution_id


def _solutions(orders: Sequence[Order]) -> Iterable[Solution]:
    return Solution.objects.filter(pk__in={order.solution_id for order in orders}).select_related("supplier")


def _suppliers(orders: Sequence[Order]) -> dict[str, SupplierFacts]:
    """Those of the orders and the editors of their solutions, by SIRET."""
    wanted = {order.supplier_id for order in orders} | {order.solution.supplier_id for order in orders}
    rows = Supplier.objects.filter(pk__in=wanted).prefetch_related("mandates")
    return {row.siret: supplier_facts(row) for row in rows}


def _editor(order: Order, solution: SolutionFacts, suppliers: Mapping[str, SupplierFacts]) -> SupplierFacts | None:
    return suppliers.get(solution.supplier) if solution.supplier != order.supplier.siret else None


def _enrolments(orders: Sequence[Order]) -> dict[_Pair, tuple[EnrolmentFacts, ...]]:
    rows = Enrolment.objects.filter(
        supplier_id__in={order.supplier_id for order in orders}, solution_id__in={order.solution_id for order in orders}
    ).select_related("supplier", "solution")
    found: dict[_Pair, list[EnrolmentFacts]] = defaultdict(list)
    for row in rows.order_by("number"):
        found[row.supplier_id, row.solution_id].append(
            EnrolmentFacts(
                supplier=row.supplier.siret,
                solution=row.solution.key,
                number=row.number,
                kind=EnrolmentKind(row.kind),
                early=row.early,
                submitted_on=row.submitted_on,
                validated_on=row.validated_on,
                finalised_on=row.finalised_on,
            )
        )
    return {pair: tuple(each) for pair, each in found.items()}


def _pilots(pairs: Collection[_Pair], now: datetime) -> dict[_Pair, tuple[PilotRecord, ...]]:
    """R65: the conforming reports of every order of these pairs, whoever asks."""
    rows = LifeEvent.objects.filter(
        action="pilot_report_conforming",
        at__lte=now,
        order__supplier_id__in={supplier for supplier, _ in pairs},
        order__solution_id__in={solution for _, solution in pairs},
    )
    found = rows.order_by().values_list("order_id", "order__supplier_id", "order__solution_id").distinct()
    owners = {order_id: (supplier_id, solution_id) for order_id, supplier_id, solution_id in found}
    lives: dict[_Pair, list[LifeFacts]] = defaultdict(list)
    for order_id, events in life_events(owners, only=_OF_PILOTS).items():
        life = LifeFacts()
        for event in events:
            after = applied(life, event) if event.at <= now else life
            life = after if isinstance(after, LifeFacts) else life
        lives[owners[order_id]].append(life)
    return {pair: pilots_of(each) for pair, each in lives.items()}


def _conflicts(order_ids: Sequence[int], now: datetime) -> dict[int, list[OpenConflict]]:
    """The conflicts of these orders that stood at ``now``, on either side, in the sequence of their numbers."""
    found: dict[int, list[OpenConflict]] = defaultdict(list)
    asked = frozenset(order_ids)
    for conflict, parties in _conflict_rows(order_ids):
        holder = conflict.holder
        if holder is not None and not _signed(holder, now):
            continue
        waiting = [party.order for party in parties if _waits(conflict, party, now)]
        for order in waiting:
            if order.pk in asked:
                found[order.pk].append(_seen(conflict, conflict.holder_reference, is_holder=False))
        if holder is not None and holder.pk in asked and waiting:
            numbers = ", ".join(order.number for order in waiting)
            found[holder.pk].append(_seen(conflict, numbers, is_holder=True))
    return found


def _conflict_rows(order_ids: Sequence[int]) -> Iterator[tuple[Conflict, list[ConflictParty]]]:
    ids: set[int] = set()
    standing = Conflict.objects.filter(status__in=[ConflictStatus.OPEN, ConflictStatus.RELEASED])
    for part in _parts(order_ids):
        ids.update(standing.filter(holder_id__in=part).values_list("pk", flat=True))
        ids.update(standing.filter(parties__order_id__in=part).values_list("pk", flat=True))
    rows: dict[int, Conflict] = {}
    parties: dict[int, list[ConflictParty]] = defaultdict(list)
    for part in _parts(sorted(ids)):
        rows |= {row.pk: row for row in standing.filter(pk__in=part).select_related("holder", "holder_funded")}
        for party in ConflictParty.objects.filter(conflict_id__in=part).select_related("order").order_by("pk"):
            parties[party.conflict_id].append(party)
    for conflict in sorted(rows.values(), key=lambda row: (row.kind, row.value, row.activity, row.pk)):
        yield conflict, parties[conflict.pk]


def _signed(order: Order, now: datetime) -> bool:
    return order.first_signed_on is not None and midnight(order.first_signed_on) <= now


def _waits(conflict: Conflict, party: ConflictParty, now: datetime) -> bool:
    """Claims the number at ``now``; an order that left the conflict because it ended later still claimed it then."""
    if not _signed(party.order, now):
        return False
    if party.state == PartyState.LEFT:
        return party.order.ended_at is not None and party.order.ended_at > now
    return conflict.status == ConflictStatus.OPEN and party.state == PartyState.PENDING


def _seen(conflict: Conflict, other: str, *, is_holder: bool) -> OpenConflict:
    return OpenConflict(
        conflict.rule,
        conflict.kind,
        conflict.label,
        other,
        stops_order=conflict.stops_order,
        is_holder=is_holder,
    )


def _forms(
    orders: Sequence[Order],
    suppliers: Mapping[str, SupplierFacts],
    solutions: Mapping[int, SolutionFacts],
    now: datetime,
) -> dict[int, tuple[Finding, ...]]:
    """The findings of the order forms, each under the texts it was made under."""
    facts = [facts_of(order) for order in orders]
    estimates = _estimates(orders, facts)
    contexts = review_contexts(facts, estimates=[estimates.get(order.pk) for order in orders])
    return {
        order.pk: review_order(
            form,
            now=now,
            context=context,
            programme=programme_of(order),
            supplier=suppliers.get(form.supplier),
            solution=solutions[order.solution_id],
        )
        for order, form, context in zip(orders, facts, contexts, strict=True)
    }


def _estimates(orders: Sequence[Order], many: Sequence[OrderFacts]) -> dict[int, TrancheEstimate | None]:
    """What the loaded counts make of each order, without its excluded numbers."""
    numbers: dict[int, set[str]] = defaultdict(set)
    for order, facts in zip(orders, many, strict=True):
        year = programme_of(order).reference_year.value
        if year is not None:
            numbers[year].update(_numbers(facts))
    counts: dict[int, dict[CountKey, int]] = {
        year: {key: found.count for key, found in current_counts(values, year=year).items()}
        for year, values in numbers.items()
    }
    if not any(counts.values()):
        return {}
    excluded: dict[int, frozenset[ClaimKey]] = excluded_keys_many([order.pk for order in orders])
    found = {}
    for order, facts in zip(orders, many, strict=True):
        programme = programme_of(order)
        known = counts.get(programme.reference_year.value or 0, {})
        result = estimated(facts, programme, excluded.get(order.pk, frozenset()), known)
        found[order.pk] = estimate_for_guards(result)
    return found


def _numbers(facts: OrderFacts) -> Iterator[str]:
    for _, line in facts.lines():
        yield from line.am
        if line.finess:
            yield line.finess


def _declared(order_ids: Sequence[int]) -> dict[int, Decimal]:
    """The amounts declared with the advance (F4), where one is under way."""
    found: dict[int, Decimal] = {}
    for part in _parts(order_ids):
        rows = Dossier.objects.filter(order_id__in=part, declared__isnull=False)
        found |= {row.order_id: row.declared for row in rows if row.declared is not None}
    return found


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _MANY):
        yield ids[start : start + _MANY]
