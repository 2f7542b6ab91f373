"""The workbook of the refused rows: it says why, and once corrected it is read like any other."""

from __future__ import annotations

import io
import json
from typing import Any

from openpyxl import load_workbook

from orders.exchange.order_source import read_order_source
from orders.exchange.workbook import write_corrections
from tests.orders.order_files import client, doctor, order_file, ris_order
from tests.orders.workbooks import DOCTOR, ESTABLISHMENT, LIMIT, ORDER, saved, table, workbook

GOOD = {**ORDER, **ESTABLISHMENT}
BAD = {**ORDER, "Numéro BDC": "BDC-2", "Instance": "RIS-2", **ESTABLISHMENT}


def corrections(data: bytes) -> Any:
    errors = read_order_source(data, limit=LIMIT).parsed.errors
    assert errors
    return load_workbook(io.BytesIO(write_corrections(data, errors, limit=LIMIT)))


def rows_of(page: Any) -> list[dict[str, Any]]:
    header, *rows = page.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def read_again(book: Any) -> Any:
    return read_order_source(saved(book), limit=LIMIT).parsed


def test_only_the_refused_order_comes_back_whole_with_its_reason_and_can_be_sent_again() -> None:
    event = {"Numéro BDC": "BDC-2", "Événement": "Annulée", "Reçu le": "01/09/2026", "Motif": "doublon"}
    second_line = {**DOCTOR, "Activité": "dentaire"}
    data = saved(workbook({"Lignes": table(GOOD, BAD, second_line), "Événements": table(event)}))
    book = corrections(data)
    first, second = rows_of(book["Lignes"])
    assert (first["Numéro BDC"], first["Pourquoi"], second["Numéro BDC"]) == ("BDC-2", None, "BDC-2")
    assert second["Pourquoi"] == (
        "«\u202fdentaire\u00a0» n’est pas connu. Écrivez Radiologie, Médecine nucléaire ou Mixte."
    )
    assert [row["Événement"] for row in rows_of(book["Événements"])] == ["Annulée"]
    header = [cell.value for cell in book["Lignes"][1]]
    book["Lignes"].cell(3, header.index("Activité") + 1).value = "Radiologie"
    parsed = read_again(book)
    assert parsed.errors == ()
    (order,) = parsed.orders
    assert (order.facts.number, len(order.facts.clients[0].lines), len(order.facts.events)) == ("BDC-2", 2, 1)


def test_a_json_file_is_corrected_as_a_workbook_too() -> None:
    wrong = ris_order(number="BDC-2", clients=[client(lines=[doctor(), doctor(activity="dental", am=["11990055"])])])
    book = corrections(json.dumps(order_file(ris_order(), wrong)).encode())
    first, second = rows_of(book["Lignes"])
    assert (first["Pourquoi"], second["Activité"]) == (None, "dental")
    assert "n’est pas connu" in second["Pourquoi"]
    header = [cell.value for cell in book["Lignes"][1]]
    book["Lignes"].delete_rows(3)
    assert "Activité" in header
    parsed = read_again(book)
    assert parsed.errors == ()
    assert [order.facts.number for order in parsed.orders] == ["BDC-2"]


def test_a_supplier_at_fault_comes_alone() -> None:
    data = saved(workbook({"Lignes": table(GOOD), "Fournisseurs": [["SIRET", "Nom", "Rôle"], ["123", "X", "éditeur"]]}))
    book = corrections(data)
    assert "Lignes" not in book.sheetnames
    (row,) = rows_of(book["Fournisseurs"])
    assert "a 3 caractères" in row["Pourquoi"]


def test_a_refused_csv_comes_back_as_a_workbook() -> None:
    text = "\n".join(";".join(map(str, cells)) for cells in table(GOOD, {**BAD, "TVA": "19,6"}))
    (row,) = rows_of(corrections(text.encode())["Lignes"])
    assert (row["Numéro BDC"], row["TVA"]) == ("BDC-2", "19,6")


def test_a_json_file_is_read_as_before() -> None:
    assert read_order_source(json.dumps(order_file(ris_order())).encode(), limit=LIMIT).parsed.errors == ()
