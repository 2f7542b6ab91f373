"""A file of orders whatever its form: JSON, workbook or CSV, recognised by what it holds and never by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from orders.exchange.order_file import ParsedFile, RowError, read_order_file
from orders.exchange.workbook import is_order_csv, is_workbook, read_sheets
from orders.exchange.workbook.source import refuse_foreign
from segur.regulation.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class OrderSource:
    """What the file says. ``said`` gives later faults the places and the words of the form that was sent.

    ``tells_events``, ``tells_results``: whether this form of file speaks of events, and of the numbers that the
    calculation service answered; where it does not, what is recorded of them stands.
    """

    parsed: ParsedFile
    said: Callable[[Iterable[RowError]], tuple[RowError, ...]]
    tells_events: bool = True
    tells_results: bool = True


def read_order_source(data: bytes, *, limit: int, catalogue: Catalogue | None = None) -> OrderSource:
    """Read a file of at most ``limit`` bytes; raises :class:`orders.exchange.order_file.UnusableFile`."""
    refuse_foreign(data)
    if is_workbook(data) or is_order_csv(data):
        reading = read_sheets(data, limit=limit, catalogue=catalogue)
        return OrderSource(reading.parsed, reading.said, reading.tells_events, reading.tells_results)
    return OrderSource(read_order_file(data, catalogue=catalogue), tuple)
