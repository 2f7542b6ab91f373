"""The life of one order unfolding: each new fact judged by the machines at its own instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from funding.domain.life import LifeFacts, apply, begin, replay
from orders.domain.snapshot import OrderEventFacts, OrderFacts
from segur.regulation.finding import Finding


class Unfolding:
    """An order and the facts let in so far; ``facts.events`` of the beginning are recorded ones, by instant."""

    __slots__ = ("events", "facts", "life")

    def __init__(self, facts: OrderFacts, recorded: Sequence[OrderEventFacts] = ()) -> None:
        self.facts = replace(facts, events=())
        self.events = list(recorded)
        self.life: LifeFacts = replay(replace(facts, events=tuple(recorded))).life if recorded else begin(facts)

    def let_in(self, event: OrderEventFacts) -> Finding | None:
        """Let a fact in, or say why its machine, or the one of a fact recorded later, has no such step."""
        if not self.events or event.at >= self.events[-1].at:
            after = apply(self.life, event)
            if isinstance(after, Finding):
                return after
            self.events.append(event)
            self.life = after
            return None
        return self._slip_in(event)

    def _slip_in(self, event: OrderEventFacts) -> Finding | None:
        """A fact that is told late: those after it must still have their place."""
        place = sum(each.at <= event.at for each in self.events)
        events = [*self.events[:place], event, *self.events[place:]]
        replayed = replay(replace(self.facts, events=tuple(events)))
        if replayed.refused is not None:
            return replayed.refused
        self.events, self.life = events, replayed.life
        return None
