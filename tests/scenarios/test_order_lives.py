"""Vies de commandes, du brouillon au sixième semestre ou à leur sortie, dites par ``simulate``."""

from __future__ import annotations

import pytest

from orders.models import Order
from tests.orders.order_file_samples import siren
from tests.scenarios.lives import (
    ADVANCE,
    BALANCE,
    Simulator,
    client,
    delivery,
    drimbox,
    enrolment,
    event,
    journal,
    order_file,
    pilots,
    ris,
    semester,
    solution,
)

SIREN = siren(1)


def test_vie_simple_d_un_ris_jusqu_au_sixieme_semestre(simulate: Simulator) -> None:
    every = [each for number in range(1, 7) for each in semester(number)]
    document = order_file(*pilots(), ris(1, *ADVANCE, *delivery(SIREN), *BALANCE, *every))
    stages = [
        ("2026-07-09", "draft"),
        ("2026-07-10", "issued"),
        ("2026-07-15", "signed"),
        ("2026-09-01T09:59:59", "signed"),
        ("2026-09-01T10:00", "advance_submitted"),
        ("2026-09-20", "advance_validated"),
        ("2027-02-12T15:00", "delivered"),
        ("2027-03-01T10:00", "balance_submitted"),
        ("2027-03-20", "secondary"),
        ("2030-03-10T13:00", "closed"),
    ]
    assert [(at, simulate.order(document, f"{at}T00:00" if "T" not in at else at).stage) for at, _ in stages] == stages
    ready = simulate.order(document, "2027-03-01T09:59:59")
    assert (ready.allowed("submit_balance"), ready.errors("submit_balance")) == (True, set())
    done = simulate.order(document, "2030-04-01T00:00")
    amounts = {"principal": "20028.26", "advance": "8011.30", "balance": "12016.96", "paid": "25035.32"}
    assert done.state["amounts"] == amounts
    assert [each["amount"] for each in done.state["semesters"]] == ["834.51"] * 6
    assert done.deadline("journal-6")["status"] == "met"
    assert not Order.objects.exists()


def test_vie_d_une_drimbox_au_bareme_inconnu(simulate: Simulator) -> None:
    first = (
        journal(1, "2027-09-10T10:00"),
        event("semester_requested", "2027-09-10T11:00", semester=1),
        event("semester_validated", "2027-09-20T00:00", semester=1),
        event("semester_paid", "2027-10-01T00:00", semester=1, amount="700.00"),
    )
    document = order_file(*pilots("box", drimbox), drimbox(1, *ADVANCE, *delivery(SIREN), *BALANCE, *first))
    before = simulate.order(document, "2027-02-28T12:00")
    assert (before.stage, before.allowed("submit_balance")) == ("delivered", True)
    told = simulate.order(document, "2027-10-02T00:00")
    assert told.stage == "secondary"
    assert told.state["amounts"]["paid"] == "20728.26"
    assert [each["amount"] for each in told.state["semesters"]] == [None] * 6
    assert told.deadline("completion")["due_at"] == "2027-09-15T12:00:00+02:00"


def test_commande_a_deux_clients_la_va_la_plus_tardive_ouvre_les_semestres(simulate: Simulator) -> None:
    other = client(2, principal=False, signed_on="2026-07-20")
    vas = (
        event("va_signed", "2027-02-12T09:00", siren=siren(1)),
        event("va_signed", "2027-03-01T09:00", siren=siren(2)),
    )
    document = order_file(*pilots(), ris(1, *ADVANCE, *vas, clients=[client(1), other]))
    assert simulate.order(document, "2026-07-19T12:00").stage == "issued"
    assert simulate.order(document, "2026-07-20T00:00").stage == "signed"
    waiting = simulate.order(document, "2027-02-20T00:00")
    assert (waiting.stage, waiting.state["semesters"]) == ("advance_validated", [])
    assert waiting.sentence("submit_balance", "R68-va-missing").startswith("VA manquante\u00a0: CH 2.")
    done = simulate.order(document, "2027-03-02T00:00")
    assert (done.stage, done.state["semesters"][0]["starts_on"]) == ("delivered", "2027-04-01")


@pytest.mark.parametrize(
    ("filed", "blocked"),
    [("2026-11-10T11:59:59", False), ("2026-11-10T12:00:00", False), ("2026-11-10T12:00:01", True)],
)
def test_avance_recue_a_midi_et_une_seconde_apres_la_date_4(simulate: Simulator, filed: str, blocked: bool) -> None:
    document = order_file(ris(1, event("advance_submitted", filed)))
    told = simulate.order(document, "2026-11-12T00:00")
    assert told.stage == "advance_submitted"
    assert ("R24-date-4" in told.errors("submit_advance")) is blocked
    assert told.deadline("advance-request")["status"] == ("missed" if blocked else "met")


