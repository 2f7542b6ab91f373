"""What stories tell beside order forms: lists of funded numbers, decisions on conflicts, contested duplicates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from orders.domain.snapshot import OrderFacts
from orders.domain.uniqueness import Situation
from orders.services.decisions import Decision


@dataclass(frozen=True, slots=True)
class Funded:
    """A number that somebody else's order, or wave 1, was paid for."""

    programme: str
    kind: str
    value: str
    activity: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """A person ends the open conflict on a number, ``ago`` before the day of the demonstration.

    ``after_let_go``: only once the holder has given the number up.
    """

    programme: str
    kind: str
    value: str
    decision: Decision
    reason: str
    ago: timedelta
    situation: Situation | None = None
    after_let_go: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """The ASP contests a duplicate of an order, and the supplier answers or has not answered yet."""

    supplier: str
    order: str
    kind: str
    value: str
    reason: str
    ago: timedelta
    answered_ago: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One story: its orders, and what happened around them."""

    orders: tuple[OrderFacts, ...] = ()
    drafts: tuple[OrderFacts, ...] = ()
    funded: tuple[Funded, ...] = ()
    decisions: tuple[Decide, ...] = ()
    contests: tuple[Contest, ...] = ()


def joined(stories: Iterator[Told]) -> Told:
    """Several stories as one."""
    told = list(stories)
    return Told(
        orders=tuple(order for story in told for order in story.orders),
        drafts=tuple(order for story in told for order in story.drafts),
        funded=tuple(row for story in told for row in story.funded),
        decisions=tuple(act for story in told for act in story.decisions),
        contests=tuple(act for story in told for act in story.contests),
    )
