"""What the review of an order form looks up: registers, wave 1, confirmations, excluded numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

from orders.domain.order_form import Form, FundedNumber, ReviewContext, TrancheEstimate, review
from orders.domain.register_checks import against_registers
from orders.domain.snapshot import DeMinimisAid, FourLists, OrderFacts, SolutionFacts, SupplierFacts
from orders.domain.uniqueness import ClaimKey
from orders.models import FundedIdentifier, NumberConfirmation, Order, Register, Solution, Supplier
from orders.models.registers import STRUCTURE_REGISTERS
from orders.selectors.claims import WAVE_1, excluded_keys_many
from orders.selectors.facts import solution_facts, supplier_facts
from orders.selectors.registers import doctors_of, registers_loaded, structures_of
from segur.regulation.dates import paris_date
from segur.regulation.finding import Finding
from segur.regulation.schema import Activity, Programme
from segur.texts import catalogue

_VALUES = 5_000
_Key = tuple[str, str]
_R = TypeVar("_R")


def review_context(
    facts: OrderFacts,
    *,
    excluded: FourLists | None = None,
    estimate: TrancheEstimate | None = None,
    confirmations: Mapping[str, str] | None = None,
    not_conditioned: bool | None = None,
    sons_funding: Mapping[str, tuple[DeMinimisAid, ...]] | None = None,
) -> ReviewContext:
    """The context of one order form, recorded or not. What is given stands for what the database says.

    A register that was never loaded leaves its part None: the review then says « non contrôlé ».
    """
    (context,) = review_contexts([facts], sons_funding=sons_funding)
    return replace(
        context,
        excluded=context.excluded if excluded is None else excluded,
        estimate=estimate,
        confirmations=context.confirmations if confirmations is None else confirmations,
        not_conditioned=context.not_conditioned if not_conditioned is None else not_conditioned,
    )


def review_contexts(
    many: Sequence[OrderFacts],
    *,
    estimates: Sequence[TrancheEstimate | None] | None = None,
    sons_funding: Mapping[str, tuple[DeMinimisAid, ...]] | None = None,
) -> list[ReviewContext]:
    """The contexts of many order forms, in their order, in at most nine queries per five thousand numbers.

    ``estimates``: what the loaded counts make of each, in the same order.
    """
    loaded = registers_loaded()
    lines = [line for facts in many for _, line in facts.lines()]
    finess = {line.finess for line in lines if line.finess}
    rpps = {line.rpps for line in lines if line.rpps}
    structures = structures_of(finess) if loaded.keys() & set(STRUCTURE_REGISTERS) else None
    doctors = doctors_of(rpps) if Register.RPPS in loaded else None
    funded = _wave_1(finess | {number for line in lines for number in line.am})
    recorded = _recorded(many)
    ids = [order_id for order_id, _ in recorded.values()]
    confirmations, excluded = _confirmations(ids), excluded_keys_many(ids)

    def context(facts: OrderFacts, estimate: TrancheEstimate | None) -> ReviewContext:
        order_id, not_conditioned = recorded.get((facts.supplier, facts.number), (0, None))
        own = [line for _, line in facts.lines()]
        numbers = dict.fromkeys(number for line in own for number in (line.finess or "", *line.am))
        return ReviewContext(
            wave1_funded=None
            if funded is None
            else tuple(each for number in numbers for each in funded.get(number, ())),
            sons_funding=sons_funding,
            estimate=estimate,
            structures=None if structures is None else _named(structures, (line.finess for line in own)),
            doctors=None if doctors is None else _named(doctors, (line.rpps for line in own)),
            confirmations=confirmations.get(order_id, {}),
            not_conditioned=not_conditioned,
            excluded=lists_of(excluded.get(order_id, frozenset())),
        )

    return [context(*each) for each in zip(many, estimates or [None] * len(many), strict=True)]


def _named(records: Mapping[str, _R], numbers: Iterable[str | None]) -> dict[str, _R]:
    return {number: records[number] for number in numbers if number is not None and number in records}


def _wave_1(numbers: Iterable[str]) -> dict[str, list[FundedNumber]] | None:
    """The numbers that wave 1 funded, by value; None when no list was ever loaded."""
    listed = FundedIdentifier.objects.filter(programme=WAVE_1)
    if not listed.exists():
        return None
    found: dict[str, list[FundedNumber]] = defaultdict(list)
    for part in _parts(sorted(numbers)):
        for row in listed.filter(value__in=part):
            activity = Activity(row.activity) if row.activity else None
            found[row.value].append(FundedNumber(row.kind, row.value, activity, row.reference))
    return found


def _recorded(many: Sequence[OrderFacts]) -> dict[_Key, tuple[int, bool | None]]:
    """Row and R33 declaration of the orders that are recorded, by supplier and number."""
    wanted = {(facts.supplier, facts.number) for facts in many}
    found: dict[_Key, tuple[int, bool | None]] = {}
    for part in _parts(sorted(wanted)):
        rows = Order.objects.filter(
            number__in={number for _, number in part}, supplier__siret__in={siret for siret, _ in part}
        )
        for siret, number, pk, declared in rows.values_list("supplier__siret", "number", "pk", "not_conditioned"):
            if (siret, number) in wanted:
                found[siret, number] = pk, declared
    return found


def _confirmations(order_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for part in _parts(order_ids):
        rows = NumberConfirmation.objects.filter(order_id__in=part)
        for order_id, value, reason in rows.values_list("order_id", "value", "reason"):
            found[order_id][value] = reason
    return found


def lists_of(keys: Iterable[ClaimKey]) -> FourLists:
    """Excluded keys as the four lists of the calculation service; a key without activity is in both of its kind."""
    numbers: dict[str, dict[str, None]] = {name: {} for name in FourLists.__dataclass_fields__}
    for key in sorted(keys):
        for activity in [key.activity] if key.activity else [str(each) for each in Activity]:
            numbers[f"{key.kind}_{activity}"].setdefault(key.value)
    return FourLists(**{name: tuple(values) for name, values in numbers.items()})


def review_order(
    facts: OrderFacts,
    *,
    now: datetime,
    context: ReviewContext | None = None,
    programme: Programme | None = None,
    supplier: SupplierFacts | None = None,
    solution: SolutionFacts | None = None,
) -> tuple[Finding, ...]:
    """Everything the texts and the registers say of an order form at an instant.

    What is not given is looked up: the version of the texts that a recorded order was made under, else the one in
    force at ``now``; supplier and solution by SIRET and key. Raises UnknownProgrammeError.
    """
    texts = programme or _programme(facts, now)
    seller = supplier or _supplier(facts.supplier)
    sold = solution or _solution(facts.solution)
    known = context or review_context(facts)
    findings = review(facts, programme=texts, supplier=seller, solution=sold, context=known, now=now)
    return (*findings, *against_registers(Form(facts, texts, seller, sold, known, now)))


def _programme(facts: OrderFacts, now: datetime) -> Programme:
    stored = Order.objects.filter(supplier__siret=facts.supplier, number=facts.number)
    version = stored.values_list("regulation", flat=True).first()
    if version:
        return catalogue().version(facts.programme, version)
    return catalogue().programme(facts.programme, on=paris_date(now))


def _supplier(siret: str) -> SupplierFacts | None:
    found = Supplier.objects.prefetch_related("mandates").filter(siret=siret).first()
    return supplier_facts(found) if found else None


def _solution(key: str) -> SolutionFacts | None:
    found = Solution.objects.select_related("supplier").filter(key=key).first()
    return solution_facts(found) if found else None


def _parts(values: Iterable[_R]) -> Iterator[list[_R]]:
    remaining = iter(values)
    while part := list(islice(remaining, _VALUES)):
        yield part
