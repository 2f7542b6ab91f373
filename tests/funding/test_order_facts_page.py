"""Facts recorded from the page of an order: one small form each, guarded where it is the supplier's own act."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from funding.domain.life.steps import STEPS
from funding.models import Dossier, LifeEvent
from funding.views.orders.life.kinds import ACTIONS, KINDS
from orders.exchange.order_file import EVENT_KEYS
from orders.models import Order
from orders.services.life import cancel_order
from segur.models import Role
from segur.regulation.dates import parse_instant
from tests.funding.order_pages import WRITERS, recorded, signed_in, words
from tests.funding.test_order_life_page import ADVANCE, NOW, living, page
from tests.orders import factories

pytestmark = pytest.mark.django_db

DEPOSIT = {"json_accepted": "yes", "attachments_accepted": "yes", "reference": "ASP-7"}


@pytest.fixture
def client() -> Client:
    return signed_in()


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def post(client: Client, order: Order, type: str, at: str = "24/11/2026 09:00", **given: Any) -> HttpResponse:
    version = Order.objects.get(pk=order.pk).version
    return client.post(f"/commandes/{order.pk}/fait/{type}/", {"version": version, "at": at, **given})


def told(order: Order) -> list[str]:
    return list(LifeEvent.objects.filter(order=order).order_by("sequence").values_list("action", flat=True))


def test_every_fact_of_the_contract_has_its_form_with_its_keys() -> None:
    elsewhere = {"cancelled", "withdrawn", "dispute_opened", "dispute_answered"}
    assert set(KINDS) == set(STEPS) - elsewhere
    for kind in KINDS.values():
        assert set(kind.keys) == set(EVENT_KEYS[kind.type])
        assert set(kind.required) <= set(kind.keys)
    assert set(ACTIONS) <= set(KINDS)


def test_the_menu_lists_only_what_the_machines_accept_now(client: Client) -> None:
    order = living()
    html = client.get(f"/commandes/{order.pk}/").content.decode()
    assert f"/commandes/{order.pk}/fait/advance_submitted/" in html
    assert "/fait/advance_validated/" not in html
    assert "/fait/journal_sent/" not in html
    paid = living(*ADVANCE, number=2)
    html = client.get(f"/commandes/{paid.pk}/").content.decode()
    assert "/fait/advance_paid/" in html
    assert "/fait/advance_submitted/" not in html
    draft = recorded(3, state="draft")
    assert "/fait/" not in client.get(f"/commandes/{draft.pk}/").content.decode()


@pytest.mark.parametrize("role", WRITERS)
def test_a_deposit_in_time_is_recorded_and_told(role: Role) -> None:
    order = living()
    client = signed_in(role)
    answer = post(client, order, "advance_submitted", at="09/11/2026 16:42", **DEPOSIT)
    assert answer["Location"] == f"/commandes/{order.pk}/"
    event = LifeEvent.objects.get(order=order)
    assert event.at == parse_instant("2026-11-09T16:42")
    assert event.actor_id is not None
    assert Dossier.objects.get(order=order).stage == "advance_submitted"
    text = page(client, order)
    assert "Dépôt enregistré." in text
    assert "Imagerie 1 Avance déposée" in text
    assert "Avance déposée : JSON et pièces acceptés (ASP-7) 9 nov. 2026, 16 h 42 · Élise Morvan" in text


def test_a_deposit_after_date_4_is_refused_with_its_reasons(client: Client) -> None:
    order = living()
    shown = words(client.get(f"/commandes/{order.pk}/fait/advance_submitted/"))
    assert "À cet instant règle R24 La Date 4 est passée (10 novembre 2026 à 12 h)." in shown
    answer = post(client, order, "advance_submitted", at="10/11/2026 12:01", **DEPOSIT)
    assert answer.status_code == 409
    assert "Impossible Dépôt de l’avance règle R24 La Date 4 est passée" in words(answer)
    assert told(order) == []
    assert post(client, order, "advance_submitted", at="10/11/2026 12:00", **DEPOSIT).status_code == 302


def test_the_whole_main_prestation_is_recorded_by_hand(client: Client) -> None:
    order = living()
    steps: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("advance_submitted", "01/09/2026 10:00", {**DEPOSIT, "attachments_accepted": "no"}),
        ("advance_attachments_accepted", "02/09/2026 9h05", {}),
        ("advance_change_requested", "05/09/2026", {"reason": "Page 5 coupée."}),
        ("advance_submitted", "06/09/2026 10:00", DEPOSIT),
        ("advance_validated", "20/09/2026", {}),
        ("advance_paid", "05/10/2026", {"amount": "3 424,00"}),
        ("pilot_report_signed", "06/10/2026", {"siren": factories.siren(1)}),
        ("pilot_report_sent", "07/10/2026", {"siren": factories.siren(1)}),
        ("pilot_report_nonconforming", "08/10/2026", {"siren": factories.siren(1), "reason": "Signataire."}),
        ("va_signed", "12/10/2026 15:00", {"siren": factories.siren(1)}),
        ("invoice_issued", "13/10/2026", {"number": "F-1", "ht": "7133,33", "ttc": "8560"}),
        ("completion_attested", "14/10/2026", {}),
    )
    for type, at, given in steps:
        answer = post(client, order, type, at=at, **given)
        assert answer.status_code == 302, words(answer)
    assert told(order) == [type for type, *_ in steps]
    text = page(client, order)
    assert "Imagerie 1 Réalisée" in text
    assert "PV pilotes 0 conforme sur 3, un PV refusé" in text
    assert "Pilotes · Imagix RIS 7 0 sur 3 règle R65 Imagerie 1 non conforme 8 oct. 2026 Signataire." in text
    assert "Facture principale émise F-1, 8 560,00 €" in text
    answer = post(client, order, "balance_submitted", **DEPOSIT)
    assert answer.status_code == 409
    assert "règle R65 Aucun pilote conforme sur 3" in words(answer)
    assert told(order)[-1] == "completion_attested"


def test_a_journal_has_its_counts_and_its_recipients(client: Client) -> None:
    order = living(*ADVANCE, ("va_signed", "2026-04-20T15:00", {"siren": factories.siren(1)}))
    counts = {"t": "1 000", "tm": "1000", "te": "0", "te_qualified": "0", "dm": "800", "de": "0"}
    given = {"semester": "1", "recipients": ["asp", "ans"], **counts}
    answer = post(client, order, "journal_sent", at="10/11/2026 9:00", **given)
    assert answer.status_code == 302, words(answer)
    event = LifeEvent.objects.get(order=order, action="journal_sent")
    assert event.payload["t"] == 1000
    assert event.payload["recipients"] == ["asp", "ans"]
    assert "S1 1er mai 2026 – 31 oct. 2026" in page(client, order)
    again = client.get(f"/commandes/{order.pk}/fait/journal_sent/").content.decode()
    assert '<option value="2" selected>' in again


@pytest.mark.parametrize(
    ("type", "given", "answer"),
    [
        ("advance_validated", {"at": "31/02/2026 10:00"}, "n’existe pas au calendrier"),
        ("advance_validated", {"at": "20/09/2026 25:00"}, "25:00 n’est pas une heure."),
        ("advance_validated", {"at": ""}, "Saisissez la date et l’heure."),
        ("advance_validated", {"at": "\x00"}, "n’est pas une date"),
        ("advance_validated", {"at": "25/11/2026 10:00"}, "qui n’est pas encore passé"),
        ("advance_validated", {"at": "01/01/2026"}, "une validation n’y a pas sa place"),
        ("advance_validated", {"version": ""}, "La version de la fiche manque."),
        ("advance_paid", {"amount": "mille"}, "mille"),
        ("advance_paid", {"amount": ""}, "Saisissez le montant."),
        ("advance_rejected", {"reason": " "}, "Écrivez le motif."),
        ("va_signed", {"siren": "123"}, "Ce choix n’existe pas."),
        ("va_signed", {"siren": ""}, "Choisissez le client."),
        ("client_informed", {"siren": factories.siren(1), "about": "x"}, "Ce choix n’existe pas."),
        ("journal_sent", {"semester": "9", "recipients": ["asp"]}, "Ce choix n’existe pas."),
        ("journal_sent", {"semester": "", "recipients": ["x"]}, "Ce destinataire n’existe pas."),
        ("journal_sent", {"recipients": ["asp"], "t": "-3"}, "Écrivez un nombre entier"),
        ("repayment_ordered", {"amount": "9" * 30}, "trop grand"),
        ("terminated", {"last_activity_on": "hier"}, "n’est pas une date"),
    ],
)
def test_what_cannot_be_read_or_has_no_step_is_refused(
    client: Client, type: str, given: dict[str, Any], answer: str
) -> None:
    order = living(("advance_submitted", "2026-07-01T10:00", {}))
    response = post(client, order, type, **given)
    assert response.status_code in {409, 422}
    assert answer in words(response)
    assert told(order) == ["advance_submitted"]


def test_a_lost_update_is_not_written(client: Client) -> None:
    order = living()
    given = {"version": order.version, "at": "09/11/2026 10:00", **DEPOSIT}
    address = f"/commandes/{order.pk}/fait"
    post(signed_in(Role.ADMIN), order, "advance_submitted", at="01/11/2026 10:00", **DEPOSIT)
    response = client.post(f"{address}/client_informed/", {**given, "siren": factories.siren(1), "about": "date-2"})
    assert response.status_code == 409
    assert "Élise Morvan a modifié la commande à l’instant (avance déposée" in words(response)
    assert told(order) == ["advance_submitted"]


def test_a_reader_records_nothing() -> None:
    order = living()
    reader = signed_in(Role.READER)
    for response in (
        reader.get(f"/commandes/{order.pk}/fait/advance_submitted/"),
        post(reader, order, "advance_submitted", at="09/11/2026", **DEPOSIT),
    ):
        assert response.status_code == 403
    assert told(order) == []
    assert Client().get(f"/commandes/{order.pk}/fait/va_signed/")["Location"].startswith("/compte/connexion/")


@pytest.mark.parametrize("type", ["cancelled", "inconnu", "advance-submitted"])
def test_an_unknown_fact_is_not_found(client: Client, type: str) -> None:
    assert client.get(f"/commandes/{living().pk}/fait/{type}/").status_code == 404


def test_a_fact_without_its_step_says_so_and_offers_no_form(client: Client) -> None:
    order = living()
    text = words(client.get(f"/commandes/{order.pk}/fait/advance_validated/"))
    assert "Ce fait n’a pas sa place à cette étape de la commande." in text
    assert "Enregistrer le fait" not in text


def test_money_may_come_back_once_the_order_is_given_up(client: Client) -> None:
    order = living(*ADVANCE)
    cancel_order(order_id=order.pk, reason="Fermeture.", now=NOW, at=parse_instant("2026-11-20"))
    assert post(client, order, "repayment_ordered", at="21/11/2026", amount="3424").status_code == 302
    assert "Reste à reverser à l’ASP. règle R72 3 424,00 €" in page(client, order)
    assert post(client, order, "repaid", at="22/11/2026", amount="3424").status_code == 302
    text = page(client, order)
    assert "Reste à reverser" not in text
    assert "/fait/va_signed/" not in client.get(f"/commandes/{order.pk}/").content.decode()
