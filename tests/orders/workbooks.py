"""Made-up workbooks, as people leave them: rows of plain values under French headers."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

from orders.exchange.order_file import ParsedFile, RowError
from orders.exchange.workbook import read_sheets
from tests.orders.order_files import AM, FINESS, OTHER_AM, RPPS, SIREN, SUPPLIER

LIMIT = 20_000_000

ORDER = {
    "Numéro BDC": "BDC-1",
    "SIRET fournisseur": SUPPLIER,
    "Solution": "imagix-ris",
    "Programme": "IMG-RIS-Va2",
    "Prestation": "Mise à jour vague 2",
    "TVA": "20 %",
    "Instance": "RIS-TEST-1",
    "Identités": "Maître des identités",
    "Client SIREN": SIREN,
    "Client nom": "CH du Test",
    "Client type": "Établissement de santé",
}
ESTABLISHMENT = {"Ligne nom": "CH du Test", "FINESS": FINESS, "Activité": "Mixte"}
DOCTOR = {"Ligne nom": "Dr A. Exemple", "RPPS": RPPS, "AM": f"{AM} ; {OTHER_AM}", "Activité": "Radiologie"}

Row = Mapping[str, Any]


def table(*rows: Row) -> list[list[Any]]:
    """A header that holds every column named, and the rows under it."""
    headers = list(dict.fromkeys(name for row in rows for name in row))
    return [headers, *([row.get(name) for name in headers] for row in rows)]


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Workbook:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(list(row))
    return book


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def lines(*rows: Row, **others: Sequence[Sequence[Any]]) -> ParsedFile:
    """What a workbook of these rows says."""
    return read_sheets(saved(workbook({"Lignes": table(*rows), **others})), limit=LIMIT).parsed


def only_error(*rows: Row, **others: Sequence[Sequence[Any]]) -> RowError:
    parsed = lines(*rows, **others)
    (error,) = parsed.errors
    return error
