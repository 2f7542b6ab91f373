"""What each way of ending a conflict costs, per order and in all, before it is taken (R42-R45, R49-R58)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from funding.domain.pricing import price
from funding.domain.tranche import CountKey, Reason, TrancheResult, compute
from orders.domain.snapshot import FourInvalidLists, OrderFacts, TrancheFacts
from orders.domain.uniqueness import ClaimKey, lists_without
from segur.regulation.schema import Identity, Programme, Vat

ZERO = Decimal("0.00")


class Origin(StrEnum):
    """Who says the tranche: the answer of the ANS recorded on the order, or the estimate on the loaded counts."""

    ANS = "ans"
    ESTIMATE = "estimate"


@dataclass(frozen=True, slots=True)
class Figures:
    """What an order is paid in one case, in the column that is paid (TTC of its rate, HT where no VAT applies).

    ``tranche`` None: nothing counts, the order is not eligible (R51). ``examinations`` None: not all numbers are in
    the loaded counts. ``secondary`` is the most that all semesters bring, None where the scale is not published.
    """

    tranche: str | None
    origin: Origin
    examinations: int | None
    principal: Decimal
    advance: Decimal
    secondary: Decimal | None
    provisional: bool = False

    @property
    def total(self) -> Decimal:
        """Main and secondary prestation; the main one alone where the secondary is not published."""
        return self.principal + (self.secondary or ZERO)


@dataclass(frozen=True, slots=True)
class Outlook:
    """One order with the contested number and without it; None where only the ANS can say (R52)."""

    with_number: Figures | None
    without_number: Figures | None
    unknown: tuple[str, ...] = ()
    """The numbers that the loaded counts do not hold."""

    @property
    def difference(self) -> Decimal | None:
        """What the order loses without the number, zero or less; None when one of the two is unknown."""
        if self.with_number is None or self.without_number is None:
            return None
        return self.without_number.total - self.with_number.total


@dataclass(frozen=True, slots=True)
class _Tranche:
    letter: str | None
    origin: Origin


def outlook(
    order: OrderFacts,
    key: ClaimKey,
    counts: Mapping[CountKey, int],
    programme: Programme,
    *,
    excluded: Collection[ClaimKey] = frozenset(),
    recorded_without: bool = False,
) -> Outlook:
    """An order with and without ``key``; ``excluded`` are the other numbers that it is calculated without.

    ``recorded_without``: the answer of the ANS on the order was given after ``key`` had been excluded. Nothing is
    guessed: an incomplete estimate decides only where it cannot be wrong.
    """
    others = {other for other in excluded if other != key}
    lists = lists_without(order.four_lists(), others)
    whole = compute(lists, counts, programme)
    less = compute(lists_without(lists, {key}), counts, programme)
    answer = _answer(order.tranche, others)
    unknown = _unknown(whole, answer)
    before, after = _tranches(whole, less, answer, key, unknown, recorded_without=recorded_without)
    examinations = (None, None) if unknown else (whole.examinations, less.examinations)
    return Outlook(
        _figures(order, before, examinations[0], programme),
        _figures(order, after, examinations[1], programme),
        unknown,
    )


def _answer(recorded: TrancheFacts | None, others: Collection[ClaimKey]) -> TrancheFacts | None:
    """The answer of the ANS, unless it still counts a number that has been excluded since."""
    if recorded is None or not others:
        return recorded
    if recorded.valid is None or lists_without(recorded.valid, others) != recorded.valid:
        return None
    return recorded


def _unknown(result: TrancheResult, answer: TrancheFacts | None) -> tuple[str, ...]:
    """The numbers that nothing is known of, neither by the counts nor by the ANS."""
    said = _said_invalid(answer.invalid) if answer and answer.invalid else frozenset()
    absent = [
        (name, number.value)
        for name, numbers in result.invalid.items()
        for number in numbers
        if number.code is Reason.UNKNOWN
    ]
    return tuple(dict.fromkeys(value for name, value in absent if (name, value) not in said))


def _said_invalid(invalid: FourInvalidLists) -> frozenset[tuple[str, str]]:
    return frozenset(
        (name, number.value) for name in FourInvalidLists.__dataclass_fields__ for number in getattr(invalid, name)
    )


def _tranches(
    whole: TrancheResult,
    less: TrancheResult,
    answer: TrancheFacts | None,
    key: ClaimKey,
    unknown: tuple[str, ...],
    *,
    recorded_without: bool,
) -> tuple[_Tranche | None, _Tranche | None]:
    before, after = _Tranche(whole.tranche, Origin.ESTIMATE), _Tranche(less.tranche, Origin.ESTIMATE)
    if answer is None:
        return (None, None) if unknown else (before, after)
    said = _Tranche(answer.letter, Origin.ANS)
    if recorded_without:
        agrees = not unknown and less.tranche == answer.letter
        return (before if agrees else None), said
    if answer.valid is not None and lists_without(answer.valid, {key}) == answer.valid:
        return said, said
    # An incomplete count is too low: it is right about the number's loss only while it stays in the same tranche.
    known = key.value not in unknown and whole.tranche == answer.letter
    is_certain = known and (not unknown or less.tranche == answer.letter)
    return said, (after if is_certain else None)


def _figures(
    order: OrderFacts, tranche: _Tranche | None, examinations: int | None, programme: Programme
) -> Figures | None:
    if tranche is None:
        return None
    if tranche.letter is None:
        return Figures(None, tranche.origin, examinations, ZERO, ZERO, ZERO)
    amounts = order.amounts
    try:
        priced = price(
            programme,
            order.prestation,
            tranche.letter,
            order.vat,
            identity=order.identity or Identity.MASTER,
            agreed_ht=amounts.principal_ht,
            agreed_ttc=amounts.principal_ttc,
        )
    except LookupError:
        return None
    agreed = amounts.secondary_ht if order.vat is Vat.NONE else amounts.secondary_ttc
    ceiling = priced.secondary_ceiling
    secondary = ceiling if ceiling is None or agreed is None else min(agreed, ceiling)
    return Figures(
        tranche.letter, tranche.origin, examinations, priced.amount, priced.advance, secondary, priced.provisional
    )


class Choice(StrEnum):
    """How a conflict can end. CORRECT and CANCEL are done on an order, not on the conflict."""

    KEEP = "keep"
    RELEASE = "release"
    TRANSFER = "transfer"
    EXCLUDE_ALL = "exclude-all"
    DISMISS = "dismiss"
    CORRECT = "correct"
    CANCEL = "cancel"


class Fate(StrEnum):
    """What becomes of one order: it keeps the number, is calculated without it, stops, waits, or is not ours."""

    KEEPS = "keeps"
    LOSES = "loses"
    STOPS = "stops"
    WAITS = "waits"
    CORRECTED = "corrected"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Side:
    """The holder or a claimant. ``outlook`` None: funded elsewhere, or an order that no longer stands."""

    name: str
    outlook: Outlook | None


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a decision does to one side, in euros; None: known after the calculation of the ANS only."""

    name: str
    fate: Fate
    difference: Decimal | None


