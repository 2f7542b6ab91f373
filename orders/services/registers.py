"""Keeping a register: one file replaces, whole or not at all, what the same register had said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from orders.domain.registers import DoctorRecord, Speciality, StructureRecord
from orders.models import Register, RegisteredDoctor, RegisteredStructure, RegisterLoad
from orders.services.refusal import refusal
from segur.models import User

_ROWS = 1_000
"""Rows of one statement: sixteen values each, under SQLite's limit of 32 766."""

_STRUCTURE_COLUMNS = {
    "finess": 9,
    "type": 2,
    "name": 250,
    "legal_finess": 9,
    "legal_name": 250,
    "siren": 9,
    "siret": 14,
    "category_code": 10,
    "category": 250,
    "department": 3,
    "postcode": 5,
    "city": 100,
}
_DOCTOR_FLAGS = {"radiology": Speciality.RADIOLOGY, "nuclear": Speciality.NUCLEAR, "other": Speciality.OTHER}


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """The file that a register is loaded from."""

    register: Register
    name: str
    sha256: str
    published_on: date | None = None


@dataclass(slots=True)
class RowCounts:
    """What became of the rows of a file so far; whoever reads it keeps it up to date."""

    rows: int = 0
    ignored: int = 0
    refused: int = 0


def current_load(register: Register) -> RegisterLoad | None:
    """The load that serves, None when the register was never loaded."""
    return RegisterLoad.objects.filter(register=register).order_by("-pk").first()


@transaction.atomic
def store_structures(
    records: Iterable[StructureRecord],
    *,
    file: RegisterFile,
    counts: RowCounts,
    now: datetime,
    actor: User | None = None,
    may_shrink: bool = False,
) -> RegisterLoad:
    """Keep the structures of a register; those that the file no longer has are marked as gone since ``now``.

    Of two rows for one number, an open one prevails. ``records`` is read once, in batches of constant memory.
    Refused when more structures would go than stay, unless ``may_shrink``.
    """
    load = _begin(file, now, actor)
    types: set[str] = set()
    for batch in _batches(records):
        types.update(record.type for record in batch)
        distinct: dict[str, StructureRecord] = {}
        for record in batch:
            if record.open or record.finess not in distinct or not distinct[record.finess].open:
                distinct[record.finess] = record
        _upsert_structures([_structure_row(record, load) for record in distinct.values()])
    before = RegisteredStructure.objects.filter(register=file.register, type__in=types, gone_at__isnull=True)
    return _end(load, RegisteredStructure, before, counts, now, may_shrink=may_shrink)


@transaction.atomic
def store_doctors(
    records: Iterable[DoctorRecord],
    *,
    file: RegisterFile,
    counts: RowCounts,
    now: datetime,
    actor: User | None = None,
    may_shrink: bool = False,
) -> RegisterLoad:
    """Keep the physicians of the Annuaire santé, several lines of one person put together.

    Refused when more physicians would go than stay, unless ``may_shrink``.
    """
    load = _begin(file, now, actor)
    for batch in _batches(records):
        people: dict[str, list[DoctorRecord]] = {}
        for record in batch:
            people.setdefault(record.rpps, []).append(record)
        _upsert_doctors([_doctor_row(lines, load) for lines in people.values()])
    before = RegisteredDoctor.objects.filter(gone_at__isnull=True)
    return _end(load, RegisteredDoctor, before, counts, now, may_shrink=may_shrink)


def _begin(file: RegisterFile, now: datetime, actor: User | None) -> RegisterLoad:
    # Two loads of one register at once: the second waits here, so neither deadlocks on rows.
    list(RegisterLoad.objects.select_for_update().filter(register=file.register).order_by("-pk")[:1])
    return RegisterLoad.objects.create(
        register=file.register,
        file_name=file.name[:255],
        sha256=file.sha256,
        published_on=file.published_on,
        loaded_at=now,
        loaded_by=actor,
    )


