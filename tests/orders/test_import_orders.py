"""What an import does to orders by their state, in the order of the instants, and what it refuses (R42-R45, A18)."""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from orders.domain.snapshot import OrderEventFacts, OrderFacts
from orders.exchange.order_file import read_order_file
from orders.models import Claim, Client, Conflict, Event, Order, OrderClient, OrderState
from orders.selectors.claims import conflict_json, open_conflicts
from orders.selectors.facts import order_facts
from orders.selectors.history import verify_histories
from orders.services.decisions import Decision, decide_conflict
from orders.services.importing import ENDS, ImportedOrders, Incoming, import_orders
from orders.services.reference import record_solution, record_supplier
from segur.regulation.catalogue import Catalogue
from segur.regulation.finding import Finding, Severity
from tests.orders import order_files as made

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Deposits:
    """A machine that keeps deposits, and nothing else."""

    def __init__(self) -> None:
        self.kept: dict[int, list[OrderEventFacts]] = {}

    def recorded(self, order_ids: Collection[int]) -> Mapping[int, Sequence[OrderEventFacts]]:
        return self.kept

    def judge(self, order: OrderFacts, event: OrderEventFacts) -> Finding | None:
        if event.type in {"advance_submitted", *ENDS}:
            return None
        return Finding("no-such-step", Severity.ERROR, f"Pas de {event.type} ici.", "essai")

    def record(self, events: Sequence[tuple[int, OrderEventFacts]], *, now: datetime, actor_id: int | None) -> None:
        for order_id, event in events:
            self.kept.setdefault(order_id, []).append(event)


def imported(*orders: dict[str, Any], others: Deposits | None = None) -> ImportedOrders:
    parsed = read_order_file(json.dumps(made.order_file(*orders)))
    assert parsed.errors == ()
    return recorded([(facts, place) for facts, place in parsed.orders], others)


def recorded(placed: Sequence[tuple[OrderFacts, int]], others: Deposits | None = None) -> ImportedOrders:
    parsed = read_order_file(json.dumps(made.order_file()))
    supplier, _ = record_supplier(facts=parsed.suppliers[0].facts, now=NOW)
    solutions = {
        each.facts.key: record_solution(facts=each.facts, supplier_id=supplier.pk, now=NOW)[0].pk
        for each in parsed.solutions
    }
    incoming = [
        Incoming(
            facts,
            place,
            supplier.pk,
            solutions[facts.solution],
            Catalogue.load().programme(facts.programme, on=NOW.date()),
        )
        for facts, place in placed
    ]
    return import_orders(incoming, others or Deposits(), now=NOW)


def faults(report: ImportedOrders) -> list[tuple[str | None, str, str]]:
    return [(fault.order, fault.path, fault.code) for fault in report.faults]


def issued(number: str = "BDC-1", **changes: Any) -> dict[str, Any]:
    """An issued order with identifiers of its own, but for those of ``changes``."""
    return made.ris_order(number=number, instance=f"I-{number}", issued_on="2026-05-04") | changes


def doctors(*numbers: str, signed_on: str | None = None, siren: str = made.SIREN) -> list[dict[str, Any]]:
    lines = [made.doctor(am=list(numbers))]
    return [made.client(siren=siren, lines=lines, signed_on=signed_on, signature="cpx" if signed_on else None)]


def signed(number: str, on: str, am: str = made.AM, **changes: Any) -> dict[str, Any]:
    return issued(number, clients=doctors(am, signed_on=on), **changes)


def ended(at: str, kind: str = "cancelled") -> list[dict[str, Any]]:
    return [{"type": kind, "at": at, "reason": "Abandon"}]


def history(number: str = "BDC-1") -> list[tuple[str, str, str]]:
    rows = Event.objects.filter(order__number=number).order_by("sequence")
    return list(rows.values_list("action", "from_state", "to_state"))


def last_event() -> Event:
    return Event.objects.filter(order__isnull=False).order_by("sequence").last()


def holder(am: str = made.AM) -> str | None:
    claim = Claim.objects.filter(kind="am", value=am, released_at=None).first()
    return claim.order.number if claim else None


# --- the states of an order ---


