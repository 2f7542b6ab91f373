"""Where each value of the document stands in the sheets, so that a fault names its sheet, its row and its column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from orders.exchange.order_file.problems import RowError
from orders.exchange.workbook.columns import (
    ENROLMENTS,
    EVENTS,
    LINES,
    MANDATES,
    RESULTS,
    SOLUTIONS,
    SUPPLIERS,
    Column,
    Level,
    Sheet,
)

SECTION_SHEETS = {"suppliers": SUPPLIERS, "solutions": SOLUTIONS, "enrolments": ENROLMENTS, "orders": LINES}
_ROOT = re.compile(r"(suppliers|solutions|enrolments|orders)\[(\d+)\](?:\.(.*))?")
_CLIENT = re.compile(r"clients\[(\d+)\](?:\.(.*))?")
_LINE = re.compile(r"lines\[(\d+)\](?:\.(.*))?")
_EVENT = re.compile(r"events\[(\d+)\](?:\.(.*))?")
_RESULT = re.compile(r"tranche\.(?:valid|invalid)\.\w+\[\d+\]")
_MANDATE = re.compile(r"mandates\[(\d+)\](?:\.(.*))?")


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a sheet, and the column where one value is at stake; no sheet for a CSV."""

    sheet: str
    row: int
    column: str = ""

    def __str__(self) -> str:
        parts = [f"feuille {self.sheet}" if self.sheet else "", f"ligne {self.row}"]
        return ", ".join(filter(None, [*parts, f"colonne {self.column}" if self.column else ""]))


_WRITTEN = re.compile(r"(?:feuille ([^,]+), )?ligne (\d+)")


def row_of(path: str) -> tuple[str, int] | None:
    """The sheet and the row that a path written by :class:`Place` names."""
    found = _WRITTEN.match(path)
    return (found.group(1) or "", int(found.group(2))) if found else None


@dataclass(slots=True)
class Record:
    """A record of the document: its rows, and what its cells hold that could not be read.

    ``strays``: paths whose value stands elsewhere than on the first row of what it belongs to.
    ``notes``: path to (code, sentence) of an unreadable or contradictory cell.
    """

    section: str
    place: int
    row: int
    clients: list[int] = field(default_factory=list)
    lines: list[list[int]] = field(default_factory=list)
    events: list[int] = field(default_factory=list)
    mandates: list[int] = field(default_factory=list)
    results: list[int] = field(default_factory=list)
    strays: dict[str, tuple[str, int]] = field(default_factory=dict)
    notes: dict[str, tuple[str, str]] = field(default_factory=dict)
    all_rows: set[tuple[str, int]] = field(default_factory=set)


@dataclass(slots=True)
class Places:
    """Every record of the document by its section and position. ``single``: a CSV, whose places name no sheet."""

    single: bool = False
    records: dict[str, list[Record]] = field(default_factory=lambda: {name: [] for name in SECTION_SHEETS})
    by_number: dict[str, Record] = field(default_factory=dict)

    def record_of(self, error: RowError) -> tuple[Record, str] | None:
        """The record that a fault is about, and the path below it."""
        if error.order is not None:
            record = self.by_number.get(error.order)
            return None if record is None else (record, error.path)
        found = _ROOT.fullmatch(error.path)
        if found is None or int(found.group(2)) >= len(self.records[found.group(1)]):
            return None
        return self.records[found.group(1)][int(found.group(2))], found.group(3) or ""

    def find(self, record: Record, path: str) -> tuple[Place, Column | None]:
        """The row and the column where the value at ``path`` of a record stands."""
        sheet, row, level, key = _located(record, path)
        column = _column(sheet, level, key)
        base = _without_index(path)
        title, row = record.strays.get(path) or record.strays.get(base) or (sheet.title, row)
        return Place("" if self.single else title, row, column.header if column else ""), column


def _located(record: Record, path: str) -> tuple[Sheet, int, Level, str]:
    """The sheet, the row and what is left of the path there."""
    if record.section != "orders":
        if found := _MANDATE.fullmatch(path):
            return MANDATES, _at(record.mandates, found.group(1), record.row), Level.RECORD, found.group(2) or ""
        return SECTION_SHEETS[record.section], record.row, Level.RECORD, path
    if found := _EVENT.fullmatch(path):
        return EVENTS, _at(record.events, found.group(1), record.row), Level.RECORD, found.group(2) or ""
    if _RESULT.match(path):
        return RESULTS, record.row, Level.RECORD, "reason" if path.endswith("reason") else "value"
    found = _CLIENT.fullmatch(path)
    if found is None:
        return LINES, record.row, Level.ORDER, path
    client, rest = found.group(1), found.group(2) or ""
    row = _at(record.clients, client, record.row)
    if line := _LINE.fullmatch(rest):
        rows = record.lines[int(client)] if int(client) < len(record.lines) else []
        return LINES, _at(rows, line.group(1), row), Level.LINE, line.group(2) or ""
    return LINES, row, Level.CLIENT, rest


def _at(rows: list[int], place: str, otherwise: int) -> int:
    return rows[int(place)] if int(place) < len(rows) else otherwise


def _column(sheet: Sheet, level: Level, key: str) -> Column | None:
    """The column of a key, or of the list or object that the key is inside."""
    columns: Mapping[str, Column] = {column.key: column for column in sheet.columns if column.level is level}
    while key and key not in columns:
        shorter = re.sub(r"(?:\[\d+\]|\.?[^.\[\]]+)$", "", key)
        key = "" if shorter == key else shorter
    return columns.get(key)


def _without_index(path: str) -> str:
    return re.sub(r"\[\d+\](\.\w+)?$", "", path)
