"""The order file in and out of the database: what commands and screens call."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from funding.selectors.life_events import orders_with_life
from funding.services.enrolments import record_enrolments
from funding.services.life_import import ImportedLives
from funding.services.order_exports import recorded_order_file
from orders.domain.snapshot import EnrolmentFacts, OrderFacts, SupplierFacts
from orders.exchange.order_file import (
    ParsedFile,
    Placed,
    RowError,
    UnusableFile,
    unknown_references,
    write_order_file,
)
from orders.exchange.order_source import OrderSource, read_order_source
from orders.models import Order, Solution, Supplier
from orders.selectors.claims import conflict_json
from orders.selectors.facts import with_form
from orders.services.importing import (
    ImportedOrders,
    Incoming,
    Progress,
    import_orders,
    one_import_at_a_time,
)
from orders.services.reference import record_solution, record_supplier
from segur.models import User
from segur.regulation.dates import paris_date
from segur.texts import catalogue

_CHUNK = 2_000


@dataclass(slots=True)
class ImportReport:
    """What became of an order file. ``warnings`` are French sentences; they leave the exit status at 0.

    ``errors``: refused rows and events, each with its place. ``conflicts``: CONFLICT objects of the contract.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    errors: list[RowError] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The answer of ``import_orders`` in the command contract."""
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "errors": [error.as_json() for error in self.errors],
            "conflicts": self.conflicts,
        }

    @property
    def all_good(self) -> bool:
        """Nothing refused, no conflict left open."""
        return not self.errors and not self.refused and not self.conflicts


class _Undone(Exception):
    """Rolls back an import whose report is what was asked for."""


def read_order_bytes(path: Path) -> bytes:
    """The bytes of an order file, refused before they are read when there are too many. Raises UnusableFile."""
    limit = settings.SEGUR_MAX_ORDERS_BYTES
    try:
        if path.is_dir():
            raise UnusableFile(f"{path.name or path} est un dossier. Indiquez un fichier de commandes.")
        if not path.exists():
            raise UnusableFile(f"{path.name} n’existe pas. Vérifiez le chemin du fichier.")
        if not path.is_file():
            raise UnusableFile(f"{path.name} n’est pas un fichier. Indiquez un fichier ordinaire.")
        if path.stat().st_size > limit:
            raise UnusableFile(too_big(path.stat().st_size))
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise UnusableFile(f"{path.name} ne peut pas être lu. Vérifiez son chemin et ses droits.") from error


def too_big(size: int) -> str:
    """The sentence that refuses a file of ``size`` bytes."""
    limit = settings.SEGUR_MAX_ORDERS_BYTES
    return (
        f"Le fichier pèse {_megabytes(size)}\u00a0Mo\u202f; la limite est {_megabytes(limit)}\u00a0Mo."
        " Découpez-le, ou relevez SEGUR_MAX_ORDERS_MB."
    )


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}".replace(".", ",").removesuffix(",0")


def import_order_file(
    data: bytes,
    *,
    now: datetime,
    actor: User | None = None,
    dry_run: bool = False,
    atomic: bool = False,
    progress: Progress | None = None,
    look: Callable[[ParsedFile], None] | None = None,
) -> ImportReport:
    """Record what an order file says, in one transaction: an import that is interrupted leaves nothing.

    ``data``: the order file (JSON), its workbook (XLSX) or its CSV, recognised by what they hold.

    Good orders go in and bad ones are reported; with ``atomic`` any refusal leaves the database as it was. With
    ``dry_run`` nothing is written and the report is the same. An unchanged file changes nothing. ``actor`` None is
    the system. ``look`` sees the database with the file in it, before it is kept or undone. Raises
    :class:`UnusableFile` when the file as a whole cannot be used.
    """
    if len(data) > settings.SEGUR_MAX_ORDERS_BYTES:
        raise UnusableFile(too_big(len(data)))
    if progress is not None:
        progress("Lecture", 0, 1)
    source = read_order_source(data, limit=settings.SEGUR_MAX_ORDERS_BYTES, catalogue=catalogue())
    report = ImportReport()
    try:
        with _no_cycle_collection(), transaction.atomic():
            one_import_at_a_time()
            parsed = _with_what_it_does_not_tell(source)
            report = _recorded(parsed, now, actor.pk if actor is not None else None, progress)
            later = len(source.parsed.errors)
            report.errors[later:] = source.said(report.errors[later:])
            if look is not None:
                look(source.parsed)
            if dry_run or (atomic and report.errors):
                raise _Undone
    except _Undone:
        pass
    if atomic and report.errors:
        return ImportReport(refused=report.refused, errors=report.errors)
    return report


@contextmanager
def _no_cycle_collection() -> Iterator[None]:
    """Facts and rows are trees: looking for cycles in them as they grow takes a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _with_what_it_does_not_tell(source: OrderSource) -> ParsedFile:
    """The orders of a file that has no place for events or calculated numbers, with those that are recorded."""
    parsed = source.parsed
    if source.tells_events and source.tells_results:
        return parsed
    known = {(facts.supplier, facts.number): facts for facts in _recorded_among(parsed)}
    completed = (
        Placed(_completed(facts, known.get((facts.supplier, facts.number)), source), place)
        for facts, place in parsed.orders
    )
    return replace(parsed, orders=tuple(completed))


