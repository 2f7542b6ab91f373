"""``audit_uniqueness [--programme P]``: every open conflict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import CommandParser

from orders.models import Conflict
from orders.selectors.claims import claimants, conflict_json, open_conflicts
from segur.management.base import SegurCommand, UsageError, one_line
from segur.management.rows import MOST_SHOWN, counted, more
from segur.regulation.identifiers import quoted
from segur.regulation.loader import RegulationError
from segur.texts import catalogue


class Command(SegurCommand):
    help = "Liste les conflits ouverts : les numéros que plusieurs commandes valoriseraient."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--programme", help="IMG-RIS-Va2 ou IMG-DB-Va2 ; tous par défaut")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = options["programme"]
        try:
            known = catalogue().ids
        except RegulationError as error:
            raise UsageError(f"Réglementation inutilisable. {error}") from error
        if programme is not None and programme not in known:
            raise UsageError(f"Programme {quoted(programme)} inconnu. Attendu\u00a0: {', '.join(known)}.")
        conflicts = list(open_conflicts(programme))
        document = {"conflicts": [conflict_json(conflict) for conflict in conflicts]}
        self.emit(document, "\n".join(_lines(conflicts)), done=not conflicts)


def _lines(conflicts: Sequence[Conflict]) -> Iterator[str]:
    if not conflicts:
        yield "Aucun conflit ouvert."
        return
    yield f"{counted(len(conflicts), 'conflit', 'ouvert')}\u00a0:"
    for conflict in conflicts[:MOST_SHOWN]:
        yield "  " + one_line(_line(conflict))
    yield from more(len(conflicts), "autres (--json les donne tous)")


def _line(conflict: Conflict) -> str:
    activity = f", {conflict.get_activity_display().lower()}" if conflict.activity else ""
    holder = f"détenu par {conflict.holder_reference}"
    if conflict.holder_let_go_at is not None:
        holder = f"libéré par {conflict.holder_reference}, à transférer"
    waiting = ", ".join(order.number for order in claimants(conflict))
    return f"{conflict.programme}, {conflict}{activity}\u00a0: {holder}, demandé par {waiting} ({conflict.rule})"
