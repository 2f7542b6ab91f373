"""What an order file would lead to: imported, read at an instant, undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from funding.domain.life import OrderState
from funding.selectors.life import states
from funding.services.order_files import ImportReport, import_order_file
from orders.exchange.order_file import ParsedFile
from orders.models import Order
from orders.selectors.facts import with_form
from orders.services.importing import Progress

_CHUNK = 1_000


@dataclass(slots=True)
class Simulation:
    """The report of the import, and the state of every order of the file that is recorded, in its sequence."""

    report: ImportReport
    states: list[OrderState] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The answer of ``simulate`` in the command contract."""
        return {"orders": [state.as_json() for state in self.states], "import": self.report.as_json()}


def simulate_order_file(data: bytes, *, now: datetime, progress: Progress | None = None) -> Simulation:
    """Import a file, tell the state of its orders as of ``now``, leave the database as it was.

    ``now`` stands for the clock in every check; the facts of the file dated later are recorded and left out of the
    states. Raises :class:`UnusableFile`.
    """
    found: list[OrderState] = []

    def look(parsed: ParsedFile) -> None:
        found.extend(_states(parsed, now, progress))

    report = import_order_file(data, now=now, dry_run=True, progress=progress, look=look)
    return Simulation(report, found)


def _states(parsed: ParsedFile, now: datetime, progress: Progress | None) -> Iterator[OrderState]:
    wanted = [(placed.facts.supplier, placed.facts.number) for placed in parsed.orders]
    for start in range(0, len(wanted), _CHUNK):
        if progress is not None:
            progress("État des commandes", start, len(wanted))
        yield from states(_recorded(wanted[start : start + _CHUNK]), now=now)


def _recorded(keys: Sequence[tuple[str, str]]) -> list[Order]:
    """The rows of these orders (SIRET, number), in this sequence; those that were refused are absent."""
    rows = with_form(Order.objects.filter(number__in={number for _, number in keys}))
    found = {(order.supplier.siret, order.number): order for order in rows}
    return [found[key] for key in keys if key in found]
