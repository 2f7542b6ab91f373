"""The order form as a back office fills it: new, draft, correction, rows, lost updates, and whatever is typed in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from orders.domain.snapshot import DeMinimisAid, InvalidNumber, TrancheFacts
from orders.models import Event, NumberConfirmation, Order, OrderState
from orders.selectors.facts import order_facts
from segur.models import Role
from tests.funding.order_pages import WRITERS, field_values, recorded, signed_in, words
from tests.orders import factories

pytestmark = pytest.mark.django_db

NEW = "/commandes/nouvelle/"


@pytest.fixture(autouse=True)
def _before_date_4() -> Iterator[None]:
    with time_machine.travel(factories.NOW, tick=False):
        yield


@pytest.fixture
def client() -> Client:
    return signed_in()


def filled(**changes: Any) -> dict[str, Any]:
    """A whole RIS order as it is typed."""
    solution = factories.SolutionFactory.create()
    typed = {
        "number": "BDC-2026-0147",
        "supplier": str(solution.supplier_id),
        "solution": str(solution.pk),
        "prestation": "vague-2",
        "vat": "20",
        "instance": "RIS-VALBRUNE-1",
        "identity": "master",
        "connectors": ["drimbox", "teleradiology"],
        "wave1_paid_by_client": "no",
        "principal_ht": "16 690,22",
        "principal_ttc": "20\u00a0028,26 €",
        "secondary_ht": "4172.58",
        "secondary_ttc": "5007,06",
        "tranche_letter": "D",
        "tranche_calculated_on": "2/5/2026",
        "tranche_reference": "Courriel du 2 mai",
        "valid_finess_radiology": factories.finess(1),
        "invalid_am_radiology": f"{factories.am(9)} sans activité",
        "clients-TOTAL": "1",
        "clients-0-siren": factories.siren(1),
        "clients-0-name": "Centre hospitalier de Valbrune",
        "clients-0-kind": "establishment",
        "clients-0-principal": "on",
        "clients-0-de_minimis": "12/03/2025 8 000,00\n1/4/2025; 250",
        "clients-0-lines-TOTAL": "2",
        "clients-0-lines-0-name": "Site central",
        "clients-0-lines-0-activity": "mixed",
        "clients-0-lines-0-finess": factories.finess(1),
        "clients-0-lines-1-name": "Dr Aubin Lestrange",
        "clients-0-lines-1-activity": "radiology",
        "clients-0-lines-1-rpps": factories.rpps(1),
        "clients-0-lines-1-am": f"{factories.am(1)}\n{factories.am(2)}; {factories.am(1)}",
    }
    return {name: value for name, value in {**typed, **changes}.items() if value is not None}


def refused(response: HttpResponse, *sentences: str, status: int = 422) -> None:
    assert response.status_code == status
    text = words(response)
    for sentence in sentences:
        assert sentence in text
    assert not Event.objects.exists() or status == 409


def test_a_whole_order_is_typed_and_kept_as_typed(client: Client) -> None:
    response = client.post(NEW, filled())
    order = Order.objects.get()
    assert response["Location"] == f"/commandes/{order.pk}/"
    facts = order_facts(order)
    assert order.state == OrderState.DRAFT
    assert facts.amounts.principal_ttc == Decimal("20028.26")
    assert facts.amounts.secondary_ht == Decimal("4172.58")
    assert facts.clients[0].de_minimis == (
        DeMinimisAid(date(2025, 3, 12), Decimal("8000.00")),
        DeMinimisAid(date(2025, 4, 1), Decimal("250.00")),
    )
    assert facts.clients[0].lines[1].am == (factories.am(1), factories.am(2))
    assert isinstance(facts.tranche, TrancheFacts)
    assert facts.tranche.valid is not None
    assert facts.tranche.valid.finess_radiology == (factories.finess(1),)
    assert facts.tranche.invalid is not None
    assert facts.tranche.invalid.am_radiology == (InvalidNumber(factories.am(9), "sans activité"),)
    assert facts.wave1_paid_by_client is False
    assert facts.conditional_mention is None
    assert Event.objects.get().action == "created"
    assert Event.objects.get().actor is not None


def test_a_draft_may_be_incomplete(client: Client) -> None:
    names = ("number", "supplier", "solution", "prestation", "vat")
    typed = {name: value for name, value in filled().items() if name in names}
    client.post(NEW, typed | {"clients-TOTAL": "0"})
    order = Order.objects.get()
    assert (order.state, order.clients.count()) == (OrderState.DRAFT, 0)
    assert "La commande n’a aucun client" in words(client.get(f"/commandes/{order.pk}/"))


@pytest.mark.parametrize("state", ["draft", "issued", "signed"])
def test_the_form_of_an_order_says_the_same_when_posted_back(client: Client, state: str) -> None:
    order = recorded(
        1,
        state=state,
        tranche=TrancheFacts("B", date(2026, 5, 2), "Courriel"),
        wave1_paid_by_client=False,
        conditional_mention=True,
    )
    before = order_facts(order)
    address = f"/commandes/{order.pk}/modifier/"
    given = {**field_values(client.get(address)), "reason": "Rien ne change."}
    assert client.post(address, given).status_code == 302
    order.refresh_from_db()
    assert order_facts(order) == before
    assert order.version == 1


def test_a_draft_changes_and_its_page_says_what(client: Client) -> None:
    order = recorded(1, state="draft")
    address = f"/commandes/{order.pk}/modifier/"
    given = field_values(client.get(address)) | {"number": "BDC-9", "principal_ttc": "8 000,00"}
    page = words(client.post(address, given, follow=True))
    assert "Brouillon BDC-9 enregistré." in page
    assert "Brouillon modifié : numéro, montants" in page


def test_a_signed_order_is_corrected_with_a_reason_and_keeps_its_signature(client: Client) -> None:
    order = recorded(1)
    address = f"/commandes/{order.pk}/modifier/"
    shown = client.get(address)
    assert "Corriger BDC-1 Émise le 4 mai 2026 : chaque correction garde son motif. Les signatures restent." in words(
        shown
    )
    assert 'name="number"' not in shown.content.decode()
    given = field_values(shown) | {"clients-0-lines-0-name": "Site du Port", "number": "BDC-PIRATE"}
    no_reason = client.post(address, given)
    assert no_reason.status_code == 422
    assert "Motif de la correction · Écrivez le motif : il reste dans l’historique." in words(no_reason)
    client.post(address, {**given, "reason": "Nom mal lu."})
    order.refresh_from_db()
    facts = order_facts(order)
    assert (order.number, order.state) == ("BDC-1", OrderState.SIGNED)
    assert facts.clients[0].lines[0].name == "Site du Port"
    assert facts.clients[0].signed_on == factories.SIGNED_ON
    event = Event.objects.filter(order=order).latest("sequence")
    assert (event.action, event.reason) == ("corrected", "Nom mal lu.")


def test_a_client_does_not_leave_a_signed_order(client: Client) -> None:
    order = recorded(1)
    address = f"/commandes/{order.pk}/modifier/"
    given = field_values(client.get(address)) | {"clients-0-siren": factories.siren(2), "reason": "Autre client."}
    response = client.post(address, given)
    refused(response, "Imagerie 1 a signé : sa signature reste.", status=409)
    assert Order.objects.get().version == 1


def test_a_lost_update_shows_both_versions_and_writes_nothing(client: Client) -> None:
    order = recorded(1, state="draft")
    address = f"/commandes/{order.pk}/modifier/"
    given = field_values(client.get(address))
    other = signed_in(Role.PROJECT_MANAGER)
    other.post(address, given | {"principal_ttc": "8 000,00"})
    response = client.post(address, given | {"principal_ttc": "7 500,00"})
    refused(
        response,
        "Élise Morvan a modifié la commande à l’instant (brouillon modifié : montants).",
        "Voici sa version et la vôtre. Rien n’a été enregistré.",
        "montants, principale TTC Sa version 8 000,00 € La vôtre 7 500,00 €",
        status=409,
    )
    assert Order.objects.get().principal_ttc == Decimal("8000.00")
    again = field_values(response)
    assert (again["version"], again["principal_ttc"]) == ("2", "7 500,00")
    client.post(address, again)
    assert Order.objects.get().principal_ttc == Decimal("7500.00")


def test_rows_come_and_go_without_script_and_write_nothing(client: Client) -> None:
    typed = filled(number="", principal_ht="abc")
    more = client.post(NEW, {**typed, "rows": "add:clients-0-lines"})
    values = field_values(more)
    assert more.status_code == 200
    assert values["clients-0-lines-TOTAL"] == "3"
    assert values["principal_ht"] == "abc"
    assert "réponse" not in words(more)
    assert 'name="clients-0-lines-2-name"' in more.content.decode()
    assert more.content.decode().count("autofocus") == 1
    two = field_values(client.post(NEW, {**values, "rows": "add:clients"}))
    assert (two["clients-TOTAL"], two["clients-1-lines-TOTAL"]) == ("2", "1")
    less = field_values(client.post(NEW, {**two, "rows": "remove:clients-0-lines-0"}))
    assert less["clients-0-lines-TOTAL"] == "2"
    assert less["clients-0-lines-0-name"] == "Dr Aubin Lestrange"
    gone = field_values(client.post(NEW, {**less, "rows": "remove:clients-0"}))
    assert (gone["clients-TOTAL"], gone["clients-0-siren"]) == ("1", "")
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "rows",
    ["add:", "add:x", "remove:clients-7", "remove:clients-0-lines-99", "add:clients-99999999", "\x00", "x" * 500],
)
def test_a_row_that_does_not_exist_changes_nothing(client: Client, rows: str) -> None:
    response = client.post(NEW, {**filled(), "rows": rows})
    assert response.status_code == 200
    assert field_values(response)["clients-TOTAL"] == "1"


WRONG = [
    ({"number": ""}, "Donnez un numéro au bon de commande."),
    ({"number": "x" * 101}, "Ce texte a 101 caractères : 100 au plus."),
    ({"number": "a\x00b"}, "Ce champ contient un caractère nul."),
    ({"supplier": "999999"}, "Ce choix n’existe pas."),
    ({"supplier": "' OR 1=1"}, "Ce choix n’existe pas."),
    ({"solution": ""}, "Choisissez la solution (R3)."),
    ({"prestation": "db-new"}, "Cette prestation n’est pas de IMG-RIS-Va2."),
    ({"pacs": "PACS-1"}, "Ce champ ne concerne qu’une DRIMbox. Videz-le (R40)."),
    ({"vat": "19.6"}, "Ce choix n’existe pas."),
    ({"connectors": ["drimbox", "zz"]}, "Ce demi-connecteur n’existe pas."),
    ({"principal_ht": "abc"}, "n’est pas un montant."),
    ({"principal_ht": "-5"}, "est négatif."),
    ({"principal_ht": "1,234"}, "a plus de deux décimales."),
    ({"principal_ht": "99999999999,00"}, "Ce montant est trop grand."),
    ({"principal_ht": "9" * 10_000}, "est trop grand."),
    ({"principal_ttc": "1e400"}, "n’est pas un montant."),
    ({"tranche_letter": "Z"}, "Ce choix n’existe pas."),
    ({"tranche_letter": ""}, "Choisissez la tranche que le service a répondue (R55)."),
    ({"tranche_calculated_on": "31/02/2026"}, "n’existe pas au calendrier"),
    ({"tranche_calculated_on": "2 mai"}, "n’est pas une date. Écrivez par exemple 05/02/2026."),
    ({"valid_am_radiology": "12345"}, "12345 a 5 caractères au lieu de 9."),
    ({"clients-0-siren": "123456789"}, "La clé du SIREN 123456789 est fausse."),
    ({"clients-0-siren": "12"}, "Client 1 · SIREN · 12 a 2 caractères"),
    ({"clients-0-siren": ""}, "Saisissez le SIREN du client (R1)."),
    ({"clients-0-name": "<b>" + "x" * 200}, "200 au plus."),
    ({"clients-0-kind": ""}, "Choisissez la nature du client (R62)."),
    ({"clients-0-email": "abc"}, "Cette adresse est incomplète."),
    ({"clients-0-de_minimis": "hier 12"}, "n’est pas une date"),
    ({"clients-0-de_minimis": "12/03/2025"}, "écrivez la date, puis le montant."),
    ({"clients-0-lines-0-finess": "10000933"}, "zéro de tête perdu dans un tableur ? Remplacer par 010000933. (A5)"),
    ({"clients-0-lines-0-rpps": factories.rpps(5)}, "Un établissement ou un médecin, pas les deux."),
    ({"clients-0-lines-0-activity": ""}, "Client 1, ligne 1 · Activité · Choisissez l’activité (R39)."),
    ({"clients-0-lines-1-am": ""}, "Saisissez au moins un numéro AM (R6)."),
    ({"clients-0-lines-1-rpps": ""}, "Saisissez le RPPS du médecin (R39)."),
    ({"clients-0-lines-1-activity": "mixed"}, "Un médecin a une seule activité. Choisissez-la (R5)."),
    ({"clients-0-lines-1-am": "1" * 30_000}, "Liste trop longue pour être lue."),
    ({"clients-0-lines-1-am": "\x00"}, "n’est pas un numéro AM"),
    (
        {
            "clients-0-lines-2-name": "Encore",
            "clients-0-lines-2-activity": "mixed",
            "clients-0-lines-2-finess": factories.finess(1),
            "clients-0-lines-TOTAL": "3",
        },
        "Ce FINESS figure deux fois dans la commande. Gardez une seule ligne (R44).",
    ),
    (
        {
            "clients-TOTAL": "2",
            "clients-1-siren": factories.siren(1),
            "clients-1-name": "Autre",
            "clients-1-kind": "practice",
            "clients-1-principal": "on",
        },
        "Ce client figure déjà dans la commande.",
    ),
    (
        {
            "clients-TOTAL": "2",
            "clients-1-siren": factories.siren(2),
            "clients-1-name": "Autre",
            "clients-1-kind": "practice",
            "clients-1-principal": "on",
        },
        "Un autre client est déjà principal.",
    ),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(
    client: Client, changes: dict[str, Any], sentence: str
) -> None:
    response = client.post(NEW, filled(**changes))
    refused(response, sentence, "à corriger.")
    assert not Order.objects.exists()
    html = response.content.decode()
    name = next(iter(changes))
    if not name.endswith("TOTAL") and not name.startswith("clients-0-lines-2"):
        assert 'aria-invalid="true"' in html or "errorlist" in html


def test_each_error_leads_to_a_field_that_exists(client: Client) -> None:
    typed = filled(**{"number": "", "clients-0-siren": "1", "clients-0-lines-1-am": "", "tranche_letter": ""})
    html = client.post(NEW, typed).content.decode()
    summary = html[html.index("error-summary") :].split("</ul>")[0]
    targets = [part.split('"')[0] for part in summary.split('href="#')[1:]]
    assert len(targets) == 4
    assert all(f'id="{target}"' in html for target in targets)


@pytest.mark.parametrize("total", ["", "-1", "abc", "1e9", "9" * 5_000, "٣"])
def test_a_form_that_does_not_say_how_many_rows_it_holds_is_refused(client: Client, total: str) -> None:
    refused(client.post(NEW, filled(**{"clients-TOTAL": total})), "Le formulaire est arrivé incomplet.")
    assert not Order.objects.exists()


@pytest.mark.parametrize("lost", ["clients-TOTAL", "clients-0-lines-TOTAL"])
def test_a_truncated_form_takes_no_client_and_no_line_out_of_a_draft(client: Client, lost: str) -> None:
    order = recorded(1, state="draft")
    before = order_facts(order)
    address = f"/commandes/{order.pk}/modifier/"
    given = field_values(client.get(address))
    del given[lost]
    response = client.post(address, given)
    assert response.status_code == 422
    assert "Le formulaire est arrivé incomplet." in words(response)
    assert order_facts(Order.objects.get()) == before


def test_a_number_is_unique_for_its_supplier(client: Client) -> None:
    typed = filled()
    client.post(NEW, typed)
    response = client.post(NEW, typed)
    assert "Ce fournisseur a déjà un bon de ce numéro. Donnez-en un autre." in words(response)
    assert Order.objects.count() == 1
    assert Event.objects.count() == 1


@pytest.mark.parametrize("version", ["", "abc", "\x00", "9" * 400])
def test_a_post_without_its_version_is_refused(client: Client, version: str) -> None:
    order = recorded(1, state="draft")
    address = f"/commandes/{order.pk}/modifier/"
    given = field_values(client.get(address)) | {"version": version, "instance": "RIS-2"}
    refused(client.post(address, given), "La version de la fiche est illisible.", status=409)
    assert Order.objects.get().instance == "RIS-BDC-1"


def test_what_is_typed_is_never_markup(client: Client) -> None:
    response = client.post(NEW, filled(number="<script>x</script>", vat=""))
    assert "<script>x" not in response.content.decode()


def test_a_cancelled_order_does_not_change(client: Client) -> None:
    order = recorded(1)
    client.post(f"/commandes/{order.pk}/annuler/", {"version": 1, "reason": "Doublon."})
    response = client.get(f"/commandes/{order.pk}/modifier/", follow=True)
    assert "BDC-1 est annulée ou retirée : elle ne change plus." in words(response)


def test_opening_the_form_writes_nothing(client: Client) -> None:
    order = recorded(1)
    before = Event.objects.count()
    for address in (NEW, f"/commandes/{order.pk}/modifier/"):
        assert client.get(address).status_code == 200
    assert (Event.objects.count(), Order.objects.get().version) == (before, 1)


@pytest.mark.parametrize("role", WRITERS)
def test_writers_may_type_an_order(role: Role) -> None:
    signed_in(role).post(NEW, filled())
    assert Order.objects.count() == 1


def test_a_reader_may_not() -> None:
    order = recorded(1)
    reader = signed_in(Role.READER)
    for address in (NEW, f"/commandes/{order.pk}/modifier/"):
        for response in (reader.get(address), reader.post(address, filled())):
            assert response.status_code == 403
            assert "Rien n’a été modifié." in words(response)
    assert Order.objects.count() == 1


def test_nobody_may_without_signing_in() -> None:
    assert Client().post(NEW, filled())["Location"].startswith("/compte/connexion/")
    assert not Order.objects.exists()


def test_the_autonomy_of_an_order_is_declared(client: Client) -> None:
    order = recorded(1)
    page = client.get(f"/commandes/{order.pk}/")
    assert f'href="/commandes/{order.pk}/autonomie/"' in page.content.decode()
    address = f"/commandes/{order.pk}/autonomie/"
    assert "Choisissez l’une des deux réponses." in words(client.post(address, {"version": 1}))
    said = words(client.post(address, {"version": 1, "declared": "yes"}, follow=True))
    assert "Déclaration enregistrée." in said
    assert "Autonomie de la commande déclarée" in said
    assert Order.objects.get().not_conditioned is True
    assert client.post(address, {"version": 2, "declared": "no"}).status_code == 409


def test_a_number_with_a_wrong_key_is_confirmed_with_a_reason(client: Client) -> None:
    right = factories.rpps(1)
    wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
    line = replace(factories.doctor(1), rpps=wrong)
    order = factories.record(factories.ris_facts("BDC-K", factories.client(1, [line])))
    address = f"/commandes/{order.pk}/confirmer/"
    assert f'href="{address}"' in client.get(f"/commandes/{order.pk}/").content.decode()
    assert wrong not in address
    client.post(address, {"line": "clients[0].lines[0]", "reason": "Vu à l’annuaire."})
    assert NumberConfirmation.objects.get().value == wrong
    assert "Toutes les clés des FINESS et RPPS de la commande sont justes." in words(
        client.get(f"/commandes/{recorded(2).pk}/confirmer/")
    )
