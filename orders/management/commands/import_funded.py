"""``import_funded FILE --programme RAD-RIS-Va1|IMG-RIS-Va2|IMG-DB-Va2``: identifiers funded elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from orders.exchange.funded import FundedReport, import_funded, programmes_funded_elsewhere
from segur.exchange.source_file import UnusableFile
from segur.management.base import SegurCommand, UsageError
from segur.management.rows import counted, number, reading_bar, refused_lines
from segur.regulation.identifiers import quoted
from segur.regulation.loader import RegulationError


class Command(SegurCommand):
    help = "Charge les identifiants financés ailleurs : vague 1, autres fournisseurs. Ceux d’un programme sont détenus."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="fichier CSV « kind;value;activity;reference »")
        parser.add_argument("--programme", required=True, help="RAD-RIS-Va1 (vague 1), IMG-RIS-Va2 ou IMG-DB-Va2")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            known = programmes_funded_elsewhere()
            if options["programme"] not in known:
                raise UsageError(
                    f"Programme {quoted(options['programme'])} inconnu. Attendu\u00a0: {', '.join(known)}."
                )
            with reading_bar(self) as progress:
                report = import_funded(
                    path=options["file"],
                    programme_id=options["programme"],
                    now=timezone.now(),
                    progress=progress,
                )
        except UnusableFile as error:
            raise UsageError(str(error)) from error
        except RegulationError as error:
            raise UsageError(f"Réglementation inutilisable. {error}") from error
        self.emit(report.as_json(), "\n".join(_lines(report)), done=not report.errors)


def _lines(report: FundedReport) -> Iterator[str]:
    yield f"{report.programme}, identifiants financés ailleurs"
    news = "nouveaux" if report.new > 1 else "nouveau"
    yield f"{counted(report.rows, 'ligne')}, {counted(report.identifiers, 'identifiant')} ({number(report.new)} {news})"
    if report.conflicts:
        yield f"{counted(report.conflicts, 'conflit', 'ouvert')} avec les commandes enregistrées"
    for reason, rows in report.left_out.items():
        yield f"{counted(rows, 'ligne', 'écartée')}\u00a0: {reason}"
    yield from refused_lines(report.errors)
