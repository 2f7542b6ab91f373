"""Page of an order: where it stands, what to do and what stops it, its amounts, numbers, clients and history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from funding.views.orders.history import KNOWN_ACTIONS, sentence
from orders.domain.snapshot import LineActivity, TrancheFacts
from orders.models import Conflict, Event, Order, OrderState
from orders.services.decisions import Decision, decide_conflict
from orders.services.life import cancel_order
from segur.models import Role
from tests.funding.order_pages import WRITERS, field_values, recorded, signed_in, words
from tests.funding.tranche_page import load_counts
from tests.orders import factories
from tests.orders.order_forms import money

pytestmark = pytest.mark.django_db

NOW = factories.NOW
TRANCHE_B = TrancheFacts("B", date(2026, 5, 2), "Courriel du 2 mai")
ACTIONS = ("emettre", "signer", "annuler", "retirer")


@pytest.fixture
def client() -> Client:
    return signed_in()


@pytest.fixture(autouse=True)
def _before_date_4() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def page(client: Client, order: Order) -> str:
    return words(client.get(f"/commandes/{order.pk}/"))


def test_the_head_says_what_it_is_in_one_line(client: Client) -> None:
    text = page(client, recorded(1, tranche=TRANCHE_B))
    assert "Imagerie 1 Signée BDC-1 RIS · Mise à jour vague 2 Imagix RIS 7 Instance RIS-BDC-1 RIS maître" in text
    assert "Tranche B TVA 20 %" in text
    assert "règlement IMG-RIS-Va2, version" in text


def test_the_life_shows_facts_and_leaves_the_rest_to_come(client: Client) -> None:
    text = page(client, recorded(1))
    assert "Enrôlement à venir Référencement 1er avr. 2026 Commande signée 12 mai 2026 Avance 40 % 1 blocage" in text
    assert "Solde 60 % à venir Semestres 1 à 6 à venir" in text
    assert "Commande émise, 0 signature sur 1" in page(client, recorded(2, state="issued"))
    assert "Commande brouillon" in page(client, recorded(3, state="draft"))


def test_a_draft_with_an_error_says_what_is_missing_and_leads_to_the_field(client: Client) -> None:
    order = recorded(1, state="draft", instance=None)
    response = client.get(f"/commandes/{order.pk}/")
    text = words(response)
    assert "Prochaine action Compléter le bon de commande" in text
    assert "Impossible Émettre le bon de commande 1 blocage" in text
    assert "règle R42 L’instance RIS n’est pas nommée. Nommez-la : elle n’est financée qu’une fois." in text
    assert f'href="/commandes/{order.pk}/modifier/#id_instance"' in response.content.decode()


def test_a_complete_draft_is_to_be_issued_then_signed(client: Client) -> None:
    order = recorded(1, state="draft")
    assert "Prochaine action Émettre le bon de commande" in page(client, order)
    assert "Prochaine action Faire signer Imagerie 2 La première signature réserve" in page(
        client, recorded(2, state="issued")
    )
    assert "Prochaine action Lever ce qui bloque la demande d’avance" in page(client, recorded(3))


def test_amounts_stand_beside_the_printed_ceilings(client: Client) -> None:
    text = page(client, recorded(1, tranche=TRANCHE_B))
    row = "Commandé HT 7 133,33 € Plafond HT 7 133,33 € Commandé TTC 8 560,00 € Plafond TTC 8 560,00 €"
    assert f"{row} Contrôle au plafond" in text
    assert "Avance 40 % État Bloquée Attendu 3 424,00 € Demandé — inconnu Payé 0,00 € Reste 3 424,00 €" in text
    assert "Solde 60 % État À venir Attendu 5 136,00 € Demandé — inconnu Payé 0,00 € Reste 5 136,00 €" in text


def test_an_amount_above_its_ceiling_is_an_error(client: Client) -> None:
    order = recorded(1, tranche=TRANCHE_B)
    Order.objects.filter(pk=order.pk).update(principal_ttc=money("8560.02"))
    text = page(client, order)
    assert "Contrôle au-dessus du plafond" in text
    assert "Le TTC dépasse le plafond de 0,02 € : 8 560,02 € pour 8 560,00 €. Ramenez-le au plafond." in text
    assert "Prochaine action Corriger la commande" in text


def test_an_unknown_tranche_is_estimated_from_the_loaded_counts(client: Client) -> None:
    load_counts(("finess", factories.finess(1), "radiology", 12_000), ("am", factories.am(1), "radiology", 0))
    text = page(client, recorded(1))
    assert "Tranche A (estimation)" in text
    assert "Montants tranche A · TVA 20 % Estimation" in text
    assert "Examens 2023 12 000 Statut Valorisé" in text
    assert "Examens 2023 0 Statut Valorisé Pourquoi Sans activité en 2023" in text
    assert "2 numéros · 12 000 examens pondérés 2 valorisés" in text


def test_a_contested_number_names_the_other_order_and_its_rule(client: Client) -> None:
    shared = factories.doctor(60)
    first = factories.record(factories.ris_facts("BDC-A", factories.client(1, [shared])))
    second = factories.record(factories.ris_facts("BDC-B", factories.client(2, [shared])))
    for order, other in ((first, second), (second, first)):
        text = page(client, order)
        assert f"Statut Contesté Pourquoi Aussi dans {other.number} règle R43" in text
        assert "Prochaine action Trancher le conflit sur un numéro" in text
    assert "Conflit ouvert sur un numéro" in page(client, second)
    conflict = Conflict.objects.get()
    decide_conflict(conflict_id=conflict.pk, decision=Decision.EXCLUDE, reason="Gardé par le premier.", now=NOW)
    assert "Statut Exclu Pourquoi Calculée sans lui, par décision règle R43" in page(client, second)
    assert "Statut Valorisé" in page(client, first)


def test_an_unsigned_order_says_what_it_would_collide_with(client: Client) -> None:
    shared = factories.doctor(60)
    factories.record(factories.ris_facts("BDC-A", factories.client(1, [shared])))
    facts = factories.draft(factories.ris_facts("BDC-B", factories.client(2, [shared])))
    order = factories.record(replace(facts, issued_on=factories.ISSUED_ON))
    text = page(client, order)
    assert "Statut Déjà pris Pourquoi Valorisé par BDC-A règle R43" in text
    assert "1 numéro est déjà pris : un conflit s’ouvrira." in text
    signing = words(client.get(f"/commandes/{order.pk}/signer/"))
    assert f"À la signature, un conflit s’ouvrira : {factories.am(60)} (BDC-A)." in signing


def test_a_mixed_line_is_one_row_with_both_activities(client: Client) -> None:
    load_counts(("finess", factories.finess(4), "radiology", 41_820), ("finess", factories.finess(4), "nuclear", 1_402))
    line = factories.establishment(4, LineActivity.MIXED)
    order = factories.record(factories.ris_facts("BDC-M", factories.client(4, [line])))
    assert "Activité Mixte Examens 2023 41 820 + 1 402 × 5 Statut Valorisé Pourquoi Une fois par activité" in page(
        client, order
    )


def test_clients_show_their_signature_and_their_aids(client: Client) -> None:
    text = page(client, recorded(1))
    assert f"Imagerie 1 principal SIREN {factories.siren(1)} · cabinet libéral Signé le 12 mai 2026" in text
    assert "De minimis : 10 700,02 € sur 300 000,00 € règle R62" in text


def test_history_reads_as_sentences_without_numbers_of_persons(client: Client) -> None:
    order = recorded(1)
    cancel_order(order_id=order.pk, reason="Erreur de client.", now=NOW)
    text = page(client, order)
    told = text[text.index("Historique") :]
    assert (
        "Commande annulée, ses numéros sont libérés 15 juin 2026, 11 h · le système Motif : Erreur de client." in told
    )
    assert "Bon signé par Imagerie 1 : commande signée 12 mai 2026" in told
    assert factories.am(1) not in told
    assert factories.rpps(1) not in told
    assert "Prochaine action Commande annulée Le 15 juin 2026. Motif : Erreur de client." in text
    assert "Statut Libéré" in text


def test_every_action_that_services_record_has_its_sentence() -> None:
    services = Path(__file__).parents[2] / "orders" / "services"
    code = "\n".join(path.read_text(encoding="utf-8") for path in services.rglob("*.py"))
    actions = set(re.findall(r'order_event\(\s*[\w\[\].]+,\s*"([a-z_]+)"', code))
    actions |= {f"conflict_{decision}" for decision in ("excluded", "released", "transferred", "dismissed")}
    assert len(actions) > 8
    assert actions <= KNOWN_ACTIONS
    assert sentence("new_fact", {}, "", {}) == "Fait enregistré\u00a0: new fact"


def test_a_long_history_is_folded(client: Client) -> None:
    order = recorded(1, state="draft")
    pages = []
    for place in range(14):
        response = client.get(f"/commandes/{order.pk}/modifier/")
        given = field_values(response) | {"instance": f"RIS-{place}"}
        pages.append(client.post(f"/commandes/{order.pk}/modifier/", given))
    assert {each.status_code for each in pages} == {302}
    assert "Voir les 3 précédents" in page(client, order)
    assert "Commande enregistrée" in words(client.get(f"/commandes/{order.pk}/?historique=tout"))


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    small = recorded(1)
    people = [
        factories.client(100 + i, [factories.establishment(100 + 10 * i + j) for j in range(8)], principal=i == 0)
        for i in range(5)
    ]
    large = factories.record(factories.ris_facts("BDC-L", *people))
    counts = []
    for order in (small, large):
        page(client, order)
        with CaptureQueriesContext(connection) as seen:
            page(client, order)
        counts.append(len(seen))
        assert not [each for each in seen if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert counts[0] == counts[1] <= 35


def test_issuing_asks_a_day_and_says_what_follows(client: Client) -> None:
    order = recorded(1, state="draft")
    address = f"/commandes/{order.pk}/emettre/"
    text = words(client.get(address))
    assert "Émettre BDC-1 ? Numéro, fournisseur, solution et programme ne changeront plus." in text
    answer = client.post(address, {"version": order.version, "issued_on": "10/6/2026"}, follow=True)
    assert "BDC-1 est émise." in words(answer)
    order.refresh_from_db()
    assert (order.state, order.issued_on) == (OrderState.ISSUED, date(2026, 6, 10))
    assert Event.objects.filter(order=order, action="issued", actor__isnull=False).count() == 1


def test_a_form_with_an_error_is_not_issued_unless_it_has_left_already(client: Client) -> None:
    order = recorded(1, state="draft", tranche=TRANCHE_B)
    Order.objects.filter(pk=order.pk).update(principal_ttc=money("8560.02"))
    address = f"/commandes/{order.pk}/emettre/"
    given = {"version": order.version, "issued_on": "10/06/2026"}
    answer = client.post(address, given)
    assert answer.status_code == 409
    assert "Impossible Émettre le bon règle R37 Le TTC dépasse le plafond de 0,02 €" in words(answer)
    assert Order.objects.get(pk=order.pk).state == OrderState.DRAFT
    client.post(address, {**given, "as_it_is": "on"})
    assert Order.objects.get(pk=order.pk).state == OrderState.ISSUED


def test_signing_takes_the_numbers(client: Client) -> None:
    order = recorded(1, state="issued")
    address = f"/commandes/{order.pk}/signer/"
    assert "Ses 2 numéros seront réservés. C’est la dernière signature : la commande est signée." in words(
        client.get(address)
    )
    given = {"version": order.version, "siren": factories.siren(1), "signed_on": "12/05/2026", "signature": "cpx"}
    client.post(address, given)
    order.refresh_from_db()
    assert order.state == OrderState.SIGNED
    assert order.claims.filter(released_at=None).count() == 3


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"signed_on": "16/06/2026"}, "qui n’est pas encore passé"),
        ({"signed_on": "31/02/2026"}, "n’existe pas au calendrier"),
        ({"signed_on": ""}, "Saisissez la date."),
        ({"signed_on": "\x00"}, "n’est pas une date"),
        ({"signed_on": "12/05/0001"}, "est hors de 1990-2100"),
        ({"siren": "123"}, "Ce choix n’existe pas."),
        ({"signature": "<b>"}, "Ce choix n’existe pas."),
        ({"version": "9" * 400}, "La version de la fiche est illisible."),
        ({"version": ""}, "La version de la fiche manque."),
    ],
)
def test_a_signature_that_cannot_be_is_refused(client: Client, changes: dict[str, str], answer: str) -> None:
    order = recorded(1, state="issued")
    given = {"version": order.version, "siren": factories.siren(1), "signed_on": "12/05/2026", **changes}
    response = client.post(f"/commandes/{order.pk}/signer/", given)
    assert response.status_code in {409, 422}
    assert answer in words(response)
    assert Order.objects.get(pk=order.pk).state == OrderState.ISSUED


@pytest.mark.parametrize("action", ["annuler", "retirer"])
def test_ending_an_order_says_what_it_lets_go_and_asks_why(client: Client, action: str) -> None:
    order = recorded(1)
    address = f"/commandes/{order.pk}/{action}/"
    assert "Ses 2 numéros seront libérés." in words(client.get(address))
    refused = client.post(address, {"version": order.version, "reason": " "})
    assert "Écrivez le motif : il reste dans l’historique." in words(refused)
    assert refused.status_code == 422
    client.post(address, {"version": order.version, "reason": "Le client renonce."})
    order.refresh_from_db()
    assert not order.is_living
    assert order.end_reason == "Le client renonce."
    assert not order.claims.filter(released_at=None).exists()
    again = client.get(address)
    assert "Impossible" in words(again)
    assert client.post(address, {"version": order.version, "reason": "Encore."}).status_code == 409


def test_a_lost_update_names_who_wrote_meanwhile(client: Client) -> None:
    order = recorded(1)
    signed_in(Role.PROJECT_MANAGER).post(
        f"/commandes/{order.pk}/modifier/",
        _correction(client, order, instance="RIS-AUTRE", reason="Nom corrigé."),
    )
    response = client.post(f"/commandes/{order.pk}/annuler/", {"version": order.version, "reason": "Doublon."})
    assert response.status_code == 409
    assert "Élise Morvan a modifié la commande à l’instant (commande corrigée : instance)." in words(response)
    assert Order.objects.get(pk=order.pk).is_living


def _correction(client: Client, order: Order, **changes: str) -> dict[str, object]:
    return {**field_values(client.get(f"/commandes/{order.pk}/modifier/")), **changes}


@pytest.mark.parametrize("role", WRITERS)
@pytest.mark.parametrize("action", ACTIONS)
def test_writers_reach_every_action(role: Role, action: str) -> None:
    order = recorded(1)
    assert signed_in(role).get(f"/commandes/{order.pk}/{action}/").status_code == 200


@pytest.mark.parametrize("action", ACTIONS)
def test_a_reader_only_reads(action: str) -> None:
    order = recorded(1)
    reader = signed_in(Role.READER)
    shown = reader.get(f"/commandes/{order.pk}/")
    assert "Lecture seule : votre rôle ne modifie pas les commandes." in words(shown)
    assert "modifier" not in shown.content.decode()
    for response in (
        reader.get(f"/commandes/{order.pk}/{action}/"),
        reader.post(f"/commandes/{order.pk}/{action}/", {"version": 1, "reason": "Non."}),
    ):
        assert response.status_code == 403
        assert "Votre rôle n’ouvre pas cette page" in words(response)
    assert Order.objects.get(pk=order.pk).version == order.version


@pytest.mark.parametrize("address", ["", *(f"{action}/" for action in (*ACTIONS, "modifier"))])
def test_nobody_else_comes_in(address: str) -> None:
    order = recorded(1)
    response = Client().get(f"/commandes/{order.pk}/{address}")
    assert response["Location"].startswith("/compte/connexion/")


@pytest.mark.parametrize("pk", ["0", "99999999", "9" * 40])
def test_an_unknown_order_is_not_found(client: Client, pk: str) -> None:
    for address in ("", "modifier/", *(f"{action}/" for action in ACTIONS)):
        assert client.get(f"/commandes/{pk}/{address}").status_code == 404


def test_texts_of_an_order_are_escaped(client: Client) -> None:
    evil = replace(factories.client(1, [factories.establishment(1)]), name="<script>alert(1)</script>")
    order = factories.record(factories.ris_facts("<img src=x>", evil))
    html = client.get(f"/commandes/{order.pk}/").content.decode()
    assert "<script>alert" not in html
    assert "<img src=x>" not in html