def _end(
    load: RegisterLoad,
    table: type[RegisteredStructure] | type[RegisteredDoctor],
    before: QuerySet[Any],
    counts: RowCounts,
    now: datetime,
    *,
    may_shrink: bool,
) -> RegisterLoad:
    here = table._default_manager.filter(load=load).count()
    gone = before.exclude(load=load).update(gone_at=now)
    if gone > here and not may_shrink:
        raise refusal(
            "register-shrinks",
            f"{load.file_name}\u00a0: numéros présents, {_figure(here)}\u202f; "
            f"disparus depuis le chargement précédent, {_figure(gone)}.",
            "Téléchargez le registre entier, ou ajoutez --may-shrink.",
        )
    load.rows, load.ignored, load.refused = counts.rows, counts.ignored, counts.refused
    load.identifiers, load.gone = here, gone
    load.save(update_fields=["rows", "ignored", "refused", "identifiers", "gone"])
    return load


T = TypeVar("T")


def _batches(records: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(records)
    while batch := list(islice(remaining, _ROWS)):
        yield batch


def _structure_row(record: StructureRecord, load: RegisterLoad) -> list[Any]:
    texts = [_text(getattr(record, column), size) for column, size in _STRUCTURE_COLUMNS.items()]
    return [load.register, *texts, record.open, load.pk, None]


def _upsert_structures(rows: Sequence[Sequence[Any]]) -> None:
    columns = ["register", *_STRUCTURE_COLUMNS, "is_open", "load_id", "gone_at"]
    changed = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in {"register", "finess"})
    table = RegisteredStructure._meta.db_table
    _upsert(
        RegisteredStructure,
        columns,
        rows,
        f"(finess, register) DO UPDATE SET {changed} "
        f"WHERE {table}.load_id <> excluded.load_id OR excluded.is_open OR NOT {table}.is_open",
    )


def _doctor_row(lines: Sequence[DoctorRecord], load: RegisterLoad) -> list[Any]:
    last = lines[-1]
    found = {speciality for line in lines for speciality in line.specialities}
    labels = dict.fromkeys(label for line in lines for label in line.labels)
    flags = [speciality in found for speciality in _DOCTOR_FLAGS.values()]
    names = [_text(last.family_name, 100), _text(last.given_name, 100)]
    return [last.rpps, *names, *flags, _text("|".join(labels), 2_000), load.pk, None]


def _upsert_doctors(rows: Sequence[Sequence[Any]]) -> None:
    """Lines of one load are put together even where they are far apart in the file."""
    table = RegisteredDoctor._meta.db_table
    same = f"{table}.load_id = excluded.load_id"
    flags = ", ".join(f"{flag} = excluded.{flag} OR ({same} AND {table}.{flag})" for flag in _DOCTOR_FLAGS)
    _upsert(
        RegisteredDoctor,
        ["rpps", "family_name", "given_name", *_DOCTOR_FLAGS, "labels", "load_id", "gone_at"],
        rows,
        "(rpps) DO UPDATE SET family_name = excluded.family_name, given_name = excluded.given_name, "
        f"{flags}, labels = CASE WHEN {same} AND {table}.labels <> '' AND {table}.labels <> excluded.labels "
        f"THEN {table}.labels || '|' || excluded.labels ELSE excluded.labels END, "
        "load_id = excluded.load_id, gone_at = excluded.gone_at",
    )


def _upsert(table: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]], on_conflict: str) -> None:
    """One statement for many rows: building a model object for each would take most of the time."""
    quote: Callable[[str], str] = connection.ops.quote_name
    one = f"({', '.join(['%s'] * len(columns))})"
    statement = (
        f"INSERT INTO {quote(table._meta.db_table)} ({', '.join(columns)}) "  # noqa: S608
        f"VALUES {', '.join([one] * len(rows))} ON CONFLICT {on_conflict}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row])


def _text(value: str | None, size: int) -> str:
    """What a column can hold of a cell; PostgreSQL has no character zero."""
    return (value or "").replace("\0", "")[:size]


def _figure(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
