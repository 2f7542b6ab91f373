"""Changing an order form: freely while it is a draft; afterwards with a reason and an event."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from orders.domain.changes import FIXED_AFTER_ISSUE, changed_paths
from orders.domain.snapshot import OrderFacts
from orders.domain.uniqueness import claim_keys
from orders.models import DeMinimisAid, NumberConfirmation, Order, OrderClient, OrderLine, OrderState
from orders.selectors.claims import excluded_keys
from orders.selectors.facts import order_facts, programme_of
from orders.services.claims import ClaimOutcome, ClaimRequest, release_claims, take_claims
from orders.services.history import order_event, record_events
from orders.services.locking import bump, locked_order, require_reason, require_state
from orders.services.recording import known_clients
from orders.services.refusal import refusal
from orders.services.rows import aid_rows, client_values, form_values, line_rows
from segur.models.events import person_reference


@transaction.atomic
def update_draft(
    *,
    order_id: int,
    facts: OrderFacts,
    now: datetime,
    solution_id: int | None = None,
    actor_id: int | None = None,
    version: int | None = None,
) -> Order:
    """Write a draft anew as the form now says; nothing happens when it says the same. Raises Refused."""
    order = locked_order(order_id, version)
    require_state(order, [OrderState.DRAFT], "modifier librement")
    before = order_facts(order)
    changed = changed_paths(before, facts)
    if not changed:
        return order
    _refuse_fixed(changed, {"supplier", "programme"})
    if facts.issued_on is not None or facts.first_signed_on is not None:
        raise refusal(
            "order-signed-before-issue",
            "Un brouillon n’a ni date d’émission ni signature.",
            "Émettez d’abord la commande.",
            "issued_on",
        )
    order.number = facts.number
    order.solution_id = solution_id or order.solution_id
    _write(order, facts)
    event = order_event(order, "edited", at=now, actor_id=actor_id, payload={"changed": list(changed)})
    record_events([event], now=now)
    return order


@transaction.atomic
def correct_order(
    *,
    order_id: int,
    facts: OrderFacts,
    reason: str,
    now: datetime,
    actor_id: int | None = None,
    version: int | None = None,
) -> Order:
    """Correct an issued or signed order (typo), or add to it by amendment, with a reason.

    Number, supplier, solution, programme and issue date stay, and whoever signed stays signed at that date. Numbers
    that leave are released, numbers that come are claimed as of now. Raises Refused.
    """
    order = locked_order(order_id, version)
    require_state(order, [OrderState.ISSUED, OrderState.SIGNED], "corriger")
    given = require_reason(reason)
    before = order_facts(order)
    changed = changed_paths(before, facts)
    if not changed:
        return order
    _refuse_fixed(changed, FIXED_AFTER_ISSUE)
    _refuse_touched_signatures(order, before, facts)
    _write(order, facts)
    outcome = _follow_claims(order, before, facts, given, now, actor_id)
    payload: dict[str, object] = {"changed": list(changed)}
    event = order_event(order, "corrected", at=now, actor_id=actor_id, reason=given, payload=payload)
    record_events([event, *outcome.events], now=now)
    return order


def _refuse_fixed(changed: tuple[str, ...], fixed: frozenset[str] | set[str]) -> None:
    touched = sorted(fixed.intersection(changed))
    if touched:
        raise refusal(
            "order-fixed-field",
            f"Ce champ ne change plus\u00a0: {', '.join(touched)}.",
            "Annulez cette commande et saisissez-en une autre.",
            touched[0],
        )


def _refuse_touched_signatures(order: Order, before: OrderFacts, after: OrderFacts) -> None:
    kept = {client.siren: client for client in after.clients}
    for client in before.clients:
        now = kept.pop(client.siren, None)
        if client.signed_on and (now is None or (now.signed_on, now.signature) != (client.signed_on, client.signature)):
            raise refusal(
                "R47-signature-kept",
                f"{client.name} a signé\u00a0: sa signature reste.",
                "Annulez cette commande et faites-en signer une autre.",
                "clients",
            )
        if now is not None and not client.signed_on and now.signed_on:
            raise refusal(
                "R47-signature-by-correction",
                f"La signature de {client.name} ne s’ajoute pas par une correction.",
                "Enregistrez la signature.",
                "clients",
            )
    if any(client.signed_on for client in kept.values()) or (kept and order.state == OrderState.SIGNED):
        raise refusal(
            "R47-client-added",
            "Un client ne s’ajoute pas à une commande signée.",
            "Faites signer une autre commande.",
            "clients",
        )


def _follow_claims(
    order: Order, before: OrderFacts, after: OrderFacts, reason: str, now: datetime, actor_id: int | None
) -> ClaimOutcome:
    outcome = ClaimOutcome()
    if order.first_signed_on is None:
        return outcome
    programme, excluded = programme_of(order), excluded_keys(order)
    old, new = set(claim_keys(before, programme, excluded)), set(claim_keys(after, programme, excluded))
    if gone := old - new:
        outcome.join(release_claims({order.pk: now}, reason=reason, now=now, keys=gone, actor_id=actor_id))
    if come := new - old:
        outcome.join(take_claims([ClaimRequest(order.pk, key, now) for key in come], now=now, actor_id=actor_id))
    return outcome


def _write(order: Order, facts: OrderFacts) -> None:
    """Columns, pages, lines and aids as the form says; the page of a client keeps its row."""
    for name, value in form_values(facts).items():
        setattr(order, name, value)
    bump(order)
    clients = known_clients(facts.clients)
    pages = {page.client.siren: page for page in order.clients.select_related("client")}
    order.clients.exclude(client__siren__in=[client.siren for client in facts.clients]).delete()
    order.lines.all().delete()
    DeMinimisAid.objects.filter(order_client__order=order).delete()
    order.clients.update(principal=False)
    for position, client in enumerate(facts.clients):
        page = pages.get(client.siren) or OrderClient(order=order, client=clients[client.siren])
        page.position = position
        for name, value in client_values(client).items():
            setattr(page, name, value)
        page.save()
        OrderLine.objects.bulk_create(line_rows(page, client))
        DeMinimisAid.objects.bulk_create(aid_rows(page, client))


@transaction.atomic
def confirm_number(
    *, order_id: int, value: str, reason: str, now: datetime, actor_id: int | None = None
) -> NumberConfirmation:
    """Confirm a number of the order whose check digit is wrong (A5), with a reason."""
    order = locked_order(order_id, None)
    given = require_reason(reason)
    compared = "".join(value.split()).upper()
    confirmation, _ = NumberConfirmation.objects.update_or_create(
        order=order,
        value=compared,
        defaults={"reason": given, "confirmed_by_id": actor_id, "confirmed_at": now},
    )
    payload: dict[str, object] = {"number": person_reference(compared)}
    event = order_event(order, "number_confirmed", at=now, actor_id=actor_id, reason=given, payload=payload)
    record_events([event], now=now)
    return confirmation
