"""``manage.py demo``: the product with demonstration data, on this machine."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.utils import timezone

from funding.demo.data import load_demonstration
from funding.demo.server import HOST, ServingError, check_port, demo_environment, serve
from segur.demo_accounts import ACCOUNTS
from segur.management.base import SegurCommand, UsageError, whole_number


def _port(text: str) -> int:
    number = whole_number(text)
    if not 1 <= number <= 65_535:
        raise argparse.ArgumentTypeError("un port va de 1 à 65535.")
    return number


_THINGS = {
    "accounts": "Comptes",
    "activity": "Numéros avec leur activité",
    "calculations": "Calculs de tranche",
    "orders": "Commandes",
}


class Command(SegurCommand):
    help = (
        "Prépare la base, charge les données de démonstration (rien de ce qui existe n’est changé), "
        "puis lance le site et ses tâches sur cette machine. Ctrl-C arrête tout."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=_port, default=8000, help="port du site (8000 sans précision)")
        parser.add_argument("--no-serve", action="store_true", help="charge les données sans lancer le site")

    def handle(self, *args: Any, port: int, no_serve: bool, **options: Any) -> None:
        try:
            if not no_serve:
                check_port(port)
            call_command("migrate", interactive=False, verbosity=0)
            loaded = load_demonstration(timezone.now())
            if no_serve:
                self._say(loaded, address=None)
                return
            _collect_static_files()
            serve(port, on_ready=lambda: self._say(loaded, address=f"http://{HOST}:{port}/"))
        except ServingError as error:
            raise UsageError(str(error)) from error

    def _say(self, loaded: dict[str, int], *, address: str | None) -> None:
        human = [
            "Données de démonstration chargées."
            if any(loaded.values())
            else "Les données de la démonstration sont déjà là : elles restent telles quelles.",
            *(f"  {_THINGS[name]}\u00a0: {count}" for name, count in loaded.items() if count),
            *([f"Ségur est prêt : {address}"] if address else []),
            *(
                f"  {account.role_label} : identifiant {account.username}, mot de passe {account.password}"
                for account in ACCOUNTS
            ),
            *(["Ctrl-C arrête le site et ses tâches."] if address else []),
        ]
        self.emit({"loaded": loaded, "address": address}, human)
        # Seen at once even through a pipe: the command goes on for as long as it serves.
        self.stdout.flush()


def _collect_static_files() -> None:
    # In a process with the environment of the web server: the names it writes are those the server looks up.
    subprocess.run(
        [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"],
        env=demo_environment(os.environ),
        cwd=settings.BASE_DIR,
        check=True,
    )
