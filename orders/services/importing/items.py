"""What an import works on: an order of the file with what became of it, and every fault with its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from orders.domain.snapshot import OrderEventFacts, OrderFacts
from orders.models import OrderState
from orders.selectors.facts import END_EVENTS
from segur.regulation.finding import Finding
from segur.regulation.schema import Programme

ENDS = {name: OrderState(state) for state, name in END_EVENTS.items()}
"""The events that belong to the machine of the order itself, and where they lead."""
LETS_GO = frozenset({"closed_after_rejection"})
"""The events after which an order holds nothing any more, though its own machine does not move (R42-R45)."""

Progress = Callable[[str, int, int], None]
"""Told from time to time the stage, in French, how many orders are done and how many there are."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is refused: ``path`` is relative to the order where ``order`` names one, else to the file."""

    order: str | None
    path: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """An order of a file: ``place`` is its position in the list, ``programme`` the texts a new one is made under."""

    facts: OrderFacts
    place: int
    supplier_id: int
    solution_id: int
    programme: Programme


class OtherEvents(Protocol):
    """Who keeps the events that the order itself does not: deposits, verifications, payments."""

    def recorded(self, order_ids: Collection[int]) -> Mapping[int, Sequence[OrderEventFacts]]:
        """What is recorded of these orders, without the end of the order."""

    def judge(self, order: OrderFacts, event: OrderEventFacts) -> Finding | None:
        """Why this event has no place among those of the order let in so far, or None, and then it is let in.

        The end of an order is asked about too, once its own machine has a step for it.
        """

    def record(self, events: Sequence[tuple[int, OrderEventFacts]], *, now: datetime, actor_id: int | None) -> None:
        """Keep the events that were let in (order, event), in the sequence of their instants."""


@dataclass(slots=True)
class Signature:
    """A signature that the file brings: the client's place in the order and, once written, its page."""

    client: int
    day: date
    page_id: int = 0


@dataclass(slots=True)
class Life:
    """An order that the import writes: the state before, the state after, and the steps between.

    ``is_new``: not in the database yet. ``form_changed``: places of the form that differ from what is recorded.
    ``unsigned``: clients whose signature is not recorded, by position. ``steps``: (action, instant, from, to, reason,
    detail) as the history keeps them. ``stopped``: an event was refused, those after it are not tried.
    """

    incoming: Incoming
    is_new: bool
    state: str
    first_signed_on: date | None = None
    signature_rank: int | None = None
    ended_at: datetime | None = None
    end_reason: str = ""
    version: int = 0
    pk: int = 0
    programme: Programme | None = None
    pages: list[int] = field(default_factory=list)
    form_changed: tuple[str, ...] = ()
    tranche_added: bool = False
    unsigned: set[int] = field(default_factory=set)
    signatures: list[Signature] = field(default_factory=list)
    new_events: list[tuple[int, OrderEventFacts]] = field(default_factory=list)
    signed_here: list[Signature] = field(default_factory=list)
    events_here: list[OrderEventFacts] = field(default_factory=list)
    ended_here: bool = False
    closed_at: datetime | None = None
    close_reason: str = ""
    state_before_end: str = ""
    was_draft: bool = False
    first_signed_before: date | None = None
    stopped: bool = False
    written: bool = False

    @property
    def facts(self) -> OrderFacts:
        return self.incoming.facts

    @property
    def texts(self) -> Programme:
        """The version of the texts that the order is under."""
        return self.programme or self.incoming.programme

    @property
    def gone_at(self) -> datetime | None:
        """When this import makes the order let go of what it holds."""
        return self.ended_at if self.ended_here else self.closed_at

    @property
    def gone_reason(self) -> str:
        return self.end_reason if self.ended_here else self.close_reason

    @property
    def has_changed(self) -> bool:
        """Whether something of it is to be written."""
        return bool(
            self.is_new
            or self.form_changed
            or self.tranche_added
            or self.signed_here
            or self.events_here
            or self.ended_here
        )

    def fault(self, path: str, code: str, message: str) -> Fault:
        """A fault of this order."""
        return Fault(self.facts.number, path, code, message)
