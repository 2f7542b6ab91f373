"""An order's life up to an instant, from its form and its recorded events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from funding.domain.life.facts import LifeFacts
from funding.domain.life.steps import apply, in_sequence
from orders.domain.snapshot import OrderFacts
from segur.regulation.dates import midnight
from segur.regulation.finding import Finding


@dataclass(frozen=True, slots=True)
class Replay:
    """A folded life; ``refused``: the place of the event that had no step, those after it not tried, and why."""

    life: LifeFacts
    refused: Finding | None = None


def begin(order: OrderFacts, until: datetime | None = None) -> LifeFacts:
    """The life of an order before any event: issue and signatures, a date counting as 00:00 of its day in Paris."""
    issued_on = order.issued_on
    if issued_on and until is not None and midnight(issued_on) > until:
        issued_on = None
    return LifeFacts(
        clients=tuple(client.siren for client in order.clients),
        issued_on=issued_on,
        signatures={
            client.siren: client.signed_on
            for client in order.clients
            if client.signed_on and (until is None or midnight(client.signed_on) <= until)
        },
    )


def replay(order: OrderFacts, until: datetime | None = None) -> Replay:
    """The life up to ``until`` (inclusive; None: all of it), stopped at the first event that has no step.

    The refusal carries the path of the event (``events[3]``).
    """
    life = begin(order, until)
    for place, event in in_sequence(order.events):
        if until is not None and event.at > until:
            break
        after = apply(life, event)
        if isinstance(after, Finding):
            return Replay(life, after.at(f"events[{place}]"))
        life = after
    return Replay(life)


def fold(order: OrderFacts, until: datetime | None = None) -> LifeFacts:
    """The life of :func:`replay`, for recorded events, which all had their step."""
    return replay(order, until).life
