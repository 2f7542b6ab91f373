"""``simulate FILE [--at INSTANT]``: what an order file leads to, at an instant; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from rich.console import ConsoleRenderable

from funding.management.import_words import import_bar, report_lines
from funding.management.instants import instant
from funding.management.life_words import state_parts
from funding.services.order_files import read_order_bytes
from funding.services.simulation import Simulation, simulate_order_file
from orders.exchange.order_file import UnusableFile
from segur.management.base import SegurCommand, UsageError
from segur.management.rows import MOST_SHOWN, more


class Command(SegurCommand):
    help = "Importe un fichier de commandes à l’essai et donne l’état de chaque commande ; rien n’est écrit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="fichier « segur-order-file/1 », classeur ou CSV")
        parser.add_argument("--at", type=instant, metavar="INSTANT", help="l’instant du jugement (défaut : maintenant)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            data = read_order_bytes(options["file"])
            with import_bar(self) as progress:
                simulation = simulate_order_file(data, now=options["at"] or timezone.now(), progress=progress)
        except UnusableFile as error:
            raise UsageError(str(error)) from error
        self.emit(simulation.as_json(), list(_parts(simulation)), done=simulation.report.all_good)


def _parts(simulation: Simulation) -> Iterator[str | ConsoleRenderable]:
    for state in simulation.states[:MOST_SHOWN]:
        yield from state_parts(state)
        yield ""
    yield from more(len(simulation.states), "commandes (--json les donne toutes)")
    yield from report_lines(simulation.report, dry_run=True, atomic=False)
