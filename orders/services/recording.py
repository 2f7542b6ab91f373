"""Orders recorded as their forms say, one or twenty thousand at a time, by the same set-based path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from orders.domain.search import search_key
from orders.domain.snapshot import ClientFacts, OrderFacts
from orders.domain.uniqueness import claim_keys
from orders.models import Client, DeMinimisAid, Order, OrderClient, OrderLine, OrderState
from orders.services.claims import ClaimOutcome, ClaimRequest, take_claims
from orders.services.history import order_event, record_events
from orders.services.refusal import refusal
from orders.services.rows import aid_rows, client_values, form_values, line_rows
from segur.models.events import EventDraft
from segur.regulation.dates import midnight
from segur.regulation.schema import Programme


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """An order form to record, with the rows it names and the texts it is made under."""

    facts: OrderFacts
    supplier_id: int
    solution_id: int
    programme: Programme


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded order and what it would claim since its first signature (empty when nobody signed)."""

    order: Order
    requests: tuple[ClaimRequest, ...]


@transaction.atomic
def create_order(
    *,
    facts: OrderFacts,
    supplier_id: int,
    solution_id: int,
    programme: Programme,
    now: datetime,
    actor_id: int | None = None,
) -> Order:
    """Record one order as its form says: a draft, or issued and signed where the form carries these dates.

    What it claims is taken in the same transaction. Raises Refused when a draft carries a signature.
    """
    draft = OrderDraft(facts, supplier_id, solution_id, programme)
    (recorded,), events = record_orders([draft], now=now, actor_id=actor_id)
    outcome = take_claims(recorded.requests, now=now, actor_id=actor_id) if recorded.requests else ClaimOutcome()
    record_events([*events, *outcome.events], now=now)
    return recorded.order


@transaction.atomic
def record_orders(
    drafts: Sequence[OrderDraft], *, now: datetime, actor_id: int | None = None, signature_place: int = 0
) -> tuple[list[Recorded], list[EventDraft]]:
    """Insert orders with their clients, lines and aids; return them in the sequence given, with their events.

    Signatures that the facts carry are recorded. Claims are not taken here: the caller gives the ``requests`` of all
    orders to :func:`take_claims` in the sequence of their instants, then appends the events. ``place`` of a request
    is the order's place in ``drafts``. Raises Refused when a draft (no issue date) carries a signature.
    """
    for draft in drafts:
        _refuse_signed_draft(draft.facts)
    orders = Order.objects.bulk_create(_ranked(drafts, now))
    clients = _clients(drafts)
    rows = [
        (OrderClient(order=order, client=clients[facts.siren], position=position, **client_values(facts)), facts)
        for order, draft in zip(orders, drafts, strict=True)
        for position, facts in enumerate(draft.facts.clients)
    ]
    order_clients = OrderClient.objects.bulk_create([row for row, _ in rows])
    described = [(row, facts) for row, (_, facts) in zip(order_clients, rows, strict=True)]
    OrderLine.objects.bulk_create([line for row, facts in described for line in line_rows(row, facts)])
    DeMinimisAid.objects.bulk_create([aid for row, facts in described for aid in aid_rows(row, facts)])
    pages: dict[int, list[OrderClient]] = {}
    for row in order_clients:
        pages.setdefault(row.order_id, []).append(row)
    recorded: list[Recorded] = []
    events: list[EventDraft] = []
    for place, (order, draft) in enumerate(zip(orders, drafts, strict=True)):
        recorded.append(Recorded(order, claim_requests(order, draft.facts, draft.programme, place=place)))
        events += _life_events(order, pages.get(order.pk, []), now, actor_id)
    return recorded, events


def claim_requests(
    order: Order, facts: OrderFacts, programme: Programme, *, place: int = 0
) -> tuple[ClaimRequest, ...]:
    """What an order claims since its first signature; nothing before."""
    if order.first_signed_on is None or not order.is_living:
        return ()
    at = midnight(order.first_signed_on)
    return tuple(ClaimRequest(order.pk, key, at, place) for key in claim_keys(facts, programme))


