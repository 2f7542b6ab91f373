"""``export_orders [--programme P] [--xlsx FILE]``: the order file of the database, on standard output or a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from funding.services.order_exports import recorded_order_file
from funding.services.order_files import export_order_file
from orders.exchange.workbook import CellTooLong, write_workbook
from segur.management.base import SegurCommand, UsageError
from segur.regulation.identifiers import quoted
from segur.texts import catalogue


class Command(SegurCommand):
    help = "Écrit le fichier de commandes de la base : les mêmes faits donnent toujours les mêmes octets."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--programme", help="les commandes d’un seul programme")
        parser.add_argument("--xlsx", metavar="FICHIER", help="écrit un classeur XLSX, que l’import reprend")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = options["programme"]
        known = catalogue().ids
        if programme is not None and programme not in known:
            raise UsageError(f"Programme {quoted(programme)} inconnu. Attendu\u00a0: {', '.join(known)}.")
        if options["xlsx"] is None:
            # With or without --json: the answer is the order file.
            self.stdout.write(export_order_file(programme=programme), ending="")
            return
        recorded = recorded_order_file(programme=programme)
        path, total = Path(options["xlsx"]), len(recorded.orders)
        try:
            _write_new(path, write_workbook(recorded))
        except CellTooLong as refusal:
            raise UsageError(str(refusal)) from None
        count = "1 commande écrite" if total == 1 else f"{total} commandes écrites"
        self.emit({"file": str(path), "orders": total}, f"{count} dans {path.name}.")


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, wholly or not at all. Raises UsageError."""
    name = quoted(path.name or str(path))
    try:
        if path.is_dir():
            raise UsageError(f"{name} est un dossier. Indiquez le fichier à écrire.")
        with path.open("xb") as file:
            try:
                file.write(data)
                file.flush()
            except OSError:
                path.unlink()
                raise
    except FileExistsError:
        raise UsageError(f"{name} existe déjà. Choisissez un autre nom, ou supprimez ce fichier.") from None
    except (OSError, ValueError):
        raise UsageError(f"{name} ne peut pas être écrit. Vérifiez le dossier, ses droits et sa place.") from None
