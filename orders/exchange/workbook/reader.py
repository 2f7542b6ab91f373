"""Read a workbook or a CSV as an order file: same facts, same rules, each fault at its sheet, row and column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice
from typing import Any

from orders.exchange.order_file.document import UnusableFile
from orders.exchange.order_file.problems import RowError
from orders.exchange.order_file.reader import ParsedFile, read_document
from orders.exchange.workbook.building import DocumentBuilder
from orders.exchange.workbook.columns import (
    ENROLMENTS,
    EVENTS,
    HELP_TITLE,
    LINES,
    LISTS_TITLE,
    MANDATES,
    RESULTS,
    SHEETS,
    SOLUTIONS,
    SUPPLIERS,
    WHY,
    Column,
    Level,
    Sheet,
)
from orders.exchange.workbook.places import Places
from orders.exchange.workbook.source import (
    Row,
    SourceSheet,
    csv_rows,
    decoded,
    headers_shown,
    is_workbook,
    refuse_foreign,
    separator_of,
    unescaped,
    workbook_sheets,
)
from orders.exchange.workbook.wording import said_of_sheets
from orders.exchange.workbook.words import plain
from segur.regulation.catalogue import Catalogue
from segur.regulation.identifiers import quoted

_HEADER_WITHIN = 20
_FEWEST_HEADERS = 3
_BY_TITLE = {plain(sheet.title): sheet for sheet in SHEETS}
_NOT_READ = frozenset(map(plain, (HELP_TITLE, LISTS_TITLE)))
LINE_HEADERS = frozenset(LINES.by_header())


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet as it was sent: the texts of its header, the columns known among them, and its rows."""

    sheet: Sheet
    header: Sequence[Any]
    columns: Sequence[tuple[int, Column]]
    rows: list[Row]

    def by_level(self) -> dict[Level, list[tuple[int, Column]]]:
        return {level: [(at, column) for at, column in self.columns if column.level is level] for level in Level}


@dataclass(frozen=True, slots=True)
class SheetsReading:
    """What the sheets say: ``parsed`` has its faults in the words of the sheets, ``places`` serves later ones.

    A file without the sheet of events, or without that of the calculated numbers, says nothing of them.
    """

    parsed: ParsedFile
    places: Places
    tables: dict[str, Table]

    @property
    def tells_events(self) -> bool:
        return EVENTS.title in self.tables

    @property
    def tells_results(self) -> bool:
        return RESULTS.title in self.tables

    def said(self, errors: Iterable[RowError]) -> tuple[RowError, ...]:
        """Faults found later, in the words of the sheets too."""
        return said_of_sheets(errors, self.places)


def is_order_csv(data: bytes) -> bool:
    """Whether these bytes are a text whose first lines show the headers of the sheet of lines."""
    text = decoded(data)
    if text is None or text.lstrip("\ufeff \r\n\t").startswith(("{", "[")):
        return False
    return headers_shown(text, separator_of(text, LINE_HEADERS), LINE_HEADERS) >= _FEWEST_HEADERS


def read_sheets(data: bytes, *, limit: int, catalogue: Catalogue | None = None) -> SheetsReading:
    """Read a workbook (XLSX), or a CSV of the sheet of lines.

    ``limit``: the largest file accepted, in bytes; what a workbook unfolds to is bounded by it too. Raises
    :class:`UnusableFile` when the file as a whole cannot be used.
    """
    refuse_foreign(data)
    if len(data) > limit:
        raise UnusableFile(f"Le fichier dépasse {limit // 1_000_000}\u00a0Mo. Découpez-le en plusieurs fichiers.")
    single = not is_workbook(data)
    builder = DocumentBuilder(single=single)
    tables = _csv_tables(data, builder) if single else _workbook_tables(data, limit, builder)
    _fill(builder, tables)
    parsed = read_document(builder.document, catalogue=catalogue)
    orders = tuple(order for order in parsed.orders if order.place not in builder.refused)
    errors = (*builder.errors, *said_of_sheets(parsed.errors, builder.places))
    refused = parsed.refused_orders + len(parsed.orders) - len(orders)
    return SheetsReading(replace(parsed, orders=orders, errors=errors, refused_orders=refused), builder.places, tables)


def _fill(builder: DocumentBuilder, tables: dict[str, Table]) -> None:
    """Give every row to the builder, the sheets in the sequence that it asks for."""
    by_level: list[tuple[Sheet, Callable[..., None]]] = [
        (LINES, builder.add_line),
        (EVENTS, builder.add_event),
        (RESULTS, builder.add_result),
    ]
    for sheet, add in by_level:
        if table := tables.get(sheet.title):
            columns = table.by_level()
            for row, cells in table.rows:
                add(row, cells, columns)
    for section, sheet in (("suppliers", SUPPLIERS), ("solutions", SOLUTIONS), ("enrolments", ENROLMENTS)):
        if table := tables.get(sheet.title):
            for row, cells in table.rows:
                builder.add_record(section, row, cells, table.columns)
    if table := tables.get(MANDATES.title):
        for row, cells in table.rows:
            builder.add_mandate(row, cells, table.columns)


