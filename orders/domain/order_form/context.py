"""What the order form's guards may know beside the order itself, and the one view of it that they read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from orders.domain.registers import DoctorRecord, StructureRecord
from orders.domain.snapshot import (
    ClientFacts,
    DeMinimisAid,
    FourLists,
    LineFacts,
    OrderFacts,
    SolutionFacts,
    SupplierFacts,
)
from segur.regulation.dates import paris_date
from segur.regulation.finding import Finding, Severity
from segur.regulation.rules import rule
from segur.regulation.schema import Activity, Programme, ProgrammeKind


@dataclass(frozen=True, slots=True)
class FundedNumber:
    """An AM or a FINESS that wave 1 paid for (A28); ``activity`` None: the list does not say."""

    kind: str
    value: str
    activity: Activity | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class TrancheEstimate:
    """The product's own calculation on the loaded counts, never opposable (R52).

    ``counts``: weighted examinations of each number found in the loaded counts; a number that is not there is unknown.
    """

    letter: str | None
    examinations: int
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReviewContext:
    """Everything is optional; what is None was not looked up and gives a visible note, never a silence.

    ``wave1_funded``: the numbers that wave 1 paid for, at least those of the order. ``sons_funding``: per SIREN, what
    other Ségur programmes are known to have granted. ``structures`` and ``doctors``: register entries by FINESS and
    by RPPS. ``confirmations``: number with a wrong key to the reason a person gave. ``not_conditioned``: whether the
    supplier declares that nothing else conditions the order (R33). ``excluded``: numbers left out of the calculation
    after a conflict (R43).
    """

    wave1_funded: tuple[FundedNumber, ...] | None = None
    sons_funding: Mapping[str, tuple[DeMinimisAid, ...]] | None = None
    structures: Mapping[str, StructureRecord] | None = None
    doctors: Mapping[str, DoctorRecord] | None = None
    estimate: TrancheEstimate | None = None
    confirmations: Mapping[str, str] = field(default_factory=dict)
    not_conditioned: bool | None = None
    excluded: FourLists = field(default_factory=FourLists)


@dataclass(frozen=True, slots=True)
class Form:
    """An order form under review at an instant."""

    order: OrderFacts
    programme: Programme
    supplier: SupplierFacts | None
    solution: SolutionFacts | None
    context: ReviewContext
    now: datetime

    @property
    def today(self) -> date:
        return paris_date(self.now)

    @property
    def is_ris(self) -> bool:
        return self.programme.kind is ProgrammeKind.RIS

    @property
    def tranche(self) -> str | None:
        """The letter that the ANS service answered, else the estimate's."""
        if self.order.tranche:
            return self.order.tranche.letter
        return self.context.estimate.letter if self.context.estimate else None

    def clients(self) -> Iterator[tuple[str, ClientFacts]]:
        """Every Client with its path."""
        for i, client in enumerate(self.order.clients):
            yield f"clients[{i}]", client

    def lines(self) -> Iterator[tuple[str, ClientFacts, LineFacts]]:
        """Every line with its path and its Client."""
        for path, client in self.clients():
            for j, line in enumerate(client.lines):
                yield f"{path}.lines[{j}]", client, line

    def about(self, client: ClientFacts, sentence: str) -> str:
        """``sentence``, with the Client's name in front where the order has several."""
        if len(self.order.clients) < 2:
            return sentence
        return f"{client.name} : {sentence[0].lower()}{sentence[1:]}"


def error(code: str, message: str, remedy: str, path: str = "") -> Finding:
    return _finding(code, Severity.ERROR, message, remedy, path)


def warning(code: str, message: str, remedy: str, path: str = "") -> Finding:
    return _finding(code, Severity.WARNING, message, remedy, path)


def note(code: str, message: str, remedy: str = "", path: str = "") -> Finding:
    return _finding(code, Severity.INFO, message, remedy, path)


def unchecked(code: str, reason: str, remedy: str = "", path: str = "") -> Finding:
    """The visible trace of a rule that could not be applied."""
    return note(code, f"Non contrôlé : {reason}", remedy, path)


def _finding(code: str, severity: Severity, message: str, remedy: str, path: str) -> Finding:
    return Finding(code, severity, message, rule(code.partition("-")[0]).source, remedy, path)
