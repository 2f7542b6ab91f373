"""``verify_events``: is every chain of the history whole, are the triggers that protect it in place?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orders.selectors.history import HistoryReport, verify_histories
from segur.management.base import SegurCommand, one_line
from segur.management.rows import MOST_SHOWN, counted, more


class Command(SegurCommand):
    help = "Vérifie les chaînes d’événements, leurs sceaux et les déclencheurs qui les protègent."

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify_histories()
        self.emit(report.as_json(), "\n".join(_lines(report)), done=not report.broken)


def _lines(report: HistoryReport) -> Iterator[str]:
    read = f"{counted(report.events, 'événement')}, {counted(report.chains, 'chaîne')}"
    if not report.broken:
        yield f"{read}\u00a0: historique intact."
        return
    yield f"{read}\u00a0: {counted(len(report.broken), 'rupture')}."
    for broken in report.broken[:MOST_SHOWN]:
        yield "  " + one_line(f"{broken.subject}\u00a0: {broken.message}")
    yield from more(len(report.broken), "autres (--json les donne toutes)")
