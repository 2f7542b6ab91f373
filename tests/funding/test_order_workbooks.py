"""A workbook, its CSV and the order file say the same to the import, and each refusal names its row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from funding.services.order_files import ImportReport, export_order_file, import_order_file
from orders.exchange.order_file import read_order_file
from orders.exchange.workbook import write_csv, write_workbook
from orders.models import Order
from tests.commands import run
from tests.orders.order_file_samples import sample_bytes
from tests.orders.test_order_file_round_trip import whole
from tests.orders.workbooks import ESTABLISHMENT, ORDER, saved, table, workbook

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def imported(data: bytes) -> ImportReport:
    return import_order_file(data, now=NOW)


def test_a_workbook_imports_what_its_json_does_and_then_changes_nothing() -> None:
    data = sample_bytes(40)
    book = write_workbook(whole(read_order_file(data)))
    first = imported(book)
    exported = export_order_file()
    again = imported(data)
    assert first.created > 0
    assert (first.errors, again.errors) == ([], [])
    assert (again.created, again.updated, again.unchanged) == (0, 0, first.created)
    assert export_order_file() == exported


def test_a_csv_leaves_standing_what_it_has_no_place_for() -> None:
    document = json.loads(sample_bytes(20, conflicts=0))
    order = next(each for each in document["orders"] if all(c.get("signed_on") for c in each["clients"]))
    finess = [line["finess"] for client in order["clients"] for line in client["lines"] if line.get("finess")]
    valid = {"am_radiology": [], "am_nuclear": [], "finess_radiology": finess[:1], "finess_nuclear": []}
    order["tranche"] = {"letter": "B", "calculated_on": "2026-04-01", "reference": "calcul", "valid": valid}
    order["events"] = [{"type": "advance_submitted", "at": "2026-09-01T10:00", "reference": "DEP-1"}]
    imported(json.dumps(document).encode())
    recorded = export_order_file()
    assert "DEP-1" in recorded

    report = imported(write_csv(whole(read_order_file(recorded))))

    assert (report.errors, report.created, report.updated, report.unchanged) == ([], 0, 0, 20)
    assert export_order_file() == recorded


def test_a_csv_with_another_answer_of_the_calculation_service_replaces_the_old_one_of_a_draft() -> None:
    document = json.loads(sample_bytes(20, conflicts=0))
    order = document["orders"][0]
    order |= {"issued_on": None, "events": []}
    for client in order["clients"]:
        client |= {"signed_on": None, "signature": None}
    lists = {"am_radiology": [], "am_nuclear": [], "finess_radiology": [], "finess_nuclear": []}
    order["tranche"] = {
        "letter": "B",
        "calculated_on": "2026-04-01",
        "reference": "premier",
        "valid": lists,
        "invalid": None,
    }
    imported(json.dumps(document).encode())
    order["tranche"] = {**order["tranche"], "letter": "C", "calculated_on": "2026-05-01", "valid": None}

    report = imported(write_csv(whole(read_order_file(json.dumps(document)))))

    assert (report.errors, report.updated) == ([], 1)
    kept = Order.objects.get(number=order["number"])
    assert (kept.tranche_letter, kept.tranche_valid) == ("C", None)


def test_a_reference_that_nobody_knows_names_its_row_and_sheet() -> None:
    report = imported(saved(workbook({"Lignes": table({**ORDER, **ESTABLISHMENT})})))
    assert [(error.order, error.path) for error in report.errors] == [
        ("BDC-1", "feuille Lignes, ligne 2, colonne SIRET fournisseur"),
        ("BDC-1", "feuille Lignes, ligne 2, colonne Solution"),
    ]
    assert "la feuille Fournisseurs" in report.errors[0].message
    assert not Order.objects.exists()


def test_the_command_takes_a_workbook_by_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "commandes.json"
    path.write_bytes(saved(workbook({"Lignes": table({**ORDER, **ESTABLISHMENT, "FINESS": 10000024})})))
    answer = run("import_orders", str(path), "--dry-run", "--json")
    assert (answer.status, answer.err) == (1, "")
    (error,) = answer.document["errors"]
    assert error["path"] == "feuille Lignes, ligne 2, colonne FINESS"


def test_an_old_workbook_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "commandes.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    answer = run("import_orders", str(path))
    assert answer.status == 2
    assert "Ancien classeur Excel" in answer.err
