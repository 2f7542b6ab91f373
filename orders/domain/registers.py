"""What the public registers say of a structure or a doctor, and what an order line is checked against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum


class StructureType(StrEnum):
    """A geographic establishment (what R7 asks for) or the legal entity that runs it."""

    ESTABLISHMENT = "ET"
    LEGAL_ENTITY = "EJ"


class Speciality(StrEnum):
    """Specialities of the assurance maladie (R5); the Annuaire santé names them with other codes."""

    RADIOLOGY = "06"
    NUCLEAR = "72"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class StructureRecord:
    """One FINESS number as a register describes it; None: the register does not say."""

    finess: str
    type: StructureType
    name: str
    legal_finess: str | None = None
    siren: str | None = None
    siret: str | None = None
    category_code: str | None = None
    category: str | None = None
    department: str | None = None
    postcode: str | None = None
    city: str | None = None
    open: bool = True
    legal_name: str | None = None


@dataclass(frozen=True, slots=True)
class DoctorRecord:
    """One RPPS number; ``labels`` are the register's own words for the specialities."""

    rpps: str
    family_name: str
    given_name: str
    physician: bool
    specialities: frozenset[Speciality]
    labels: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """As a line of the order form names a doctor."""
        return " ".join(part for part in ("Dr", self.given_name, self.family_name) if part)


@dataclass(frozen=True, slots=True)
class LineProposal:
    """What the registers propose for a line and its Client; None: they do not say."""

    name: str
    legal_finess: str | None = None
    legal_name: str | None = None
    siren: str | None = None
    open: bool = True


def merged(records: Sequence[StructureRecord]) -> StructureRecord:
    """One structure of several registers: the first prevails, the others complete what it does not say."""
    whole = records[0]
    for other in records[1:]:
        missing = {
            field.name: getattr(other, field.name)
            for field in fields(whole)
            if getattr(whole, field.name) in (None, "")
        }
        whole = replace(whole, **missing)
    return whole
