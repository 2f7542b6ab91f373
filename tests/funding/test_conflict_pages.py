"""The list and the page of conflicts as people use them: read, propose, decide, contest (R42-R48, F2)."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders.models import Claim, Conflict, Dispute, Event
from orders.selectors.claims import excluded_keys
from orders.services.funded import FundedRow, register_funded
from orders.services.life import cancel_order
from segur.models import Role
from tests.funding.conflict_pages import FIRST, NUMBER, SECOND, contested, decide, third
from tests.funding.tranche_page import signed_in, text_of
from tests.orders.factories import (
    NOW,
    SolutionFactory,
    am,
    client,
    db_facts,
    doctor,
    establishment,
    record,
    ris_facts,
    texts,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel("2026-11-23T09:00:00+01:00", tick=False):
        yield


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def page(browser: Client, conflict: Conflict, query: str = "") -> str:
    response = browser.get(f"/conflits/{conflict.pk}/{query}")
    assert response.status_code == 200
    return text_of(response)  # type: ignore[arg-type]


def test_the_page_says_both_sides_and_every_euro(admin: Client) -> None:
    _, _, conflict = contested()
    words = page(admin, conflict)
    assert "Deux commandes pour un même numéro AM" in words
    assert "2 870 examens en 2023" in words
    assert "6 179,22 € à 14 335,30 €" in words
    assert "61 234 · tranche D" in words
    assert "58 364 · tranche C" in words
    assert "Le titulaire garde le numéro" in words
    assert f"{SECOND} est recalculée sans lui : C → B. L’avance passe de 5 401,36 € à 3 424,00 €." in words
    assert "−8 156,08 €" in words
    assert "−14 335,30 €" in words
    assert "Erreur de saisie : corriger" in words
    assert "TTC 20 %, principale et secondaire" in words
    assert "Une commande RIS" not in words
    assert "Un numéro AM n’est valorisé que par une seule commande RIS." in words


def test_an_address_never_holds_the_number(admin: Client) -> None:
    _, _, conflict = contested()
    for address in ("/conflits/", f"/conflits/{conflict.pk}/"):
        html = admin.get(address).content.decode()
        assert NUMBER in html
        assert not any(NUMBER in part.split('"')[0] for part in html.split('href="')[1:] + html.split('action="')[1:])


@pytest.mark.parametrize(
    ("before", "after", "proposed", "words"),
    [
        ("first", "second", "keep", f"{FIRST} garde le numéro."),
        ("second", "first", "release", f"{SECOND} valorise le numéro."),
        ("other", "second", "exclude-all", "aucune de ces commandes ne valorise le numéro."),
    ],
)
def test_the_situation_proposes_the_decision(admin: Client, before: str, after: str, proposed: str, words: str) -> None:
    first, second, conflict = contested()
    names = {"first": str(first.pk), "second": str(second.pk), "other": "other"}
    query = f"?situation=left-to-another&changed_on=2024-03-04&before={names[before]}&after={names[after]}"
    response = admin.get(f"/conflits/{conflict.pk}/{query}")
    assert f"Proposition : {words}" in text_of(response)  # type: ignore[arg-type]
    (row,) = [row for row in response.context["rows"] if row.is_proposed]
    assert row.key.partition(":")[0] == proposed
    assert row.is_chosen
    assert Conflict.objects.get().status == "open"


def test_a_wrong_situation_is_answered_beside_its_field(admin: Client) -> None:
    _, _, conflict = contested()
    words = page(admin, conflict, "?situation=gone&changed_on=demain&before=999&after=")
    assert "Choisissez l’une des six situations." in words
    assert "Saisissez une date, par exemple 04/03/2024." in words
    assert "Choisissez une structure de la liste." in words
    assert "Proposition" not in words


def test_keeping_the_holder_recalculates_the_claimant(admin: Client) -> None:
    first, second, conflict = contested()
    given = {
        "situation": "left-to-another",
        "changed_on": "2024-03-04",
        "before": str(first.pk),
        "after": str(second.pk),
    }
    response = decide(admin, conflict, "keep", **given)
    words = text_of(response)
    assert f"Numéro exclu. {SECOND} est recalculée sans lui : C → B." in words
    assert "Différence : −6 179,22 €." in words
    settled = Conflict.objects.get()
    assert (settled.status, settled.situation) == ("excluded", "left-to-another")
    assert settled.reason.startswith("Vu avec les deux cabinets. (Situation depuis 2023")
    assert "le 4 mars 2024" in settled.reason
    assert {key.value for key in excluded_keys(second)} == {NUMBER}
    assert excluded_keys(first) == frozenset()
    assert settled.decided_by is not None
    assert "Décision et conséquences" not in words


@pytest.mark.parametrize(
    ("decision", "status", "holder"),
    [("release", "released", SECOND), ("transfer", "transferred", SECOND), ("dismiss", "dismissed", FIRST)],
)
def test_every_decision_has_its_end(admin: Client, decision: str, status: str, holder: str) -> None:
    _, second, conflict = contested()
    key = decision if decision == "dismiss" else f"{decision}:{second.pk}"
    decide(admin, conflict, key)
    assert Conflict.objects.get().status == status
    claim = Claim.objects.get(kind="am", value=NUMBER, released_at__isnull=True)
    assert claim.order is not None
    assert claim.order.number == holder


def test_the_number_can_leave_both_orders(admin: Client) -> None:
    _, _, conflict = contested()
    words = text_of(decide(admin, conflict, "exclude-all"))
    assert "Différence : −14 335,30 €." in words
    assert not Claim.objects.filter(kind="am", value=NUMBER, released_at__isnull=True).exists()


def test_a_reason_is_required_and_cites_no_person(admin: Client) -> None:
    _, _, conflict = contested()
    response = decide(admin, conflict, "keep", reason=" ")
    assert response.status_code == 422
    assert "Écrivez le motif de la décision." in text_of(response)
    grouped = f"{NUMBER[:3]} {NUMBER[3:6]} {NUMBER[6:]}"
    response = decide(admin, conflict, "keep", reason=f"Le {grouped} est parti.")
    assert response.status_code == 422
    assert "L’historique ne cite pas de numéro AM ou RPPS" in text_of(response)
    assert Conflict.objects.get().status == "open"


@pytest.mark.parametrize(
    ("decision", "given"),
    [
        ("", {}),
        ("sell", {}),
        ("release:999", {}),
        ("correct:1", {}),
        ("keep", {"version": "x"}),
        ("keep", {"before": "?", "situation": "takeover"}),
    ],
)
def test_a_bad_decision_changes_nothing(admin: Client, decision: str, given: dict[str, str]) -> None:
    _, _, conflict = contested()
    assert decide(admin, conflict, decision, **given).status_code == 422
    assert Conflict.objects.get().status == "open"


def test_two_people_at_once_are_told_apart(admin: Client) -> None:
    _, _, conflict = contested()
    third()
    response = decide(admin, conflict, "keep")
    assert response.status_code == 409
    words = text_of(response)
    assert "Cette fiche a été modifiée entre-temps par quelqu’un d’autre." in words
    assert "Vu avec les deux cabinets." in response.content.decode()
    decide(admin, Conflict.objects.get(), "keep")
    again = decide(admin, conflict, "keep")
    assert again.status_code == 409


@pytest.mark.parametrize("role", [Role.PROJECT_MANAGER, Role.BACK_OFFICE, Role.READER])
def test_only_the_administration_decides(role: Role) -> None:
    _, _, conflict = contested()
    browser = signed_in(role)
    words = page(browser, conflict)
    assert "Trancher le conflit" not in words
    expected = "Votre compte lit les conflits" if role is Role.READER else "Seule l’administration tranche un conflit."
    assert f"Impossible : {expected}" in words
    response = decide(browser, conflict, "keep")
    assert response.status_code == 403
    assert "Seule l’administration tranche un conflit." in text_of(response)
    assert Conflict.objects.get().status == "open"


def test_a_note_and_a_paper_asked_for_stand_in_the_history() -> None:
    _, _, conflict = contested()
    browser = signed_in(Role.BACK_OFFICE)
    browser.post(f"/conflits/{conflict.pk}/note/", {"text": "Le cabinet rappelle demain.", "kind": "note"})
    browser.post(f"/conflits/{conflict.pk}/note/", {"text": "Attestation de départ", "kind": "piece"})
    words = page(browser, conflict)
    assert "Note : Le cabinet rappelle demain. 23 novembre 2026 à 9 h · Élise Morvan" in words
    assert "Attestation de départ demandée le 23 novembre 2026" in words
    refused = browser.post(f"/conflits/{conflict.pk}/note/", {"text": f"AM {NUMBER}"})
    assert refused.status_code == 422
    assert not Event.objects.filter(reason__contains=NUMBER).exists()


def test_a_reader_says_nothing() -> None:
    _, second, conflict = contested()
    browser = signed_in(Role.READER)
    assert browser.post(f"/conflits/{conflict.pk}/note/", {"text": "Bonjour"}).status_code == 403
    letter = {"order": str(second.pk), "received_on": "2026-11-20", "reason": "Justifier"}
    assert browser.post(f"/conflits/{conflict.pk}/contestation/", letter).status_code == 403
    assert not Dispute.objects.exists()


def test_a_letter_of_the_asp_gives_ten_working_days() -> None:
    """F2: from Friday 30 October, without 11 November: Monday 16 November."""
    _, second, conflict = contested()
    browser = signed_in(Role.PROJECT_MANAGER)
    letter = {"order": str(second.pk), "received_on": "2026-10-30", "reason": "Justifier le rattachement."}
    response = browser.post(f"/conflits/{conflict.pk}/contestation/", letter, follow=True)
    assert "Réponse à l’ASP au plus tard le lundi 16 novembre 2026." in text_of(response)  # type: ignore[arg-type]
    dispute = Dispute.objects.get()
    assert (dispute.conflict, dispute.reply_due_on) == (conflict, date(2026, 11, 16))
    again = browser.post(f"/conflits/{conflict.pk}/contestation/", letter)
    assert again.status_code == 422
    said = text_of(again)  # type: ignore[arg-type]
    assert "Ce numéro est déjà contesté." in said
    early = browser.post(f"/conflits/contestations/{dispute.pk}/reponse/", {"answered_on": "2026-10-29"})
    assert early.status_code == 422
    browser.post(f"/conflits/contestations/{dispute.pk}/reponse/", {"answered_on": "2026-11-12"})
    assert "Répondu le 12 novembre 2026" in page(browser, conflict)


@pytest.mark.parametrize("received_on", ["", "hier", "2026-11-24", "0000-00-00"])
def test_a_letter_needs_a_past_day(received_on: str) -> None:
    _, second, conflict = contested()
    browser = signed_in(Role.ADMIN)
    letter = {"order": str(second.pk), "received_on": received_on, "reason": "Justifier"}
    assert browser.post(f"/conflits/{conflict.pk}/contestation/", letter).status_code == 422
    assert not Dispute.objects.exists()


def test_without_counts_nothing_is_guessed(admin: Client) -> None:
    _, _, conflict = contested(counts=False)
    words = page(admin, conflict)
    assert "En jeu selon la décision après calcul" in words
    assert "2 numéros absents des comptages" in words
    assert text_of(decide(admin, conflict, "keep")).count("après calcul") >= 1


def test_several_claimants_stand_side_by_side(admin: Client) -> None:
    _, _, conflict = contested()
    last = third()
    words = page(admin, Conflict.objects.get())
    assert "3 commandes pour un même numéro AM" in words
    assert f"Libérer au profit de {last.number}" in words
    assert "attend une autre décision" in words
    assert conflict.pk == Conflict.objects.get().pk


def test_the_line_that_differs_is_marked(admin: Client) -> None:
    """An AM written beside two RPPS numbers is often a typing error."""
    record(ris_facts(FIRST, client(1, [doctor(7)])))
    other = doctor(7).__class__(name="Dr Exemple 8", activity=doctor(8).activity, rpps=doctor(8).rpps, am=(am(7),))
    record(ris_facts(SECOND, client(2, [other])))
    response = admin.get(f"/conflits/{Conflict.objects.get().pk}/")
    assert [row.label for row in response.context["facts"] if row.differs] == ["Ligne du bon"]


def test_the_same_doctor_elsewhere_is_shown(admin: Client) -> None:
    _, _, conflict = contested()
    assert "Aucune autre commande ne nomme ce médecin." in page(admin, conflict)
    twin = doctor(7).__class__(name="Dr Exemple 7", activity=doctor(7).activity, rpps=doctor(7).rpps, am=(am(70),))
    record(ris_facts("BDC-2026-0200", client(4, [twin])))
    assert f"AM {am(70)} BDC-2026-0200" in page(admin, conflict)


def test_a_siren_is_never_excluded(admin: Client) -> None:
    """R45: nothing can be left out; the words say how it ends."""
    solution = SolutionFactory.create(programme="IMG-DB-Va2")
    record(db_facts("DB-1", client(1, [establishment(1)])), solution=solution)
    second = record(db_facts("DB-2", client(1, [establishment(2)])), solution=solution)
    conflict = Conflict.objects.get(kind="siren")
    words = page(admin, conflict)
    assert "Deux commandes pour un même client" in words
    assert "SIREN : aucune exclusion possible." in words
    assert "Annuler DB-2" in words
    assert "Situation du médecin" not in words
    assert decide(admin, conflict, "keep").status_code == 422
    decide(admin, conflict, f"release:{second.pk}")
    assert Conflict.objects.get(pk=conflict.pk).status == "released"


def test_a_number_funded_elsewhere_only_leaves_the_order(admin: Client) -> None:
    scopes = texts()
    register_funded(programme_id=scopes.id, rows=[FundedRow("am", NUMBER, "", "Liste 7")], now=NOW, scopes=scopes)
    record(ris_facts(SECOND, client(2, [doctor(7)])))
    conflict = Conflict.objects.get()
    words = page(admin, conflict)
    assert "Un même numéro AM financé ailleurs" in words
    assert "Liste 7" in words
    assert "Libérer au profit" not in words
    decide(admin, conflict, "keep")
    assert Conflict.objects.get().status == "excluded"


def test_a_holder_that_let_go_leads_to_a_transfer(admin: Client) -> None:
    first, second, conflict = contested()
    cancel_order(order_id=first.pk, reason="Le client renonce.", now=NOW)
    words = page(admin, conflict)
    assert "A libéré le numéro" in words
    assert f"Transférer à {SECOND}" in words
    assert "Libérer au profit" not in words
    decide(admin, Conflict.objects.get(), f"transfer:{second.pk}")
    assert Conflict.objects.get().status == "transferred"


def test_one_goes_from_an_open_conflict_to_the_next(admin: Client) -> None:
    for place in range(3):
        record(ris_facts(f"A{place}", client(10 + place, [doctor(place)])))
        record(ris_facts(f"B{place}", client(20 + place, [doctor(place)])))
    first, second, last = Conflict.objects.order_by("opened_at", "pk")
    found = admin.get(f"/conflits/{second.pk}/").context["neighbours"]
    assert (found.previous, found.next, found.left) == (first.pk, last.pk, 1)
    assert "Suivant, 1 restant" in page(admin, second)
    assert "Suivant" not in page(admin, last)


def test_the_list_shows_the_open_ones_first_by_euros(admin: Client) -> None:
    _, _, conflict = contested()
    record(ris_facts("S1", client(8, [doctor(80)])))
    record(ris_facts("S2", client(9, [doctor(80)])))
    record(ris_facts("T1", client(18, [doctor(81)])))
    record(ris_facts("T2", client(19, [doctor(81)])))
    decide(admin, Conflict.objects.get(value=am(81)), "keep")
    response = admin.get("/conflits/")
    assert [row.case.conflict.value for row in response.context["rows"]] == [NUMBER, am(80), am(81)]
    words = text_of(response)  # type: ignore[arg-type]
    assert "2 ouverts" in words
    assert "6 179,22 € à 14 335,30 €" in words
    assert conflict.status == "open"


def test_filters_keep_what_they_say(admin: Client) -> None:
    contested()
    assert len(admin.get("/conflits/?status=open&kind=am&programme=IMG-RIS-Va2").context["rows"]) == 1
    empty = text_of(admin.get("/conflits/?kind=siren"))  # type: ignore[arg-type]
    assert "Aucun conflit ne répond à ces filtres." in empty
    assert len(admin.get("/conflits/?status=sold&kind=%00&page=x").context["rows"]) == 1


def test_an_empty_list_says_so(admin: Client) -> None:
    assert "Aucun conflit : chaque numéro" in text_of(admin.get("/conflits/"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found"), [(NUMBER, 1), (SECOND.lower(), 1), ("Imagerie 2", 1), ("inconnu", 0), ("", 1)]
)
def test_a_search_stays_out_of_the_address(admin: Client, text: str, found: int) -> None:
    contested()
    response = admin.post("/conflits/recherche/", {"text": text, "status": "open"})
    assert text not in response["Location"] or not text
    shown = admin.get(response["Location"])
    assert len(shown.context["rows"]) == found
    assert Client().get(response["Location"]).status_code == 302


def test_a_search_of_another_session_has_expired(admin: Client) -> None:
    contested()
    assert "Cette recherche a expiré." in text_of(admin.get("/conflits/?s=unknown"))  # type: ignore[arg-type]


def test_the_file_names_no_am(admin: Client) -> None:
    _, _, conflict = contested()
    record(ris_facts("=1+1", client(3, [establishment(1)])))
    response = admin.get("/conflits/export.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert NUMBER not in text
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert rows[0]["Fiche"] == str(conflict.pk)
    assert (rows[0]["En jeu au moins"], rows[0]["En jeu au plus"]) == ("6179,22", "14335,30")
    assert rows[1]["Demandeurs"] == "'=1+1"
    assert rows[1]["Numéro"] != ""


def test_reading_writes_nothing(admin: Client) -> None:
    _, _, conflict = contested()
    events = Event.objects.count()
    with CaptureQueriesContext(
        connection,
    ) as seen:
        page(admin, conflict, "?situation=takeover")
        admin.get("/conflits/")
    written = [
        each["sql"]
        for each in seen
        if not each["sql"].lstrip("( ").upper().startswith(("SELECT", "SAVEPOINT", "RELEASE"))
    ]
    assert written == []
    assert Event.objects.count() == events
    for address in ("decision", "note", "contestation"):
        assert admin.get(f"/conflits/{conflict.pk}/{address}/").status_code == 405
    assert admin.get("/conflits/999999/").status_code == 404


def queries(browser: Client, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(address).status_code == 200
    return len(seen)


def test_the_list_asks_as_much_for_ten_as_for_two_hundred(admin: Client) -> None:
    solution = SolutionFactory.create()

    def more(first: int, last: int) -> None:
        for place in range(first, last):
            for letter in "AB":
                facts = ris_facts(f"{letter}{place}", client(place * 2 + (letter == "B"), [doctor(place)]))
                record(facts, solution=solution)

    more(0, 10)
    few = queries(admin, "/conflits/")
    more(10, 200)
    assert Conflict.objects.count() == 200
    assert queries(admin, "/conflits/") == few
    assert few < 30


def test_the_navigation_counts_what_waits(admin: Client) -> None:
    assert 'class="rail-count"' not in admin.get("/conflits/").content.decode()
    contested()
    assert 'class="rail-count"' in admin.get("/conflits/").content.decode()
