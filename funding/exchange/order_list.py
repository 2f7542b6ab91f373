"""The list of orders as a spreadsheet: CSV row by row, XLSX as it goes, no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

Cell = str | date | Decimal | int | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BOM = "\ufeff"


def csv_lines(head: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """A CSV as French spreadsheets open it: byte order mark, semicolons, decimal commas, days as JJ/MM/AAAA."""
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=";")
    yield _BOM
    writer.writerow(head)
    for cells in rows:
        writer.writerow([_as_text(cell) for cell in cells])
        yield _taken(buffer)
    yield _taken(buffer)


def xlsx_file(title: str, head: Iterable[str], rows: Iterable[Iterable[Cell]]) -> bytes:
    """The same rows as a workbook of one sheet; amounts and days keep their type."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append(list(head))
    for cells in rows:
        sheet.append([harmless(cell) if isinstance(cell, str) else cell for cell in cells])
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def harmless(text: str) -> str:
    """A text that a spreadsheet shows as it is: never a formula, no character that a workbook cannot hold."""
    plain = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    return str(cell).replace(".", ",")


def _taken(buffer: StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
