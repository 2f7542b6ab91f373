"""The page of an order tells its life: steps, next action, blockers, deadlines, money, semesters, history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from funding.domain.life import STAGES
from funding.domain.life.steps import STEPS
from funding.models import Enrolment
from funding.services.life import record_fact
from funding.views.orders.life.names import ACTION_NAMES, STAGE_LOOKS
from funding.views.orders.life.sentences import LIFE_ACTIONS
from orders.domain.snapshot import TrancheFacts
from orders.models import Order
from orders.services.life import cancel_order
from segur.models import Role
from segur.regulation.dates import parse_instant
from tests.funding.order_pages import recorded, signed_in, words
from tests.orders import factories

pytestmark = pytest.mark.django_db

NOW = parse_instant("2026-11-24T10:00")
TRANCHE_B = TrancheFacts("B", date(2026, 5, 2), "Courriel du 2 mai")
ADVANCE = (
    ("advance_submitted", "2026-07-01T10:00", {"reference": "ASP-1"}),
    ("advance_validated", "2026-07-20", {}),
    ("advance_paid", "2026-08-05", {"amount": Decimal("3424.00")}),
)
COUNTS = {"t": 1000, "tm": 1000, "te": 0, "te_qualified": 0, "dm": 600, "de": 0}


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client() -> Client:
    return signed_in()


def living(*facts: tuple[str, str, dict[str, object]], number: int = 1) -> Order:
    """A signed order of tranche B whose supplier is enrolled, with its facts."""
    order = recorded(number, tranche=TRANCHE_B)
    Enrolment.objects.create(
        supplier=order.supplier,
        solution=order.solution,
        number=f"ENR{number}",
        kind="initial",
        early=False,
        submitted_on=date(2026, 3, 1),
        validated_on=date(2026, 3, 20),
        recorded_at=NOW,
    )
    happen(order, *facts)
    return order


def happen(order: Order, *facts: tuple[str, str, dict[str, object]]) -> None:
    for type, at, extra in facts:
        record_fact(order_id=order.pk, type=type, at=parse_instant(at), extra=extra, now=NOW)


def page(client: Client, order: Order) -> str:
    return words(client.get(f"/commandes/{order.pk}/"))


def part(text: str, start: str, end: str) -> str:
    return text[text.index(start) : text.index(end, text.index(start))]


def test_every_word_of_the_contract_has_its_french() -> None:
    assert set(STAGE_LOOKS) == set(STAGES)
    assert set(STEPS) - {"cancelled", "withdrawn"} == set(LIFE_ACTIONS)
    assert len(ACTION_NAMES) == 10


def test_a_paid_advance_is_told_everywhere(client: Client) -> None:
    text = page(client, living(*ADVANCE))
    assert "Imagerie 1 Avance validée BDC-1" in text
    assert "Enrôlement 20 mars 2026" in text
    assert "Avance 40 % payé le 5 août 2026" in text
    assert (
        "Avance 40 % État Décidée et payée Attendu 3 424,00 € Demandé 3 424,00 € Payé 3 424,00 € Reste 0,00 €" in text
    )
    assert "Solde 60 % État À venir Attendu 5 136,00 € Demandé — inconnu Payé 0,00 € Reste 5 136,00 €" in text
    assert "Total Attendu 10 700,02 € Demandé 3 424,00 € Payé 3 424,00 € Reste 7 276,02 €" in text
    history = text[text.index("Historique") :]
    assert "Avance payée, 3 424,00 € 5 août 2026" in history
    assert "Avance déposée : JSON et pièces acceptés (ASP-1) 1er juil. 2026, 10 h" in history


def test_the_balance_is_impossible_and_says_why_errors_first(client: Client) -> None:
    text = page(client, living(*ADVANCE))
    action = part(text, "Prochaine action", "Échéances")
    assert "Faire signer la VA par Imagerie 1" in action
    blocked = part(action, "Impossible Déposer la demande de solde", "Toutes les actions")
    assert "règle R68 VA manquante : Imagerie 1. Faites signer la VA." in blocked
    assert "règle R67 Facture principale absente." in blocked
    assert "règle R65 Aucun pilote conforme sur 3" in blocked
    assert "Possible Attester la fin de la prestation" in action
    assert "Impossible Résilier la prestation secondaire" in action


def test_deadlines_say_why_that_day_and_what_is_lost(client: Client) -> None:
    text = page(client, living(*ADVANCE))
    deadlines = part(text, "Échéances", "Montants")
    assert "J−197 dans 197 jours Fin de la prestation · 9 juin 2027 à 12 h Date 5 → solde reçu" in deadlines
    assert "règle R26 3 424,00 € avance à rendre" in deadlines
    assert "règle R27 5 136,00 € solde perdu" in deadlines
    assert "tenue Demande d’avance · 10 novembre 2026 à 12 h" in deadlines


def test_a_missed_date_4_is_said_in_red_and_blocks(client: Client) -> None:
    text = page(client, living())
    assert "Avance 40 % limite passée le 10 nov. 2026" in text
    assert "J+14 en retard de 14 jours Demande d’avance · 10 novembre 2026 à 12 h manquée" in text
    assert "règle R24 La Date 4 est passée" in text
    assert "règle R24 Date 4 manquée (10 novembre 2026 à 12 h) : forclusion proposée." in text
    assert "Avance 40 % État Bloquée" in text
    assert "Prochaine action Décider de la suite : la demande d’avance n’est pas reçue à temps" in text


def test_an_incomplete_deposit_leads_to_its_other_half(client: Client) -> None:
    deposit = {"json_accepted": True, "attachments_accepted": False}
    text = page(client, living(("advance_submitted", "2026-11-09T16:42", deposit)))
    assert "Prochaine action Compléter la demande d’avance Le JSON est accepté, les pièces ne le sont pas." in text
    assert "Avance 40 % dépôt incomplet le 9 nov. 2026" in text
    assert "Avance 40 % État Incomplète" in text
    assert "Avance déposée : JSON accepté, pièces refusées" in text


@pytest.mark.parametrize("paid", [False, True])
def test_a_cancelled_order_expects_nothing(client: Client, paid: bool) -> None:
    order = living(*(ADVANCE if paid else ()))
    cancel_order(order_id=order.pk, reason="Erreur de client.", now=NOW)
    text = page(client, order)
    money = part(text, "Échéancier", "Identifiants")
    assert "Solde 60 % État Sans objet Attendu 0,00 €" in money
    assert "À venir" not in money
    assert "Semestres 1 à 6 sans objet" in text
    assert "Commande annulée. règle R72 Écart au commandé 10 700,02 €" in money
    assert ("Total Attendu 0,00 € Demandé 3 424,00 € Payé 3 424,00 € Reste 0,00 €" in money) is paid


def test_semesters_show_counts_and_what_the_missing_documents_bring() -> None:
    order = living(*ADVANCE, ("va_signed", "2026-07-20T15:00", {"siren": factories.siren(1)}))
    with time_machine.travel(parse_instant("2027-02-10T10:00"), tick=False):
        client = signed_in(Role.PROJECT_MANAGER)
        text = page(client, order)
        assert "Prochaine action Transmettre le journal du semestre 1 Au plus tard le 28 février 2027." in text
        extra = {"semester": 1, "recipients": ("asp", "ans", "client"), **COUNTS}
        at = parse_instant("2027-02-10T09:00")
        record_fact(order_id=order.pk, type="journal_sent", at=at, extra=extra, now=at)
        text = page(client, order)
    semesters = part(text, "Semestres début 1er août 2026", "Identifiants")
    assert "S1 1er août 2026 – 31 janv. 2027 Journal dû le 28 févr. 2027 transmis le 10 févr. 2027" in semesters
    assert "T 1 000 Dm sur Tm 600 sur 1 000 (60 %)" in semesters
    assert "PERF 0,5 Montant 178,34 € État Journal transmis" in semesters
    hint = "Semestre 1 : il manque 100 documents pour atteindre 70 % (PERFm), soit +178,33 €."
    assert hint in semesters
    assert "Journal transmis (semestre 1) : l’ASP, l’ANS, le client 10 févr. 2027, 9 h" in text


def test_the_number_of_queries_does_not_grow_with_the_life(client: Client) -> None:
    bare, full = living(number=1), living(*ADVANCE, number=2)
    happen(full, ("va_signed", "2026-07-20T15:00", {}), ("invoice_issued", "2026-08-01", {"number": "F-1"}))
    counts = []
    for order in (bare, full):
        page(client, order)
        with CaptureQueriesContext(connection) as seen:
            page(client, order)
        counts.append(len(seen))
        assert not [each for each in seen if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert counts[0] == counts[1] <= 60


def test_a_reader_sees_the_life_and_no_way_to_write(client: Client) -> None:
    order = living(*ADVANCE)
    html = signed_in(Role.READER).get(f"/commandes/{order.pk}/").content.decode()
    assert "Décidée et payée" in html
    assert "Faire signer la VA" in html
    assert "/fait/" not in html


def test_the_list_shows_stages_and_limits_and_filters_by_stage(client: Client) -> None:
    living(*ADVANCE, number=1)
    living(("advance_submitted", "2026-07-01T10:00", {}), number=2)
    recorded(3)
    ended = living(*ADVANCE, number=4)
    cancel_order(order_id=ended.pk, reason="Erreur de client.", now=NOW)
    text = words(client.get("/commandes/"))
    assert "Étape Avance validée Échéance J−197 dans 197 jours 9 juin 2027 Fin de la prestation" in text
    assert "Étape Avance déposée" in text
    assert "Étape Annulée Fournisseur" in text
    for stage, numbers in (
        ("advance_validated", ["BDC-1"]),
        ("advance_submitted", ["BDC-2"]),
        ("signed", ["BDC-3"]),
        ("closed", []),
    ):
        response = client.get(f"/commandes/?stage={stage}")
        assert [row.order.number for row in response.context["rows"]] == numbers
        assert response.context["totals"].orders == len(numbers)
    assert "Filtre inconnu, laissé de côté : étape." in words(client.get("/commandes/?stage=nulle"))
    assert "Retirer Étape : Avance validée" in words(client.get("/commandes/?stage=advance_validated"))
