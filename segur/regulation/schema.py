"""The programme as frozen data: every figure and date of the texts, each with its source.

A :class:`Leaf` is the atom: a value, the text it comes from, and whether it is firm, provisional or unknown.
Unknown is a value of its own (``value is None`` with a reason); nothing downstream may guess in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")

#: The main prestations of each kind of programme (R13).
PRESTATION_KEYS: Mapping[str, tuple[str, ...]] = {
    "ris": ("vague-2", "vague-1-2"),
    "drimbox": ("db-update", "db-new"),
}

#: Every delay that a programme file gives, and no other.
DELAY_KEYS = (
    "conditional_order_days",
    "late_referencing_days",
    "portability_days",
    "portability_clause_years",
    "ans_verification_months",
    "journal_months",
    "dispute_working_days",
    "compliance_working_days",
    "support_years",
    "usage_rights_years",
    "certificate_renewal_days",
)

#: The submissions whose papers a programme file lists.
SUBMISSION_KEYS = (
    "enrolment",
    "advance",
    "pilot",
    "balance",
    "semester",
    "last_semester",
    "completion",
    "termination",
)

#: When a paper is due: always, or under the condition named.
DOCUMENT_CONDITIONS = (
    "always",
    "kept",
    "distributor",
    "employee-depositor",
    "third-party-depositor",
    "hosting-hds",
    "hosting-sworn-statement",
    "vat-not-liable",
    "conditional-order",
)

#: What one order alone may valorise (R42-R45).
UNIQUENESS_KINDS = ("am", "finess", "siren", "pacs", "instance")

#: The count that PERFe divides by: all examinations of a slave RIS, or those with a qualified identity (A2).
PERF_DENOMINATORS = ("Te", "Te'")


class ProgrammeKind(StrEnum):
    RIS = "ris"
    DRIMBOX = "drimbox"


class Vat(StrEnum):
    """VAT regime of an order (R57): the column of the printed tables that is paid."""

    TWENTY = "20"
    EIGHT_AND_A_HALF = "8.5"
    NONE = "none"


class Identity(StrEnum):
    """Who masters patient identities (R40): chooses Forfait M or E."""

    MASTER = "master"
    SLAVE = "slave"
    MIXED = "mixed"


class Activity(StrEnum):
    RADIOLOGY = "radiology"
    NUCLEAR = "nuclear"


@dataclass(frozen=True, slots=True)
class Leaf(Generic[T]):
    """A value of the texts. ``value`` is None exactly when ``unknown`` says why."""

    value: T | None
    source: str
    provisional: str = ""
    unknown: str = ""

    def __post_init__(self) -> None:
        if not self.source:
            raise ValueError("a leaf without source")
        if (self.value is None) != bool(self.unknown):
            raise ValueError(f"a leaf is either a value or unknown, with a reason ({self.source})")
        if self.unknown and self.provisional:
            raise ValueError(f"a leaf is not both unknown and provisional ({self.source})")

    def known(self) -> T:
        """The value; raises LookupError when the texts do not give it."""
        if self.value is None:
            raise LookupError(self.unknown)
        return self.value


@dataclass(frozen=True, slots=True)
class Amounts:
    """One row of a printed table, verbatim: never recomputed from HT x rate (ruling A1)."""

    ht: Leaf[Decimal]
    ttc_8_5: Leaf[Decimal]
    ttc_20: Leaf[Decimal]

    def paid(self, vat: Vat) -> Leaf[Decimal]:
        """The column that the State pays under this VAT regime (HT where no VAT applies)."""
        return {Vat.TWENTY: self.ttc_20, Vat.EIGHT_AND_A_HALF: self.ttc_8_5, Vat.NONE: self.ht}[vat]

    def __iter__(self) -> Iterator[Leaf[Decimal]]:
        return iter((self.ht, self.ttc_8_5, self.ttc_20))


@dataclass(frozen=True, slots=True)
class Tranche:
    """A class of yearly reference examinations, bounds inclusive; ``upper`` None: no upper bound."""

    letter: str
    lower: int
    upper: int | None
    source: str


@dataclass(frozen=True, slots=True)
class OfficialDate:
    """One of the dates 0 to 6 (R21): an instant at noon in Paris, inclusive."""

    number: int
    label: str
    consequence: str
    at: Leaf[datetime]


@dataclass(frozen=True, slots=True)
class Prestation:
    """A main prestation and its printed ceilings per tranche letter."""

    key: str
    label: str
    order_line: str
    source: str
    ceilings: Mapping[str, Amounts]


@dataclass(frozen=True, slots=True)
class PerformanceStep:
    """From ``ratio`` (inclusive) on, the performance is ``value``."""

    ratio: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class Secondary:
    """The secondary prestation: six half-yearly payments on performance (R28, R59)."""

    order_line: str
    semesters: Leaf[int]
    semester_months: Leaf[int]
    duration_months: Leaf[int]
    forfait_master: Mapping[str, Amounts]
    forfait_slave: Mapping[str, Amounts]
    perf_master: Leaf[tuple[PerformanceStep, ...]]
    perf_slave: Leaf[tuple[PerformanceStep, ...]]
    perf_slave_denominator: Leaf[str]

    def forfait(self, tranche: str, identity: Identity) -> Amounts:
        """The semester forfait: E for a slave RIS, M otherwise (ruling A2: mixed has master's)."""
        table = self.forfait_slave if identity is Identity.SLAVE else self.forfait_master
        return table[tranche]


@dataclass(frozen=True, slots=True)
class UniquenessScope:
    """What only one order of the programme may valorise (R42-R45).

    ``stops_order``: a second order cannot go on by leaving the key out (SIREN, PACS, instance).
    """

    kind: str
    per_activity: bool
    stops_order: bool
    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class DeMinimis:
    ceiling: Leaf[Decimal]
    window_years: Leaf[int]
    regulation: str
    source: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A sentence that the order form must carry, verbatim; ``when`` is ``always`` or ``conditional`` (R23).

    ``provisional`` is the reason why the sentence is borrowed from another programme, or empty.
    """

    key: str
    text: str
    variants: tuple[str, ...]
    when: str
    rule: str
    source: str
    provisional: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRequirement:
    """A paper that a submission must hold; ``when`` is ``always`` or a named condition.

    The conditions are those of :data:`DOCUMENT_CONDITIONS`; ``kept`` is a paper that stays in the supplier's file.
    """

    key: str
    label: str
    when: str
    rule: str
    source: str
    provisional: str = ""


@dataclass(frozen=True, slots=True)
class DamagedAct:
    """A CCAM code that the source prints damaged, and what it was read as."""

    printed: str
    read_as: str
    activity: Activity
    reason: str


@dataclass(frozen=True, slots=True)
class ActList:
    activity: Activity
    codes: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class RulingNote:
    """A ruling that changes a result, in words for the screen (``A1``, ``A2``, ...)."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything one version of a programme's texts fixes."""

    id: str
    kind: ProgrammeKind
    label: str
    version: str
    valid_from: date
    call_for_funding: Leaf[str]
    dates: tuple[OfficialDate, ...]
    reference_year: Leaf[int]
    nuclear_weight: Leaf[int]
    tranches: tuple[Tranche, ...]
    prestations: Mapping[str, Prestation]
    secondary: Secondary
    advance_share: Leaf[Decimal]
    balance_share: Leaf[Decimal]
    pilots: Leaf[int]
    delays: Mapping[str, Leaf[int]]
    uniqueness: tuple[UniquenessScope, ...]
    de_minimis: DeMinimis
    mentions: tuple[Mention, ...]
    documents: Mapping[str, tuple[DocumentRequirement, ...]]
    acts: tuple[ActList, ...]
    damaged_acts: tuple[DamagedAct, ...]
    notes: tuple[RulingNote, ...]
    sha256: str

    def date_at(self, number: int) -> Leaf[datetime]:
        """Official date 0 to 6."""
        return self.dates[number].at

    def tranche_of(self, examinations: int) -> Tranche | None:
        """The tranche of a yearly count; None for zero activity, which is not eligible (R51)."""
        for tranche in self.tranches:
            if tranche.lower <= examinations and (tranche.upper is None or examinations <= tranche.upper):
                return tranche
        return None

    def activity_of_act(self, code: str) -> Activity | None:
        """The activity of a listed CCAM act, damaged codes as they were read (A38); None when no list holds it."""
        for acts in self.acts:
            if code in acts.codes:
                return acts.activity
        for damaged in self.damaged_acts:
            if code == damaged.read_as:
                return damaged.activity
        return None
