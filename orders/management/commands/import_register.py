"""``import_register FILE --source finess|rpps|sae-identity``: load or refresh a public register."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from orders.exchange.registers import RegisterReport, import_register
from orders.models import Register
from segur.exchange.source_file import UnusableFile
from segur.management.base import SegurCommand, UsageError
from segur.management.rows import counted, reading_bar, refused_lines
from segur.regulation.dates import format_date_fr, paris_date


class Command(SegurCommand):
    help = "Charge ou rafraîchit un registre public : FINESS, Annuaire santé, fiche d’identité de la SAE."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="le registre tel que publié, décompressé")
        parser.add_argument("--source", required=True, choices=Register.values, help="ce que contient le fichier")
        parser.add_argument(
            "--may-shrink", action="store_true", help="accepte un fichier où manque plus de la moitié des numéros"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with reading_bar(self) as progress:
                report = import_register(
                    path=options["file"],
                    register=Register(options["source"]),
                    now=timezone.now(),
                    may_shrink=options["may_shrink"],
                    progress=progress,
                )
        except UnusableFile as error:
            raise UsageError(str(error)) from error
        self.emit(report.as_json(), "\n".join(_lines(report)), done=not report.errors)


def _lines(report: RegisterReport) -> Iterator[str]:
    load = report.load
    published = f", publié le {format_date_fr(load.published_on)}" if load.published_on else ""
    yield f"{Register(load.register).label}{published}"
    if report.unchanged:
        loaded_on = format_date_fr(paris_date(load.loaded_at))
        yield f"Déjà chargé le {loaded_on}\u00a0: le fichier est le même, rien n’est écrit."
        return
    yield f"{counted(load.rows, 'ligne')}, {counted(load.identifiers, 'numéro', 'chargé')}"
    if load.gone:
        yield f"{counted(load.gone, 'numéro')} du chargement précédent n’y sont plus"
    for reason, rows in report.left_out.items():
        yield f"  {counted(rows, 'ligne', 'écartée')}\u00a0: {reason}"
    yield from refused_lines(report.errors)
