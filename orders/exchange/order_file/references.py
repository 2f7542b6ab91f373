"""Whether the suppliers and solutions that a record names exist."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from orders.domain.snapshot import EnrolmentFacts, OrderFacts, SolutionFacts
from orders.exchange.order_file.problems import RowError


def unknown_references(
    facts: SolutionFacts | EnrolmentFacts | OrderFacts,
    known_suppliers: Collection[str],
    known_solutions: Mapping[str, str],
    *,
    root: str = "",
) -> tuple[RowError, ...]:
    """What a record names that does not exist.

    ``known_suppliers``: SIRET; ``known_solutions``: key to programme; both of the file and of the database together.
    ``root``: where a solution or an enrolment stands (``solutions[0]``); an order's paths are relative to it.
    """
    number = facts.number if isinstance(facts, OrderFacts) else None
    found = []
    if facts.supplier not in known_suppliers:
        message = (
            f"Le fournisseur {facts.supplier} n’est ni dans le fichier ni dans la base. Ajoutez-le à « suppliers »."
        )
        found.append(_unknown("supplier", message, number, root))
    if isinstance(facts, SolutionFacts):
        return tuple(found)
    programme = known_solutions.get(facts.solution)
    if programme is None:
        message = (
            f"La solution « {facts.solution} » n’est ni dans le fichier ni dans la base. Ajoutez-la à « solutions »."
        )
        found.append(_unknown("solution", message, number, root))
    elif isinstance(facts, OrderFacts) and programme != facts.programme:
        message = f"La solution « {facts.solution} » relève de {programme}, la commande de {facts.programme}."
        message += " Corrigez l’une des deux."
        found.append(_unknown("solution", message, number, root))
    return tuple(found)


def _unknown(key: str, message: str, number: str | None, root: str) -> RowError:
    return RowError(number, f"{root}.{key}" if root else key, "unknown-reference", message)
