"""What a person declares about an order form. The confirmation of a number is in ``edition``."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from orders.models import Order
from orders.services.history import order_event, record_events
from orders.services.locking import bump, locked_order, require_reason
from orders.services.refusal import refusal


@transaction.atomic
def declare_not_conditioned(
    *,
    order_id: int,
    declared: bool,
    now: datetime,
    reason: str = "",
    actor_id: int | None = None,
    version: int | None = None,
) -> Order:
    """Record whether the supplier declares that nothing else conditions the order (R33).

    Saying the same again changes nothing; changing what was declared, or declaring a condition, asks for a reason.
    Raises Refused.
    """
    order = locked_order(order_id, version)
    before = order.not_conditioned
    if before is declared:
        return order
    if not order.is_living:
        raise refusal("R33-order-ended", "Cette commande est annulée ou retirée.", "Aucune déclaration n’est utile.")
    given = require_reason(reason) if before is not None or not declared else reason.strip()
    order.not_conditioned = declared
    bump(order)
    payload: dict[str, object] = {"before": before, "declared": declared}
    event = order_event(order, "not_conditioned_declared", at=now, actor_id=actor_id, reason=given, payload=payload)
    record_events([event], now=now)
    return order
