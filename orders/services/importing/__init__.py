"""An order file recorded: orders first, then signatures and events in the order of their instants."""

from orders.services.importing.items import ENDS, Fault, Incoming, OtherEvents, Progress
from orders.services.importing.run import ImportedOrders, Written, import_orders, one_import_at_a_time

__all__ = [
    "ENDS",
    "Fault",
    "ImportedOrders",
    "Incoming",
    "OtherEvents",
    "Progress",
    "Written",
    "import_orders",
    "one_import_at_a_time",
]
