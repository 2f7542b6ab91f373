"""Page « Commandes »: search, filters, saved views, sort, pages, and what leaves as a spreadsheet."""

from __future__ import annotations

import csv
from dataclasses import replace
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from funding.exchange.order_list import harmless
from funding.models import SavedView
from funding.views.orders.export import HEAD
from orders.models import Event
from segur.models import Role
from tests.funding.order_pages import recorded, signed_in, words
from tests.orders import factories

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15


@pytest.fixture
def client() -> Client:
    return signed_in()


def numbers(client: Client, address: str) -> list[str]:
    """The numbers of the rows shown, in their order."""
    return [row.order.number for row in client.get(address).context["rows"]]


def test_the_list_shows_each_order_once_with_its_state_and_amounts(client: Client) -> None:
    recorded(1)
    recorded(2, state="draft")
    response = client.get("/commandes/")
    text = words(response)
    assert "Commandes 2 commandes · 17 120,00 € TTC de prestations principales" in text
    assert "Imagerie 1 Imagix RIS 7 Programme RIS Étape Signé" in text
    assert "Étape Brouillon" in text
    assert "Signée le 12 mai 2026 Principale TTC 8 560,00 € Secondaire TTC 2 140,02 €" in text
    assert "Total du filtre Commandes 2" in text


def test_an_empty_list_says_how_to_begin(client: Client) -> None:
    assert "Aucune commande. Saisissez la première" in words(client.get("/commandes/"))


@pytest.mark.parametrize(
    "text",
    ["bdc-7", "IMAGERIE 7", factories.siren(7), factories.finess(7), factories.am(7), factories.rpps(7), "céntrè 7"],
)
def test_search_finds_by_number_client_siren_finess_am_and_rpps(client: Client, text: str) -> None:
    recorded(7)
    recorded(8)
    response = client.post("/commandes/recherche/", {"q": text}, follow=True)
    address = response.redirect_chain[-1][0]
    if text == "bdc-7":
        assert address.startswith("/commandes/") and words(response).count("BDC-7") > 1
        return
    assert [row.order.number for row in response.context["rows"]] == ["BDC-7"]


def test_a_number_of_a_person_never_stands_in_an_address(client: Client) -> None:
    recorded(7)
    spaced = " ".join((factories.am(7)[:3], factories.am(7)[3:6], factories.am(7)[6:]))
    response = client.post("/commandes/recherche/", {"q": spaced}, follow=True)
    page = response.content.decode()
    addresses = [response.redirect_chain[-1][0], *[part.split('"')[0] for part in page.split('href="')[1:]]]
    assert not any(factories.am(7) in address.replace("+", "").replace("%20", "") for address in addresses)
    assert [row.order.number for row in response.context["rows"]] == ["BDC-7"]
    refused = client.get("/commandes/", {"q": factories.am(7)})
    assert "ne s’écrit pas dans une adresse" in words(refused)
    assert not refused.context["rows"]
    assert "Cette recherche a expiré" in words(client.get("/commandes/?s=unknown"))


def test_filters_narrow_and_say_which_one_to_remove(client: Client) -> None:
    recorded(1)
    recorded(2, state="draft")
    recorded(3, state="issued")
    assert numbers(client, "/commandes/?state=draft") == ["BDC-2"]
    assert numbers(client, "/commandes/?programme=IMG-RIS-Va2&sort=number") == ["BDC-1", "BDC-2", "BDC-3"]
    text = words(client.get("/commandes/?state=draft&tranche=H"))
    assert "Aucune commande ne répond à ces filtres. Retirer « Tranche : H » en montre 1." in text


def test_an_unknown_filter_is_left_aside_and_named(client: Client) -> None:
    recorded(1)
    text = words(client.get("/commandes/?state=zz&solution=0&supplier=abc&sort=x&programme=<script>"))
    assert "Filtre inconnu, laissé de côté : programme, solution, fournisseur, état, tri." in text
    assert "BDC-1" in text


