"""What each action says in each situation: its errors, its warnings, its French sentences."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from funding.domain.life import ACTIONS, OpenConflict
from funding.domain.life.semesters import Standing
from orders.domain.snapshot import Mandate, OrderAmounts, SupplierRole
from segur.regulation.finding import Finding, Severity
from segur.regulation.schema import Leaf, Programme, Vat
from tests.funding.life.lives import (
    ADVANCE,
    BALANCE,
    DELIVERY,
    OTHER_SIREN,
    SIREN,
    SUPPLIER,
    at,
    box,
    codes,
    enrolment,
    euros,
    event,
    journal,
    known,
    order,
    pending,
    plain,
    sentence,
    state,
    supplier,
    two_clients,
    warnings,
)
from tests.funding.programmes import RIS
from tests.orders.order_forms import client, solution

DELIVERED = (*ADVANCE, *DELIVERY)
FUNDED = (*DELIVERED, *BALANCE)


def without_date(number: int) -> Programme:
    """The RIS with an official date that the texts do not give."""
    dates = list(RIS.dates)
    dates[number] = replace(dates[number], at=Leaf(None, "AF", unknown="La date n’est pas dans les sources."))
    return replace(RIS, dates=tuple(dates), sha256=f"without {number}")


# The whole answer


def test_the_state_has_exactly_the_keys_of_the_contract() -> None:
    document = state(order(*FUNDED), "2027-05-01").as_json()
    assert list(document) == ["order", "supplier", "stage", "amounts", "actions", "deadlines", "semesters"]
    assert list(document["amounts"]) == ["principal", "advance", "balance", "paid"]  # type: ignore[call-overload]
    actions = document["actions"]
    assert [action["name"] for action in actions] == [  # type: ignore[index, attr-defined]
        "issue",
        "sign",
        "submit_advance",
        "submit_balance",
        "send_journal",
        "request_semester",
        "cancel",
        "withdraw",
        "terminate",
        "attest_completion",
    ]
    assert set(actions[0]) == {"name", "allowed", "blockers"}  # type: ignore[index]
    assert set(actions[0]["blockers"][0]) == {"code", "severity", "message", "source"}  # type: ignore[index]
    deadlines = document["deadlines"]
    assert [each["code"] for each in deadlines] == [  # type: ignore[index, attr-defined]
        "client-information-120-days",
        "advance-request",
        "completion",
        "balance-request",
        *(f"journal-{number}" for number in range(1, 7)),
        *(f"semester-request-{number}" for number in range(1, 7)),
        "support-end",
    ]
    assert set(deadlines[0]) == {"code", "due_at", "status", "rule", "because"}  # type: ignore[index]
    assert set(document["semesters"][0]) == {"number", "starts_on", "ends_on", "journal_due_at", "amount"}  # type: ignore[index]
    assert json.loads(json.dumps(document)) == document


def test_the_deadlines_of_a_draft_are_those_that_are_known() -> None:
    draft = order(issued_on=None, clients=(client(signed_on=None, signature=None),))
    found = state(draft, "2026-07-01")
    assert [(each.code, each.status) for each in found.deadlines] == [
        ("advance-request", "open"),
        ("completion", "open"),
        ("balance-request", "open"),
    ]


def test_after_a_missed_date_4_nothing_more_is_due_of_the_main_prestation() -> None:
    found = state(order(), "2026-11-11")
    assert [found.deadline(code).status for code in ("advance-request", "completion", "balance-request")] == [
        "missed",
        "not-applicable",
        "not-applicable",
    ]
    assert [plain(finding.sentence) for finding in found.findings] == [
        "Date 4 manquée (10 novembre 2026 à 12 h) : forclusion proposée. Annulez la commande, ou saisissez le dépôt "
        "reçu à temps."
    ]


def test_unknown_amounts_are_null_and_the_account_still_balances() -> None:
    unknown = order(*ADVANCE, tranche=None, amounts=OrderAmounts())
    found = state(unknown, "2026-11-01")
    assert found.as_json()["amounts"] == {"principal": None, "advance": None, "balance": None, "paid": "8011.30"}
    assert found.ledger.is_balanced
    assert {adjustment.rule for adjustment in found.ledger.adjustments} == {"R56"}


def test_without_a_tranche_the_agreed_price_is_what_is_paid() -> None:
    found = state(order(tranche=None), "2026-09-01")
    assert (found.worth.principal, found.worth.advance) == (euros("20028.26"), euros("8011.30"))
    assert found.worth.forfaits == ()
    assert found.ledger.part("secondary").expected == euros("5007.06")


def test_an_agreed_secondary_price_under_the_ceiling_shortens_the_last_semesters() -> None:
    amounts = OrderAmounts(euros("16690.22"), euros("20028.26"), euros("3333.33"), euros("4000.00"))
    found = state(order(amounts=amounts), "2026-09-01")
    assert found.worth.forfaits == (*[euros("834.51")] * 4, euros("661.96"), euros("0.00"))
    assert found.ledger.ordered == euros("24028.26")


def test_the_column_paid_is_the_one_of_the_vat_regime() -> None:
    found = state(order(vat=Vat.NONE), "2026-09-01")
    assert (found.worth.principal, found.worth.secondary) == (euros("16690.22"), euros("4172.58"))


def test_an_unknown_name_is_an_error_of_the_caller() -> None:
    found = state(order(), "2026-09-01")
    for ask in (found.action, found.deadline, found.ledger.part):
        with pytest.raises(KeyError):
            ask("autre")
    assert set(ACTIONS) == {action.name for action in found.actions}


# Issue, signature, exits


def test_issue_shows_the_faults_of_the_form_but_not_those_of_signatures() -> None:
    fault = Finding("R37-zero", Severity.ERROR, "Un montant nul est toujours rejeté.", "AF")
    later = Finding("R22-signed-after-date-4", Severity.ERROR, "Signée après la Date 4.", "AF")
    draft = order(issued_on=None, clients=(client(signed_on=None),))
    assert codes(state(draft, "2026-07-01", known(form=(fault, later))), "issue") == {"R37-zero"}
    assert codes(state(order(issued_on=None, clients=()), "2026-07-01"), "issue") == {"R39-no-client"}
    assert codes(state(draft, "2026-11-11"), "issue") == {"R22-date-4-passed"}
    assert state(draft, "2026-07-01").action("issue").allowed


def test_a_draft_is_neither_signed_nor_filed_nor_withdrawn() -> None:
    draft = state(order(issued_on=None, clients=(client(signed_on=None),)), "2026-07-06")
    assert codes(draft, "sign") == {"R22-not-issued"}
    assert codes(draft, "submit_advance") == {"R64-not-issued"}
    assert codes(draft, "withdraw") == {"R71-draft"}
    assert "R71-draft" in codes(draft, "terminate")
    assert draft.action("cancel").allowed


def test_a_conflict_does_not_stop_a_signature() -> None:
    conflict = OpenConflict("R43", "am", "511782349", "BDC-9")
    facts = order(clients=(client(signed_on=None),))
    found = state(facts, "2026-08-01", known(conflicts=(conflict,)))
    assert found.action("sign").allowed
    assert warnings(found, "sign") == {"R43-open-conflict"}


def test_an_order_without_client_is_not_signed_by_all() -> None:
    assert codes(state(order(clients=()), "2026-09-01"), "submit_advance") == {"R64-not-signed"}


def test_the_exits_follow_the_life() -> None:
    signed = state(order(), "2026-09-01")
    assert [signed.action(name).allowed for name in ("cancel", "withdraw", "terminate")] == [True, True, False]
    assert codes(signed, "terminate") == {"R71-not-delivered"}
    funded = state(order(*FUNDED), "2027-05-01")
    assert [funded.action(name).allowed for name in ("cancel", "withdraw", "terminate")] == [False, True, True]
    assert sentence(funded, "withdraw", "R72-paid") == "20 028,26 € déjà payés sont à rendre. Prévenez l’ASP."
    over = state(order(*FUNDED), "2030-03-01")
    assert codes(over, "terminate") == {"R71-secondary-over"}


def test_a_payment_whose_amount_is_not_told_is_still_money_to_give_back() -> None:
    found = state(order(*ADVANCE[:2], event("advance_paid", "2026-10-05")), "2026-10-06")
    assert sentence(found, "cancel", "R72-paid").startswith("Les sommes déjà payées sont à rendre.")
    assert found.ledger.paid == euros("8011.30")


def test_a_terminated_order_may_be_withdrawn_as_a_fact_but_the_action_says_no() -> None:
    facts = order(*FUNDED, event("terminated", "2027-06-01"))
    found = state(facts, "2027-06-02")
    assert "R71-terminated" in codes(found, "withdraw")
    assert "R71-terminated" in codes(found, "submit_advance")
    gone = replace(facts, events=(*facts.events, event("withdrawn", "2027-06-03", reason="Accord")))
    assert state(gone, "2027-06-04").stage == "withdrawn"


def test_a_termination_before_the_first_semester_leaves_nothing_of_the_secondary() -> None:
    found = state(order(*DELIVERED, event("terminated", "2027-02-20")), "2027-02-21")
    assert {view.standing for view in found.semesters} == {Standing.DROPPED}
    assert found.ledger.part("semester-1").expected == 0
    assert found.ledger.is_balanced


# Attestation


def test_the_attestation_follows_the_validated_advance() -> None:
    assert codes(state(order(), "2027-05-01"), "attest_completion") == {"R26-advance-not-validated"}
    assert state(order(*ADVANCE), "2027-05-01").action("attest_completion").allowed
    done = state(order(*ADVANCE, event("completion_attested", "2027-05-01")), "2027-06-20")
    assert codes(done, "attest_completion") == {"R26-attested"}
    filed = state(order(*DELIVERED, BALANCE[0]), "2027-03-02")
    assert codes(filed, "attest_completion") == {"R26-balance-filed"}


def test_a_prestation_declared_impossible_may_still_be_attested() -> None:
    facts = order(
        *ADVANCE,
        event("completion_impossible", "2027-05-01", reason="Serveur perdu"),
        event("completion_attested", "2027-06-01"),
        *DELIVERY,
    )
    assert state(facts, "2027-07-01").action("submit_balance").allowed


# Deposits


def test_what_is_filed_waits_and_what_is_refused_may_be_filed_again() -> None:
    unread = state(order(event("advance_submitted", "2026-09-01", json_accepted=False)), "2026-09-02")
    assert unread.action("submit_advance").allowed
    assert warnings(unread, "submit_advance") == {"F1-json-refused"}
    assert unread.stage == "signed"
    filed = state(order(*DELIVERED, BALANCE[0]), "2027-03-02")
    assert codes(filed, "submit_balance") == {"R68-balance-filed"}
    rejected = state(order(*DELIVERED, BALANCE[0], event("balance_rejected", "2027-03-10")), "2027-03-11")
    assert (rejected.stage, rejected.action("submit_balance").allowed) == ("rejected", True)


def test_an_order_stays_rejected_until_both_parts_of_a_new_deposit_are_accepted() -> None:
    rejected = (event("advance_submitted", "2026-09-01"), event("advance_rejected", "2026-09-10"))
    unread = event("advance_submitted", "2026-09-20", json_accepted=False)
    incomplete = event("advance_submitted", "2026-09-21", attachments_accepted=False)
    assert state(order(*rejected, unread), "2026-09-20").stage == "rejected"
    assert state(order(*rejected, unread, incomplete), "2026-09-21").stage == "rejected"
    completed = state(
        order(*rejected, unread, incomplete, event("advance_attachments_accepted", "2026-09-22")), "2026-09-22"
    )
    assert (completed.stage, completed.life.advance.received_at) == ("advance_submitted", at("2026-09-22"))
    late = order(*rejected, incomplete, event("advance_attachments_accepted", "2026-11-11"))
    assert {"R24-date-4", "F1-incomplete-at-limit"} <= codes(state(late, "2026-11-12"), "submit_advance")


def test_a_balance_waits_for_the_advance() -> None:
    found = state(order(ADVANCE[0], *DELIVERY), "2027-02-20")
    assert codes(found, "submit_balance") == {"R68-advance-not-validated"}


def test_a_prestation_declared_impossible_closes_the_balance() -> None:
    found = state(order(*DELIVERED, event("completion_impossible", "2027-03-01")), "2027-03-02")
    assert codes(found, "submit_balance") == {"R26-completion-impossible"}


def test_an_invoice_without_amount_and_a_second_one_only_warn() -> None:
    va = event("va_signed", "2027-02-12", siren=SIREN)
    facts = order(*ADVANCE, va, event("invoice_issued", "2027-02-13"), event("invoice_issued", "2027-02-14"))
    found = state(facts, "2027-03-01")
    assert found.action("submit_balance").allowed
    assert warnings(found, "submit_balance") == {"R67-invoice-amount", "R67-several-invoices"}


def test_an_absent_invoice_says_when_it_may_be_sent() -> None:
    facts = order(*ADVANCE, event("va_signed", "2027-02-12", siren=SIREN))
    assert sentence(state(facts, "2027-03-01"), "submit_balance", "R67-invoice-missing") == (
        "Facture principale absente. Tous les clients ont signé la VA : vous pouvez l’émettre. Émettez-la en une fois."
    )


def test_an_invoice_before_tax_counts_where_no_vat_applies() -> None:
    va = event("va_signed", "2027-02-12", siren=SIREN)
    invoice = event("invoice_issued", "2027-02-13", ht=euros("16690.23"), ttc=euros("99999.00"))
    found = state(order(*ADVANCE, va, invoice, vat=Vat.NONE), "2027-03-01", known(declared=None))
    assert sentence(found, "submit_balance", "R67-invoice-above-order") == (
        "Le HT de la facture (16 690,23 €) dépasse la commande (16 690,22 €). Corrigez la facture."
    )


@pytest.mark.parametrize(("number", "action", "code"), [(4, "submit_advance", "R24"), (6, "submit_balance", "R27")])
def test_a_limit_that_the_texts_do_not_give_is_a_note(number: int, action: str, code: str) -> None:
    programme = without_date(number)
    found = state(order(*DELIVERED), "2027-02-20", of=programme)
    notes = {finding.code for finding in found.action(action).blockers if finding.severity is Severity.INFO}
    assert f"{code}-date-unknown" in notes


def test_an_unknown_number_of_pilots_warns() -> None:
    programme = replace(RIS, pilots=Leaf(None, "AF", unknown="Absent."), sha256="no pilots")
    found = state(order(*DELIVERED), "2027-02-20", known(pilots=()), of=programme)
    assert found.action("submit_balance").allowed
    assert "R65-pilots-unknown" in warnings(found, "submit_balance")


def test_a_decision_still_missing_at_the_balance_warns() -> None:
    found = state(order(*DELIVERED), "2027-02-20", known(solution=pending()))
    assert found.action("submit_balance").allowed
    assert warnings(found, "submit_balance") == {"R25-conditional"}


def test_a_distributor_needs_the_mandate_of_the_editor() -> None:
    mandate = Mandate(SUPPLIER, "imagix-ris", date(2026, 1, 1))
    without = known(supplier=supplier(role=SupplierRole.DISTRIBUTOR))
    assert warnings(state(order(), "2026-09-01", without), "submit_advance") == {"R2-mandate"}
    holder = known(supplier=supplier(role=SupplierRole.DISTRIBUTOR, mandates=(mandate,)))
    assert warnings(state(order(), "2026-09-01", holder), "submit_advance") == set()


def test_an_enrolment_of_unknown_kind_is_final_when_validated_after_the_referencing() -> None:
    after = enrolment(early=None, finalised_on=None, validated_on=date(2026, 7, 1))
    before = enrolment(early=None, finalised_on=None, validated_on=date(2026, 6, 30))
    assert state(order(), "2026-09-01", known(enrolments=(after,))).action("submit_advance").allowed
    assert codes(state(order(), "2026-09-01", known(enrolments=(before,))), "submit_advance") == {
        "R64-enrolment-not-final"
    }


def test_several_missing_clients_are_named_then_counted() -> None:
    names = ("CH A", "CH B", "CH C", "CH D", "CH E")
    clients = tuple(client(siren=f"{n}", name=name, signed_on=None) for n, name in enumerate(names))
    found = state(order(clients=clients), "2026-09-01")
    assert sentence(found, "submit_advance", "R64-not-signed").startswith(
        "Signature manquante : CH A, CH B, CH C et 2 autres."
    )


def test_without_a_solution_nothing_is_known_of_its_referencing() -> None:
    found = state(order(), "2026-11-02", known(solution=None))
    assert codes(found, "submit_advance") == {"R64-not-referenced"}


def test_a_dispute_answered_twice_goes_to_the_oldest() -> None:
    facts = two_clients(
        event("dispute_opened", "2026-09-01", kind="am", value="511782349"),
        event("dispute_opened", "2026-09-02", kind="finess", value="010000024"),
        event("dispute_answered", "2026-09-03"),
    )
    first, second = state(facts, "2026-09-04").life.disputes
    assert (first.answered_at, second.answered_at) == (at("2026-09-03"), None)
    assert state(facts, "2026-09-04").deadline("dispute-reply").status == "open"


def test_a_published_pilot_blocks_nothing() -> None:
    facts = order(*DELIVERED, event("pilot_published", "2027-01-10"))
    found = state(facts, "2027-02-20")
    assert found.life.pilot_published_at == at("2027-01-10")
    assert found.action("submit_balance").allowed


def test_portability_shows_the_oldest_request_that_waits() -> None:
    facts = two_clients(
        event("portability_requested", "2026-09-01", siren=SIREN),
        event("portability_delivered", "2026-09-20", siren=SIREN),
        event("portability_requested", "2026-09-10", siren=OTHER_SIREN),
    )
    assert state(facts, "2026-09-21").deadline("portability").due_at == at("2026-10-25T23:59:59")


def test_a_refused_solution_after_a_conditional_deposit_warns_at_the_balance() -> None:
    context = known(solution=solution(referenced_on=None, refused_on=date(2026, 12, 1)))
    found = state(order(*DELIVERED), "2027-02-20", context)
    assert sentence(found, "submit_balance", "R72-referencing-withdrawn").startswith(
        "L’ANS a refusé le référencement : l’ASP peut réclamer tout le montant."
    )


def test_a_prestation_declared_impossible_exposes_the_advance_until_the_client_is_told() -> None:
    facts = order(*ADVANCE, event("completion_impossible", "2027-05-01"))
    assert [plain(finding.sentence) for finding in state(facts, "2027-05-02").findings] == [
        "L’avance est exposée à un reversement. Prévenez l’ASP sans délai.",
        "Client non informé de l’impossibilité : CH du Test. Informez-le au plus tard à la Date 5.",
    ]
    told = replace(
        facts, events=(*facts.events, event("client_informed", "2027-05-02", siren=SIREN, about="completion"))
    )
    assert [finding.code for finding in state(told, "2027-05-03").findings] == ["R72-advance-exposed"]


def test_without_a_complete_file_at_date_2_the_client_is_told() -> None:
    context = known(solution=pending(complete_file_submitted_at=None))
    facts = order(clients=(client(signed_on=date(2026, 4, 1)),), issued_on=date(2026, 3, 1))
    assert [finding.code for finding in state(facts, "2026-05-13T12:00:00", context).findings] == []
    found = state(facts, "2026-05-13T12:00:01", context).findings
    assert [plain(finding.sentence) for finding in found] == [
        "Aucun dossier complet à la Date 2 (13 mai 2026 à 12 h), client non informé : CH du Test. "
        "Informez-le, puis enregistrez l’information."
    ]
    told = replace(facts, events=(event("client_informed", "2026-05-14", siren=SIREN, about="date-2"),))
    assert state(told, "2026-05-15", context).findings == ()


def test_what_is_provisional_says_so_wherever_it_is_shown() -> None:
    context = known(solution=pending(key="imagix-db"), enrolments=(enrolment(solution="imagix-db"),))
    found = state(box(), "2026-11-02", context)
    notes = {finding.code for finding in found.action("submit_advance").blockers if finding.severity == "info"}
    assert notes == {"R25-provisional"}
    funded = state(box(*FUNDED, journal(1, "2027-09-10", t=None)), "2027-09-11", context)
    assert "R28-provisional" in {finding.code for finding in funded.findings}
    for code in ("support-end", "ans-verification-1"):
        assert "(délai provisoire)" in funded.deadline(code).because
    assert "provisoire" not in state(order(*FUNDED), "2027-09-11").deadline("support-end").because


def test_a_fraction_of_a_second_after_the_last_one_is_in_time() -> None:
    late = at("2027-09-30T23:59:59").replace(microsecond=400_000)
    found = state(order(*FUNDED, journal(1, late)), "2027-10-02")  # type: ignore[arg-type]
    assert found.semesters[0].standing is Standing.CONFORMING
    assert state(order(), at("2026-11-10T12:00").replace(microsecond=1)).action("submit_advance").allowed


def test_nothing_more_is_said_of_an_order_given_up() -> None:
    found = state(order(event("cancelled", "2026-10-01")), "2026-11-12")
    assert found.findings == ()