@pytest.mark.parametrize(
    ("order", "state", "actions"),
    [
        (made.ris_order(), "draft", ["created"]),
        (issued(), "issued", ["created", "issued"]),
        (signed("BDC-1", "2026-05-12"), "signed", ["created", "issued", "client_signed"]),
        (issued(events=ended("2026-05-20")), "cancelled", ["created", "issued", "cancelled"]),
        (
            signed("BDC-1", "2026-05-12", events=ended("2026-05-20", "withdrawn")),
            "withdrawn",
            ["created", "issued", "client_signed", "withdrawn"],
        ),
    ],
)
def test_an_order_enters_in_the_state_of_its_facts_with_its_history(
    order: dict[str, Any], state: str, actions: list[str]
) -> None:
    report = imported(order)
    assert (report.created, report.faults) == (1, [])
    assert Order.objects.get().state == state
    assert [action for action, _, _ in history()] == actions
    assert verify_histories().broken == ()
    assert replace(order_facts(Order.objects.get()), events=()) == replace(read(order), events=())


def read(order: dict[str, Any]) -> OrderFacts:
    return read_order_file(json.dumps(made.order_file(order))).orders[0].facts


def test_two_clients_sign_one_after_the_other() -> None:
    clients = [
        *doctors(made.AM, signed_on="2026-05-20"),
        made.client(siren=made.OTHER_SIREN, principal=False, lines=[made.establishment()], signed_on="2026-05-12"),
    ]
    imported(issued(clients=clients))
    assert history()[2:] == [("client_signed", "issued", "issued"), ("client_signed", "issued", "signed")]
    order = Order.objects.get()
    assert str(order.first_signed_on) == "2026-05-12"
    assert {str(claim.taken_at.date()) for claim in order.claims.all()} == {"2026-05-11"}


def test_a_signature_without_an_issue_is_refused_and_the_draft_stays_in() -> None:
    order = made.ris_order(clients=doctors(made.AM, signed_on="2026-05-12"))
    report = imported(order)
    assert faults(report) == [("BDC-1", "clients[0].signed_on", "signed-before-issue")]
    assert (report.created, report.refused) == (1, 0)
    assert Order.objects.get().state == OrderState.DRAFT
    assert holder() is None
    again = imported(order)
    assert (again.unchanged, len(again.faults)) == (1, 1)
    cured = imported(order | {"issued_on": "2026-05-04"})
    assert (cured.updated, cured.faults) == (1, [])
    assert Order.objects.get().state == OrderState.SIGNED
    assert holder() == "BDC-1"


@pytest.mark.parametrize(
    ("order", "path"),
    [
        (signed("BDC-1", "2026-06-12", events=ended("2026-05-20")), "clients[0].signed_on"),
        (issued(events=ended("2026-05-20") + ended("2026-05-21")), "events[1]"),
        (made.ris_order(events=ended("2026-05-20", "withdrawn")), "events[0]"),
    ],
)
def test_a_step_that_the_machine_does_not_have_is_refused_at_its_place(order: dict[str, Any], path: str) -> None:
    report = imported(order)
    assert faults(report) == [("BDC-1", path, "no-such-step")]
    assert report.created == 1
    assert (imported(order).unchanged, Order.objects.count()) == (1, 1)


# --- changes to what is recorded ---


def test_a_draft_and_an_issued_order_follow_the_file_with_an_event() -> None:
    imported(made.ris_order())
    other = made.ris_order(pacs=None, clients=[made.client(lines=[made.establishment(name="Site Nord")])])
    assert imported(other).updated == 1
    assert history()[-1][0] == "edited"
    assert last_event().payload == {"changed": ["clients[0].lines[0].name", "clients[0].lines[1]"]}
    assert imported(other | {"issued_on": "2026-05-04"}).updated == 1
    assert [action for action, _, _ in history()][-2:] == ["edited", "issued"]
    corrected = other | {"issued_on": "2026-05-04", "vat": "8.5"}
    assert imported(corrected).updated == 1
    last = last_event()
    assert (last.action, last.reason) == ("corrected", "Import d’un fichier de commandes.")
    assert order_facts(Order.objects.get()) == read(corrected)
    assert Order.objects.get().version == 4
    assert OrderClient.objects.count() == Client.objects.count() == 1


