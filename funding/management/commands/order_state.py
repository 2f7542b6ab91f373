"""``order_state NUMBER [--supplier SIRET] [--at INSTANT]``: where an order stands, and what may be done with it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from funding.management.instants import instant
from funding.management.life_words import state_parts
from funding.selectors.life import states
from orders.models import Order
from orders.selectors.facts import with_form
from segur.management.base import SegurCommand, UsageError
from segur.regulation.identifiers import quoted

_MOST_NAMED = 10


class Command(SegurCommand):
    help = "Donne l’état d’une commande : étape, montants, actions possibles et ce qui les bloque, échéances."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", metavar="NUMBER", help="le numéro de la commande")
        parser.add_argument("--supplier", metavar="SIRET", help="son fournisseur, si plusieurs ont ce numéro")
        parser.add_argument("--at", type=instant, metavar="INSTANT", help="l’instant du jugement (défaut : maintenant)")

    def handle(self, *args: Any, **options: Any) -> None:
        order = _chosen(options["number"], options["supplier"])
        (state,) = states([order], now=options["at"] or timezone.now())
        self.emit(state.as_json(), list(state_parts(state)))


def _chosen(number: str, supplier: str | None) -> Order:
    rows = with_form(Order.objects.filter(number=number)).order_by("supplier__siret")
    if supplier is not None:
        rows = rows.filter(supplier__siret="".join(supplier.split()))
    found = list(rows[: _MOST_NAMED + 1])
    if len(found) == 1:
        return found[0]
    if not found:
        whose = f" chez le fournisseur {quoted(supplier)}" if supplier is not None else ""
        raise UsageError(f"Aucune commande {quoted(number)}{whose}. Vérifiez le numéro.")
    named = ", ".join(f"{order.supplier.siret} ({order.supplier.name})" for order in found[:_MOST_NAMED])
    raise UsageError(f"Plusieurs fournisseurs ont une commande {quoted(number)}\u00a0: {named}. Ajoutez --supplier.")
