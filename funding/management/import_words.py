"""An import of orders as people follow it and read its report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from funding.services.order_files import ImportReport
from orders.services.importing import Progress
from segur.management.base import SegurCommand, one_line
from segur.management.rows import MOST_SHOWN, counted, more, number


@contextmanager
def import_bar(command: SegurCommand) -> Iterator[Progress | None]:
    """A bar on standard error for a person at a terminal; nothing for a program."""
    if command.as_json or not command.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Lecture", total=None)
        yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total or None)


def report_lines(report: ImportReport, *, dry_run: bool, atomic: bool) -> Iterator[str]:
    """What became of the file: counts, refusals, open conflicts, warnings, the first fifty of each."""
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