@pytest.mark.parametrize("change", [{"issued_on": "2026-05-05"}, {"issued_on": None}])
def test_an_issue_date_does_not_change(change: dict[str, Any]) -> None:
    imported(issued())
    report = imported(issued(**change))
    assert faults(report) == [("BDC-1", "issued_on", "order-fixed-field")]
    assert (report.refused, Order.objects.get().state) == (1, "issued")


def test_a_signed_form_does_not_change_by_a_file() -> None:
    imported(signed("BDC-1", "2026-05-12"))
    other = signed("BDC-1", "2026-05-12", am=made.OTHER_AM)
    report = imported(other | {"vat": "none"})
    assert faults(report) == [
        ("BDC-1", "vat", "already-signed"),
        ("BDC-1", "clients[0].lines[0].am", "already-signed"),
    ]
    assert report.refused == 1
    assert "Corrigez-la à l’écran, avec un motif" in report.faults[0].message
    assert holder() == "BDC-1"


@pytest.mark.parametrize("change", [{"signed_on": "2026-05-13"}, {"signed_on": None}, {"signature": "rgs-1"}])
def test_a_recorded_signature_does_not_change(change: dict[str, Any]) -> None:
    order = signed("BDC-1", "2026-05-12")
    imported(order)
    changed = copy.deepcopy(order)
    changed["clients"][0] |= change
    report = imported(changed)
    assert faults(report) == [("BDC-1", f"clients[0].{next(iter(change))}", "recorded-signature")]
    assert "est enregistrée au 12 mai 2026" in report.faults[0].message


def test_a_signed_order_takes_signatures_a_tranche_and_an_end() -> None:
    clients = [
        *doctors(made.AM, signed_on="2026-05-12"),
        made.client(siren=made.OTHER_SIREN, principal=False, lines=[made.establishment()]),
    ]
    order = issued(clients=clients)
    imported(order)
    order["clients"][1] |= {"signed_on": "2026-05-10", "signature": "cpx"}
    order["tranche"] = {"letter": "C", "calculated_on": "2026-05-11"}
    assert imported(order).updated == 1
    row = Order.objects.get()
    assert (row.state, row.tranche_letter, str(row.first_signed_on)) == ("signed", "C", "2026-05-10")
    assert {str(claim.taken_at.date()) for claim in row.claims.all()} == {"2026-05-09"}
    assert [action for action, _, _ in history()][-2:] == ["tranche_recorded", "client_signed"]
    assert faults(imported(order | {"tranche": {"letter": "D"}}))[0][1:] == ("tranche.letter", "already-signed")
    order["events"] = ended("2026-06-01")
    assert imported(order).updated == 1
    assert Order.objects.get().state == "cancelled"
    assert holder() is None
    assert faults(imported(order | {"vat": "none"})) == [("BDC-1", "vat", "already-ended")]
    assert verify_histories().broken == ()


@pytest.mark.parametrize("events", [[], ended("2026-05-21")])
def test_a_recorded_event_is_not_changed_by_a_later_file(events: list[dict[str, Any]]) -> None:
    imported(issued(events=ended("2026-05-20")))
    report = imported(issued(events=events))
    assert faults(report) == [("BDC-1", "events", "recorded-event")]
    assert report.refused == 1
    assert str(Order.objects.get().ended_at.date()) == "2026-05-19"


def test_events_of_another_machine_are_kept_in_the_order_of_their_instants() -> None:
    others = Deposits()
    deposit = {"type": "advance_submitted", "at": "2026-09-01T10:00"}
    first = signed("BDC-1", "2026-05-12", events=[deposit])
    earlier = signed("BDC-2", "2026-05-12", am=made.OTHER_AM, events=[deposit | {"at": "2026-08-01T10:00"}])
    earlier["clients"][0]["siren"] = made.OTHER_SIREN
    assert imported(first, earlier, others=others).faults == []
    kept = list(others.kept)
    assert [Order.objects.get(pk=pk).number for pk in kept] == ["BDC-2", "BDC-1"]
    assert imported(first, earlier, others=others).unchanged == 2
    more = copy.deepcopy(first)
    more["events"] += [{"type": "advance_paid", "at": "2026-09-02"}, *ended("2026-09-03")]
    report = imported(more, others=others)
    assert faults(report) == [("BDC-1", "events[1]", "no-such-step")]
    assert (report.unchanged, Order.objects.get(number="BDC-1").state) == (1, "signed")


