"""``export_orders [--programme P]``: the order file of the database, on standard output."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from funding.services.order_files import export_order_file
from segur.management.base import SegurCommand, UsageError
from segur.regulation.identifiers import quoted
from segur.texts import catalogue


class Command(SegurCommand):
    help = "Écrit le fichier de commandes de la base : les mêmes faits donnent toujours les mêmes octets."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--programme", help="les commandes d’un seul programme")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = options["programme"]
        known = catalogue().ids
        if programme is not None and programme not in known:
            raise UsageError(f"Programme {quoted(programme)} inconnu. Attendu\u00a0: {', '.join(known)}.")
        # With or without --json: the answer is the order file.
        self.stdout.write(export_order_file(programme=programme), ending="")
