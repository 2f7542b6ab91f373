"""The pilots of the pair (supplier, solution) as an order sees them: how many conform, and its own reports (R65)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from funding.domain.life.context import conforming_pilots
from funding.domain.life.facts import PilotFacts, PilotState
from funding.selectors.order_life import OrderLife

_STATES: Mapping[PilotState, tuple[str, str]] = {
    PilotState.ABSENT: ("idle", "non signé"),
    PilotState.SIGNED: ("progress", "signé, à envoyer à l’ANS"),
    PilotState.SENT: ("progress", "envoyé à l’ANS"),
    PilotState.CONFORMING: ("done", "conforme"),
    PilotState.NONCONFORMING: ("refused", "non conforme"),
}


@dataclass(frozen=True, slots=True)
class PilotLine:
    """The report of one client of this order."""

    client: str
    state: tuple[str, str]
    at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Pilots:
    """``others``: conforming reports on other orders of the pair."""

    done: int
    wanted: int | None
    lines: tuple[PilotLine, ...]
    others: int


def pilots(life: OrderLife) -> Pilots | None:
    """None as long as nobody of the pair has a report."""
    facts = life.state.life
    done = conforming_pilots(facts, life.context, life.state.now)
    if not done and not facts.pilots:
        return None
    names = {client.siren: client.name for client in life.state.order.clients}
    lines = tuple(_line(names.get(siren, siren), pilot) for siren, pilot in facts.pilots.items())
    return Pilots(len(done), life.programme.pilots.value, lines, len(done - set(facts.pilots)))


def _line(client: str, pilot: PilotFacts) -> PilotLine:
    at = pilot.judged_at or pilot.sent_at or pilot.signed_at
    return PilotLine(client, _STATES[pilot.state], at, pilot.reason or "")
