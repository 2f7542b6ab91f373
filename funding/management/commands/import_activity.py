"""``import_activity FILE --source sae-images|csv|ccam``: load the reference counts of 2023."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from funding.exchange.activity import ActivityReport, UnusableFile, import_activity
from funding.models import ActivitySource
from segur.management.base import SegurCommand, UsageError
from segur.management.rows import MOST_SHOWN, counted, more, number, reading_bar, refused_lines
from segur.regulation.schema import Activity

_LABELS = {Activity.RADIOLOGY: "radiologie", Activity.NUCLEAR: "médecine nucléaire"}


class Command(SegurCommand):
    help = "Charge l’activité de référence 2023 : SAE (IMAGES), nombres par numéro, ou actes CCAM par AM."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="fichier CSV, séparateur « ; »")
        parser.add_argument("--source", required=True, choices=ActivitySource.values, help="ce que contient le fichier")

    def handle(self, *args: Any, **options: Any) -> None:
        source = ActivitySource(options["source"])
        try:
            with reading_bar(self) as progress:
                report = import_activity(path=options["file"], source=source, now=timezone.now(), progress=progress)
        except UnusableFile as error:
            raise UsageError(str(error)) from error
        self.emit(report.as_json(), "\n".join(_lines(report)), done=not report.errors)


def _lines(report: ActivityReport) -> Iterator[str]:
    yield f"{report.source.label}, activité {report.year}"
    yield f"{counted(report.rows, 'ligne')}, {counted(report.identifiers, 'numéro', 'chargé')}"
    for activity, total in report.totals.items():
        yield f"  {_LABELS[activity]}\u00a0: {counted(total, 'examen')} avant pondération"
    if report.added_up and report.source is ActivitySource.CSV:
        added = counted(report.added_up, "ligne", "additionnée")
        yield f"{added} à une autre du même numéro et de la même activité"
    if report.left_out:
        yield f"{counted(report.ignored, 'ligne', 'écartée')}\u00a0:"
        for reason in report.left_out[:MOST_SHOWN]:
            yield f"  {number(reason.rows)} {reason.reason} ({counted(reason.acts, 'acte')})"
        yield from more(len(report.left_out), "autres motifs")
    yield from refused_lines(report.errors)
