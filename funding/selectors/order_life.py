"""The life of one order as its page tells it: its state at an instant and what the guards read beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from funding.domain.life import LifeContext, OrderState, order_state
from funding.selectors.life import life_context
from funding.selectors.life_events import order_with_life
from orders.models import Order
from orders.selectors.facts import programme_of
from segur.regulation.schema import Programme


@dataclass(frozen=True, slots=True)
class OrderLife:
    """``context.form`` are the findings of the order form."""

    state: OrderState
    context: LifeContext
    programme: Programme


def order_life(order: Order, *, now: datetime) -> OrderLife:
    """An order loaded by ``with_form``, in a constant number of queries."""
    context = life_context([order], now=now)[order.pk]
    programme = programme_of(order)
    state = order_state(order_with_life(order), programme=programme, context=context, now=now)
    return OrderLife(state, context, programme)
