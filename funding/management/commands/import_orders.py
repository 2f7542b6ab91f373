"""``import_orders FILE [--dry-run] [--atomic]``: record what an order file says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from funding.management.import_words import import_bar, report_lines
from funding.services.order_files import import_order_file, read_order_bytes
from orders.exchange.order_file import UnusableFile
from segur.management.base import SegurCommand, UsageError


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
            with import_bar(self) as progress:
                report = import_order_file(data, now=timezone.now(), dry_run=dry_run, atomic=atomic, progress=progress)
        except UnusableFile as error:
            raise UsageError(str(error)) from error
        self.emit(
            report.as_json(), "\n".join(report_lines(report, dry_run=dry_run, atomic=atomic)), done=report.all_good
        )
