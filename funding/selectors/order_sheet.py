"""Everything the page of an order shows: its form, its numbers and who holds them, its amounts and their ceilings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from django.db.models import Q

from funding.domain.pricing import Price, price
from funding.domain.tranche import CountKey, TrancheResult, compute
from funding.selectors.activity import current_counts
from orders.domain.order_form import TrancheEstimate
from orders.domain.snapshot import LineFacts, OrderFacts
from orders.domain.uniqueness import ClaimKey, keys_of, lists_without, scope_of
from orders.models import Claim, Conflict, ConflictParty, ConflictStatus, Order, PartyState
from orders.selectors.claims import Collision, collisions, excluded_keys
from orders.selectors.facts import facts_of, programme_of
from segur.regulation.ceilings import Line, exceeded, is_rounding, secondary_row
from segur.regulation.identifiers import IdentifierKind
from segur.regulation.schema import Activity, Amounts, Identity, Leaf, Programme, Vat


class NumberStatus(StrEnum):
    """What becomes of a number of the order, the gravest first."""

    CONTESTED = "contested"
    EXCLUDED = "excluded"
    TAKEN = "taken"
    VALORISED = "valorised"
    FREE = "free"
    RELEASED = "released"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Counted:
    """Examinations of a number in one activity: the raw count and its weight (A3); None: nothing is known."""

    activity: Activity
    count: int | None
    weight: int


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number of a line of the form. ``other`` is the order or list that also names it."""

    client: str
    line: LineFacts
    kind: IdentifierKind
    value: str
    counted: tuple[Counted, ...]
    status: NumberStatus
    other: str = ""
    other_id: int | None = None
    conflict_id: int | None = None
    rule: str = ""

    @property
    def has_no_activity(self) -> bool:
        """Known, and without any examination in the reference year."""
        return any(each.count is not None for each in self.counted) and not any(each.count for each in self.counted)


@dataclass(frozen=True, slots=True)
class AmountRow:
    """A line of the form beside the printed ceilings of its tranche."""

    label: str
    ht: Decimal | None
    ttc: Decimal | None
    ceiling_ht: Leaf[Decimal] | None
    ceiling_ttc: Leaf[Decimal] | None
    check: str


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds what, as far as one order is concerned, by key."""

    claimed: Collection[ClaimKey] = frozenset()
    excluded: Collection[ClaimKey] = frozenset()
    dismissed: Collection[ClaimKey] = frozenset()
    contested: Mapping[ClaimKey, Conflict] = field(default_factory=dict)
    collisions: Mapping[ClaimKey, Collision] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderSheet:
    """What is known of an order; ``result`` is the estimate on the loaded counts, ``letter`` the tranche used."""

    order: Order
    facts: OrderFacts
    programme: Programme
    holding: Holding
    result: TrancheResult
    numbers: tuple[NumberRow, ...]
    amounts: tuple[AmountRow, ...]
    letter: str
    price: Price | None

    @property
    def is_estimated(self) -> bool:
        """The tranche is the product's own calculation: nothing was recorded from the ANS service (R52)."""
        return bool(self.letter) and self.facts.tranche is None

    @property
    def open_conflicts(self) -> tuple[Conflict, ...]:
        return tuple({conflict.pk: conflict for conflict in self.holding.contested.values()}.values())


def order_sheet(order: Order) -> OrderSheet:
    """The page of an order loaded by :func:`orders.selectors.facts.with_form`, in a constant number of queries."""
    facts, programme = facts_of(order), programme_of(order)
    holding = _holding(order)
    counts = _counts(facts, programme)
    result = estimated(facts, programme, holding.excluded, counts)
    letters = {tranche.letter for tranche in programme.tranches}
    letter = facts.tranche.letter if facts.tranche else (result.tranche or "")
    letter = letter if letter in letters else ""
    return OrderSheet(
        order,
        facts,
        programme,
        holding,
        result,
        tuple(_numbers(order, facts, programme, holding, counts)),
        tuple(_amounts(facts, programme, letter)),
        letter,
        _price(facts, programme, letter),
    )


def estimated(
    facts: OrderFacts, programme: Programme, excluded: Collection[ClaimKey], counts: Mapping[CountKey, int]
) -> TrancheResult:
    """The tranche of the order on the loaded counts, under the texts it was made under, without excluded numbers."""
    return compute(lists_without(facts.four_lists(), excluded), counts, programme)


def estimate_of(order: Order) -> TrancheEstimate | None:
    """What the guards of the order form compare the recorded tranche with; None when nothing is loaded."""
    facts, programme = facts_of(order), programme_of(order)
    counts = _counts(facts, programme)
    return estimate_for_guards(estimated(facts, programme, excluded_keys(order), counts))


def estimate_for_guards(result: TrancheResult) -> TrancheEstimate | None:
    """A result as the guards read it."""
    weighted: dict[str, int] = defaultdict(int)
    for numbers in result.valid.values():
        for number in numbers:
            weighted[number.value] += number.examinations
    if not weighted:
        return None
    return TrancheEstimate(result.tranche, result.examinations, dict(weighted))


def _counts(facts: OrderFacts, programme: Programme) -> dict[CountKey, int]:
    values = [number for _, line in facts.lines() for number in (*line.am, *((line.finess,) if line.finess else ()))]
    year = programme.reference_year.value
    if year is None:
        return {}
    return {key: found.count for key, found in current_counts(values, year=year).items()}


