"""The life of an order: issued, signed client by client, cancelled or withdrawn."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from orders.domain.snapshot import SignatureMode
from orders.domain.uniqueness import claim_keys
from orders.models import Order, OrderClient, OrderState
from orders.selectors.claims import excluded_keys
from orders.selectors.facts import order_facts, programme_of
from orders.services.claims import ClaimOutcome, ClaimRequest, release_claims, take_claims
from orders.services.history import order_event, record_events
from orders.services.locking import bump, locked_order, require_reason, require_state
from orders.services.recording import next_rank, signature_event
from orders.services.refusal import refusal
from segur.regulation.dates import format_date_fr, midnight, paris_date


@transaction.atomic
def issue_order(
    *, order_id: int, issued_on: date, now: datetime, actor_id: int | None = None, version: int | None = None
) -> Order:
    """Send the form to its clients. Raises Refused: not a draft, no client or line, no instance or identity (R39)."""
    order = locked_order(order_id, version)
    require_state(order, [OrderState.DRAFT], "émettre")
    _require_form(order)
    order.issue()
    order.issued_on = issued_on
    bump(order)
    event = order_event(
        order,
        "issued",
        at=midnight(issued_on),
        actor_id=actor_id,
        from_state=OrderState.DRAFT,
        to_state=OrderState.ISSUED,
    )
    record_events([event], now=now)
    return order


def _require_form(order: Order) -> None:
    clients = list(order.clients.prefetch_related("lines"))
    if not clients:
        raise refusal("R39-client-missing", "La commande n’a aucun client.", "Ajoutez au moins un client.", "clients")
    for position, client in enumerate(clients):
        if not client.lines.all():
            raise refusal(
                "R39-line-missing",
                f"{client.name} n’a aucune ligne.",
                "Ajoutez un établissement ou un médecin.",
                f"clients[{position}].lines",
            )
    if not order.is_drimbox:
        for name, label in (("instance", "l’instance"), ("identity", "le scénario d’identité")):
            if not getattr(order, name):
                raise refusal(
                    "R40-scenario-missing", f"Il manque {label} de la commande RIS.", "Complétez le scénario.", name
                )


@transaction.atomic
def sign_client(
    *,
    order_id: int,
    siren: str,
    signed_on: date,
    signature: SignatureMode | None,
    now: datetime,
    actor_id: int | None = None,
    version: int | None = None,
) -> Order:
    """Record the signature of one client (R47). The first one takes what the order valorises, the last one signs it.

    Raises Refused: order not issued, client unknown or already signed, date to come.
    """
    order = locked_order(order_id, version)
    require_state(order, [OrderState.ISSUED], "signer")
    pages = list(order.clients.select_related("client"))
    page = _page_to_sign(pages, siren)
    if signed_on > paris_date(now):
        raise refusal(
            "R22-signature-to-come",
            f"La signature est datée du {format_date_fr(signed_on)}, qui n’est pas encore passé.",
            "Corrigez la date.",
            "signed_on",
        )
    page.signed_on, page.signature = signed_on, str(signature or "")
    page.save(update_fields=["signed_on", "signature"])
    is_last = all(each.signed_on for each in pages)
    outcome = _record_first_signature(order, signed_on, now, actor_id)
    if is_last:
        order.complete_signature()
    bump(order)
    record_events([signature_event(order, page, is_last=is_last, actor_id=actor_id), *outcome.events], now=now)
    return order


def _page_to_sign(pages: list[OrderClient], siren: str) -> OrderClient:
    page = next((each for each in pages if each.client.siren == siren), None)
    if page is None:
        raise refusal(
            "R47-client-unknown", f"Le client {siren} n’est pas sur cette commande.", "Vérifiez le SIREN.", "siren"
        )
    if page.signed_on:
        raise refusal(
            "R47-already-signed",
            f"{page.name} a déjà signé le {format_date_fr(page.signed_on)}.",
            "Corrigez la commande si la date est fausse.",
            "signed_on",
        )
    return page


def _record_first_signature(order: Order, signed_on: date, now: datetime, actor_id: int | None) -> ClaimOutcome:
    """The first signature takes the keys; a second one dated earlier only moves the date of the first."""
    is_first = order.first_signed_on is None
    if not is_first and signed_on >= (order.first_signed_on or signed_on):
        return ClaimOutcome()
    order.first_signed_on = signed_on
    keys = claim_keys(order_facts(order), programme_of(order), excluded_keys(order))
    at = midnight(signed_on)
    if not is_first:
        order.claims.filter(released_at__isnull=True, by_decision=False).update(taken_at=at)
    outcome = take_claims([ClaimRequest(order.pk, key, at) for key in keys], now=now, actor_id=actor_id)
    if is_first:
        order.signature_rank = next_rank()
    return outcome


@transaction.atomic
def cancel_order(
    *,
    order_id: int,
    reason: str,
    now: datetime,
    at: datetime | None = None,
    actor_id: int | None = None,
    version: int | None = None,
) -> Order:
    """Give an order up, at an instant (default: now). What it holds is released, its conflicts follow."""
    order = locked_order(order_id, version)
    require_state(order, [OrderState.DRAFT, OrderState.ISSUED, OrderState.SIGNED], "annuler")
    before = order.state
    order.cancel()
    return _end(order, "cancelled", before, require_reason(reason), at or now, now, actor_id)


@transaction.atomic
def withdraw_order(
    *,
    order_id: int,
    reason: str,
    now: datetime,
    at: datetime | None = None,
    actor_id: int | None = None,
    version: int | None = None,
) -> Order:
    """Withdraw the prestation of an issued or signed order. What it holds is released, its conflicts follow."""
    order = locked_order(order_id, version)
    require_state(order, [OrderState.ISSUED, OrderState.SIGNED], "retirer")
    before = order.state
    order.withdraw()
    return _end(order, "withdrawn", before, require_reason(reason), at or now, now, actor_id)


def _end(
    order: Order, action: str, before: str, reason: str, at: datetime, now: datetime, actor_id: int | None
) -> Order:
    order.ended_at, order.end_reason = at, reason
    bump(order)
    outcome = release_claims({order.pk: at}, reason=reason, now=now, actor_id=actor_id)
    event = order_event(order, action, at=at, actor_id=actor_id, from_state=before, to_state=order.state, reason=reason)
    record_events([event, *outcome.events], now=now)
    return order


@transaction.atomic
def release_after_rejection(
    *, order_id: int, reason: str, now: datetime, at: datetime | None = None, actor_id: int | None = None
) -> Order:
    """Release what a rejected order holds, once a person has closed it (ruling R42-R45). Its state stays."""
    order = locked_order(order_id, None)
    given = require_reason(reason)
    outcome = release_claims({order.pk: at or now}, reason=given, now=now, actor_id=actor_id)
    event = order_event(order, "closed_after_rejection", at=at or now, actor_id=actor_id, reason=given)
    record_events([event, *outcome.events], now=now)
    return order
