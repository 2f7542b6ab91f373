"""A conflict has a life: what a person decides, what follows, what stays settled (R42-R48, F2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from orders.domain.snapshot import FourLists
from orders.domain.uniqueness import Situation, claim_keys, lists_without
from orders.models import Claim, Conflict, Event, Order
from orders.selectors.claims import blocking_conflicts, conflict_json, excluded_keys, excluded_lists, open_conflicts
from orders.selectors.facts import order_facts
from orders.services.decisions import Decision, decide_conflict
from orders.services.disputes import answer_dispute, open_dispute
from orders.services.edition import correct_order
from orders.services.life import cancel_order
from orders.services.refusal import Refused
from tests.orders.factories import NOW, UserFactory, am, client, db_facts, doctor, record, ris_facts, siren, texts

pytestmark = pytest.mark.django_db


def pair() -> tuple[Order, Order, Conflict]:
    first = record(ris_facts("A", client(1, [doctor(1, 2)])))
    second = record(ris_facts("B", client(2, [doctor(2, 3)], signed_on=date(2026, 5, 13))))
    return first, second, Conflict.objects.get()


def holder_of(value: str) -> Order | None:
    claim = Claim.objects.filter(value=value, released_at__isnull=True).first()
    return claim.order if claim else None


def decide(conflict: Conflict, decision: Decision, **given: object) -> Conflict:
    return decide_conflict(conflict_id=conflict.pk, decision=decision, reason="Vu avec l’ASP.", now=NOW, **given)


def test_exclusion_lets_the_claimant_go_on_without_the_number() -> None:
    first, second, conflict = pair()
    user = UserFactory.create()
    decided = decide(conflict, Decision.EXCLUDE, actor_id=user.pk, situation=Situation.LEFT_TO_ANOTHER)
    assert (decided.status, decided.decided_by, decided.situation) == ("excluded", user, "left-to-another")
    assert not blocking_conflicts(second).exists()
    assert excluded_lists(second) == FourLists(am_radiology=(am(2),), am_nuclear=(am(2),))
    facts = order_facts(second)
    assert lists_without(facts.four_lists(), excluded_keys(second)) == FourLists(am_radiology=(am(3),))
    assert am(2) not in {key.value for key in claim_keys(facts, texts(), excluded_keys(second))}
    assert holder_of(am(2)) == first
    assert conflict_json(decided)["status"] == "excluded"
    assert conflict_json(decided)["claimants"] == ["B"]


def test_exclusion_of_one_of_two_claimants_leaves_the_conflict_open() -> None:
    _, second, conflict = pair()
    record(ris_facts("C", client(3, [doctor(2)], signed_on=date(2026, 5, 14))))
    decided = decide(conflict, Decision.EXCLUDE, order_id=second.pk)
    assert decided.status == "open"
    assert conflict_json(open_conflicts().get())["claimants"] == ["C"]


@pytest.mark.parametrize(
    ("decision", "status"), [(Decision.RELEASE, "released"), (Decision.TRANSFER, "transferred")], ids=str
)
def test_the_number_passes_to_the_claimant_and_leaves_the_former_holder(decision: Decision, status: str) -> None:
    first, second, conflict = pair()
    decided = decide(conflict, decision)
    assert decided.status == status
    assert holder_of(am(2)) == second
    assert {key.value for key in excluded_keys(first)} == {am(2)}
    assert not open_conflicts().exists()


def test_a_transfer_follows_a_cancelled_holder() -> None:
    first, second, conflict = pair()
    cancel_order(order_id=first.pk, reason="Annulée.", now=NOW)
    decided = decide(conflict, Decision.TRANSFER)
    assert decided.status == "transferred"
    assert holder_of(am(2)) == second
    assert excluded_keys(first) == frozenset()


def test_a_transfer_with_other_claimants_opens_a_conflict_against_the_new_holder() -> None:
    _, _, conflict = pair()
    third = record(ris_facts("C", client(3, [doctor(2)], signed_on=date(2026, 5, 14))))
    decide(conflict, Decision.TRANSFER, order_id=third.pk)
    found = conflict_json(open_conflicts().get())
    assert (found["holder"], found["claimants"], found["rule"]) == ("C", ["B"], "R43")


def test_a_number_given_by_decision_is_not_taken_by_an_earlier_signature() -> None:
    _, second, conflict = pair()
    decide(conflict, Decision.TRANSFER)
    record(ris_facts("Z", client(4, [doctor(2)], signed_on=date(2026, 5, 5))))
    assert holder_of(am(2)) == second
    assert conflict_json(open_conflicts().get())["claimants"] == ["Z"]


def test_a_siren_is_never_excluded_and_a_transfer_stops_the_former_holder() -> None:
    first = record(db_facts("D", client(1, [doctor(1)])))
    second = record(db_facts("E", client(1, [doctor(2)], signed_on=date(2026, 5, 13))))
    conflict = Conflict.objects.get()
    with pytest.raises(Refused, match="ne peut pas être exclu"):
        decide(conflict, Decision.EXCLUDE)
    decide(conflict, Decision.TRANSFER)
    assert holder_of(siren(1)) == second
    assert blocking_conflicts(first).count() == 1
    cancel_order(order_id=first.pk, reason="Remplacée.", now=NOW)
    assert not open_conflicts().exists()


def test_reviewed_and_not_a_duplicate_stays_settled() -> None:
    first = record(ris_facts("A", client(1, [doctor(1)]), instance="RIS 1"))
    second = record(ris_facts("B", client(2, [doctor(2)], signed_on=date(2026, 5, 13)), instance="ris 1"))
    decide(Conflict.objects.get(), Decision.DISMISS)
    assert not blocking_conflicts(second).exists()
    facts = order_facts(second)
    correct_order(order_id=second.pk, facts=replace(facts, instance="RIS  1"), reason="Même nom, bien écrit.", now=NOW)
    assert Conflict.objects.get().status == "dismissed"
    record(ris_facts("C", client(3, [doctor(3)], signed_on=date(2026, 5, 14)), instance="RIS 1"))
    found = conflict_json(open_conflicts().get())
    assert (found["holder"], found["claimants"]) == (first.number, ["C"])


def test_a_decision_needs_a_reason_an_open_conflict_and_a_claimant() -> None:
    first, _, conflict = pair()
    with pytest.raises(Refused, match="Le motif manque"):
        decide_conflict(conflict_id=conflict.pk, decision=Decision.EXCLUDE, reason="  ", now=NOW)
    with pytest.raises(Refused, match="n’attend pas ce numéro"):
        decide(conflict, Decision.TRANSFER, order_id=first.pk)
    with pytest.raises(Refused, match="modifiée entre-temps"):
        decide(conflict, Decision.TRANSFER, version=7)
    decide(conflict, Decision.EXCLUDE)
    with pytest.raises(Refused, match="déjà tranché"):
        decide(conflict, Decision.DISMISS)


def test_a_correction_that_drops_the_number_ends_the_conflict() -> None:
    _, second, conflict = pair()
    facts = order_facts(second)
    fixed = replace(facts, clients=(client(2, [doctor(3)], signed_on=date(2026, 5, 13)),))
    order = correct_order(order_id=second.pk, facts=fixed, reason="AM d’un autre cabinet.", now=NOW)
    conflict.refresh_from_db()
    assert (conflict.status, conflict.reason) == ("released", "AM d’un autre cabinet.")
    event = Event.objects.get(order=order, action="corrected")
    assert event.payload["changed"] == [
        "clients[0].lines[0].name",
        "clients[0].lines[0].rpps",
        "clients[0].lines[0].am",
    ]
    assert am(2) not in event.payload_text


def test_an_amendment_claims_the_added_number_as_of_its_day() -> None:
    _, second, _ = pair()
    record(ris_facts("C", client(3, [doctor(7)], signed_on=date(2026, 5, 20))))
    facts = order_facts(second)
    added = replace(facts, clients=(client(2, [doctor(2, 3, 7)], signed_on=date(2026, 5, 13)),))
    correct_order(order_id=second.pk, facts=added, reason="Avenant.", now=NOW)
    conflict = open_conflicts().get(value=am(7))
    assert conflict_json(conflict)["holder"] == "C"


def test_a_correction_keeps_signatures_and_what_names_the_order() -> None:
    _, second, _ = pair()
    facts = order_facts(second)
    with pytest.raises(Refused, match="ne change plus"):
        correct_order(order_id=second.pk, facts=replace(facts, number="Z"), reason="Autre.", now=NOW)
    unsigned = replace(facts, clients=(client(2, [doctor(2, 3)], signed_on=None),))
    with pytest.raises(Refused, match="sa signature reste"):
        correct_order(order_id=second.pk, facts=unsigned, reason="Autre.", now=NOW)


def test_a_contested_duplicate_opens_a_dispute_of_ten_working_days() -> None:
    """F2: from Monday 4 May 2026, the 8th and Ascension Thursday the 14th are public holidays."""
    _, second, conflict = pair()
    at = NOW.replace(month=5, day=4)
    dispute = open_dispute(order_id=second.pk, kind="am", value=am(2), reason="Déjà financé ?", now=NOW, at=at)
    assert dispute.conflict == conflict
    assert dispute.reply_due_on == date(2026, 5, 20)
    with pytest.raises(Refused, match="déjà contesté"):
        open_dispute(order_id=second.pk, kind="am", value=am(2), reason="Encore.", now=NOW)
    with pytest.raises(Refused, match="ne contrôle pas"):
        open_dispute(order_id=second.pk, kind="pacs", value="P", reason="Encore.", now=NOW)
    answered = answer_dispute(order_id=second.pk, now=NOW, at=at + timedelta(days=3))
    assert answered.answered_at == at + timedelta(days=3)
    with pytest.raises(Refused, match="n’attend de réponse"):
        answer_dispute(order_id=second.pk, now=NOW)