def _recorded_among(parsed: ParsedFile) -> Iterator[OrderFacts]:
    suppliers = {facts.supplier for facts, _ in parsed.orders}
    numbers = iter(dict.fromkeys(facts.number for facts, _ in parsed.orders))
    while chunk := list(islice(numbers, _CHUNK)):
        orders = Order.objects.filter(supplier__siret__in=suppliers, number__in=chunk)
        yield from orders_with_life(list(with_form(orders)))


def _completed(facts: OrderFacts, recorded: OrderFacts | None, source: OrderSource) -> OrderFacts:
    if recorded is None:
        return facts
    if not source.tells_events:
        facts = replace(facts, events=recorded.events)
    told, kept = facts.tranche, recorded.tranche
    if not source.tells_results and told is not None and kept is not None:
        same_answer = (told.letter, told.calculated_on, told.reference) == (
            kept.letter,
            kept.calculated_on,
            kept.reference,
        )
        if same_answer:
            facts = replace(facts, tranche=kept)
    return facts


def _recorded(parsed: ParsedFile, now: datetime, actor_id: int | None, progress: Progress | None) -> ImportReport:
    report = ImportReport(refused=parsed.refused_orders, errors=list(parsed.errors))
    suppliers = _record_suppliers(parsed.suppliers, now, actor_id)
    solutions = _record_solutions(parsed, suppliers, report, now, actor_id)
    enrolments = _referring(parsed.enrolments, "enrolments", suppliers, solutions, report)
    record_enrolments(enrolments, suppliers, {key: known.pk for key, known in solutions.items()}, now=now)
    incoming = list(_incoming(parsed.orders, suppliers, solutions, report, now))
    lives = ImportedLives()
    imported = import_orders(incoming, lives, now=now, actor_id=actor_id, progress=progress)
    lives.finish(imported.written, now=now, actor_id=actor_id)
    return _joined(report, imported)


def _joined(report: ImportReport, imported: ImportedOrders) -> ImportReport:
    report.created, report.updated, report.unchanged = imported.created, imported.updated, imported.unchanged
    report.refused += imported.refused
    report.errors += [RowError(fault.order, fault.path, fault.code, fault.message) for fault in imported.faults]
    report.conflicts = [conflict_json(conflict) for conflict in imported.conflicts]
    report.warnings = imported.warnings
    return report


@dataclass(frozen=True, slots=True)
class _KnownSolution:
    pk: int
    programme: str


def _record_suppliers(given: Iterable[Placed[SupplierFacts]], now: datetime, actor_id: int | None) -> dict[str, int]:
    """The primary key of every supplier, by SIRET, once those of the file are recorded."""
    for facts, _ in given:
        record_supplier(facts=facts, now=now, actor_id=actor_id)
    return dict(Supplier.objects.values_list("siret", "pk"))


def _record_solutions(
    parsed: ParsedFile, suppliers: Mapping[str, int], report: ImportReport, now: datetime, actor_id: int | None
) -> dict[str, _KnownSolution]:
    """Every solution, by key, once those of the file are recorded."""
    ordered = set(Order.objects.order_by().values_list("solution__key", "programme").distinct())
    for facts, place in parsed.solutions:
        root = f"solutions[{place}]"
        errors = list(unknown_references(facts, suppliers, {}, root=root))
        if any(key == facts.key and programme != facts.programme for key, programme in ordered):
            message = f"La solution «\u202f{facts.key}\u00a0» a des commandes d’un autre programme."
            message += " Rétablissez le programme, ou donnez une autre clé."
            errors.append(RowError(None, f"{root}.programme", "solution-in-use", message))
        report.errors += errors
        if not errors:
            record_solution(facts=facts, supplier_id=suppliers[facts.supplier], now=now, actor_id=actor_id)
    rows = Solution.objects.values_list("key", "pk", "programme")
    return {key: _KnownSolution(pk, programme) for key, pk, programme in rows}


def _referring(
    given: Iterable[Placed[EnrolmentFacts]],
    section: str,
    suppliers: Mapping[str, int],
    solutions: Mapping[str, _KnownSolution],
    report: ImportReport,
) -> list[EnrolmentFacts]:
    """The enrolments whose supplier and solution exist; the others are reported."""
    programmes = {key: known.programme for key, known in solutions.items()}
    kept = []
    for facts, place in given:
        errors = unknown_references(facts, suppliers, programmes, root=f"{section}[{place}]")
        report.errors += errors
        if not errors:
            kept.append(facts)
    return kept


def _incoming(
    given: Iterable[Placed[OrderFacts]],
    suppliers: Mapping[str, int],
    solutions: Mapping[str, _KnownSolution],
    report: ImportReport,
    now: datetime,
) -> Iterator[Incoming]:
    """The orders whose supplier and solution exist, under the texts of their issue; the others are refused."""
    programmes = {key: known.programme for key, known in solutions.items()}
    texts, today = catalogue(), paris_date(now)
    in_force = cache(lambda id, day: texts.programme(id, on=day))
    for facts, place in given:
        if errors := unknown_references(facts, suppliers, programmes):
            report.errors += errors
            report.refused += 1
            continue
        programme = in_force(facts.programme, facts.issued_on or today)
        yield Incoming(facts, place, suppliers[facts.supplier], solutions[facts.solution].pk, programme)


def export_order_file(*, programme: str | None = None) -> str:
    """The order file of what is recorded (:func:`funding.services.order_exports.recorded_order_file`), as JSON."""
    return write_order_file(recorded_order_file(programme=programme))
