"""``import_orders FILE [--dry-run] [--atomic]``: record what an order file says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from funding.services.order_files import ImportReport, import_order_file, read_order_bytes
from orders.exchange.order_file import UnusableFile
from orders.services.importing import Progress as Told
from segur.management.base import SegurCommand, UsageError, one_line
from segur.management.rows import MOST_SHOWN, counted, more, number


class Command(SegurCommand):
    help = "Importe un fichier de commandes : les bonnes entrent, les mauvaises sont signalées avec leur place."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", type=Path, help="fichier « segur-order-file/1 », classeur XLSX ou CSV du modèle"
        )
        parser.add_argument("--dry-run", action="store_true", help="dit ce qui se passerait, n’écrit rien")
        parser.add_argument("--atomic", action="store_true", help="tout ou rien : un refus laisse la base inchangée")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run, atomic = options["dry_run"], options["atomic"]
        try:
            data = read_order_bytes(options["file"])
            with self._progress() as progress:
                report = import_order_file(data, now=timezone.now(), dry_run=dry_run, atomic=atomic, progress=progress)
        except UnusableFile as error:
            raise UsageError(str(error)) from error
        self.emit(report.as_json(), "\n".join(_lines(report, dry_run, atomic)), done=report.all_good)

    @contextmanager
    def _progress(self) -> Iterator[Told | None]:
        """A bar on standard error for a person at a terminal; nothing for a program."""
        if self.as_json or not self.stderr.isatty():
            yield None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Lecture", total=None)
            yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total or None)


def _lines(report: ImportReport, dry_run: bool, atomic: bool) -> Iterator[str]:
    if dry_run:
        yield "Essai\u00a0: rien n’est écrit."
    if atomic and report.errors:
        yield "Rien n’est enregistré\u00a0: le fichier a des refus et l’import était en tout ou rien."
    yield f"Commandes créées\u00a0: {number(report.created)}, mises à jour\u00a0: {number(report.updated)},"
    yield f"sans changement\u00a0: {number(report.unchanged)}, refusées\u00a0: {number(report.refused)}."
    if report.errors:
        yield f"{number(len(report.errors))} refus\u00a0:"
        for error in report.errors[:MOST_SHOWN]:
            place = ", ".join(part for part in (error.order and f"commande {error.order}", error.path) if part)
            yield "  " + one_line(f"{place}\u00a0: {error.message}")
        yield from more(len(report.errors), "autres (--json les donne tous)")
    if report.conflicts:
        yield f"{counted(len(report.conflicts), 'conflit', 'ouvert')}\u00a0:"
        for conflict in report.conflicts[:MOST_SHOWN]:
            yield "  " + one_line(_conflict(conflict))
        yield from more(len(report.conflicts), "autres (--json les donne tous)")
    if report.warnings:
        yield f"{counted(len(report.warnings), 'avertissement')}\u00a0:"
        yield from ("  " + one_line(warning) for warning in report.warnings[:MOST_SHOWN])
        yield from more(len(report.warnings), "autres")


def _conflict(conflict: dict[str, Any]) -> str:
    claimants = ", ".join(conflict["claimants"])
    return (
        f"{conflict['kind']} {conflict['value']} ({conflict['programme']})\u00a0: détenu par {conflict['holder']},"
        f" revendiqué par {claimants} ({conflict['rule']})"
    )
