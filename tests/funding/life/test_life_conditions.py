"""Les conditions des dépôts et les délais, une par une."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from segur.regulation.finding import Finding, Severity
from tests.funding.life.lives import (
    ADVANCE,
    BALANCE,
    DELIVERY,
    SIREN,
    at,
    codes,
    enrolment,
    euros,
    event,
    known,
    order,
    pending,
    state,
    supplier,
    warnings,
)
from tests.orders.order_forms import client


def test_l_enrolement_manquant_non_valide_ou_non_final() -> None:
    cases = {
        (): "R64-enrolment-missing",
        (enrolment(solution="autre"),): "R64-enrolment-missing",
        (enrolment(validated_on=None, finalised_on=None),): "R64-enrolment-not-validated",
        (enrolment(validated_on=date(2026, 9, 2)),): "R64-enrolment-not-validated",
        (enrolment(finalised_on=None),): "R64-enrolment-not-final",
        (enrolment(finalised_on=date(2026, 9, 2)),): "R64-enrolment-not-final",
    }
    for enrolments, code in cases.items():
        found = state(order(), "2026-09-01T23:59:59", known(enrolments=enrolments))
        assert codes(found, "submit_advance") == {code}
    plain_one = enrolment(early=False, finalised_on=None)
    assert state(order(), "2026-09-01", known(enrolments=(plain_one,))).action("submit_advance").allowed


def test_l_habilitation_psc_absente_previent_et_posterieure_bloque() -> None:
    unknown = known(supplier=supplier(psc_operator_authorised_on=None))
    found = state(order(), "2026-09-01", unknown)
    assert found.action("submit_advance").allowed
    assert warnings(found, "submit_advance") == {"R12-psc-authorisation"}
    later = known(supplier=supplier(psc_operator_authorised_on=date(2026, 9, 2)))
    assert codes(state(order(), "2026-09-01", later), "submit_advance") == {"R12-psc-authorisation"}
    of_editor = replace(unknown, editor=supplier())
    assert warnings(state(order(), "2026-09-01", of_editor), "submit_advance") == set()


def test_une_solution_hors_marche_bloque_emission_et_avance() -> None:
    found = state(order(), "2026-09-01", known(outside_market=True))
    assert codes(found, "submit_advance") == {"R11-outside-market"}
    draft = state(order(issued_on=None, clients=(client(signed_on=None),)), "2026-09-01", known(outside_market=True))
    assert codes(draft, "issue") == {"R11-outside-market"}


def test_la_facture_suit_la_va_et_ne_depasse_pas_la_commande() -> None:
    va = event("va_signed", "2027-02-12T15:00", siren=SIREN)

    def said(*invoices: tuple[str, str]) -> set[str]:
        sent = tuple(event("invoice_issued", day, ht=None, ttc=euros(ttc)) for day, ttc in invoices)
        return codes(state(order(*ADVANCE, va, *sent), "2027-03-01"), "submit_balance")

    assert said() == {"R67-invoice-missing"}
    assert said(("2027-02-12", "20028.26")) == set()
    assert said(("2027-02-11", "20028.26")) == {"R67-invoice-before-va"}
    assert said(("2027-02-13", "0.00")) == {"R67-invoice-zero"}
    assert said(("2027-02-13", "20028.27")) == {"R67-invoice-above-order"}
    assert said(("2027-02-13", "0.00"), ("2027-02-14", "20028.26")) == set()


def test_le_solde_ne_depasse_pas_le_montant_declare_a_l_avance() -> None:
    found = state(order(*ADVANCE, *DELIVERY), "2027-02-20", known(declared=euros("20028.25")))
    assert codes(found, "submit_balance") == {"F4-above-declared"}


def test_une_piece_non_enregistree_previent_sans_bloquer() -> None:
    paper = Finding("R66-checklist", Severity.ERROR, "La liste de la VA n’est pas remplie.", "AF-IMG-RIS-Va2 §4.4")
    found = state(order(*ADVANCE, *DELIVERY), "2027-02-20", known(readiness={"submit_balance": (paper,)}))
    assert found.action("submit_balance").allowed
    assert warnings(found, "submit_balance") == {"R66-checklist"}


def test_l_information_du_client_a_cent_vingt_jours() -> None:
    signed = order(clients=(client(signed_on=date(2026, 1, 10)),), issued_on=date(2026, 1, 5))
    context = known(solution=pending(complete_file_submitted_at=at("2026-05-11")))
    due = at("2026-01-10") + timedelta(days=121, hours=-1, seconds=-1)
    found = state(signed, "2026-05-10", context).deadline("client-information-120-days")
    assert (found.due_at, found.status) == (due, "open")
    assert found.because == "Signée le 10 janvier 2026 → 120 jours → informez le client au 10 mai 2026."
    assert state(signed, "2026-05-12", context).deadline("client-information-120-days").status == "missed"
    told = replace(signed, events=(event("client_informed", "2026-05-11", siren=SIREN, about="120-days"),))
    assert state(told, "2026-05-12", context).deadline("client-information-120-days").status == "met"
    in_time = known(solution=pending(complete_file_submitted_at=at("2026-05-10T23:00")))
    assert state(signed, "2026-05-12", in_time).deadline("client-information-120-days").status == "not-applicable"


def test_la_portabilite_en_quarante_cinq_jours() -> None:
    facts = order(event("portability_requested", "2026-09-01T17:00", siren=SIREN))
    found = state(facts, "2026-09-02").deadline("portability")
    assert (found.due_at, found.status) == (at("2026-10-16T23:59:59"), "open")
    delivered = replace(facts, events=(*facts.events, event("portability_delivered", "2026-10-17", siren=SIREN)))
    assert state(delivered, "2026-10-18").deadline("portability").status == "missed"


def test_le_support_dure_deux_ans_apres_le_depot_du_solde() -> None:
    found = state(order(*ADVANCE, *DELIVERY, BALANCE[0]), "2027-03-02").deadline("support-end")
    assert found.because == "Solde déposé le 1er mars 2027 → 2 ans → support dû jusqu’au 1er mars 2029."