def test_avance_deposee_avant_la_decision_de_referencement_par_exception(simulate: Simulator) -> None:
    """R25 : la décision manque quinze jours avant la Date 4, le dossier complet est à temps."""
    late = {"referenced_on": None}
    document = order_file(
        ris(1, conditional_mention=True),
        solutions=[solution("ris", **late), solution("box")],
        enrolments=[enrolment("ris", finalised_on=None)],
    )
    too_early = simulate.order(document, "2026-10-26T11:00")
    assert too_early.errors("submit_advance") == {"R64-not-referenced", "R64-enrolment-not-final"}
    opened = simulate.order(document, "2026-10-27T12:00")
    assert (opened.allowed("submit_advance"), opened.errors("submit_advance")) == (True, set())
    assert opened.sentence("submit_advance", "R25-conditional")
    without_file = order_file(
        ris(1, conditional_mention=True),
        solutions=[solution("ris", complete_file_submitted_at="2026-05-13T12:00:01", **late)],
        enrolments=[enrolment("ris", finalised_on=None)],
    )
    assert "R64-not-referenced" in simulate.order(without_file, "2026-10-27T12:00").errors("submit_advance")


def test_pieces_refusees_apres_l_acceptation_du_json(simulate: Simulator) -> None:
    """F1 : les deux parties du dépôt ont chacune leur instant."""
    half = event("advance_submitted", "2026-11-09T10:00", json_accepted=True, attachments_accepted=False)
    document = order_file(ris(1, half, event("advance_attachments_accepted", "2026-11-12T10:00")))
    told = simulate.order(document, "2026-11-10T11:00")
    assert (told.stage, told.allowed("submit_advance")) == ("signed", True)
    late = simulate.order(document, "2026-11-11T00:00")
    assert {"R24-date-4", "F1-incomplete-at-limit"} <= late.errors("submit_advance")
    assert simulate.order(document, "2026-11-13T00:00").stage == "advance_submitted"
    too_soon = order_file(ris(1, half, event("advance_validated", "2026-11-10T10:00")))
    answer = simulate.document(too_soon, "2026-11-13T00:00")
    assert [(each["path"], each["code"]) for each in answer["import"]["errors"]] == [
        ("events[1]", "F1-incomplete-deposit")
    ]
    assert answer["orders"][0]["stage"] == "signed"


def test_solde_avant_le_troisieme_pilote_conforme(simulate: Simulator) -> None:
    document = order_file(ris(1, *ADVANCE, *delivery(SIREN)), *pilots())
    later = order_file(
        ris(
            1,
            *ADVANCE,
            event("va_signed", "2026-12-02T09:00"),
            event("invoice_issued", "2026-12-03T09:00", number="F-1", ht="16690.22", ttc="20028.26"),
        ),
        *pilots(),
    )
    two = simulate.order(later, "2026-12-15T11:59:59")
    assert two.errors("submit_balance") == {"R65-pilots"}
    three = simulate.order(later, "2026-12-15T12:00:00")
    assert (three.allowed("submit_balance"), three.errors("submit_balance")) == (True, set())
    assert simulate.order(document, "2027-02-20T00:00").allowed("submit_balance")
    without_advance = pilots()
    without_advance[2]["events"] = without_advance[2]["events"][:1] + without_advance[2]["events"][3:]
    told = simulate.order(order_file(later["orders"][0], *without_advance), "2027-01-05T00:00")
    assert told.errors("submit_balance") == {"R65-pilots"}


@pytest.mark.parametrize(("attested", "kept"), [("2027-06-09T12:00:00", True), ("2027-06-09T12:00:01", False)])
def test_attestation_de_fin_a_la_date_5(simulate: Simulator, attested: str, kept: bool) -> None:
    """R26 : le solde se dépose ensuite jusqu’à la Date 6 si l’attestation est partie à temps."""
    life = (*ADVANCE, *delivery(SIREN), event("completion_attested", attested))
    document = order_file(ris(1, *life), *pilots())
    told = simulate.order(document, "2027-07-01T00:00")
    assert told.deadline("completion")["status"] == ("met" if kept else "missed")
    assert told.allowed("submit_balance") is kept
    assert kept or {code[:3] for code in told.errors("submit_balance")} == {"R26"}
    assert {code[:3] for code in simulate.order(document, "2027-09-22T12:00:01").errors("submit_balance")} >= {"R27"}


