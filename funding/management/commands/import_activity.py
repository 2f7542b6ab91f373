"""``import_activity FILE --source sae-images|csv|ccam``: load the reference counts of 2023."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from funding.exchange.activity import ActivityReport, UnusableFile, import_activity
from funding.models import ActivitySource
from segur.exchange import rows
from segur.management.base import SegurCommand, UsageError, one_line
from segur.regulation.schema import Activity

_MOST_SHOWN = 50
_LABELS = {Activity.RADIOLOGY: "radiologie", Activity.NUCLEAR: "médecine nucléaire"}


class Command(SegurCommand):
    help = "Charge l’activité de référence 2023 : SAE (IMAGES), nombres par numéro, ou actes CCAM par AM."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="fichier CSV, séparateur « ; »")
        parser.add_argument("--source", required=True, choices=ActivitySource.values, help="ce que contient le fichier")

    def handle(self, *args: Any, **options: Any) -> None:
        source = ActivitySource(options["source"])
        try:
            with self._progress() as progress:
                report = import_activity(path=options["file"], source=source, now=timezone.now(), progress=progress)
        except UnusableFile as error:
            raise UsageError(str(error)) from error
        self.emit(report.as_json(), "\n".join(_lines(report)), done=not report.errors)

    @contextmanager
    def _progress(self) -> Iterator[rows.Progress | None]:
        """A bar on standard error for a person at a terminal; nothing for a program."""
        if self.as_json or not self.stderr.isatty():
            yield None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Lecture")
            yield lambda line, lines: bar.update(
                task, completed=line, total=lines, description="Lecture" if line < lines else "Enregistrement"
            )


def _lines(report: ActivityReport) -> Iterator[str]:
    yield f"{report.source.label}, activité {report.year}"
    yield f"{_counted(report.rows, 'ligne')}, {_counted(report.identifiers, 'numéro', 'chargé')}"
    for activity, total in report.totals.items():
        yield f"  {_LABELS[activity]}\u00a0: {_counted(total, 'examen')} avant pondération"
    if report.added_up and report.source is ActivitySource.CSV:
        added = _counted(report.added_up, "ligne", "additionnée")
        yield f"{added} à une autre du même numéro et de la même activité"
    if report.left_out:
        yield f"{_counted(report.ignored, 'ligne', 'écartée')}\u00a0:"
        for reason in report.left_out[:_MOST_SHOWN]:
            yield f"  {_number(reason.rows)} {reason.reason} ({_counted(reason.acts, 'acte')})"
        yield from _more(len(report.left_out), "autres motifs")
    if report.errors:
        yield f"{_counted(len(report.errors), 'ligne', 'refusée')}\u00a0:"
        for refused in report.errors[:_MOST_SHOWN]:
            yield "  " + one_line(f"ligne {refused.line}\u00a0: {refused.finding.sentence}")
        yield from _more(len(report.errors), "autres (--json les donne toutes)")


def _more(count: int, what: str) -> Iterator[str]:
    if count > _MOST_SHOWN:
        yield f"  et {_number(count - _MOST_SHOWN)} {what}"


def _counted(count: int, *words: str) -> str:
    return " ".join((_number(count), *(word + "s" * (count > 1) for word in words)))


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
