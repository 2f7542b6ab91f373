"""The order file as a workbook (XLSX) and as a CSV: the same facts, in French columns that people fill."""

from orders.exchange.workbook.corrections import write_corrections
from orders.exchange.workbook.reader import SheetsReading, is_order_csv, read_sheets
from orders.exchange.workbook.source import is_workbook
from orders.exchange.workbook.writer import CellTooLong, write_csv, write_csv_template, write_template, write_workbook

__all__ = [
    "CellTooLong",
    "SheetsReading",
    "is_order_csv",
    "is_workbook",
    "read_sheets",
    "write_corrections",
    "write_csv",
    "write_csv_template",
    "write_template",
    "write_workbook",
]
