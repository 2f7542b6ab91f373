"""Writing the history of this app, and sealing every history once a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from orders.models import Event, EventSeal
from orders.models.order import Order
from orders.selectors.history import SEAL_LABEL, chain_tables, heads_text, seal_hash
from segur.models.events import AbstractEventChain, EventDraft, append_many, event_key


def order_event(
    order: Order,
    action: str,
    *,
    at: datetime,
    actor_id: int | None = None,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    payload: dict[str, object] | None = None,
) -> EventDraft:
    """An event of an order, under the regulation of that order."""
    return EventDraft(
        subject=order.subject,
        action=action,
        at=at,
        actor_id=actor_id,
        from_state=from_state,
        to_state=to_state,
        reason=reason,
        payload=payload or {},
        regulation=f"{order.programme} {order.regulation}".strip(),
        columns={"order_id": order.pk},
    )


def record_events(drafts: Sequence[EventDraft], *, now: datetime) -> list[Event]:
    """Append events of this app; the last thing a service does in its transaction."""
    return append_many(Event, drafts, recorded_at=now)


@transaction.atomic
def seal_histories(*, now: datetime) -> EventSeal | None:
    """Seal the heads that moved since the last seal, over every app; None when none did. Writers wait meanwhile."""
    for _, chains in chain_tables():
        list(chains._default_manager.select_for_update().order_by("subject").values_list("subject"))
    last = EventSeal.objects.order_by("-number").first()
    moved = [(label, row) for label, chains in chain_tables() for row in _moved(chains)]
    if not moved:
        return None
    number = last.number + 1 if last else 1
    previous = last.hash if last else ""
    heads = heads_text((label, row.subject, row.length, row.last_hash) for label, row in moved)
    seal = EventSeal(number=number, at=now, heads=heads, previous_hash=previous)
    seal.hash = seal_hash(event_key(), SEAL_LABEL, number, now, heads, previous)
    seal.save()
    for _, chains in chain_tables():
        chains._default_manager.exclude(sealed_length=F("length")).update(sealed_length=F("length"))
    return seal


def _moved(chains: type[AbstractEventChain]) -> list[AbstractEventChain]:
    return list(chains._default_manager.exclude(sealed_length=F("length")).order_by("subject"))
