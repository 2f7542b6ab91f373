"""Suppliers and solutions follow the file, each change leaves an event; a draft is edited freely."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from orders.domain.snapshot import Contact, Hosting, Mandate, SolutionFacts, SupplierFacts, SupplierRole
from orders.models import Client, Event, NumberConfirmation, OrderLine
from orders.selectors.facts import export_sequence, order_facts, order_facts_many, solution_facts, supplier_facts
from orders.services.edition import confirm_number, update_draft
from orders.services.life import issue_order
from orders.services.recording import create_order
from orders.services.reference import record_solution, record_supplier
from orders.services.refusal import Refused
from orders.tasks import audit_uniqueness
from tests.orders.factories import (
    ISSUED_ON,
    NOW,
    RIS,
    SolutionFactory,
    client,
    doctor,
    draft,
    establishment,
    finess,
    record,
    ris_facts,
    siren,
    siret,
    texts,
)

pytestmark = pytest.mark.django_db

DISTRIBUTOR = SupplierFacts(
    siret=siret(1),
    name="Imagix Distribution",
    role=SupplierRole.DISTRIBUTOR,
    address="1 rue de l’Exemple",
    contact=Contact("Camille Exemple", None, "camille@example.org"),
    vat_liable=False,
    hosting=Hosting.SWORN_STATEMENT,
    mandates=(Mandate("Imagix", "imagix-ris", date(2026, 1, 5)),),
    psc_operator_authorised_on=date(2026, 2, 1),
)


def test_a_supplier_is_read_back_and_an_unchanged_one_writes_nothing() -> None:
    supplier, changed = record_supplier(facts=DISTRIBUTOR, now=NOW)
    assert changed and supplier_facts(supplier) == DISTRIBUTOR
    assert record_supplier(facts=DISTRIBUTOR, now=NOW) == (supplier, False)
    supplier, changed = record_supplier(facts=replace(DISTRIBUTOR, mandates=(), vat_liable=True), now=NOW)
    assert changed
    events = Event.objects.filter(subject=supplier.subject).order_by("sequence")
    assert [event.payload for event in events] == [{}, {"changed": ["mandates", "vat_liable"]}]


def test_a_solution_is_read_back() -> None:
    supplier, _ = record_supplier(facts=DISTRIBUTOR, now=NOW)
    facts = SolutionFacts("imagix-ris", siret(1), RIS, "Imagix RIS", "7", "ANS-1", NOW, date(2026, 7, 1))
    solution, changed = record_solution(facts=facts, supplier_id=supplier.pk, now=NOW)
    assert changed and solution_facts(solution) == facts
    assert record_solution(facts=facts, supplier_id=supplier.pk, now=NOW) == (solution, False)


def test_a_draft_is_edited_freely_and_keeps_the_page_of_a_client() -> None:
    order = record(draft(ris_facts("A", client(1, [doctor(1)]), client(2, [doctor(2)]))))
    page = order.clients.get(client__siren=siren(2))
    facts = order_facts(order)
    changed = replace(
        facts,
        number="A bis",
        clients=(replace(client(2, [establishment(4)], signed_on=None), principal=True), facts.clients[0]),
    )
    order = update_draft(order_id=order.pk, facts=changed, now=NOW, version=order.version)
    assert order_facts(order) == changed
    assert order.clients.get(client__siren=siren(2)) == page
    assert OrderLine.objects.filter(order=order).count() == 2
    assert finess(4) in order.search_key
    assert update_draft(order_id=order.pk, facts=changed, now=NOW).version == order.version
    issue_order(order_id=order.pk, issued_on=ISSUED_ON, now=NOW)
    with pytest.raises(Refused, match="modifier librement"):
        update_draft(order_id=order.pk, facts=facts, now=NOW)


def test_a_form_without_client_line_or_scenario_is_not_issued() -> None:
    empty = record(draft(ris_facts("A")))
    with pytest.raises(Refused, match="aucun client"):
        issue_order(order_id=empty.pk, issued_on=ISSUED_ON, now=NOW)
    bare = record(draft(ris_facts("B", client(1, []))))
    with pytest.raises(Refused, match="aucune ligne"):
        issue_order(order_id=bare.pk, issued_on=ISSUED_ON, now=NOW)
    unnamed = record(draft(ris_facts("C", client(1, [doctor(1)]), instance=None)))
    with pytest.raises(Refused, match="l’instance"):
        issue_order(order_id=unnamed.pk, issued_on=ISSUED_ON, now=NOW)


def test_a_signed_draft_is_refused() -> None:
    solution = SolutionFactory.create()
    facts = ris_facts("A", client(1, [doctor(1)]), issued_on=None)
    with pytest.raises(Refused, match="pas de date d’émission"):
        create_order(facts=facts, supplier_id=solution.supplier_id, solution_id=solution.pk, programme=texts(), now=NOW)


def test_two_orders_may_name_one_siren_differently() -> None:
    first = record(ris_facts("A", client(1, [doctor(1)])))
    second = record(ris_facts("B", replace(client(1, [doctor(2)]), name="Imagerie du Lac")))
    assert order_facts(first).clients[0].name == "Imagerie 1"
    assert order_facts(second).clients[0].name == "Imagerie du Lac"
    assert Client.objects.get().search_key == f"imagerie du lac {siren(1)}"


def test_orders_are_exported_in_the_sequence_of_their_first_signature() -> None:
    solution = SolutionFactory.create()
    record(draft(ris_facts("0", client(9, [doctor(9)]))), solution=solution)
    record(ris_facts("C", client(1, [doctor(1)], signed_on=date(2026, 5, 20))), solution=solution)
    record(ris_facts("B", client(2, [doctor(2)])), solution=solution)
    record(ris_facts("A", client(3, [doctor(3)])), solution=solution)
    orders = export_sequence(solution.orders.all())
    assert [facts.number for facts in order_facts_many(orders)] == ["B", "A", "C", "0"]


def test_many_orders_are_read_in_a_constant_number_of_queries(django_assert_num_queries: object) -> None:
    solution = SolutionFactory.create()
    for number in range(5):
        record(ris_facts(f"{number}", client(number, [doctor(number)])), solution=solution)
    with django_assert_num_queries(4):
        assert len(list(order_facts_many(solution.orders.all()))) == 5


def test_a_number_is_confirmed_by_a_person_with_a_reason() -> None:
    order = record(ris_facts("A", client(1, [establishment(1)])))
    confirm_number(order_id=order.pk, value="51 0000016", reason="Vu sur l’arrêté.", now=NOW)
    assert NumberConfirmation.objects.get().value == "510000016"
    with pytest.raises(Refused, match="Le motif manque"):
        confirm_number(order_id=order.pk, value="510000016", reason=" ", now=NOW)
    assert "510000016" not in Event.objects.get(action="number_confirmed").payload_text


def test_the_daily_audit_counts_without_naming_numbers(caplog: pytest.LogCaptureFixture) -> None:
    record(ris_facts("A", client(1, [doctor(1)])))
    assert audit_uniqueness() == 0
    record(ris_facts("B", client(2, [doctor(1)])))
    assert audit_uniqueness() == 1
    assert "open uniqueness conflicts: 1" in caplog.text