def test_open_conflicts_are_marked_and_filtered(client: Client) -> None:
    shared = factories.establishment(50)
    first = factories.record(factories.ris_facts("BDC-A", factories.client(1, [shared])))
    second = factories.record(factories.ris_facts("BDC-B", factories.client(2, [shared])))
    recorded(3)
    response = client.get("/commandes/?conflict=open&sort=number")
    assert [row.order.pk for row in response.context["rows"]] == [first.pk, second.pk]
    assert words(response).count("Conflit Fournisseur") == 2


def test_the_tabs_count_their_orders(client: Client) -> None:
    recorded(1)
    recorded(2, state="draft")
    recorded(3, state="issued")
    assert "Toutes 3 Brouillons 1 À signer 1 Signées 1 En conflit 0" in words(client.get("/commandes/"))


@pytest.mark.parametrize("sort", ["number", "client", "programme", "state", "supplier", "issued", "principal"])
def test_every_column_sorts_both_ways(client: Client, sort: str) -> None:
    for number in (3, 1, 2):
        recorded(number)
    up, down = numbers(client, f"/commandes/?sort={sort}"), numbers(client, f"/commandes/?sort=-{sort}")
    assert sorted(up) == sorted(down) == ["BDC-1", "BDC-2", "BDC-3"]
    if sort in {"number", "client"}:
        assert up == down[::-1] == ["BDC-1", "BDC-2", "BDC-3"]
    page = client.get(f"/commandes/?sort=-{sort}").content.decode()
    assert page.count('aria-sort="descending"') == 1


def test_pages_hold_twenty_five_and_keep_the_filter(client: Client) -> None:
    for number in range(1, 29):
        recorded(number)
    first = client.get("/commandes/?state=signed&sort=number")
    assert len(first.context["rows"]) == 25
    assert "1 à 25 sur 28" in words(first)
    assert "state=signed" in first.content.decode().split('rel="next"')[1].split(">")[0]
    assert len(numbers(client, "/commandes/?page=2")) == 3
    assert len(numbers(client, "/commandes/?page=999999999999999999999")) == 3
    assert len(numbers(client, "/commandes/?page=abc")) == 25


@pytest.mark.parametrize("address", ["/commandes/", "/commandes/?sort=client&state=signed&q=imagerie"])
def test_the_number_of_queries_does_not_grow(client: Client, address: str) -> None:
    for number in range(1, 21):
        recorded(number)
    client.get(address)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(21, 201):
        recorded(number)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(few) == len(many) <= MOST_QUERIES


def test_a_view_is_kept_for_its_person_alone(client: Client) -> None:
    recorded(1, state="draft")
    response = client.post("/commandes/vues/", {"name": "Mes brouillons", "query": "state=draft&page=3"}, follow=True)
    assert "Vue « Mes brouillons » enregistrée." in words(response)
    view = SavedView.objects.get()
    assert view.query == "state=draft"
    assert "Mes brouillons 1" in words(response)
    again = client.post("/commandes/vues/", {"name": "Mes brouillons", "query": ""}, follow=True)
    assert "Vous avez déjà une vue « Mes brouillons »." in words(again)
    other = signed_in(Role.READER)
    assert "Mes brouillons" not in words(other.get("/commandes/"))
    assert other.post(f"/commandes/vues/{view.pk}/supprimer/").status_code == 404
    assert "supprimée" in words(client.post(f"/commandes/vues/{view.pk}/supprimer/", follow=True))
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"name": " ", "query": ""}, "La vue n’a pas de nom."),
        ({"name": "x" * 61, "query": ""}, "Ce nom a 61 caractères."),
        ({"name": "\x00", "query": ""}, "La vue n’a pas de nom."),
        ({"name": "AM", "query": "s=abc"}, "Une recherche de numéro ne s’enregistre pas."),
        ({"name": "AM", "query": f"q={factories.am(1)}"}, "Une recherche de numéro ne s’enregistre pas."),
    ],
)
def test_a_view_that_cannot_be_kept_is_refused(client: Client, given: dict[str, str], answer: str) -> None:
    assert answer in words(client.post("/commandes/vues/", given, follow=True))
    assert not SavedView.objects.exists()


