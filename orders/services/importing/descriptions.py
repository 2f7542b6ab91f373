"""One SIREN, FINESS or AM that two orders name differently: kept with each order, and said."""

from __future__ import annotations

from collections.abc import Iterable

from orders.domain.search import fold
from orders.domain.snapshot import OrderFacts

_LABELS = {"siren": "Le SIREN", "finess": "Le FINESS", "am": "Le numéro AM"}


class Descriptions:
    """The names that the orders of a file give to each number."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], tuple[str, str]] = {}
        self._said: dict[tuple[str, str], str] = {}

    @classmethod
    def differing(cls, orders: Iterable[OrderFacts]) -> list[str]:
        """A French sentence per number that two orders name differently; accents and capitals do not count."""
        found = cls()
        for order in orders:
            for client in order.clients:
                found._note("siren", client.siren, client.name, order.number)
                for line in client.lines:
                    if line.finess:
                        found._note("finess", line.finess, line.name, order.number)
                    for number in line.am:
                        found._note("am", number, line.name, order.number)
        return list(found._said.values())

    def _note(self, kind: str, value: str, name: str, order: str) -> None:
        key = kind, value
        known, first = self._first.setdefault(key, (name, order))
        if known != name and key not in self._said and fold(known) != fold(name):
            self._said[key] = (
                f"{_LABELS[kind]} {value} s’appelle «\u202f{known}\u00a0» dans la commande {first} et"
                f" «\u202f{name}\u00a0» dans la commande {order}. Chaque commande garde son nom."
            )