def _holding(order: Order) -> Holding:
    claims = Claim.objects.filter(order=order, released_at__isnull=True)
    sides = Q(holder=order, status=ConflictStatus.OPEN) | Q(
        pk__in=ConflictParty.objects.filter(order=order, state=PartyState.PENDING).values("conflict")
    )
    contested = (
        Conflict.objects.filter(sides, status=ConflictStatus.OPEN)
        .select_related("holder", "holder_funded")
        .prefetch_related("parties__order")
    )
    dismissed = ConflictParty.objects.filter(order=order, state=PartyState.DISMISSED).select_related("conflict")
    unsigned = order.is_living and order.first_signed_on is None
    return Holding(
        claimed={_key(claim) for claim in claims},
        excluded=excluded_keys(order),
        dismissed={_key(party.conflict) for party in dismissed},
        contested={_key(conflict): conflict for conflict in contested},
        collisions={each.key: each for each in collisions(order)} if unsigned else {},
    )


def _key(row: Claim | Conflict) -> ClaimKey:
    return ClaimKey(row.programme, row.kind, row.value, row.activity)


def _numbers(
    order: Order, facts: OrderFacts, programme: Programme, holding: Holding, counts: Mapping[CountKey, int]
) -> Iterator[NumberRow]:
    for client in facts.clients:
        for line in client.lines:
            kind = IdentifierKind.FINESS if line.finess else IdentifierKind.AM
            for value in (line.finess,) if line.finess else line.am:
                scope = scope_of(programme, str(kind))
                keys = keys_of(programme.id, scope, value, line.activity.activities)
                counted = tuple(
                    Counted(activity, counts.get((kind, value, activity)), _weight(programme, activity))
                    for activity in line.activity.activities
                )
                row = NumberRow(client.name, line, kind, value, counted, NumberStatus.FREE)
                yield _number_row(order, row, keys, holding)


def _number_row(order: Order, row: NumberRow, keys: tuple[ClaimKey, ...], holding: Holding) -> NumberRow:
    found = [(_status(order, key, holding), key) for key in keys]
    status, key = min(found, key=lambda each: list(NumberStatus).index(each[0]))
    other, other_id, conflict_id = _other(order, key, holding)
    return NumberRow(
        row.client, row.line, row.kind, row.value, row.counted, status, other, other_id, conflict_id, key.rule
    )


def _status(order: Order, key: ClaimKey, holding: Holding) -> NumberStatus:
    if not order.is_living:
        return NumberStatus.RELEASED
    for keys, status in (
        (holding.contested, NumberStatus.CONTESTED),
        (holding.excluded, NumberStatus.EXCLUDED),
        (holding.claimed, NumberStatus.VALORISED),
        (holding.dismissed, NumberStatus.VALORISED),
        (holding.collisions, NumberStatus.TAKEN),
    ):
        if key in keys:
            return status
    return NumberStatus.FREE if order.first_signed_on is None else NumberStatus.LOST


def _other(order: Order, key: ClaimKey, holding: Holding) -> tuple[str, int | None, int | None]:
    conflict = holding.contested.get(key)
    if conflict is not None:
        if conflict.holder_id != order.pk:
            return conflict.holder_reference, conflict.holder_id, conflict.pk
        pending = [party.order for party in conflict.parties.all() if party.state == PartyState.PENDING]
        return (pending[0].number, pending[0].pk, conflict.pk) if pending else ("", None, conflict.pk)
    taken = holding.collisions.get(key)
    return (taken.holder, taken.order_id, None) if taken else ("", None, None)


def _weight(programme: Programme, activity: Activity) -> int:
    return (programme.nuclear_weight.value or 1) if activity is Activity.NUCLEAR else 1


def _amounts(facts: OrderFacts, programme: Programme, letter: str) -> Iterator[AmountRow]:
    prestation = programme.prestations.get(str(facts.prestation))
    amounts = facts.amounts
    identity = facts.identity or Identity.MASTER
    principal = prestation.ceilings[letter] if prestation and letter else None
    secondary = secondary_row(programme.secondary, letter, identity) if letter else None
    label = prestation.label if prestation else "Prestation principale"
    yield _amount_row(label, Line("principal", amounts.principal_ht, amounts.principal_ttc), principal, facts.vat)
    semesters = programme.secondary.semesters.value
    label = f"Prestation secondaire, {semesters} semestres" if semesters else "Prestation secondaire"
    yield _amount_row(label, Line("secondary", amounts.secondary_ht, amounts.secondary_ttc), secondary, facts.vat)


def _amount_row(label: str, line: Line, row: Amounts | None, vat: Vat) -> AmountRow:
    with_vat = row.paid(vat) if row and vat is not Vat.NONE else None
    return AmountRow(label, line.ht, line.ttc, row.ht if row else None, with_vat, _check(line, row, vat))


def _check(line: Line, row: Amounts | None, vat: Vat) -> str:
    """``missing``, ``no-tranche``, ``unpublished``, ``above``, ``rounding``, ``at``, ``under``."""
    paid = line.ht if vat is Vat.NONE else line.ttc
    if line.ht is None and line.ttc is None:
        return "missing"
    if row is None:
        return "no-tranche"
    if row.paid(vat).value is None:
        return "unpublished"
    if columns := exceeded(line, row, vat):
        return "rounding" if is_rounding(columns) else "above"
    return "at" if paid == row.paid(vat).value else "under"


def _price(facts: OrderFacts, programme: Programme, letter: str) -> Price | None:
    if not letter:
        return None
    try:
        return price(
            programme,
            str(facts.prestation),
            letter,
            facts.vat,
            identity=facts.identity or Identity.MASTER,
            agreed_ht=facts.amounts.principal_ht,
            agreed_ttc=facts.amounts.principal_ttc,
        )
    except LookupError:
        return None
