"""The refused rows alone, each with the reason in a last column: a workbook to correct and send again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from orders.exchange.order_file.document import load_document
from orders.exchange.order_file.problems import RowError
from orders.exchange.workbook.columns import LINES, SHEETS
from orders.exchange.workbook.flat import FlatRow, flat_rows
from orders.exchange.workbook.places import row_of
from orders.exchange.workbook.reader import SheetsReading, is_order_csv, read_sheets
from orders.exchange.workbook.source import UNCALCULATED, is_workbook
from orders.exchange.workbook.writer import workbook_of
from segur.regulation.catalogue import Catalogue

Reasons = dict[tuple[str, int], list[str]]


def write_corrections(
    data: bytes, errors: Sequence[RowError], *, limit: int, catalogue: Catalogue | None = None
) -> bytes:
    """The rows of ``data`` that ``errors`` are about, with what is wrong; an order at fault comes with all its rows.

    ``data``: the file as it was sent, JSON, XLSX or CSV; ``errors``: its faults as its import reported them. Raises
    UnusableFile like the reading, and CellTooLong.
    """
    if is_workbook(data) or is_order_csv(data):
        return _of_sheets(read_sheets(data, limit=limit, catalogue=catalogue), errors)
    return _of_document(load_document(data), errors)


def _of_sheets(reading: SheetsReading, errors: Sequence[RowError]) -> bytes:
    reasons: Reasons = defaultdict(list)
    for error in errors:
        if (place := row_of(error.path)) is not None:
            reasons[place[0] or LINES.title, place[1]].append(error.message)
        record = reading.places.by_number.get(error.order) if error.order is not None else None
        if record is not None:
            for place in record.all_rows:
                reasons[place].extend(() if row_of(error.path) or place[1] != record.row else (error.message,))
    rows: dict[str, list[list[Any]]] = {}
    whys: dict[str, list[str]] = {}
    for sheet in SHEETS:
        if (table := reading.tables.get(sheet.title)) is None:
            continue
        at = {column.header: place for place, column in table.columns}
        places = [at.get(column.header) for column in sheet.columns]
        kept = [(row, cells) for row, cells in table.rows if (sheet.title, row) in reasons]
        rows[sheet.title] = [[_cell(cells, place) for place in places] for _, cells in kept]
        whys[sheet.title] = [_joined(reasons[sheet.title, row]) for row, _ in kept]
    _carry_identity(rows, reading)
    return workbook_of(rows, whys)


def _carry_identity(rows: dict[str, list[list[Any]]], reading: SheetsReading) -> None:
    """Blank order numbers mean « the same as above »; the first kept row of an order may have lost its own."""
    last: list[Any] = [None, None]
    for values in rows.get(LINES.title, []):
        if values[0] is not None:
            last = values[:2]
        elif last[0] is not None:
            values[:2] = [last[0], values[1] or last[1]]


def _cell(cells: Sequence[Any], place: int | None) -> Any:
    value = cells[place] if place is not None and place < len(cells) else None
    return None if value is UNCALCULATED else value


def _of_document(document: dict[str, Any], errors: Sequence[RowError]) -> bytes:
    rows: dict[str, list[list[Any]]] = defaultdict(list)
    whys: dict[str, list[str]] = defaultdict(list)
    by_order: dict[str, list[RowError]] = defaultdict(list)
    by_root: dict[str, list[RowError]] = defaultdict(list)
    for error in errors:
        if error.order is not None:
            by_order[error.order].append(error)
        else:
            by_root[error.path.partition(".")[0]].append(error)
    for group in _records(flat_rows(document)):
        root = f"{group[0].section}[{group[0].place}]"
        faults = [(_below(error.path, root), error.message) for error in by_root.get(root, [])]
        if group[0].section == "orders":
            faults += [(error.path, error.message) for error in by_order.get(_number(document, group[0].place), [])]
        if not faults:
            continue
        for place, why in enumerate(_shared_out(group, faults)):
            rows[group[place].sheet.title].append(group[place].values)
            whys[group[place].sheet.title].append(why)
    return workbook_of(rows, whys)


def _records(rows: Any) -> list[list[FlatRow]]:
    groups: dict[tuple[str, int], list[FlatRow]] = defaultdict(list)
    for row in rows:
        groups[row.section, row.place].append(row)
    return list(groups.values())


def _number(document: dict[str, Any], place: int) -> str:
    order = document["orders"][place]
    return str(order.get("number") or "").strip() if isinstance(order, dict) else ""


def _below(path: str, root: str) -> str:
    return path.removeprefix(root).lstrip(".")


def _shared_out(group: list[FlatRow], faults: list[tuple[str, str]]) -> list[str]:
    """Each fault on the row that it is about: the longest path that it continues, else the first row."""
    shared: list[list[str]] = [[] for _ in group]
    for path, message in faults:
        fitting = [place for place, row in enumerate(group) if row.path and path.startswith(row.path)]
        clients = [place for place, row in enumerate(group) if row.path.startswith(path.partition(".")[0])]
        best = max(fitting, key=lambda place: len(group[place].path), default=(clients or [0])[0])
        shared[best].append(message)
    return [_joined(messages) for messages in shared]


def _joined(messages: list[str]) -> str:
    return "\n".join(dict.fromkeys(messages))
