"""The recorded life of orders, as the order file and the pure package read it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from funding.domain.life.machines import AFTER_THE_END
from funding.models import LifeEvent
from orders.domain.snapshot import OrderEventFacts, OrderFacts
from orders.exchange.order_file import EVENT_KEYS, plain
from orders.models import Order
from orders.selectors.facts import end_of, facts_of
from segur.models.events import person_reference

_MANY = 5_000
_MONEY = frozenset({"amount", "ht", "ttc"})
_DAYS = frozenset({"last_activity_on", "answer_by"})
#: Contested numbers that name a structure; any other may be a person's.
_OF_STRUCTURES = frozenset({"finess", "siren", "pacs", "instance"})
_REFERENCE = "value_reference"


def given(event: OrderEventFacts) -> OrderEventFacts:
    """The event with the keys that have a value only, in the sequence of the contract."""
    extra = dict(event.extra)
    names = EVENT_KEYS[event.type]
    return replace(event, extra=tuple((name, extra[name]) for name in names if extra.get(name) is not None))


def payload_of(event: OrderEventFacts) -> tuple[dict[str, object], str | None]:
    """What the history keeps of the bracketed keys, and the number of a person that it only refers to."""
    extra = dict(given(event).extra)
    payload = {name: plain(value) for name, value in extra.items()}
    if "value" not in extra or extra.get("kind") in _OF_STRUCTURES:
        return payload, None
    number = str(extra["value"])
    del payload["value"]
    return {**payload, _REFERENCE: person_reference(number)}, number


def _event(action: str, at: Any, payload_text: str, number: str | None) -> OrderEventFacts:
    if payload_text == "{}":
        return OrderEventFacts(action, at)
    payload: dict[str, Any] = json.loads(payload_text)
    if number is not None:
        payload["value"] = number
    names = (name for name in EVENT_KEYS[action] if name in payload)
    return OrderEventFacts(action, at, tuple((name, _read(name, payload[name])) for name in names))


def _read(name: str, value: Any) -> object:
    if name in _MONEY:
        return Decimal(value)
    if name in _DAYS:
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


def life_events(order_ids: Collection[int], *, only: Q | None = None) -> dict[int, tuple[OrderEventFacts, ...]]:
    """The recorded facts of these orders by order, in the sequence of their instants, without the order's own end.

    One query per five thousand orders; orders without any are absent. ``only``: a condition on the events.
    """
    found: dict[int, list[OrderEventFacts]] = defaultdict(list)
    for part in _parts(sorted(order_ids)):
        rows = LifeEvent.objects.filter(only or Q(), order_id__in=part).order_by("order_id", "at", "sequence")
        for order_id, *fact in rows.values_list("order_id", "action", "at", "payload_text", "person_number"):
            found[order_id].append(_event(*fact))
    return {order_id: tuple(events) for order_id, events in found.items()}


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _MANY):
        yield ids[start : start + _MANY]


def with_end(events: Sequence[OrderEventFacts], end: Sequence[OrderEventFacts]) -> tuple[OrderEventFacts, ...]:
    """Facts by instant and the end of their order, which at one instant follows what cannot come after it."""
    if not end:
        return tuple(events)
    (ending,) = end
    place = sum(event.at <= ending.at for event in events)
    while place and events[place - 1].at == ending.at and events[place - 1].type in AFTER_THE_END:
        place -= 1
    return (*events[:place], ending, *events[place:])


def order_with_life(order: Order) -> OrderFacts:
    """An order loaded by :func:`orders.selectors.facts.with_form`, with everything that happened to it. One query."""
    (facts,) = orders_with_life([order])
    return facts


def orders_with_life(orders: Sequence[Order]) -> list[OrderFacts]:
    """:func:`order_with_life` of many orders, in one query per five thousand."""
    recorded: Mapping[int, Sequence[OrderEventFacts]] = life_events([order.pk for order in orders])
    return [replace(facts_of(order), events=with_end(recorded.get(order.pk, ()), end_of(order))) for order in orders]
