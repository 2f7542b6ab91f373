"""An import in bulk leaves what the screens would, used for one step after another in the order of the instants."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from orders.domain.snapshot import OrderFacts
from orders.exchange.order_file import read_order_file
from orders.models import Claim, Conflict, Event, Order
from orders.services.importing import Incoming, import_orders
from orders.services.life import cancel_order, sign_client, withdraw_order
from orders.services.recording import create_order
from orders.services.reference import record_solution, record_supplier
from segur.regulation.catalogue import Catalogue
from segur.regulation.dates import midnight
from tests.orders.order_file_samples import sample
from tests.orders.test_import_orders import NOW, Deposits

pytestmark = pytest.mark.django_db


def tangled(seed: int, count: int = 14) -> list[Incoming]:
    """Orders that fight for a few numbers and end now and then."""
    chance = random.Random(seed)
    document = sample(count, seed=seed)
    numbers = [order["clients"][0]["lines"][-1]["am"][0] for order in document["orders"][:3]]
    for order in document["orders"]:
        order["clients"][0]["lines"][-1]["am"] = chance.sample(numbers, k=chance.randint(1, 2))
        signed = [client["signed_on"] for client in order["clients"] if client.get("signed_on")]
        if signed and chance.random() < 0.4:
            at = date.fromisoformat(max(signed)) + timedelta(days=chance.randint(1, 25))
            kind = chance.choice(("cancelled", "withdrawn"))
            order["events"] = [{"type": kind, "at": at.isoformat(), "reason": "Abandon"}]
    parsed = read_order_file(json.dumps(document))
    assert parsed.errors == ()
    suppliers = {each.facts.siret: record_supplier(facts=each.facts, now=NOW)[0].pk for each in parsed.suppliers}
    solutions = {
        each.facts.key: record_solution(facts=each.facts, supplier_id=suppliers[each.facts.supplier], now=NOW)[0].pk
        for each in parsed.solutions
    }
    return [
        Incoming(
            facts,
            place,
            suppliers[facts.supplier],
            solutions[facts.solution],
            Catalogue.load().programme(facts.programme, on=NOW.date()),
        )
        for facts, place in parsed.orders
    ]


def one_by_one(orders: list[Incoming]) -> None:
    """The same orders by the services of the screens."""
    ids = {incoming.place: created(incoming) for incoming in orders}
    for _, place, _, what in sorted(step for incoming in orders for step in steps(incoming)):
        if isinstance(what, str):
            client = next(each for each in orders[place].facts.clients if each.siren == what)
            assert client.signed_on is not None
            sign_client(
                order_id=ids[place], siren=what, signed_on=client.signed_on, signature=client.signature, now=NOW
            )
        else:
            event = orders[place].facts.events[what]
            end = cancel_order if event.type == "cancelled" else withdraw_order
            end(order_id=ids[place], reason=str(dict(event.extra)["reason"]), at=event.at, now=NOW)


def created(incoming: Incoming) -> int:
    return create_order(
        facts=unsigned(incoming.facts),
        supplier_id=incoming.supplier_id,
        solution_id=incoming.solution_id,
        programme=incoming.programme,
        now=NOW,
    ).pk


def unsigned(facts: OrderFacts) -> OrderFacts:
    clients = tuple(replace(client, signed_on=None, signature=None) for client in facts.clients)
    return replace(facts, clients=clients, events=())


def steps(incoming: Incoming) -> Iterator[tuple[datetime, int, int, str | int]]:
    for place, client in enumerate(incoming.facts.clients):
        if client.signed_on:
            yield midnight(client.signed_on), incoming.place, place, client.siren
    for place, event in enumerate(incoming.facts.events):
        yield event.at, incoming.place, 100 + place, place


def outcome() -> dict[str, Any]:
    claims = Claim.objects.order_by("programme", "kind", "value", "activity", "order__number")
    conflicts = Conflict.objects.order_by("programme", "kind", "value", "activity", "pk")
    chains = Event.objects.filter(order__isnull=False).order_by("order__number", "sequence")
    kept = ("created", "issued", "client_signed", "cancelled", "withdrawn")
    return {
        "orders": list(
            Order.objects.order_by("number").values_list("number", "state", "first_signed_on", "ended_at", "end_reason")
        ),
        "ranks": list(
            Order.objects.filter(signature_rank__isnull=False)
            .order_by("signature_rank")
            .values_list("number", flat=True)
        ),
        "claims": list(claims.values_list("kind", "value", "activity", "order__number", "taken_at", "released_at")),
        "conflicts": [
            (
                *(each.kind, each.value, each.activity, each.rule, each.stops_order, each.status),
                *(each.holder_reference, each.holder_let_go_at is None),
                sorted((party.order.number, party.state) for party in each.parties.all()),
            )
            for each in conflicts
        ],
        "histories": [
            row
            for row in chains.values_list("order__number", "action", "at", "from_state", "to_state", "reason")
            if row[1] in kept
        ],
    }


@pytest.mark.parametrize("seed", range(12))
def test_bulk_and_screens_agree(seed: int) -> None:
    orders = tangled(seed)
    with transaction.atomic():
        one_by_one(orders)
        expected = outcome()
        transaction.set_rollback(True)
    report = import_orders(orders, Deposits(), now=NOW)
    assert report.faults == []
    assert expected["conflicts"]
    assert outcome() == expected
