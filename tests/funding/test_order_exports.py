"""The order file leaves as a workbook, by command and from the list, and the import takes it back unchanged."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse
from pytest import MonkeyPatch

from funding.services.order_exports import chosen_order_file
from funding.services.order_files import import_order_file
from funding.views.orders import export
from orders.exchange.order_file import write_order_file
from orders.exchange.workbook import is_workbook, writer
from orders.models import Order, OrderState, Supplier
from segur.models import Role
from tests.commands import run
from tests.funding.order_pages import signed_in, words
from tests.orders.order_file_samples import sample_bytes

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WORKBOOK = "/commandes/classeur.xlsx"


@pytest.fixture(autouse=True)
def _orders() -> None:
    assert import_order_file(sample_bytes(12), now=NOW).created == 12


def unchanged(book: bytes) -> int:
    """How many orders the workbook holds, when it changes nothing."""
    report = import_order_file(book, now=NOW)
    assert (report.created, report.updated, report.refused, report.errors) == (0, 0, 0, [])
    return report.unchanged


def test_the_command_writes_a_workbook_that_changes_nothing(tmp_path: Path) -> None:
    before = run("export_orders").out
    path = tmp_path / "commandes.xlsx"
    answer = run("export_orders", "--xlsx", str(path))
    assert (answer.status, answer.out, answer.err) == (0, "12 commandes écrites dans commandes.xlsx.\n", "")
    assert unchanged(path.read_bytes()) == 12
    assert run("export_orders").out == before


def test_the_workbook_of_one_programme_holds_its_orders_alone(tmp_path: Path) -> None:
    path = tmp_path / "db.xlsx"
    answer = run("export_orders", "--programme", "IMG-DB-Va2", "--xlsx", str(path), "--json")
    total = Order.objects.filter(programme="IMG-DB-Va2").count()
    assert answer.document == {"file": str(path), "orders": total}
    assert 0 < total < 12
    assert unchanged(path.read_bytes()) == total


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("pris.xlsx", "«\u202fpris.xlsx\u00a0» existe déjà. Choisissez un autre nom, ou supprimez ce fichier."),
        ("dossier", "«\u202fdossier\u00a0» est un dossier. Indiquez le fichier à écrire."),
        (
            "absent/commandes.xlsx",
            "«\u202fcommandes.xlsx\u00a0» ne peut pas être écrit. Vérifiez le dossier, ses droits et sa place.",
        ),
    ],
)
def test_a_place_that_cannot_take_the_workbook_is_refused_in_one_line(tmp_path: Path, place: str, said: str) -> None:
    (tmp_path / "pris.xlsx").write_bytes(b"mine")
    (tmp_path / "dossier").mkdir()
    answer = run("export_orders", "--xlsx", str(tmp_path / place))
    assert (answer.status, answer.out, answer.err) == (2, "", f"{said}\n")
    assert (tmp_path / "pris.xlsx").read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["dossier", "pris.xlsx"]


def test_a_value_that_no_cell_holds_leaves_no_file(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "LONGEST_CELL", 3)
    answer = run("export_orders", "--xlsx", str(tmp_path / "commandes.xlsx"))
    assert answer.status == 2
    assert "Exportez ces commandes en JSON." in answer.err
    assert list(tmp_path.iterdir()) == []


def test_the_list_gives_the_orders_of_its_filter_to_import_again() -> None:
    client = signed_in()
    page = client.get("/commandes/?state=signed")
    assert f'href="{reverse("orders_workbook")}?state=signed"' in page.content.decode()
    assert "Classeur à réimporter (XLSX)" in words(page)
    response = client.get(f"{WORKBOOK}?state=signed")
    assert "attachment; filename=" in response["Content-Disposition"]
    assert is_workbook(response.content)
    signed = Order.objects.filter(state=OrderState.SIGNED).count()
    assert 0 < signed < 12
    assert unchanged(response.content) == signed
    assert unchanged(client.get(WORKBOOK).content) == 12


def test_chosen_orders_come_with_what_they_refer_to_and_nothing_else() -> None:
    order = Order.objects.select_related("solution__supplier", "supplier")[0]
    file = chosen_order_file(Q(pk=order.pk))
    assert [facts.number for facts in file.orders] == [order.number]
    assert [facts.key for facts in file.solutions] == [order.solution.key]
    assert {order.supplier.siret, order.solution.supplier.siret} <= {facts.siret for facts in file.suppliers}
    assert len(file.suppliers) < Supplier.objects.count()
    assert {facts.solution for facts in file.enrolments} <= {order.solution.key}
    assert unchanged(write_order_file(file).encode()) == 1


def test_a_reader_gets_no_workbook() -> None:
    reader = signed_in(Role.READER)
    assert reader.get(WORKBOOK).status_code == 403
    assert "Classeur à réimporter" not in words(reader.get("/commandes/"))


def test_nobody_gets_the_workbook_without_signing_in() -> None:
    assert Client().get(WORKBOOK).status_code == 302


def test_too_many_orders_or_too_long_a_value_is_said_on_the_list(monkeypatch: MonkeyPatch) -> None:
    client = signed_in()
    monkeypatch.setattr(writer, "LONGEST_CELL", 3)
    response = client.get(WORKBOOK, follow=True)
    assert response.redirect_chain == [("/commandes/?", 302)]
    assert "Exportez ces commandes en JSON." in words(response)
    monkeypatch.setattr(export, "MOST_ROWS", 11)
    assert "Ajoutez un filtre." in words(client.get(WORKBOOK, follow=True))


def test_an_expired_search_gives_nothing_out() -> None:
    response = signed_in().get(f"{WORKBOOK}?s=unknown", follow=True)
    assert "Cette recherche a expiré" in words(response)
