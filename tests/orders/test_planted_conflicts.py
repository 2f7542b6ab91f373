"""On 2 000 planted orders, the conflicts found are exactly those of an independent oracle, for each scope."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from orders.domain.snapshot import LineActivity, LineFacts, OrderFacts
from orders.models import Claim, Conflict, Order
from orders.selectors.claims import conflict_json, open_conflicts
from orders.selectors.facts import order_facts_many
from orders.services.claims import take_claims
from orders.services.history import record_events
from orders.services.recording import OrderDraft, record_orders
from tests.commands import run
from tests.orders.factories import (
    DRIMBOX,
    NOW,
    RIS,
    SolutionFactory,
    client,
    db_facts,
    doctor,
    establishment,
    ris_facts,
    texts,
)

ORDERS = 2_000
Found = dict[tuple[str, str, str, str | None], tuple[str, tuple[str, ...]]]


def planted(seed: int) -> list[OrderFacts]:
    """Orders drawn from pools small enough for every kind of collision, in a random sequence of dates."""
    chance = random.Random(seed)
    orders = []
    for number in range(ORDERS):
        pages = [
            client(
                chance.randrange(4_000),
                _lines(chance),
                signed_on=date(2026, 5, 4) + timedelta(days=chance.randrange(40)),
            )
        ]
        if chance.random() < 0.1:
            pages.append(client(5_000 + number, [establishment(50_000 + number)], signed_on=date(2026, 6, 13)))
        if chance.random() < 0.5:
            instance = f"RIS {chance.randrange(9_000)}"
            orders.append(ris_facts(f"R{number}", *pages, instance=instance))
        else:
            orders.append(db_facts(f"D{number}", *pages, pacs=f"PACS {chance.randrange(9_000)}"))
    return orders


def _lines(chance: random.Random) -> list[LineFacts]:
    places = chance.sample(range(3_000), chance.randrange(3))
    lines = [establishment(place, chance.choice(list(LineActivity))) for place in places]
    numbers = chance.sample(range(4_000), chance.randrange(1, 5))
    return [*lines, doctor(*numbers, activity=chance.choice([LineActivity.RADIOLOGY, LineActivity.NUCLEAR]))]


def oracle(orders: Iterable[OrderFacts]) -> Found:
    """Who holds and who claims, worked out by hand from the rulings: no code of the product."""
    wanting: dict[tuple[str, str, str, str | None], list[tuple[date, int, str]]] = defaultdict(list)
    for place, order in enumerate(orders):
        first = min(page.signed_on for page in order.clients)
        named: set[tuple[str, str, str | None]] = set()
        for page in order.clients:
            if order.programme == "IMG-DB-Va2":
                named.add(("siren", page.siren, None))
            for line in page.lines:
                named |= {("am", number, None) for number in line.am}
                if line.finess and order.programme == "IMG-DB-Va2":
                    named.add(("finess", line.finess, None))
                elif line.finess:
                    both = ["radiology", "nuclear"] if line.activity == "mixed" else [str(line.activity)]
                    named |= {("finess", line.finess, activity) for activity in both}
        if order.programme == "IMG-DB-Va2":
            named.add(("pacs", order.pacs, None))
        else:
            named.add(("instance", order.instance, None))
        for kind, value, activity in named:
            wanting[order.programme, kind, value, activity].append((first, place, order.number))
    ranked = {key: [number for _, _, number in sorted(found)] for key, found in wanting.items()}
    return {key: (numbers[0], tuple(numbers[1:])) for key, numbers in ranked.items() if len(numbers) > 1}


def as_found(conflicts: Iterable[dict]) -> Found:
    return {
        (each["programme"], each["kind"], each["value"], each["activity"]): (each["holder"], tuple(each["claimants"]))
        for each in conflicts
    }


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [2026])
def test_precision_and_recall_are_one_in_each_scope(seed: int) -> None:
    orders = planted(seed)
    expected = oracle(orders)
    scopes = {(programme, kind, activity) for programme, kind, _, activity in expected}
    assert scopes == {
        (RIS, "am", None),
        (RIS, "finess", "radiology"),
        (RIS, "finess", "nuclear"),
        (RIS, "instance", None),
        (DRIMBOX, "am", None),
        (DRIMBOX, "finess", None),
        (DRIMBOX, "siren", None),
        (DRIMBOX, "pacs", None),
    }, "the planted set exercises every scope"
    solutions = {id: SolutionFactory.create(programme=id) for id in (RIS, DRIMBOX)}
    drafts = [
        OrderDraft(facts, solutions[facts.programme].supplier_id, solutions[facts.programme].pk, texts(facts.programme))
        for facts in orders
    ]
    recorded, events = record_orders(drafts, now=NOW)
    outcome = take_claims([request for each in recorded for request in each.requests], now=NOW)
    record_events([*events, *outcome.events], now=NOW)

    document = run("audit_uniqueness", "--json").document
    assert as_found(document["conflicts"]) == expected
    assert {each["status"] for each in document["conflicts"]} == {"open"}
    assert as_found(conflict_json(each) for each in open_conflicts(RIS)) == {
        key: found for key, found in expected.items() if key[0] == RIS
    }
    assert Conflict.objects.filter(stops_order=True).values_list("kind").distinct().count() == 3
    assert len({number for _, found in expected.values() for number in found}) > 1_000
    assert sum(1 for _ in order_facts_many(Order.objects.all())) == ORDERS
    claims = Claim.objects.filter(released_at__isnull=True)
    assert claims.count() == len(set(claims.values_list("programme", "kind", "value", "activity")))
    assert run("verify_events", "--json").document["broken"] == []


@pytest.mark.django_db
def test_the_same_orders_one_by_one_in_any_sequence_give_the_same_holders() -> None:
    """The holder is the earliest signature, whenever it is recorded."""
    from tests.orders.factories import record

    orders = [each for each in planted(7) if each.programme == RIS][:60]
    pool = [ris_facts(each.number, *each.clients, instance=f"RIS {place % 25}") for place, each in enumerate(orders)]
    days = [each.clients[0].signed_on for each in pool]
    unique = [
        ris_facts(
            each.number,
            *(client(900 + place, page.lines, signed_on=days[0] + timedelta(days=place)) for page in each.clients[:1]),
            instance=each.instance,
        )
        for place, each in enumerate(pool)
    ]
    expected = oracle(unique)
    assert len(expected) > 20
    shuffled = list(unique)
    random.Random(3).shuffle(shuffled)
    solution = SolutionFactory.create()
    for facts in shuffled:
        record(facts, solution=solution, now=NOW + timedelta(days=90))
    assert as_found(conflict_json(each) for each in open_conflicts()) == expected


def test_audit_says_what_it_cannot_use() -> None:
    outcome = run("audit_uniqueness", "--programme", "IMG")
    assert outcome.status == 2
    assert "inconnu. Attendu" in outcome.err


@pytest.mark.django_db
def test_audit_for_people() -> None:
    from tests.orders.factories import am, record

    assert run("audit_uniqueness").out.strip() == "Aucun conflit ouvert."
    record(ris_facts("A", client(1, [doctor(1)])))
    record(ris_facts("B", client(2, [doctor(1)])))
    outcome = run("audit_uniqueness", "--programme", RIS)
    assert outcome.status == 1
    assert f"IMG-RIS-Va2, Numéro AM {am(1)}\u00a0: détenu par A, demandé par B (R43)" in outcome.out
