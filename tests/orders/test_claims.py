"""Rulings R42-R45: who holds an identifier, from the first signature to the cancellation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from orders.domain.snapshot import LineActivity, SignatureMode
from orders.models import Claim, Conflict, Event, FundedIdentifier, OrderState
from orders.selectors.claims import blocking_conflicts, claimed_keys, collisions, conflict_json, open_conflicts
from orders.selectors.facts import order_facts
from orders.services.funded import FundedRow, register_funded
from orders.services.life import cancel_order, issue_order, release_after_rejection, sign_client, withdraw_order
from orders.services.refusal import Refused
from tests.orders.factories import (
    DRIMBOX,
    ISSUED_ON,
    NOW,
    RIS,
    SolutionFactory,
    am,
    client,
    db_facts,
    doctor,
    draft,
    establishment,
    finess,
    record,
    ris_facts,
    siren,
    texts,
)

pytestmark = pytest.mark.django_db


def held_by(order: object) -> set[tuple[str, str, str]]:
    rows = Claim.objects.filter(order=order, released_at__isnull=True)
    return set(rows.values_list("kind", "value", "activity"))


def test_an_order_takes_its_keys_at_its_first_signature() -> None:
    order = record(draft(ris_facts("A", client(1, [doctor(1)]), client(2, [doctor(2)]))))
    assert held_by(order) == set()
    order = issue_order(order_id=order.pk, issued_on=ISSUED_ON, now=NOW)
    assert held_by(order) == set()
    order = sign_client(
        order_id=order.pk, siren=siren(1), signed_on=date(2026, 5, 12), signature=SignatureMode.CPX, now=NOW
    )
    assert order.state == OrderState.ISSUED
    assert held_by(order) == {("am", am(1), ""), ("am", am(2), ""), ("instance", "RIS-A", "")}
    order = sign_client(order_id=order.pk, siren=siren(2), signed_on=date(2026, 5, 13), signature=None, now=NOW)
    assert order.state == OrderState.SIGNED
    assert order.first_signed_on == date(2026, 5, 12)
    assert list(Event.objects.filter(order=order).values_list("action", flat=True)) == [
        "created",
        "issued",
        "client_signed",
        "client_signed",
    ]


def test_lines_of_one_order_never_conflict_with_each_other() -> None:
    """R42: once per order and key, whatever the number of lines or clients that carry it."""
    mixed = establishment(1, LineActivity.MIXED)
    order = record(ris_facts("A", client(1, [mixed]), client(2, [doctor(1)])))
    assert held_by(order) == {
        ("am", am(1), ""),
        ("finess", finess(1), "radiology"),
        ("finess", finess(1), "nuclear"),
        ("instance", "RIS-A", ""),
    }
    assert not Conflict.objects.exists()


def test_a_second_order_is_recorded_with_an_open_conflict() -> None:
    first = record(ris_facts("A", client(1, [doctor(1, 2)])))
    second = record(ris_facts("B", client(2, [doctor(2, 3)])))
    assert held_by(second) == {("am", am(3), ""), ("instance", "RIS-B", "")}
    assert [conflict_json(each) for each in open_conflicts()] == [
        {
            "programme": RIS,
            "kind": "am",
            "value": am(2),
            "activity": None,
            "holder": "A",
            "claimants": ["B"],
            "status": "open",
            "rule": "R43",
        }
    ]
    assert blocking_conflicts(second).count() == 1
    assert blocking_conflicts(first).count() == 0
    assert Event.objects.filter(order=second, action="conflict_opened").count() == 1


def test_a_mixed_finess_against_a_mixed_one_gives_two_conflicts() -> None:
    record(ris_facts("A", client(1, [establishment(1, LineActivity.MIXED)])))
    record(ris_facts("B", client(2, [establishment(1, LineActivity.MIXED)])))
    found = [conflict_json(each) for each in open_conflicts()]
    assert [(each["value"], each["activity"], each["rule"]) for each in found] == [
        (finess(1), "nuclear", "R44"),
        (finess(1), "radiology", "R44"),
    ]


def test_the_earliest_signature_holds_even_when_it_is_recorded_late() -> None:
    later = record(ris_facts("B", client(2, [doctor(1)], signed_on=date(2026, 5, 20))))
    earlier = record(ris_facts("A", client(1, [doctor(1)], signed_on=date(2026, 5, 12))))
    assert ("am", am(1), "") in held_by(earlier)
    conflict = Conflict.objects.get()
    assert (conflict.holder, [party.order for party in conflict.parties.all()]) == (earlier, [later])
    assert Event.objects.filter(order=later, action="claim_passed").count() == 1


def test_on_the_same_day_the_place_holds() -> None:
    first = record(ris_facts("B", client(2, [doctor(1)])))
    record(ris_facts("A", client(1, [doctor(1)])))
    assert Conflict.objects.get().holder == first


def test_a_third_order_joins_the_open_conflict() -> None:
    record(ris_facts("A", client(1, [doctor(1)])))
    record(ris_facts("C", client(3, [doctor(1)], signed_on=date(2026, 5, 14))))
    record(ris_facts("B", client(2, [doctor(1)], signed_on=date(2026, 5, 13))))
    assert conflict_json(open_conflicts().get())["claimants"] == ["B", "C"]


def test_an_earlier_order_among_three_takes_the_key_and_all_others_claim() -> None:
    record(ris_facts("B", client(2, [doctor(1)], signed_on=date(2026, 5, 13))))
    record(ris_facts("C", client(3, [doctor(1)], signed_on=date(2026, 5, 14))))
    record(ris_facts("A", client(1, [doctor(1)], signed_on=date(2026, 5, 11))))
    found = conflict_json(open_conflicts().get())
    assert (found["holder"], found["claimants"]) == ("A", ["B", "C"])


@pytest.mark.parametrize("end", [cancel_order, withdraw_order, release_after_rejection])
def test_ending_an_order_releases_what_it_holds(end: object) -> None:
    order = record(ris_facts("A", client(1, [doctor(1)])))
    end(order_id=order.pk, reason="Le client renonce.", now=NOW)
    assert held_by(order) == set()
    again = record(ris_facts("B", client(2, [doctor(1)])))
    assert ("am", am(1), "") in held_by(again)
    assert not Conflict.objects.exists()


def test_when_the_holder_lets_go_nothing_moves_by_itself() -> None:
    holder = record(ris_facts("A", client(1, [doctor(1)])))
    claimant = record(ris_facts("B", client(2, [doctor(1)])))
    cancel_order(order_id=holder.pk, reason="Annulée par le client.", now=NOW)
    conflict = Conflict.objects.get()
    assert conflict.status == "open"
    assert conflict.holder_let_go_at == NOW
    assert not Claim.objects.filter(kind="am", released_at__isnull=True).exists()
    third = record(ris_facts("C", client(3, [doctor(1)])))
    assert ("am", am(1), "") not in held_by(third)
    assert conflict_json(open_conflicts().get())["claimants"] == ["B", "C"]
    assert blocking_conflicts(claimant).exists()


def test_when_the_last_claimant_leaves_the_conflict_is_released() -> None:
    record(ris_facts("A", client(1, [doctor(1)])))
    claimant = record(ris_facts("B", client(2, [doctor(1)])))
    cancel_order(order_id=claimant.pk, reason="Doublon.", now=NOW)
    conflict = Conflict.objects.get()
    assert (conflict.status, conflict.reason) == ("released", "Doublon.")


def test_the_database_refuses_a_second_holder_whatever_the_path() -> None:
    first = record(ris_facts("A", client(1, [doctor(1)])))
    second = record(ris_facts("B", client(2, [doctor(2)])))
    claim = Claim.objects.get(order=first, kind="am")
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(programme=RIS, kind="am", value=claim.value, order=second, taken_at=NOW)


def test_a_draft_shows_what_it_would_collide_with() -> None:
    record(ris_facts("A", client(1, [doctor(1)]), instance="Le RIS"))
    order = record(draft(ris_facts("B", client(2, [doctor(1, 2)]), instance="le  ris")))
    found = [(each.key.kind, each.key.label, each.holder) for each in collisions(order)]
    assert found == [("am", am(1), "A"), ("instance", "le  ris", "A")]


def test_collisions_cost_a_constant_number_of_queries(django_assert_num_queries: object) -> None:
    record(ris_facts("A", client(1, [doctor(*range(1, 20))])))
    order = record(draft(ris_facts("B", client(2, [doctor(*range(1, 20))]))))
    with django_assert_num_queries(6):
        assert len(collisions(order)) == 19


def test_drimbox_holds_siren_and_pacs_and_ignores_the_ris() -> None:
    """R45, R46."""
    record(ris_facts("A", client(1, [establishment(1)])))
    order = record(db_facts("D", client(1, [establishment(1)])))
    assert held_by(order) == {("siren", siren(1), ""), ("pacs", "PACS-D", ""), ("finess", finess(1), "")}
    record(db_facts("E", client(1, [establishment(2)])))
    found = conflict_json(open_conflicts(DRIMBOX).get())
    assert (found["kind"], found["value"], found["rule"]) == ("siren", siren(1), "R45")
    assert Conflict.objects.get().stops_order


def test_a_list_funded_elsewhere_counts_as_holder() -> None:
    rows = [FundedRow("am", am(1), "", "Liste 2025"), FundedRow("finess", finess(1), "", "Liste 2025")]
    assert register_funded(programme_id=RIS, rows=rows, scopes=texts(), now=NOW).taken == 2
    assert register_funded(programme_id=RIS, rows=rows, scopes=texts(), now=NOW).taken == 0
    record(ris_facts("A", client(1, [doctor(1), establishment(1, LineActivity.NUCLEAR)])))
    found = [conflict_json(each) for each in open_conflicts()]
    assert [(each["kind"], each["activity"], each["holder"], each["claimants"]) for each in found] == [
        ("am", None, "Liste 2025", ["A"]),
        ("finess", "nuclear", "Liste 2025", ["A"]),
    ]


def test_a_list_loaded_after_an_order_takes_the_number_and_opens_the_conflict() -> None:
    order = record(ris_facts("A", client(1, [doctor(1)])))
    register_funded(programme_id=RIS, rows=[FundedRow("am", am(1), "", "Liste")], scopes=texts(), now=NOW)
    found = conflict_json(open_conflicts().get())
    assert (found["holder"], found["claimants"], found["rule"]) == ("Liste", ["A"], "R43")
    assert ("am", am(1), "") not in held_by(order)


def test_wave_1_identifiers_hold_nothing() -> None:
    """A28: they decide the prestation, not the holder."""
    register_funded(programme_id="RAD-RIS-Va1", rows=[FundedRow("am", am(1), "radiology", "Vague 1")], now=NOW)
    record(ris_facts("A", client(1, [doctor(1)])))
    assert FundedIdentifier.objects.count() == 1
    assert not Conflict.objects.exists()


def test_signing_is_refused_with_its_reason() -> None:
    order = record(draft(ris_facts("A", client(1, [doctor(1)]))))
    with pytest.raises(Refused, match="est à l’état « brouillon »"):
        sign_client(order_id=order.pk, siren=siren(1), signed_on=date(2026, 5, 12), signature=None, now=NOW)
    issue_order(order_id=order.pk, issued_on=ISSUED_ON, now=NOW)
    with pytest.raises(Refused, match="qui n’est pas encore passé"):
        sign_client(order_id=order.pk, siren=siren(1), signed_on=date(2026, 7, 1), signature=None, now=NOW)
    with pytest.raises(Refused, match="n’est pas sur cette commande"):
        sign_client(order_id=order.pk, siren=siren(9), signed_on=date(2026, 5, 12), signature=None, now=NOW)
    with pytest.raises(Refused, match="modifiée entre-temps"):
        sign_client(order_id=order.pk, siren=siren(1), signed_on=date(2026, 5, 12), signature=None, now=NOW, version=1)


def test_a_form_is_read_back_as_it_was_written() -> None:
    facts = ris_facts("A", client(1, [doctor(1, 2), establishment(3)], principal=True), client(2, [doctor(4)]))
    solution = SolutionFactory.create()
    order = record(facts, solution=solution)
    assert order_facts(order) == replace(facts, supplier=solution.supplier.siret, solution=solution.key)
    assert len(claimed_keys(order)) == 5
