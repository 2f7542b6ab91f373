"""What the guards of one order need to know beside it: who supplies, what is referenced, what other orders did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from funding.domain.life.facts import LifeFacts, PilotState
from orders.domain.snapshot import EnrolmentFacts, SolutionFacts, SupplierFacts
from segur.regulation.finding import Finding


@dataclass(frozen=True, slots=True)
class PilotRecord:
    """A conforming pilot report of the pair (supplier, solution), whichever order it belongs to (R65, A20, A27)."""

    siren: str
    conforming_at: datetime
    advance_validated_at: datetime


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """An open conflict that names this order (R42-R45).

    ``is_holder``: this order holds the identifier, another one claims it. ``stops_order``: nothing can be left out,
    the order waits. ``other`` is the number of the order on the other side.
    """

    rule: str
    kind: str
    value: str
    other: str = ""
    stops_order: bool = False
    is_holder: bool = False


@dataclass(frozen=True, slots=True)
class LifeContext:
    """Everything outside the order, as it is known today; the guards leave out what is dated later than their instant.

    ``enrolments``: those of the order's supplier for its solution. ``editor``: the editor of the solution, where the
    supplier is its distributor. ``pilots``: those of the pair, on any order. ``form``: the findings of the order
    form's review. ``declared``: the amount of the main prestation frozen with the advance (F4), None: not frozen.
    ``outside_market``: the solution is declared reserved to its own editor or group (R11). ``readiness``: per action,
    papers that are not recorded; they never block (ruling « Documents »).
    """

    supplier: SupplierFacts | None = None
    solution: SolutionFacts | None = None
    enrolments: tuple[EnrolmentFacts, ...] = ()
    editor: SupplierFacts | None = None
    pilots: tuple[PilotRecord, ...] = ()
    conflicts: tuple[OpenConflict, ...] = ()
    form: tuple[Finding, ...] = ()
    declared: Decimal | None = None
    outside_market: bool | None = None
    readiness: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)


def pilot_records(life: LifeFacts) -> Iterator[PilotRecord]:
    """What one order brings to the pilots of its pair: conforming reports of Clients whose advance is validated."""
    validated_at = life.advance.validated_at
    if validated_at is None:
        return
    for siren, pilot in life.pilots.items():
        if pilot.state is PilotState.CONFORMING and pilot.judged_at is not None:
            yield PilotRecord(siren, pilot.judged_at, validated_at)


def pilots_of(lives: Iterable[LifeFacts]) -> tuple[PilotRecord, ...]:
    """The pilots of a pair, from the lives of all its orders."""
    return tuple(record for life in lives for record in pilot_records(life))


def conforming_pilots(life: LifeFacts, context: LifeContext, at: datetime) -> frozenset[str]:
    """The distinct Clients (SIREN) whose report is conforming and whose advance is validated, at an instant."""
    known = (*context.pilots, *pilot_records(life))
    return frozenset(
        record.siren for record in known if record.conforming_at <= at and record.advance_validated_at <= at
    )
