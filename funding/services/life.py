"""What happens to an order once it is sold: facts recorded one at a time, and actions that ask the guards first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction

from funding.domain.life import blockers, fold
from funding.models import LifeEvent
from funding.selectors.life import life_context
from funding.selectors.life_events import order_with_life, payload_of
from funding.services.dossiers import refresh_dossiers
from funding.services.lives import Unfolding
from orders.domain.snapshot import OrderEventFacts, OrderFacts
from orders.exchange.order_file import event_from_values
from orders.models import Dispute, Order
from orders.selectors.facts import programme_of, with_form
from orders.services.disputes import answer_dispute, open_dispute
from orders.services.life import cancel_order, release_after_rejection, withdraw_order
from orders.services.locking import bump, locked_order
from orders.services.refusal import Refused, refusal
from segur.models.events import EventDraft, append_many
from segur.regulation.dates import format_instant_fr
from segur.regulation.finding import Finding, Severity, errors

#: The fact that each action of the contract records. ``issue`` and ``sign`` belong to the order itself.
FACTS: Mapping[str, str] = {
    "submit_advance": "advance_submitted",
    "submit_balance": "balance_submitted",
    "send_journal": "journal_sent",
    "request_semester": "semester_requested",
    "cancel": "cancelled",
    "withdraw": "withdrawn",
    "terminate": "terminated",
    "attest_completion": "completion_attested",
}


@transaction.atomic
def perform(
    *,
    action: str,
    order_id: int,
    now: datetime,
    at: datetime | None = None,
    extra: Mapping[str, object] | None = None,
    actor_id: int | None = None,
    version: int | None = None,
) -> OrderFacts:
    """Do an action of the contract, if its guards let it at ``at`` (default: now); ``extra``: the keys of its fact.

    Raises Refused with every blocker that is an error, or as :func:`record_fact`; KeyError for an unknown action.
    """
    type = FACTS[action]
    order, facts = _locked(order_id, version)
    instant = (at or now).replace(microsecond=0)
    context = life_context([order], now=instant)[order.pk]
    number = (extra or {}).get("semester")
    found = blockers(
        action,
        fold(facts, instant),
        facts,
        programme_of(order),
        context,
        instant,
        semester=number if isinstance(number, int) else None,
    )
    if blocking := errors(found):
        raise Refused(blocking)
    return record_fact(order_id=order_id, type=type, at=instant, extra=extra, now=now, actor_id=actor_id)


@transaction.atomic
def record_fact(
    *,
    order_id: int,
    type: str,
    at: datetime,
    now: datetime,
    extra: Mapping[str, object] | None = None,
    actor_id: int | None = None,
    version: int | None = None,
) -> OrderFacts:
    """Record what has happened to an order, whatever rule it breaks; the order with its whole life afterwards.

    ``type`` and ``extra`` are those of the order file. One fact, one event, and the dossier, in one transaction.
    Raises Order.DoesNotExist, or Refused: the order changed meanwhile, the machine has no such step, a value cannot be
    read, the instant is still to come.
    """
    order, facts = _locked(order_id, version)
    event = _event(facts, type, at.replace(microsecond=0), extra or {})
    if at > now:
        message = f"Le fait est daté du {format_instant_fr(at)}, qui n’est pas encore passé."
        raise refusal("fact-to-come", message, "Corrigez l’instant.", "at")
    refused = Unfolding(facts, facts.events).let_in(event)
    if refused is not None:
        raise Refused([refused.at("")])
    keep = _OF_ORDERS.get(type, _keep)
    keep(order, event, now, actor_id)
    kept, facts = _locked(order_id, None)
    refresh_dossiers([kept], now=now)
    return facts


def _locked(order_id: int, version: int | None) -> tuple[Order, OrderFacts]:
    locked_order(order_id, version)
    order = with_form(Order.objects.all()).get(pk=order_id)
    return order, order_with_life(order)


def _event(facts: OrderFacts, type: str, at: datetime, extra: Mapping[str, object]) -> OrderEventFacts:
    """The fact as the order file would tell it, read by the same rules."""
    event, faults = event_from_values(type, at, extra, [client.siren for client in facts.clients])
    if event is None:
        raise Refused(Finding(f.code, Severity.ERROR, f.message, "order-file", path=f.path) for f in faults)
    return event


def life_draft(order_id: int, regulation: str, event: OrderEventFacts, actor_id: int | None) -> EventDraft:
    """A fact as the chain of its order keeps it, under the texts of that order."""
    payload, number = payload_of(event)
    return EventDraft(
        subject=f"order:{order_id}",
        action=event.type,
        at=event.at,
        actor_id=actor_id,
        reason=str(payload.get("reason") or ""),
        payload=payload,
        regulation=regulation,
        columns={"order_id": order_id, "person_number": number},
    )


def _keep(order: Order, event: OrderEventFacts, now: datetime, actor_id: int | None) -> None:
    bump(order)
    regulation = f"{order.programme} {order.regulation}".strip()
    append_many(LifeEvent, [life_draft(order.pk, regulation, event, actor_id)], recorded_at=now)


def _reason(event: OrderEventFacts) -> str:
    return str(dict(event.extra).get("reason") or "")


def _cancel(order: Order, event: OrderEventFacts, now: datetime, actor_id: int | None) -> None:
    cancel_order(order_id=order.pk, reason=_reason(event), now=now, at=event.at, actor_id=actor_id)


def _withdraw(order: Order, event: OrderEventFacts, now: datetime, actor_id: int | None) -> None:
    withdraw_order(order_id=order.pk, reason=_reason(event), now=now, at=event.at, actor_id=actor_id)


def _close(order: Order, event: OrderEventFacts, now: datetime, actor_id: int | None) -> None:
    release_after_rejection(order_id=order.pk, reason=_reason(event), now=now, at=event.at, actor_id=actor_id)
    _keep(order, event, now, actor_id)


def _open_dispute(order: Order, event: OrderEventFacts, now: datetime, actor_id: int | None) -> None:
    extra = dict(event.extra)
    kind, value = str(extra.get("kind") or ""), str(extra.get("value") or "")
    open_dispute(
        order_id=order.pk, kind=kind, value=value, reason=_reason(event), now=now, at=event.at, actor_id=actor_id
    )
    _keep(order, event, now, actor_id)


def _answer_dispute(order: Order, event: OrderEventFacts, now: datetime, actor_id: int | None) -> None:
    if Dispute.objects.filter(order=order, answered_at__isnull=True, opened_at__lte=event.at).exists():
        answer_dispute(order_id=order.pk, now=now, at=event.at, actor_id=actor_id)
    _keep(order, event, now, actor_id)


_OF_ORDERS: Mapping[str, Callable[[Order, OrderEventFacts, datetime, int | None], None]] = {
    "cancelled": _cancel,
    "withdrawn": _withdraw,
    "closed_after_rejection": _close,
    "dispute_opened": _open_dispute,
    "dispute_answered": _answer_dispute,
}