def _csv_tables(data: bytes, builder: DocumentBuilder) -> dict[str, Table]:
    text = decoded(data)
    if text is None:
        raise UnusableFile(
            "Ce texte n’est ni en UTF-8, ni en UTF-16, ni en Windows-1252. Enregistrez-le en CSV, encodage UTF-8."
        )
    return {LINES.title: _table(LINES, "", csv_rows(text, LINE_HEADERS), builder)}


def _workbook_tables(data: bytes, limit: int, builder: DocumentBuilder) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    unknown: list[tuple[str, list[Row]]] = []
    for source in workbook_sheets(data, limit=limit):
        sheet = _BY_TITLE.get(plain(source.title))
        if plain(source.title) in _NOT_READ or (source.hidden and sheet is None):
            continue
        if sheet is None:
            unknown.append((source.title, list(_texts(source.rows))))
        elif source.hidden:
            _report_hidden(source, builder)
        elif sheet.title in tables:
            raise UnusableFile(f"Deux feuilles s’appellent {sheet.title}. Gardez-en une.")
        elif rows := list(_texts(source.rows)):
            tables[sheet.title] = _table(sheet, sheet.title, iter(rows), builder)
    _take_unnamed(tables, unknown, builder)
    if not tables:
        raise UnusableFile(
            "Aucune feuille de ce classeur n’est celle d’un fichier de commandes. Partez du modèle à télécharger."
        )
    return tables


def _report_hidden(source: SourceSheet, builder: DocumentBuilder) -> None:
    first = next(iter(source.rows), None)
    if first is not None:
        message = f"La feuille masquée {source.title} n’est pas lue. Affichez-la, ou supprimez-la."
        builder.refuse_row(source.title, first[0], "hidden-sheet", message)


def _take_unnamed(tables: dict[str, Table], unknown: list[tuple[str, list[Row]]], builder: DocumentBuilder) -> None:
    """A lone sheet that has the headers of the lines is the sheet of lines, whatever its name; others are reported."""
    for title, rows in unknown:
        if LINES.title not in tables and _header_at(LINES, rows) is not None:
            tables[LINES.title] = _table(LINES, title, iter(rows), builder)
        elif rows:
            known = ", ".join(sheet.title for sheet in SHEETS)
            message = f"La feuille {title} n’est pas connue et n’est pas lue. Feuilles lues\u00a0: {known}."
            builder.refuse_row(title, rows[0][0], "unknown-sheet", message)


def _texts(rows: Iterator[Row]) -> Iterator[Row]:
    for number, cells in rows:
        if any(type(cell) is str and "_x" in cell for cell in cells):
            cells = tuple(unescaped(cell) if type(cell) is str else cell for cell in cells)
        yield number, cells


def _header_at(sheet: Sheet, rows: Sequence[Row]) -> int | None:
    """The position of the row of headers among the first: the first that has the most of them."""
    known = sheet.by_header()
    found = [
        (sum(type(cell) is str and plain(cell) in known for cell in cells), -place)
        for place, (_, cells) in enumerate(rows[:_HEADER_WITHIN])
    ]
    most, place = max(found, default=(0, 0))
    return -place if most >= min(_FEWEST_HEADERS, len(sheet.columns)) else None


def _table(sheet: Sheet, title: str, rows: Iterator[Row], builder: DocumentBuilder) -> Table:
    first = list(islice(rows, _HEADER_WITHIN))
    at = _header_at(sheet, first)
    where = f"La feuille {title}" if title else "Ce fichier"
    if at is None:
        raise UnusableFile(f"{where} n’a pas de ligne d’en-têtes connue. Partez du modèle à télécharger.")
    number, header = first[at]
    columns = _columns(sheet, where, number, header, builder)
    return Table(sheet, header, columns, [*first[at + 1 :], *rows])


def _columns(
    sheet: Sheet, where: str, row: int, header: Sequence[Any], builder: DocumentBuilder
) -> list[tuple[int, Column]]:
    known = sheet.by_header()
    columns: dict[int, Column] = {}
    for place, cell in enumerate(header):
        if cell is None or not str(cell).strip():
            continue
        name = plain(str(cell))
        column = known.get(name)
        if column is None:
            if name != plain(WHY):
                builder.refuse_row(sheet.title, row, "unknown-column", _unknown_column(cell, sheet))
        elif column in columns.values():
            raise UnusableFile(f"{where} a deux colonnes {column.header}. Gardez-en une.")
        else:
            columns[place] = column
    missing = [column.header for column in sheet.columns if column.required and column not in columns.values()]
    if missing:
        said = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} et {missing[-1]}"
        raise UnusableFile(f"Il manque dans l’en-tête{_of(where)}\u00a0: {said}. Ajoutez ces colonnes du modèle.")
    return list(columns.items())


def _of(where: str) -> str:
    return f" de la feuille {where.removeprefix('La feuille ')}" if where.startswith("La feuille") else ""


def _unknown_column(cell: Any, sheet: Sheet) -> str:
    near = get_close_matches(plain(str(cell)), [plain(column.header) for column in sheet.columns], n=1, cutoff=0.75)
    meant = next((column.header for column in sheet.columns if near and plain(column.header) == near[0]), None)
    cure = f"Vouliez-vous écrire {meant}\u202f?" if meant else "Renommez-la d’après le modèle, ou supprimez-la."
    return f"La colonne {quoted(str(cell).strip())} est inconnue et n’est pas lue. {cure}"
