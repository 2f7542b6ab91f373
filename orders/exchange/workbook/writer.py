"""Write the workbook, its CSV and its template; a text that a spreadsheet would run as a formula stays a text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from orders.domain.snapshot import OrderFile
from orders.exchange.order_file import write_order_file
from orders.exchange.workbook.cells import DAY_FORMAT, INSTANT_FORMAT
from orders.exchange.workbook.columns import HELP_TITLE, LINES, LISTS_TITLE, SHEETS, Sheet
from orders.exchange.workbook.flat import FlatRow, flat_rows

LONGEST_CELL = 32_767
_FORMULA_START = re.compile("[=+\\-@\t\r]")
_CSV_FORMULA = re.compile("'*[=+\\-@\t\r]")
_UNHOLDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_NEEDS_ESCAPE = re.compile("\r|\ufffe|\uffff|_(?=x[0-9A-F]{4}_)")
_HEADER_FONT = Font(bold=True, color="FFFFFF")
_HEADER_FILL = PatternFill("solid", fgColor="16352F")
_WHY_FILL = PatternFill("solid", fgColor="FBE9E7")
_WIDTHS = {DAY_FORMAT: 12, INSTANT_FORMAT: 19}
_VALIDATED_ROWS = 20_000

Rows = Iterable[Sequence[Any]]


class CellTooLong(Exception):
    """A value that no cell can hold: ``str(error)`` is a French sentence."""


def write_workbook(file: OrderFile) -> bytes:
    """The facts of an order file as a workbook: read again, it gives the same facts. Raises :class:`CellTooLong`."""
    document = json.loads(write_order_file(file))
    by_sheet: dict[str, list[FlatRow]] = {sheet.title: [] for sheet in SHEETS}
    for row in flat_rows(document):
        by_sheet[row.sheet.title].append(row)
    return workbook_of({sheet.title: [row.values for row in by_sheet[sheet.title]] for sheet in SHEETS})


def write_template() -> bytes:
    """An empty workbook with its headers, its drop-down lists and the sheet that explains each column."""
    return workbook_of({sheet.title: [] for sheet in SHEETS})


def write_csv(file: OrderFile) -> bytes:
    """The sheet of lines as a CSV that a French spreadsheet opens: semicolons, decimal commas, UTF-8 with its mark.

    It refers to suppliers and solutions already recorded; events are in the workbook only.
    """
    document = json.loads(write_order_file(file))
    return _csv(row.values for row in flat_rows(document) if row.sheet is LINES)


def write_csv_template() -> bytes:
    """The headers of the CSV."""
    return _csv([])


def _csv(rows: Rows) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.header for column in LINES.columns])
    for values in rows:
        writer.writerow([_csv_text(value) for value in values])
    return stream.getvalue().encode("utf-8-sig")


def _csv_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y %H:%M:%S")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    text = str(value)
    return f"'{text}" if _CSV_FORMULA.match(text) else text


def workbook_of(rows: dict[str, list[list[Any]]], whys: dict[str, list[str]] | None = None) -> bytes:
    """A workbook of these rows by sheet; ``whys``: what to say in a last column of each row."""
    book = Workbook(write_only=True)
    for sheet in SHEETS:
        reasons = None if whys is None else whys.get(sheet.title, [])
        if whys is None or rows.get(sheet.title):
            _write_sheet(book, sheet, rows.get(sheet.title, []), reasons)
    _write_help(book)
    _write_lists(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_sheet(book: Workbook, sheet: Sheet, rows: list[list[Any]], reasons: list[str] | None) -> None:
    page = book.create_sheet(sheet.title)
    page.freeze_panes = "C2" if sheet is LINES else "A2"
    for place, column in enumerate(sheet.columns, 1):
        letter = get_column_letter(place)
        width = _WIDTHS.get(column.kind.number_format, 16)
        page.column_dimensions[letter].width = max(width, len(column.header) + 3)
        page.column_dimensions[letter].number_format = column.kind.number_format
        if column.kind.labels:
            page.data_validations.append(_validation(column.kind.labels, letter, column.meaning))
    headers = [column.header for column in sheet.columns]
    if reasons is not None:
        headers.append("Pourquoi")
        page.column_dimensions[get_column_letter(len(headers))].width = 80
    page.append([_header_cell(page, header) for header in headers])
    formats = [column.kind.number_format for column in sheet.columns]
    for place, values in enumerate(rows):
        cells = [_cell(page, value, wanted) for value, wanted in zip(values, formats, strict=False)]
        if reasons is not None:
            why = _cell(page, reasons[place] or None, "@")
            if why is not None:
                why.fill = _WHY_FILL
                why.alignment = Alignment(wrap_text=True, vertical="top")
            cells.append(why)
        page.append(cells)


def _header_cell(page: Any, text: str) -> Any:
    cell = WriteOnlyCell(page, text)
    cell.font, cell.fill = _HEADER_FONT, _HEADER_FILL
    return cell


def _cell(page: Any, value: Any, number_format: str) -> Any:
    """A cell of its own type; a text is never a formula, whatever it begins with."""
    if value is None:
        return None
    if not isinstance(value, str):
        cell = WriteOnlyCell(page, value)
        cell.number_format = number_format if not isinstance(value, int) or number_format != "@" else "0"
        return cell
    text = _UNHOLDABLE.sub("\ufffd", value)
    text = _NEEDS_ESCAPE.sub(lambda found: f"_x{ord(found.group()):04X}_", text)
    if len(text) > LONGEST_CELL:
        raise CellTooLong(
            f"Une valeur compte {len(text)} caractères\u202f; une cellule en tient {LONGEST_CELL}."
            " Exportez ces commandes en JSON."
        )
    cell = WriteOnlyCell(page)
    cell._value, cell.data_type = text, "s"
    cell.number_format = "@"
    if _FORMULA_START.match(text):
        cell.quotePrefix = True
    return cell


def _validation(labels: Sequence[str], letter: str, meaning: str) -> DataValidation:
    """A drop-down list that warns without forbidding: the codes of the order file are read too."""
    column = get_column_letter(_list_place(tuple(labels)))
    area = f"{quote_sheetname(LISTS_TITLE)}!${column}$1:${column}${len(labels)}"
    rule = DataValidation(type="list", formula1=area, allow_blank=True, errorStyle="warning")
    rule.promptTitle, rule.prompt, rule.showInputMessage = "À choisir", meaning[:250], True
    rule.error, rule.showErrorMessage = "Cette valeur n’est pas dans la liste.", True
    rule.add(f"{letter}2:{letter}{_VALIDATED_ROWS}")
    return rule


def _all_lists() -> list[tuple[str, ...]]:
    return list(dict.fromkeys(column.kind.labels for sheet in SHEETS for column in sheet.columns if column.kind.labels))


def _list_place(labels: tuple[str, ...]) -> int:
    return _all_lists().index(labels) + 1


def _write_lists(book: Workbook) -> None:
    page = book.create_sheet(LISTS_TITLE)
    page.sheet_state = "hidden"
    lists = _all_lists()
    for place in range(max(map(len, lists))):
        page.append([_cell(page, labels[place] if place < len(labels) else None, "@") for labels in lists])


def _write_help(book: Workbook) -> None:
    page = book.create_sheet(HELP_TITLE)
    page.freeze_panes = "A2"
    for letter, width in zip("ABCDEFG", (18, 28, 46, 60, 12, 34, 8), strict=True):
        page.column_dimensions[letter].width = width
    titles = ("Feuille", "Colonne", "Ce qu’elle contient", "Quoi écrire", "Obligatoire", "Exemple", "Règle")
    page.append([_header_cell(page, title) for title in titles])
    for sheet in SHEETS:
        page.append([_cell(page, text, "@") for text in (sheet.title, None, sheet.meaning, None, None, None, None)])
        for column in sheet.columns:
            required = "oui" if column.required else None
            texts = (sheet.title, column.header, column.meaning, column.kind.expected, required)
            page.append([_cell(page, text, "@") for text in (*texts, column.example or None, column.rule or None)])
