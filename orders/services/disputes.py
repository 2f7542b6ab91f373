"""F2: a contested duplicate. The ASP writes to both suppliers, who answer within ten working days."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from orders.domain.uniqueness import scope_of
from orders.models import Conflict, ConflictStatus, Dispute, Order
from orders.selectors.facts import programme_of
from orders.services.history import order_event, record_events
from orders.services.locking import locked_order, require_reason
from orders.services.refusal import refusal
from segur.models.events import person_reference
from segur.regulation.dates import add_working_days, paris_date


@transaction.atomic
def open_dispute(
    *,
    order_id: int,
    kind: str,
    value: str,
    reason: str,
    now: datetime,
    at: datetime | None = None,
    conflict_id: int | None = None,
    actor_id: int | None = None,
) -> Dispute:
    """Contest a duplicate of an order, at an instant (default: now). Raises Refused: already contested, no reason."""
    order = locked_order(order_id, None)
    given = require_reason(reason)
    compared = " ".join(value.split()).upper()
    if order.disputes.filter(kind=kind, value=compared, answered_at__isnull=True).exists():
        raise refusal("F2-dispute-open", f"{value} est déjà contesté.", "Enregistrez d’abord la réponse.", "value")
    programme, opened_at = programme_of(order), at or now
    try:
        scope_of(programme, kind)
    except LookupError:
        raise refusal(
            "F2-dispute-kind",
            f"Le programme {programme.id} ne contrôle pas ce type de numéro.",
            "Choisissez-en un autre.",
            "kind",
        ) from None
    delay = programme.delays["dispute_working_days"].known()
    dispute = Dispute.objects.create(
        order=order,
        conflict_id=conflict_id or _conflict_on(order, kind, compared),
        kind=kind,
        value=compared,
        reason=given,
        opened_at=opened_at,
        reply_due_on=add_working_days(paris_date(opened_at), delay),
    )
    payload: dict[str, object] = {
        "dispute": dispute.pk,
        "kind": kind,
        "number": person_reference(compared) if kind == "am" else compared,
        "reply_due_on": dispute.reply_due_on.isoformat(),
    }
    event = order_event(order, "dispute_opened", at=opened_at, actor_id=actor_id, reason=given, payload=payload)
    record_events([event], now=now)
    return dispute


def _conflict_on(order: Order, kind: str, value: str) -> int | None:
    conflicts = Conflict.objects.filter(programme=order.programme, kind=kind, value=value)
    mine = conflicts.filter(parties__order=order) | conflicts.filter(holder=order)
    chosen = mine.filter(status=ConflictStatus.OPEN).first() or mine.order_by("-opened_at").first()
    return chosen.pk if chosen else None


@transaction.atomic
def answer_dispute(
    *,
    order_id: int,
    now: datetime,
    at: datetime | None = None,
    dispute_id: int | None = None,
    actor_id: int | None = None,
) -> Dispute:
    """Record the supplier's answer to a dispute of the order (default: the oldest open). Raises Refused."""
    order = locked_order(order_id, None)
    waiting = order.disputes.filter(answered_at__isnull=True)
    dispute = (waiting.filter(pk=dispute_id) if dispute_id else waiting).order_by("opened_at", "pk").first()
    if dispute is None:
        raise refusal("F2-no-dispute", "Aucune contestation n’attend de réponse.", "Ouvrez d’abord la contestation.")
    answered_at = at or now
    if answered_at < dispute.opened_at:
        raise refusal("F2-answer-too-early", "La réponse est datée d’avant la contestation.", "Corrigez la date.", "at")
    dispute.answered_at = answered_at
    dispute.save(update_fields=["answered_at"])
    payload: dict[str, object] = {"dispute": dispute.pk}
    event = order_event(order, "dispute_answered", at=answered_at, actor_id=actor_id, payload=payload)
    record_events([event], now=now)
    return dispute