def test_journal_en_retard_le_semestre_n_est_pas_finance(simulate: Simulator) -> None:
    life = (*ADVANCE, *delivery(SIREN), *BALANCE)
    in_time = order_file(ris(1, *life, journal(1, "2027-09-30T23:59:59")), *pilots())
    late = order_file(ris(1, *life, journal(1, "2027-10-01T00:00:00")), *pilots())
    assert simulate.order(in_time, "2027-10-02T00:00").state["semesters"][0]["amount"] == "834.51"
    told = simulate.order(late, "2027-10-02T00:00")
    assert told.state["semesters"][0]["amount"] == "0.00"
    assert told.deadline("journal-1")["status"] == "missed"


def test_resiliation_pendant_le_troisieme_semestre(simulate: Simulator) -> None:
    """R71 : le semestre en cours est raccourci, les suivants tombent."""
    ending = event("terminated", "2028-05-20T10:00", last_activity_on="2028-05-31")
    life = (*ADVANCE, *delivery(SIREN), *BALANCE, *semester(1), *semester(2), ending)
    document = order_file(ris(1, *life), *pilots())
    before = simulate.order(document, "2028-05-20T09:59:59")
    assert (before.stage, before.allowed("terminate")) == ("secondary", True)
    told = simulate.order(document, "2028-05-21T00:00")
    assert told.stage == "terminated"
    assert told.state["semesters"][2]["ends_on"] == "2028-05-31"
    assert told.deadline("journal-4")["status"] == "not-applicable"
    assert not told.allowed("terminate")


def test_referencement_retire_apres_le_paiement_de_l_avance(simulate: Simulator) -> None:
    withdrawn = [solution("ris", withdrawn_on="2027-01-10"), solution("box")]
    document = order_file(ris(1, *ADVANCE, *delivery(SIREN)), *pilots(), solutions=withdrawn)
    told = simulate.order(document, "2027-02-20T00:00")
    assert told.state["amounts"]["paid"] == "8011.30"
    assert told.sentence("submit_balance", "R72-referencing-withdrawn").endswith("Prévenez l’ASP et le client.")
    before = simulate.order(document, "2027-01-09T12:00")
    assert "R72-referencing-withdrawn" not in {each["code"] for each in before.action("submit_balance")["blockers"]}


def test_doublon_conteste_entre_deux_commandes(simulate: Simulator) -> None:
    """R43 : le second signataire attend, jusqu’au retrait du premier."""
    first = ris(1, event("withdrawn", "2026-09-15T10:00", reason="Abandon du projet"))
    second = ris(2, event("dispute_opened", "2026-08-03T09:00", kind="am", value="", reason="Doublon"))
    second["clients"][0]["signed_on"] = "2026-07-16"
    second["clients"][0]["lines"][1]["am"] = first["clients"][0]["lines"][1]["am"]
    second["events"][0]["value"] = first["clients"][0]["lines"][1]["am"][0]
    document = order_file(first, second)
    told = simulate.orders(document, "2026-08-20T00:00")
    assert "R43-open-conflict" in told["BDC-2"].errors("submit_advance")
    assert told["BDC-1"].allowed("submit_advance")
    assert told["BDC-2"].deadline("dispute-reply")["status"] == "missed"
    before = simulate.orders(document, "2026-07-15T12:00")
    assert not [each for each in before["BDC-2"].errors("submit_advance") if each.startswith("R43")]
    assert simulate.orders(document, "2026-09-16T00:00")["BDC-1"].stage == "withdrawn"


def test_commande_close_apres_rejet_libere_ses_numeros(simulate: Simulator) -> None:
    rejected = (*ADVANCE[:1], event("advance_rejected", "2026-09-05T10:00", reason="Pièce fausse"))
    closing = event("closed_after_rejection", "2026-09-10T10:00", reason="Rejet définitif")
    second = ris(2)
    second["clients"][0] |= {"signed_on": "2026-09-20"}
    second["clients"][0]["lines"][1]["am"] = client(1)["lines"][1]["am"]
    held = simulate.orders(order_file(ris(1, *rejected), second), "2026-10-01T00:00")
    assert (held["BDC-1"].stage, "R43-open-conflict" in held["BDC-2"].errors("submit_advance")) == ("rejected", True)
    freed = simulate.orders(order_file(ris(1, *rejected, closing), second), "2026-10-01T00:00")
    assert (freed["BDC-1"].stage, freed["BDC-2"].errors("submit_advance")) == ("rejected", set())