def _refuse_signed_draft(facts: OrderFacts) -> None:
    if facts.issued_on is None and facts.first_signed_on is not None:
        raise refusal(
            "order-signed-before-issue",
            f"La commande {facts.number} porte une signature mais pas de date d’émission.",
            "Donnez la date d’émission, ou retirez la signature.",
            "issued_on",
        )


def _ranked(drafts: Sequence[OrderDraft], now: datetime) -> list[Order]:
    """Unsaved orders; ranks follow the first signatures, then the place in the file."""
    orders = [_order(draft, now) for draft in drafts]
    signed = [order for order in orders if order.first_signed_on]
    rank = next_rank() if signed else 0
    for offset, order in enumerate(sorted(signed, key=lambda order: order.first_signed_on or date.max)):
        order.signature_rank = rank + offset
    return orders


def next_rank() -> int:
    """The place of the next first signature."""
    return (Order.objects.aggregate(last=Max("signature_rank"))["last"] or 0) + 1


def _order(draft: OrderDraft, now: datetime) -> Order:
    facts = draft.facts
    state = OrderState.DRAFT
    if facts.issued_on is not None:
        state = OrderState.SIGNED if facts.signed_by_all else OrderState.ISSUED
    order: Order = Order(
        number=facts.number,
        supplier_id=draft.supplier_id,
        solution_id=draft.solution_id,
        programme=draft.programme.id,
        regulation=draft.programme.version,
        state=state,
        created_at=now,
        issued_on=facts.issued_on,
        first_signed_on=facts.first_signed_on,
        **form_values(facts),
    )
    return order


def _clients(drafts: Sequence[OrderDraft]) -> dict[str, Client]:
    return known_clients(client for draft in drafts for client in draft.facts.clients)


def known_clients(described: Iterable[ClientFacts]) -> dict[str, Client]:
    """The legal persons of these pages by SIREN, created or brought up to the last description."""
    last = {facts.siren: facts for facts in described}
    found = {client.siren: client for client in _by_siren(list(last))}
    new, changed = [], []
    for siren, facts in sorted(last.items()):
        values = {
            "name": facts.name,
            "kind": str(facts.kind),
            "legal_representative": facts.legal_representative or "",
            "phone": facts.phone or "",
            "email": facts.email or "",
            "search_key": search_key([facts.name, siren])[:250],
        }
        client = found.get(siren)
        if client is None:
            new.append(Client(siren=siren, **values))
        elif any(getattr(client, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(client, name, value)
            changed.append(client)
    Client.objects.bulk_create(new, ignore_conflicts=True)
    fields = ["name", "kind", "legal_representative", "phone", "email", "search_key"]
    Client.objects.bulk_update(changed, fields, batch_size=500)
    return found | {client.siren: client for client in _by_siren([client.siren for client in new])}


def _by_siren(sirens: Sequence[str]) -> Iterator[Client]:
    for start in range(0, len(sirens), 5_000):
        yield from Client.objects.filter(siren__in=sirens[start : start + 5_000])


def _life_events(
    order: Order, pages: Sequence[OrderClient], now: datetime, actor_id: int | None
) -> Iterator[EventDraft]:
    """Creation, issue and signatures of a recorded order, each at its instant."""
    yield order_event(order, "created", at=now, actor_id=actor_id, to_state=OrderState.DRAFT)
    if order.issued_on is None:
        return
    yield order_event(
        order,
        "issued",
        at=midnight(order.issued_on),
        actor_id=actor_id,
        from_state=OrderState.DRAFT,
        to_state=OrderState.ISSUED,
    )
    signed = sorted((page for page in pages if page.signed_on), key=lambda page: page.signed_on or date.max)
    for count, page in enumerate(signed, 1):
        yield signature_event(order, page, is_last=count == len(pages), actor_id=actor_id)


def signature_event(order: Order, page: OrderClient, *, is_last: bool, actor_id: int | None) -> EventDraft:
    """The signature of one client; the last one makes the order signed."""
    assert page.signed_on is not None  # noqa: S101
    return order_event(
        order,
        "client_signed",
        at=midnight(page.signed_on),
        actor_id=actor_id,
        from_state=OrderState.ISSUED,
        to_state=OrderState.SIGNED if is_last else OrderState.ISSUED,
        payload={"client": page.pk, "mode": page.signature},
    )
