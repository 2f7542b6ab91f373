"""What the public registers say of a structure or a doctor, and what an order line is checked against."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class DoctorRecord:
    """One RPPS number; ``labels`` are the register's own words for the specialities."""

    rpps: str
    family_name: str
    given_name: str
    physician: bool
    specialities: frozenset[Speciality]
    labels: tuple[str, ...] = ()
