"""Read a ``segur-order-file/1``: every record that holds, and every fault of those that do not."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from orders.domain.snapshot import EnrolmentFacts, OrderFacts, SolutionFacts, SupplierFacts
from orders.exchange.order_file.document import UnusableFile, load_document
from orders.exchange.order_file.fields import key
from orders.exchange.order_file.orders import OrderReader
from orders.exchange.order_file.parties import read_enrolment, read_supplier, solution_reader
from orders.exchange.order_file.problems import Reading, Refused, RowError, kind_of, shown
from segur.regulation.catalogue import Catalogue

FORMAT = "segur-order-file/1"
SECTIONS = ("suppliers", "solutions", "enrolments", "orders")

Facts = TypeVar("Facts")


class Placed(NamedTuple, Generic[Facts]):
    """A record and its position in its list of the file, counted from 0."""

    facts: Facts
    place: int


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What an order file says: the records that can be used, in the order of the file, and what was refused.

    References to suppliers and solutions are not settled here, the database may know them: see
    :func:`orders.exchange.order_file.unknown_references`.
    """

    suppliers: tuple[Placed[SupplierFacts], ...]
    solutions: tuple[Placed[SolutionFacts], ...]
    enrolments: tuple[Placed[EnrolmentFacts], ...]
    orders: tuple[Placed[OrderFacts], ...]
    errors: tuple[RowError, ...]
    refused_orders: int

    @property
    def supplier_sirets(self) -> frozenset[str]:
        """The suppliers that this file defines."""
        return frozenset(supplier.facts.siret for supplier in self.suppliers)

    @property
    def solution_programmes(self) -> dict[str, str]:
        """The solutions that this file defines: key to programme."""
        return {solution.facts.key: solution.facts.programme for solution in self.solutions}


def read_order_file(source: str | bytes, *, catalogue: Catalogue | None = None) -> ParsedFile:
    """Read and check a whole order file.

    ``catalogue``: the programmes that it may name, by default those published with the product.
    A faulty record is reported with every fault found in it and leaves the others usable.
    Raises :class:`UnusableFile` when the file as a whole cannot be used.
    """
    with _no_cycle_collection():
        return read_document(load_document(source), catalogue=catalogue)


def read_document(document: dict[str, Any], *, catalogue: Catalogue | None = None) -> ParsedFile:
    """The same for a document that is already an object: what another format was turned into."""
    return _read(document, catalogue or Catalogue.load())


@contextmanager
def _no_cycle_collection() -> Iterator[None]:
    """What is read is a tree: looking for cycles in it, again and again as it grows, takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read(document: dict[str, Any], catalogue: Catalogue) -> ParsedFile:
    sections = _sections(document)
    errors: list[RowError] = []
    suppliers = _records("suppliers", sections, read_supplier, lambda facts: facts.siret, "siret", errors)
    solutions = _records("solutions", sections, solution_reader(catalogue), lambda facts: facts.key, "key", errors)
    enrolments = _records(
        "enrolments", sections, read_enrolment, lambda facts: (facts.supplier, facts.number), "number", errors
    )
    orders = _records(
        "orders", sections, OrderReader(catalogue).read, lambda facts: (facts.supplier, facts.number), "number", errors
    )
    return ParsedFile(
        suppliers=suppliers,
        solutions=solutions,
        enrolments=enrolments,
        orders=orders,
        errors=tuple(errors),
        refused_orders=len(sections["orders"]) - len(orders),
    )


def _sections(document: dict[str, Any]) -> dict[str, list[Any]]:
    if document.get("format") != FORMAT:
        found = f"« {shown(document['format'])} »" if document.get("format") is not None else "absent"
        raise UnusableFile(
            f"Format {found} : ce fichier n’est pas un « {FORMAT} ». Choisissez un fichier de commandes."
        )
    for name in document:
        if name not in ("format", *SECTIONS):
            raise UnusableFile(
                f"La clé « {shown(name)} » est inconnue. Supprimez-la. Clés admises : format, {', '.join(SECTIONS)}."
            )
    sections = {}
    for name in SECTIONS:
        section = document.get(name)
        if section is not None and type(section) is not list:
            raise UnusableFile(f"« {name} » doit être une liste, trouvé {kind_of(section)}. Ajoutez les crochets.")
        sections[name] = section or []
    return sections


def _records(
    section: str,
    sections: dict[str, list[Any]],
    read: Callable[[Any, Reading], Facts | None],
    key_of: Callable[[Facts], object],
    key_name: str,
    errors: list[RowError],
) -> tuple[Placed[Facts], ...]:
    """The usable records of one section; a key given twice refuses the later record."""
    records: list[Placed[Facts]] = []
    places: dict[object, int] = {}
    for place, raw in enumerate(sections[section]):
        reading = Reading(f"{section}[{place}]", order=_order_number(raw) if section == "orders" else None)
        facts = read(raw, reading)
        if facts is not None:
            first = places.setdefault(key_of(facts), place)
            if first != place:
                reading.add(key_name, "duplicate", f"Déjà donné à {section}[{first}]. Gardez un seul des deux.")
        errors.extend(reading.errors)
        if facts is not None and not reading.errors:
            records.append(Placed(facts, place))
    return tuple(records)


def _order_number(raw: Any) -> str | None:
    if type(raw) is not dict or raw.get("number") is None:
        return None
    try:
        return key(raw["number"])
    except Refused:
        return None