@dataclass(frozen=True, slots=True)
class Effect:
    """A decision and its consequences, the holder's first. ``order`` is the claimant that it is about, or empty."""

    choice: Choice
    order: str
    consequences: tuple[Consequence, ...]

    @property
    def total(self) -> Decimal | None:
        """The sum over every order; None when one of them is unknown."""
        known = [each.difference for each in self.consequences if each.difference is not None]
        return sum(known, ZERO) if len(known) == len(self.consequences) else None

    @property
    def key(self) -> str:
        return f"{self.choice}:{self.order}" if self.order else str(self.choice)


@dataclass(frozen=True, slots=True)
class Stakes:
    """The least and the most that ending the conflict costs; ``is_complete`` false: some endings are unknown."""

    least: Decimal
    most: Decimal
    is_complete: bool


def effects(
    holder: Side, claimants: Sequence[Side], *, stops_order: bool = False, holder_let_go: bool = False
) -> tuple[Effect, ...]:
    """Every way this conflict can end, with what it costs.

    ``stops_order``: nothing can be excluded (SIREN, PACS, instance), so whoever comes second stops. A holder without
    outlook is funded elsewhere and cannot give way, except when it let go.
    """
    found: list[Effect] = []
    if not stops_order:
        found.append(_all(Choice.KEEP, holder, claimants, Fate.KEEPS, Fate.LOSES))
    if holder.outlook is not None or holder_let_go:
        found += _hand_overs(holder, claimants, stops_order=stops_order, holder_let_go=holder_let_go)
    if not stops_order and holder.outlook is not None and not holder_let_go:
        found.append(_all(Choice.EXCLUDE_ALL, holder, claimants, Fate.LOSES, Fate.LOSES))
    if not holder_let_go:
        found.append(_all(Choice.DISMISS, holder, claimants, Fate.KEEPS, Fate.KEEPS))
    for claimant in claimants:
        found.append(_one(Choice.CORRECT, holder, claimants, claimant, Fate.CORRECTED))
        if stops_order:
            found.append(_one(Choice.CANCEL, holder, claimants, claimant, Fate.STOPS))
    return tuple(found)


def stakes(found: Sequence[Effect]) -> Stakes | None:
    """The range of what the decisions cost, over those that cost something; None when none is known."""
    costly = {Choice.KEEP, Choice.RELEASE, Choice.TRANSFER, Choice.EXCLUDE_ALL, Choice.CANCEL}
    totals = [effect.total for effect in found if effect.choice in costly]
    known = [-total for total in totals if total is not None]
    if not known:
        return None
    return Stakes(min(known), max(known), len(known) == len(totals))


def _hand_overs(holder: Side, claimants: Sequence[Side], *, stops_order: bool, holder_let_go: bool) -> list[Effect]:
    fate = Fate.GONE if holder_let_go else Fate.STOPS if stops_order else Fate.LOSES
    choices = [Choice.TRANSFER] if holder_let_go else [Choice.RELEASE, Choice.TRANSFER]
    waits = Fate.STOPS if stops_order else Fate.WAITS
    return [
        Effect(
            choice,
            winner.name,
            (
                _consequence(holder, fate),
                *(_consequence(each, Fate.KEEPS if each is winner else waits) for each in claimants),
            ),
        )
        for choice in choices
        for winner in claimants
    ]


def _all(choice: Choice, holder: Side, claimants: Sequence[Side], holds: Fate, claims: Fate) -> Effect:
    return Effect(choice, "", (_consequence(holder, holds), *(_consequence(each, claims) for each in claimants)))


def _one(choice: Choice, holder: Side, claimants: Sequence[Side], chosen: Side, fate: Fate) -> Effect:
    kept = [_consequence(each, fate if each is chosen else Fate.WAITS) for each in claimants]
    return Effect(choice, chosen.name, (_consequence(holder, Fate.KEEPS), *kept))


def _consequence(side: Side, fate: Fate) -> Consequence:
    if side.outlook is None:
        return Consequence(side.name, Fate.GONE, ZERO)
    figures = side.outlook.with_number
    difference = {
        Fate.KEEPS: ZERO,
        Fate.GONE: ZERO,
        Fate.LOSES: side.outlook.difference,
        Fate.STOPS: None if figures is None else -figures.total,
        Fate.WAITS: None,
        Fate.CORRECTED: None,
    }[fate]
    return Consequence(side.name, fate, difference)