def test_the_twelfth_view_is_the_last(client: Client) -> None:
    for place in range(12):
        client.post("/commandes/vues/", {"name": f"Vue {place}", "query": ""})
    answer = client.post("/commandes/vues/", {"name": "Une de trop", "query": ""}, follow=True)
    assert "Vous avez déjà 12 vues. Supprimez-en une." in words(answer)


def test_csv_holds_the_filter_as_french_spreadsheets_read_it(client: Client) -> None:
    recorded(1)
    recorded(2, state="draft")
    response = client.get("/commandes/export.csv?state=signed")
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert tuple(rows[0]) == HEAD
    (row,) = rows[1:]
    named = dict(zip(HEAD, row, strict=True))
    assert named["Numéro"] == "BDC-1"
    assert named["SIREN des clients"] == factories.siren(1)
    assert named["Première signature"] == "12/05/2026"
    assert named["Principale TTC"] == "8560,00"
    assert factories.am(1) not in text and factories.rpps(1) not in text
    assert "commandes-" in response["Content-Disposition"]


def test_xlsx_keeps_amounts_as_numbers_and_runs_no_formula(client: Client) -> None:
    recorded(1)
    evil = factories.client(9, [factories.establishment(9)])
    factories.record(factories.ris_facts("=1+1", replace(evil, name="@SUM(A1)")))
    response = client.get("/commandes/export.xlsx?sort=number")
    sheet = load_workbook(BytesIO(response.content)).active
    rows = [dict(zip(HEAD, [cell.value for cell in row], strict=True)) for row in sheet.iter_rows(min_row=2)]
    assert {row["Numéro"] for row in rows} == {"BDC-1", "'=1+1"}
    assert {row["Client principal"] for row in rows} >= {"'@SUM(A1)"}
    assert {row["Principale TTC"] for row in rows} == {8560, None}
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_never_begins_a_formula(text: str) -> None:
    assert harmless(text).startswith("'")
    assert harmless("BDC-1") == "BDC-1"


def test_export_of_an_expired_search_gives_nothing_out(client: Client) -> None:
    recorded(1)
    response = client.get("/commandes/export.csv?s=unknown", follow=True)
    assert "Cette recherche a expiré" in words(response)


def test_exports_read_in_batches(client: Client) -> None:
    for number in range(1, 31):
        recorded(number)
    with CaptureQueriesContext(connection) as seen:
        list(client.get("/commandes/export.csv").streaming_content)
    assert len(seen) <= 7


@pytest.mark.parametrize(
    "text", ["\x00", "<script>alert(1)</script>", "' OR 1=1 --", "x" * 10_000, "%", "_", "\\", "ﬁ", "9" * 400]
)
def test_any_search_is_answered(client: Client, text: str) -> None:
    recorded(1)
    response = client.post("/commandes/recherche/", {"q": text}, follow=True)
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()
    assert client.get("/commandes/", {"q": text}).status_code == 200
    if text in {"%", "_", "\\"}:
        assert not response.context["rows"]


def test_reading_writes_nothing(client: Client) -> None:
    recorded(1)
    before = Event.objects.count()
    with CaptureQueriesContext(connection) as seen:
        client.get("/commandes/?state=signed")
        list(client.get("/commandes/export.csv").streaming_content)
    assert Event.objects.count() == before
    assert not [query for query in seen if query["sql"].lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]


@pytest.mark.parametrize("role", Role.values)
def test_every_role_reads_the_list(role: str) -> None:
    recorded(1)
    assert "BDC-1" in words(signed_in(Role(role)).get("/commandes/"))


@pytest.mark.parametrize("address", ["/commandes/", "/commandes/export.csv", "/commandes/export.xlsx"])
def test_nobody_reads_without_signing_in(address: str) -> None:
    assert Client().get(address)["Location"].startswith("/compte/connexion/")


@pytest.mark.parametrize("address", ["/commandes/recherche/", "/commandes/vues/"])
def test_what_writes_is_posted(client: Client, address: str) -> None:
    assert client.get(address).status_code == 405


def test_the_search_field_of_every_page_posts(client: Client) -> None:
    page = client.get("/commandes/").content.decode()
    field = page[page.index('class="search"') :].split(">")[0]
    assert 'method="post"' in field and 'action="/commandes/recherche/"' in field