# --- who holds what ---


def test_the_earliest_signature_holds_then_the_place_in_the_file() -> None:
    report = imported(signed("B", "2026-05-12"), signed("A", "2026-05-12"), signed("C", "2026-05-11"))
    assert holder() == "C"
    (conflict,) = [each for each in map(conflict_json, report.conflicts) if each["kind"] == "am"]
    assert conflict["claimants"] == ["B", "A"]
    assert (conflict["holder"], conflict["status"], conflict["rule"]) == ("C", "open", "R43")


def test_a_number_let_go_before_the_next_signature_is_free() -> None:
    report = imported(signed("A", "2026-05-12", events=ended("2026-05-20")), signed("B", "2026-05-21"))
    assert holder() == "B"
    assert report.conflicts == []


def test_a_number_let_go_after_the_next_signature_waits_for_a_decision() -> None:
    report = imported(signed("A", "2026-05-12", events=ended("2026-05-25")), signed("B", "2026-05-21"))
    assert holder() is None
    (conflict,) = report.conflicts
    assert conflict.holder_let_go_at is not None
    assert conflict_json(conflict)["claimants"] == ["B"]


def test_a_claimant_that_ends_leaves_no_conflict() -> None:
    report = imported(signed("A", "2026-05-12"), signed("B", "2026-05-21", events=ended("2026-05-25")))
    assert holder() == "A"
    assert report.conflicts == []
    assert Conflict.objects.get().status == "released"


def test_an_end_without_a_reason_still_lets_go() -> None:
    imported(signed("A", "2026-05-12", events=[{"type": "cancelled", "at": "2026-05-20"}]))
    assert Order.objects.get().end_reason == ""
    assert Claim.objects.filter(released_at=None).count() == 0


def test_an_earlier_signature_in_a_later_file_takes_the_number() -> None:
    imported(signed("B", "2026-05-12"))
    report = imported(signed("A", "2026-05-10"))
    assert holder() == "A"
    assert [conflict_json(each)["claimants"] for each in report.conflicts] == [["B"]]
    assert "claim_passed" in [action for action, _, _ in history("B")]


def test_an_excluded_number_stays_excluded_when_an_order_goes_on() -> None:
    late = [
        *doctors(made.AM, signed_on="2026-05-20", siren=made.OTHER_SIREN),
        made.client(principal=False, lines=[made.establishment()]),
    ]
    imported(signed("A", "2026-05-12"), issued("B", clients=late))
    decide_conflict(conflict_id=open_conflicts().get().pk, decision=Decision.EXCLUDE, reason="Compté ailleurs", now=NOW)
    late[1] |= {"signed_on": "2026-05-19"}
    assert imported(issued("B", clients=late)).conflicts == []
    assert holder() == "A"
    assert open_conflicts().count() == 0


# --- the database has the last word ---


def test_exactly_the_order_that_the_database_refuses_stays_out() -> None:
    good = [read(issued(f"G{n}", clients=doctors(made.keyed(f"0119901{n}")))) for n in range(3)]
    bad = replace(good[0], number="X")
    line = replace(bad.clients[0].lines[0], am=("12345",))
    stranger = replace(bad.clients[0], siren=made.OTHER_SIREN, lines=(line,))
    bad = replace(bad, clients=(stranger,))
    placed = [(facts, place) for place, facts in enumerate([*good[:2], bad, good[2]])]
    report = recorded(placed)
    assert (report.created, report.refused) == (3, 1)
    assert faults(report) == [("X", "", "database-refused")]
    assert "orders_orderline_am_digits" in report.faults[0].message
    assert set(Order.objects.values_list("number", flat=True)) == {"G0", "G1", "G2"}
    assert not Client.objects.filter(siren=made.OTHER_SIREN).exists()
    assert verify_histories().broken == ()
