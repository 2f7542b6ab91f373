"""What every guard reads, and how it speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from funding.domain.life.context import LifeContext
from funding.domain.life.facts import LifeFacts, RequestFacts
from funding.domain.life.semesters import Semester
from funding.domain.life.worth import Worth
from orders.domain.snapshot import OrderFacts
from segur.regulation.dates import format_date_fr, paris_date
from segur.regulation.finding import Finding, Severity
from segur.regulation.rules import rule
from segur.regulation.schema import Programme

NBSP = "\u00a0"
NNBSP = "\u202f"


@dataclass(frozen=True, slots=True)
class Case:
    """One order at an instant. ``life`` holds nothing later than ``now``; ``number`` is the semester asked about,
    None: the one that comes next."""

    life: LifeFacts
    order: OrderFacts
    programme: Programme
    context: LifeContext
    now: datetime
    worth: Worth
    semesters: tuple[Semester, ...]
    number: int | None = None

    def name_of(self, siren: str) -> str:
        """The Client's name on this order."""
        return next((client.name for client in self.order.clients if client.siren == siren), siren)

    def names_of(self, sirens: tuple[str, ...]) -> str:
        """« CH du Test, Imagerie du Port et 3 autres »."""
        names = [self.name_of(siren) for siren in sirens[:3]]
        more = len(sirens) - len(names)
        return ", ".join(names) + (f" et {more} autres" if more > 1 else " et 1 autre" if more else "")

    def official(self, number: int) -> datetime | None:
        """Official date 0 to 6."""
        return self.programme.date_at(number).value

    def judged_at(self, request: RequestFacts) -> datetime:
        """A request is judged when it was received, one that is still to file is judged now (R21)."""
        return request.received_at if request.is_filed and request.received_at else self.now


Guard = Callable[[Case], Iterator[Finding]]


def error(code: str, message: str, remedy: str, path: str = "") -> Finding:
    return _finding(code, Severity.ERROR, message, remedy, path)


def warning(code: str, message: str, remedy: str, path: str = "") -> Finding:
    return _finding(code, Severity.WARNING, message, remedy, path)


def note(code: str, message: str, remedy: str = "", path: str = "") -> Finding:
    return _finding(code, Severity.INFO, message, remedy, path)


@lru_cache(maxsize=4096)
def _finding(code: str, severity: Severity, message: str, remedy: str, path: str) -> Finding:
    return Finding(code, severity, message, rule(code.partition("-")[0]).source, remedy, path)


def not_over(case: Case) -> Iterator[Finding]:
    """Nothing is done on an order that was given up."""
    if not case.life.is_over:
        return
    ending = case.life.ending
    when = f" depuis le {format_date_fr(paris_date(ending.at))}" if ending else ""
    words = {"cancelled": "annulée", "withdrawn": "retirée", "closed": "close après rejet"}
    state = words[str(case.life.exit)]
    yield error("R71-order-over", f"La commande est {state}{when}.", "Établissez un nouveau bon de commande.")


def not_terminated(case: Case) -> Iterator[Finding]:
    """R71: after a termination only what was begun is still claimed."""
    ending = case.life.termination
    if ending is not None:
        day = format_date_fr(ending.last_activity_on or paris_date(ending.at))
        yield error("R71-terminated", f"La commande est résiliée au {day}.", "Demandez les semestres commencés.")


def conflicts_noted(case: Case) -> Iterator[Finding]:
    """A signature is recorded whatever the conflicts; they stop the deposit that follows."""
    return (
        warning(finding.code, finding.message, finding.remedy) if finding.blocks else finding
        for finding in conflicts(case)
    )


def conflicts(case: Case) -> Iterator[Finding]:
    """R42-R45: what this order claims and does not hold stops it; what it holds and another claims is a note."""
    for conflict in case.context.conflicts:
        label = f"{conflict.kind.upper()} {conflict.value}"
        other = conflict.other or "une autre commande"
        if conflict.is_holder:
            message = f"{label} est aussi demandé par {other}, cette commande le détient."
            yield note(f"{conflict.rule}-claimed", message, "Réglez le conflit.")
        elif conflict.stops_order:
            message = f"{label} est déjà valorisé par {other}."
            remedy = "Corrigez la commande, annulez l’une des deux ou obtenez la libération."
            yield error(f"{conflict.rule}-open-conflict", message, remedy)
        else:
            message = f"{label} est déjà valorisé par {other}."
            remedy = "Excluez ce numéro du calcul ou obtenez sa libération."
            yield error(f"{conflict.rule}-open-conflict", message, remedy)
