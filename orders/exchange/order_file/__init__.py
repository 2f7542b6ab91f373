"""The order file ``segur-order-file/1``: read with every fault named, written the same way every time."""

from orders.exchange.order_file.document import UnusableFile
from orders.exchange.order_file.events import EVENT_KEYS, event_from_values, plain
from orders.exchange.order_file.problems import RowError
from orders.exchange.order_file.reader import FORMAT, ParsedFile, Placed, read_order_file
from orders.exchange.order_file.references import unknown_references
from orders.exchange.order_file.writer import write_order_file

__all__ = [
    "EVENT_KEYS",
    "FORMAT",
    "ParsedFile",
    "Placed",
    "RowError",
    "UnusableFile",
    "event_from_values",
    "plain",
    "read_order_file",
    "unknown_references",
    "write_order_file",
]
