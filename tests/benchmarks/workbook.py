"""Reading a workbook into facts against its floor: a bare openpyxl read of the same cells, and the JSON of the same."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable
from typing import Any

from openpyxl import load_workbook

from orders.domain.snapshot import OrderFile
from orders.exchange.order_file import ParsedFile, read_order_file
from orders.exchange.workbook import read_sheets, write_workbook
from segur.regulation.catalogue import Catalogue
from tests.orders.order_file_samples import sample_bytes

_ORDERS = 3_000
_ROUNDS = 3
_LIMIT = 200_000_000


def run() -> dict[str, Any]:
    """Median seconds of both ways, in alternate rounds, and their ratio (aim: 1.5 or less)."""
    data = sample_bytes(_ORDERS)
    catalogue = Catalogue.load()
    book = write_workbook(facts_of(read_order_file(data, catalogue=catalogue)))
    ours, floor = [], []
    for _ in range(_ROUNDS):
        floor.append(_seconds(lambda: (bare_read(book), read_order_file(data, catalogue=catalogue))))
        ours.append(_seconds(lambda: read_sheets(book, limit=_LIMIT, catalogue=catalogue)))
    return {
        "name": "order workbook (XLSX)",
        "orders": _ORDERS,
        "kilobytes": len(book) // 1000,
        "seconds": statistics.median(ours),
        "floor_seconds": statistics.median(floor),
        "ratio": statistics.median(ours) / statistics.median(floor),
        "aim": 1.5,
    }


def facts_of(parsed: ParsedFile) -> OrderFile:
    return OrderFile(
        suppliers=tuple(it.facts for it in parsed.suppliers),
        solutions=tuple(it.facts for it in parsed.solutions),
        enrolments=tuple(it.facts for it in parsed.enrolments),
        orders=tuple(it.facts for it in parsed.orders),
    )


def bare_read(book: bytes) -> int:
    """Every value of every sheet, and nothing done with it."""
    sheets = load_workbook(io.BytesIO(book), read_only=True, data_only=True).worksheets
    return sum(len(row) for sheet in sheets for row in sheet.iter_rows(values_only=True))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
