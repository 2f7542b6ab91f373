"""Vies de commandes, du brouillon au sixième semestre ou à leur sortie."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from funding.domain.life import OpenConflict
from segur.regulation.finding import Finding, Severity
from tests.funding.life.lives import (
    ADVANCE,
    BALANCE,
    DELIVERY,
    OTHER_SIREN,
    SIREN,
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
    pilots_among,
    plain,
    sentence,
    state,
    three_pilots,
    two_clients,
    warnings,
    whole_semester,
)
from tests.orders.order_forms import client, other_client, solution


def test_vie_simple_d_un_ris_jusqu_au_sixieme_semestre() -> None:
    life = (*ADVANCE, *DELIVERY, *BALANCE, *(each for number in range(1, 7) for each in whole_semester(number)))
    facts = order(*life)
    stages = [
        ("2026-07-09", "draft"),
        ("2026-07-12", "issued"),
        ("2026-07-15", "signed"),
        ("2026-09-10", "advance_submitted"),
        ("2026-09-20", "advance_validated"),
        ("2027-02-12T15:00", "delivered"),
        ("2027-03-05", "balance_submitted"),
        ("2027-03-20", "secondary"),
        ("2030-03-10T11:59", "secondary"),
        ("2030-03-10T12:00", "closed"),
    ]
    assert [(when, state(facts, when).stage) for when, _ in stages] == stages
    end = state(facts, "2030-04-01")
    assert end.refused is None
    assert end.as_json()["amounts"] == {
        "principal": "20028.26",
        "advance": "8011.30",
        "balance": "12016.96",
        "paid": "25035.32",
    }
    assert (end.ledger.expected, end.ledger.adjusted, end.ledger.is_balanced) == (0, 0, True)
    assert {each.status for each in end.deadlines if each.code.startswith("journal-")} == {"met"}
    semesters = end.as_json()["semesters"]
    assert semesters[1] == {  # type: ignore[index]
        "number": 2,
        "starts_on": "2027-09-01",
        "ends_on": "2028-02-29",
        "journal_due_at": "2028-03-31T23:59:59+02:00",
        "amount": "834.51",
    }


def test_un_solde_valide_avant_le_premier_semestre_attend_son_debut() -> None:
    facts = order(*ADVANCE, event("va_signed", "2027-03-02", siren=SIREN), *BALANCE)
    assert state(facts, "2027-03-31T23:59:59").stage == "balance_validated"
    assert state(facts, "2027-04-01").stage == "secondary"


def test_vie_d_une_drimbox_au_bareme_inconnu() -> None:
    context = known(solution=solution(programme="IMG-DB-Va2"), enrolments=(enrolment(solution="imagix-db"),))
    facts = box(
        *ADVANCE,
        *DELIVERY,
        *BALANCE,
        journal(1, "2027-09-10", t=None),
        event("semester_requested", "2027-09-11", semester=1),
        event("semester_validated", "2027-09-20", semester=1),
        event("semester_paid", "2027-10-01", semester=1, amount=euros("700.00")),
    )
    found = state(facts, "2027-10-02", context)
    assert found.stage == "secondary"
    assert [view.amount for view in found.semesters] == [None] * 6
    secondary = found.ledger.part("secondary")
    assert (secondary.ordered, secondary.paid, secondary.expected) == (
        euros("5007.06"),
        euros("700.00"),
        euros("4307.06"),
    )
    assert found.ledger.is_balanced
    assert found.deadline("completion").due_at == at("2027-09-15T12:00")
    assert found.deadline("balance-request").due_at == at("2027-12-15T12:00")


def test_une_drimbox_attend_trois_pilotes_nombre_provisoire() -> None:
    context = known(solution=solution(programme="IMG-DB-Va2"), pilots=())
    found = state(box(*ADVANCE, *DELIVERY), "2027-02-20", context)
    assert sentence(found, "submit_balance", "R65-pilots").startswith(
        "Aucun pilote conforme sur 3 (nombre provisoire)."
    )


def test_commande_a_deux_clients_la_va_la_plus_tardive_ouvre_les_semestres() -> None:
    facts = two_clients(
        *ADVANCE,
        event("va_signed", "2027-02-12", siren=SIREN),
        event("va_signed", "2027-03-01", siren=OTHER_SIREN),
    )
    waiting = state(facts, "2027-02-20")
    assert (waiting.stage, waiting.semesters) == ("advance_validated", ())
    assert sentence(waiting, "submit_balance", "R68-va-missing") == (
        "VA manquante : Imagerie du Port. Faites signer la VA."
    )
    done = state(facts, "2027-03-02")
    assert (done.stage, done.semesters[0].period.starts_on) == ("delivered", date(2027, 4, 1))


def test_commande_a_deux_clients_dont_un_n_a_pas_signe() -> None:
    facts = order(clients=(client(), other_client(signed_on=None, signature=None)))
    found = state(facts, "2026-09-01")
    assert found.stage == "issued"
    assert sentence(found, "submit_advance", "R64-not-signed").startswith("Signature manquante : Imagerie du Port.")
    assert found.action("sign").allowed


def test_commande_signee_avant_le_referencement_avec_et_sans_la_mention() -> None:
    mention = Finding("R23-mention", Severity.ERROR, "La mention est absente.", "AF-IMG-RIS-Va2 §4.3")
    early = order(clients=(client(signed_on=date(2026, 6, 1)),), conditional_mention=True, issued_on=date(2026, 5, 4))
    assert state(early, "2026-09-01").action("submit_advance").allowed
    without = state(early, "2026-09-01", known(form=(mention,)))
    assert codes(without, "submit_advance") == {"R23-mention"}
    assert without.action("issue").blockers[0].code == "R22-issued"


def test_faire_signer_avant_le_referencement_demande_la_mention() -> None:
    unsigned = client(signed_on=None, signature=None)
    context = known(solution=pending())
    assert warnings(state(order(clients=(unsigned,)), "2026-08-01", context), "sign") == {"R23-mention"}
    without = order(clients=(unsigned,), conditional_mention=False)
    assert codes(state(without, "2026-08-01", context), "sign") == {"R23-mention"}
    assert state(without, "2026-08-01").action("sign").allowed


def test_avance_recue_a_midi_et_une_seconde_apres_la_date_4() -> None:
    in_time = state(order(event("advance_submitted", "2026-11-10T12:00:00")), "2026-11-12")
    assert (in_time.stage, in_time.deadline("advance-request").status) == ("advance_submitted", "met")
    assert codes(in_time, "submit_advance") == {"R64-advance-filed"}
    late = state(order(event("advance_submitted", "2026-11-10T12:00:01")), "2026-11-12")
    assert (late.stage, late.deadline("advance-request").status) == ("advance_submitted", "missed")
    assert codes(late, "submit_advance") == {"R64-advance-filed", "R24-date-4"}
    assert sentence(late, "submit_advance", "R24-date-4") == (
        "La demande d’avance est reçue le 10 novembre 2026 à 12 h 00 min 01 s, après la Date 4 "
        "(10 novembre 2026 à 12 h). Toute demande reçue plus tard est irrecevable."
    )


def test_decision_en_retard_le_depot_s_ouvre_sous_condition() -> None:
    context = known(solution=pending(), enrolments=(enrolment(finalised_on=None),))
    facts = order(conditional_mention=True)
    before = state(facts, "2026-10-26T11:59:59", context)
    assert codes(before, "submit_advance") == {"R64-not-referenced", "R64-enrolment-not-final"}
    assert "si elle manque le 26 octobre 2026 à 12 h, le dépôt s’ouvre" in sentence(
        before, "submit_advance", "R64-not-referenced"
    )
    after = state(facts, "2026-10-26T12:00:00", context)
    assert after.action("submit_advance").allowed
    assert warnings(after, "submit_advance") == {"R25-conditional"}
    assert codes(state(facts, "2026-11-10T12:00:01", context), "submit_advance") == {"R24-date-4"}


def test_decision_en_retard_une_signature_plus_tardive_est_une_lecture_incertaine() -> None:
    context = known(solution=pending(), enrolments=(enrolment(finalised_on=None),))
    late = order(clients=(client(signed_on=date(2026, 10, 27)),), conditional_mention=True)
    found = state(late, "2026-11-02", context)
    assert found.action("submit_advance").allowed
    assert warnings(found, "submit_advance") == {"R25-conditional", "R25-signed-late"}
    assert "lecture incertaine" in sentence(found, "submit_advance", "R25-signed-late")
    same_day = order(clients=(client(signed_on=date(2026, 10, 26)),), conditional_mention=True)
    assert warnings(state(same_day, "2026-11-02", context), "submit_advance") == {"R25-conditional"}


def test_decision_rendue_le_quinzieme_jour_ferme_l_exception() -> None:
    early = (enrolment(finalised_on=None),)
    on_the_day = known(solution=pending(referenced_on=date(2026, 10, 26)), enrolments=early)
    assert codes(state(order(), "2026-11-02", on_the_day), "submit_advance") == {"R64-enrolment-not-final"}
    next_day = known(solution=pending(referenced_on=date(2026, 10, 27)), enrolments=early)
    assert state(order(), "2026-11-02", next_day).action("submit_advance").allowed
    refused = known(solution=pending(refused_on=date(2026, 10, 28)), enrolments=early)
    assert codes(state(order(), "2026-11-02", refused), "submit_advance") == {"R64-refused"}


def test_decision_en_retard_sans_dossier_complet_a_la_date_2() -> None:
    on_time = known(solution=pending(complete_file_submitted_at=at("2026-05-13T12:00")))
    late = known(solution=pending(complete_file_submitted_at=at("2026-05-13T12:00:01")))
    unknown = known(solution=pending(complete_file_submitted_at=None))
    facts = order(conditional_mention=True)
    assert state(facts, "2026-11-02", on_time).action("submit_advance").allowed
    assert codes(state(facts, "2026-11-02", late), "submit_advance") == {"R64-not-referenced"}
    assert codes(state(facts, "2026-11-02", unknown), "submit_advance") == {"R64-not-referenced"}


def test_pieces_refusees_apres_le_json_accepte() -> None:
    deposit = event("advance_submitted", "2026-11-09T10:00", json_accepted=True, attachments_accepted=False)
    alone = state(order(deposit), "2026-11-09T11:00")
    assert (alone.stage, alone.deadline("advance-request").status) == ("signed", "open")
    assert alone.action("submit_advance").allowed
    assert warnings(alone, "submit_advance") == {"F1-incomplete-deposit"}
    completed = state(order(deposit, event("advance_attachments_accepted", "2026-11-10T12:00")), "2026-11-11")
    assert (completed.stage, completed.deadline("advance-request").status) == ("advance_submitted", "met")
    too_late = order(deposit, event("advance_attachments_accepted", "2026-11-10T12:00:01"))
    uncertain = state(too_late, "2026-11-11")
    assert {"R24-date-4", "F1-incomplete-at-limit"} <= codes(uncertain, "submit_advance")
    assert sentence(uncertain, "submit_advance", "F1-incomplete-at-limit") == (
        "Dépôt incomplet à la limite : JSON accepté le 9 novembre 2026 à 10 h, pièces non acceptées à la Date 4. "
        "Issue incertaine. Faites trancher l’ASP."
    )


def test_une_demande_incomplete_ne_se_valide_pas() -> None:
    facts = order(
        event("advance_submitted", "2026-09-01T10:00", attachments_accepted=False),
        event("advance_validated", "2026-09-20"),
    )
    found = state(facts, "2026-10-01")
    assert found.refused is not None
    assert (found.refused.code, found.refused.path, found.stage) == ("F1-incomplete-deposit", "events[1]", "signed")
    assert plain(found.refused.message) == (
        "La demande d’avance est incomplète, ses pièces ne sont pas acceptées le 20 septembre 2026 à 0 h : "
        "une validation n’y a pas sa place."
    )


def test_une_demande_a_modifier_recue_a_temps_reste_a_temps() -> None:
    facts = order(
        event("advance_submitted", "2026-11-09"),
        event("advance_change_requested", "2026-11-12", reason="RIB illisible"),
    )
    found = state(facts, "2026-11-20")
    assert found.stage == "advance_submitted"
    assert found.action("submit_advance").allowed
    assert warnings(found, "submit_advance") == {"R24-changed-later"}
    again = state(replace(facts, events=(*facts.events, event("advance_submitted", "2026-11-20"))), "2026-11-21")
    assert again.deadline("advance-request").status == "met"
    assert "R24-date-4" not in codes(again, "submit_advance")


def test_une_avance_rejetee_se_depose_a_nouveau_avant_la_date_4() -> None:
    rejected = order(
        event("advance_submitted", "2026-09-01"), event("advance_rejected", "2026-09-20", reason="Doublon")
    )
    found = state(rejected, "2026-10-01")
    assert (found.stage, found.action("submit_advance").allowed) == ("rejected", True)
    assert codes(state(rejected, "2026-11-11"), "submit_advance") == {"R24-date-4"}
    again = replace(rejected, events=(*rejected.events, event("advance_submitted", "2026-10-02")))
    assert state(again, "2026-10-03").stage == "advance_submitted"
    closed = replace(
        rejected, events=(*rejected.events, event("closed_after_rejection", "2026-10-02", reason="Abandon"))
    )
    ended = state(closed, "2026-10-03")
    assert (ended.stage, ended.ledger.expected, ended.ledger.is_balanced) == ("rejected", 0, True)
    assert "R71-order-over" in codes(ended, "submit_advance")


def test_pv_pilote_non_conforme_puis_refait() -> None:
    reports = (
        event("pilot_report_signed", "2026-12-01", siren=SIREN),
        event("pilot_report_sent", "2026-12-02", siren=SIREN),
        event("pilot_report_nonconforming", "2026-12-20", siren=SIREN, reason="Signature illisible"),
        event("pilot_report_signed", "2027-01-05", siren=SIREN),
        event("pilot_report_sent", "2027-01-06", siren=SIREN),
        event("pilot_report_conforming", "2027-01-20", siren=SIREN),
    )
    context = known(pilots=three_pilots()[:2])
    facts = order(*ADVANCE, *reports, *DELIVERY)
    assert codes(state(facts, "2027-01-19", context), "submit_balance") >= {"R65-pilots"}
    assert state(facts, "2027-02-20", context).action("submit_balance").allowed


def test_solde_avant_trois_pilotes() -> None:
    facts = order(*ADVANCE, *DELIVERY)
    found = state(facts, "2027-02-20", known(pilots=three_pilots()[:2]))
    assert codes(found, "submit_balance") == {"R65-pilots"}
    assert sentence(found, "submit_balance", "R65-pilots") == (
        "2 pilotes conformes sur 3. Obtenez les PV manquants : trois clients distincts dont l’avance est validée."
    )


def test_les_pilotes_d_un_meme_client_ou_sans_avance_validee_ne_comptent_pas() -> None:
    reports = tuple(
        event(f"pilot_report_{step}", f"2026-12-0{day}", siren=SIREN)
        for day, step in enumerate(("signed", "sent", "conforming"), 1)
    )
    same_client = order(*ADVANCE, *reports)
    without_advance = order(ADVANCE[0], *reports)
    assert len(pilots_among((same_client, same_client), at("2027-01-01"))) == 2
    assert pilots_among((without_advance,), at("2027-01-01")) == ()
    twice = known(pilots=(*three_pilots()[:1], *pilots_among((same_client, same_client), at("2027-01-01"))))
    assert codes(state(order(*ADVANCE, *DELIVERY), "2027-02-20", twice), "submit_balance") == {"R65-pilots"}


def test_attestation_envoyee_a_la_date_5_et_solde_ensuite() -> None:
    attested = order(*ADVANCE, event("completion_attested", "2027-06-09T12:00:00"), *DELIVERY)
    found = state(attested, "2027-07-01")
    assert found.action("submit_balance").allowed
    assert found.deadline("completion").status == "met"
    too_late = state(order(*ADVANCE, event("completion_attested", "2027-06-09T12:00:01"), *DELIVERY), "2027-07-01")
    assert codes(too_late, "submit_balance") == {"R26-no-attestation"}
    assert too_late.deadline("completion").status == "missed"


def test_date_5_manquee_une_va_ne_remplace_pas_l_attestation() -> None:
    facts = order(*ADVANCE, *DELIVERY)
    assert state(facts, "2027-06-09T12:00:00").action("submit_balance").allowed
    found = state(facts, "2027-06-09T12:00:01")
    assert codes(found, "submit_balance") == {"R26-no-attestation"}
    assert codes(found, "attest_completion") == {"R26-date-5"}
    assert sentence(found, "submit_balance", "R26-no-attestation") == (
        "Aucune attestation de fin de prestation envoyée à la Date 5 (9 juin 2027 à 12 h). Une VA ne la remplace pas. "
        "Informez le client et l’ASP : l’avance est à rendre."
    )


def test_date_6_manquee() -> None:
    facts = order(*ADVANCE, event("completion_attested", "2027-06-01"), *DELIVERY)
    assert state(facts, "2027-09-22T12:00:00").action("submit_balance").allowed
    found = state(facts, "2027-09-22T12:00:01")
    assert codes(found, "submit_balance") == {"R27-date-6"}
    assert found.deadline("balance-request").status == "missed"
    assert found.stage == "delivered"


def test_prestation_declaree_impossible_puis_avance_reversee() -> None:
    facts = order(
        *ADVANCE,
        event("completion_impossible", "2027-05-01", reason="Serveur perdu"),
        event("client_informed", "2027-05-01", siren=SIREN, about="completion"),
        event("formal_notice", "2027-07-01", reason="Non réalisée", answer_by=date(2027, 8, 1)),
        event("repayment_ordered", "2027-09-01", amount=euros("8011.30"), reason="Non réalisée"),
        event("repaid", "2027-10-01", amount=euros("8011.30")),
    )
    assert "R26-completion-impossible" in codes(state(facts, "2027-05-02"), "submit_balance")
    assert state(facts, "2027-09-02").ledger.repayment_due == euros("8011.30")
    end = state(facts, "2027-10-02")
    assert (end.ledger.net, end.ledger.repayment_due, end.ledger.is_balanced) == (0, 0, True)
    assert end.as_json()["amounts"]["paid"] == "0.00"  # type: ignore[index]


def test_journal_en_retard_le_semestre_n_est_pas_finance() -> None:
    in_time = order(*ADVANCE, *DELIVERY, *BALANCE, journal(1, "2027-09-30T23:59:59"))
    late = order(*ADVANCE, *DELIVERY, *BALANCE, journal(1, "2027-10-01T00:00:00"))
    assert state(in_time, "2027-10-02").semesters[0].amount == euros("834.51")
    found = state(late, "2027-10-02")
    assert found.refused is None
    assert found.semesters[0].amount == 0
    assert found.deadline("journal-1").status == "missed"
    assert found.deadline("semester-request-1").status == "not-applicable"
    asked = state(late, "2027-10-02")
    assert "R29-late" in {finding.code for finding in asked.action("request_semester").blockers}
    assert codes(asked, "send_journal") == {"R29-late", "R29-not-ended"}
    (lost,) = found.ledger.adjustments
    assert (lost.part, lost.amount, lost.rule) == ("semester-1", euros("834.51"), "R29")


def test_journal_incomplet_puis_complete_dans_le_delai() -> None:
    facts = order(*ADVANCE, *DELIVERY, *BALANCE, journal(1, "2027-09-05", dm=None))
    found = state(facts, "2027-09-06")
    assert "R29-incomplete" in codes(found, "request_semester")
    assert found.action("send_journal").allowed
    completed = replace(facts, events=(*facts.events, journal(1, "2027-09-07")))
    assert state(completed, "2027-09-08").action("request_semester").allowed
    assert "R29-incomplete" in codes(state(facts, "2027-10-01"), "send_journal")


def test_demande_de_semestre_avant_la_validation_du_solde() -> None:
    facts = order(*ADVANCE, *DELIVERY, BALANCE[0], journal(1, "2027-09-10"))
    early = state(facts, "2027-09-20")
    assert codes(early, "request_semester") == {"R69-balance-not-validated"}
    validated = replace(facts, events=(*facts.events, event("balance_validated", "2027-11-02")))
    later = state(validated, "2027-11-03")
    assert later.action("request_semester").allowed
    assert warnings(later, "request_semester") == {"A11-after-balance"}
    assert "demande à déposer dès la validation du solde" in sentence(later, "request_semester", "A11-after-balance")
    assert later.deadline("semester-request-1").status == "open"


def test_resiliation_au_troisieme_semestre() -> None:
    life = (*ADVANCE, *DELIVERY, *BALANCE, *whole_semester(1), *whole_semester(2))
    facts = order(*life, event("terminated", "2028-06-20", last_activity_on=date(2028, 6, 15)))
    found = state(facts, "2028-07-01")
    assert found.stage == "terminated"
    third = found.semesters[2]
    assert third.period.ends_on == date(2028, 6, 15)
    assert third.period.journal_due_at == at("2028-07-31T23:59:59")
    assert [plain(finding.message) for finding in third.findings] == [
        "Semestre 3 raccourci au 15 juin 2028 par la résiliation : son montant suit la performance de la période."
    ]
    assert [view.amount for view in found.semesters[3:]] == [0, 0, 0]
    assert found.deadline("journal-4").status == "not-applicable"
    assert found.ledger.is_balanced
    sent = replace(facts, events=(*facts.events, journal(3, "2028-07-10")))
    asked = state(sent, "2028-07-11")
    assert codes(asked, "request_semester") == {"R70-invoice-missing"}
    invoiced = replace(sent, events=(*sent.events, event("secondary_invoice_issued", "2028-07-12")))
    ready = state(invoiced, "2028-07-13")
    assert ready.action("request_semester").allowed
    assert warnings(ready, "request_semester") == {"A35-shortened"}
    assert codes(ready, "terminate") == {"R71-terminated"}


def test_referencement_retire_apres_le_paiement() -> None:
    withdrawn = known(solution=solution(withdrawn_on=date(2027, 1, 10)))
    facts = order(*ADVANCE, *DELIVERY)
    assert "R72-referencing-withdrawn" not in warnings(state(facts, "2027-01-09", withdrawn), "submit_balance")
    found = state(facts, "2027-02-20", withdrawn)
    assert warnings(found, "submit_balance") == {"R72-referencing-withdrawn"}
    assert "R64-referencing-withdrawn" not in codes(found, "submit_advance"), "judged when it was received"
    assert codes(
        state(order(), "2026-10-01", known(solution=solution(withdrawn_on=date(2026, 9, 1)))), "submit_advance"
    ) == {"R64-referencing-withdrawn"}


def test_doublon_conteste_et_reponse_en_dix_jours_ouvres() -> None:
    facts = order(
        *ADVANCE,
        event("dispute_opened", "2026-10-21T16:00", kind="am", value="511782349", reason="Déjà financé"),
    )
    found = state(facts, "2026-10-22")
    assert found.deadline("dispute-reply").due_at == at("2026-11-04T23:59:59")
    assert found.deadline("dispute-reply").status == "open"
    answered = replace(facts, events=(*facts.events, event("dispute_answered", "2026-11-04T18:00")))
    assert state(answered, "2026-11-06").deadline("dispute-reply").status == "met"
    assert state(facts, "2026-11-05").deadline("dispute-reply").status == "missed"


def test_un_conflit_ouvert_arrete_le_demandeur_et_previent_le_detenteur() -> None:
    claimed = OpenConflict("R43", "am", "511782349", "BDC-9")
    stopped = state(order(), "2026-09-01", known(conflicts=(claimed,)))
    assert codes(stopped, "submit_advance") == {"R43-open-conflict"}
    assert sentence(stopped, "submit_advance", "R43-open-conflict") == (
        "AM 511782349 est déjà valorisé par BDC-9. Excluez ce numéro du calcul ou obtenez sa libération."
    )
    holder = state(order(), "2026-09-01", known(conflicts=(replace(claimed, is_holder=True),)))
    assert holder.action("submit_advance").allowed
    instance = OpenConflict("R42", "instance", "RIS-TEST-1", "BDC-9", stops_order=True)
    assert codes(state(order(), "2026-09-01", known(conflicts=(instance,))), "submit_advance") == {"R42-open-conflict"}


def test_commande_annulee_apres_le_paiement_de_l_avance() -> None:
    facts = order(*ADVANCE, event("cancelled", "2026-12-01", reason="Fusion"))
    before = state(facts, "2026-11-30")
    assert before.action("cancel").allowed
    assert sentence(before, "cancel", "R72-paid") == "8 011,30 € déjà payés sont à rendre. Prévenez l’ASP."
    after = state(facts, "2026-12-02")
    assert (after.stage, after.ledger.expected, after.ledger.overpaid) == ("cancelled", 0, euros("8011.30"))
    assert after.ledger.is_balanced
    assert not any(action.allowed for action in after.actions)
    assert after.deadline("balance-request").status == "not-applicable"
