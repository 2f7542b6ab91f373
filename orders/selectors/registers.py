"""What the loaded registers say of a number, a line or a territory. Nothing is fetched from the network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.db.models import Max

from orders.domain.registers import DoctorRecord, LineProposal, StructureRecord, StructureType, merged
from orders.domain.snapshot import OrderFacts
from orders.models import Register, RegisteredDoctor, RegisteredStructure, RegisterLoad
from orders.models.registers import STRUCTURE_REGISTERS
from segur.regulation.dates import paris_date
from segur.regulation.identifiers import IdentifierKind, normalise, suggested_vat
from segur.regulation.schema import Vat

_VALUES = 5_000
"""Numbers of one query, under SQLite's limit of 32 766."""


@dataclass(frozen=True, slots=True)
class LoadedRegister:
    """A register that is there: ``as_of`` is the date of the publisher where the file name gives it."""

    register: Register
    file_name: str
    as_of: date
    loaded_at: datetime
    identifiers: int


def registers_loaded() -> Mapping[Register, LoadedRegister]:
    """The registers that are there, each with the load that serves. One query."""
    latest = RegisterLoad.objects.order_by().values("register").annotate(latest=Max("pk")).values("latest")
    return {
        Register(load.register): LoadedRegister(
            register=Register(load.register),
            file_name=load.file_name,
            as_of=load.published_on or paris_date(load.loaded_at),
            loaded_at=load.loaded_at,
            identifiers=load.identifiers,
        )
        for load in RegisterLoad.objects.filter(pk__in=latest)
    }


def structures_of(finess_numbers: Collection[str]) -> dict[str, StructureRecord]:
    """The structures of these numbers, FINESS first, completed by the SAE; unknown numbers are absent.

    A number that the registers only name as the legal entity of an establishment is given as such: some published
    files list establishments alone. At most two queries per five thousand numbers.
    """
    found: dict[str, StructureRecord] = {}
    for numbers in _parts(finess_numbers):
        rows: dict[str, list[RegisteredStructure]] = defaultdict(list)
        for row in RegisteredStructure.objects.filter(finess__in=numbers):
            rows[row.finess].append(row)
        for finess, described in rows.items():
            described.sort(key=lambda row: STRUCTURE_REGISTERS.index(Register(row.register)))
            found[finess] = merged([_record(row) for row in described])
        missing = [number for number in numbers if number not in rows]
        if missing:
            found |= _legal_entities(missing)
    return found


def _record(row: RegisteredStructure) -> StructureRecord:
    return StructureRecord(
        finess=row.finess,
        type=StructureType(row.type),
        name=row.name,
        legal_finess=row.legal_finess or None,
        siren=row.siren or None,
        siret=row.siret or None,
        category_code=row.category_code or None,
        category=row.category or None,
        department=row.department or None,
        postcode=row.postcode or None,
        city=row.city or None,
        open=row.is_open and row.gone_at is None,
        legal_name=row.legal_name or None,
    )


def _legal_entities(numbers: Sequence[str]) -> dict[str, StructureRecord]:
    rows = RegisteredStructure.objects.filter(legal_finess__in=numbers).order_by("finess", "register")
    found: dict[str, StructureRecord] = {}
    for legal, name, siren in rows.values_list("legal_finess", "legal_name", "siren"):
        record = StructureRecord(legal, StructureType.LEGAL_ENTITY, name, siren=siren or None)
        found[legal] = merged([found[legal], record]) if legal in found else record
    return found


def doctors_of(rpps_numbers: Collection[str]) -> dict[str, DoctorRecord]:
    """The physicians of these RPPS numbers; unknown ones are absent. One query per five thousand numbers."""
    return {
        row.rpps: DoctorRecord(
            rpps=row.rpps,
            family_name=row.family_name,
            given_name=row.given_name,
            physician=True,
            specialities=row.specialities,
            labels=tuple(dict.fromkeys(row.labels.split("|"))) if row.labels else (),
        )
        for numbers in _parts(rpps_numbers)
        for row in RegisteredDoctor.objects.filter(rpps__in=numbers)
    }


def complete_line(*, finess: str = "", rpps: str = "") -> LineProposal | None:
    """What a form may propose once a number is typed; None when the registers do not know it."""
    if finess:
        number = normalise(IdentifierKind.FINESS, finess)
        record = structures_of([number]).get(number)
        return _of_structure(record) if record else None
    number = normalise(IdentifierKind.RPPS, rpps)
    doctor = doctors_of([number]).get(number) if number else None
    return LineProposal(doctor.full_name) if doctor else None


def _of_structure(record: StructureRecord) -> LineProposal:
    legal_name = record.legal_name
    if legal_name is None and record.legal_finess:
        entity = structures_of([record.legal_finess]).get(record.legal_finess)
        legal_name = entity.name or None if entity else None
    return LineProposal(record.name, record.legal_finess, legal_name, record.siren, record.open)


def suggest_vat(facts: OrderFacts) -> Vat | None:
    """The VAT regime that the territory of the establishments suggests; None: none, unknown or several.

    A suggestion only: the rate is the user's choice.
    """
    return suggested_vat([line.finess for _, line in facts.lines() if line.finess])


def _parts(numbers: Collection[str]) -> Iterator[list[str]]:
    remaining = iter(dict.fromkeys(numbers))
    while part := list(islice(remaining, _VALUES)):
        yield part
