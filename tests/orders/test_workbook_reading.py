"""A workbook as people leave it: columns in any order, merged and blank rows, French values, dates of every kind."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from orders.domain.snapshot import ClientKind, LineActivity, SignatureMode
from orders.exchange.order_file import ParsedFile
from orders.exchange.workbook import read_sheets
from segur.regulation.schema import Identity, Vat
from tests.orders.order_files import AM, OTHER_AM, OTHER_SIREN, SIREN, SUPPLIER, keyed
from tests.orders.workbooks import DOCTOR, ESTABLISHMENT, LIMIT, ORDER, lines, only_error, saved, table, workbook


def only_order(parsed: ParsedFile) -> Any:
    assert parsed.errors == ()
    (order,) = parsed.orders
    return order.facts


def order_with(**cells: Any) -> Any:
    named = {name.replace("_", " "): value for name, value in cells.items()}
    return only_order(lines({**ORDER, **ESTABLISHMENT, **named}))


def test_lines_of_one_order_are_put_together_under_their_clients() -> None:
    other = {"Numéro BDC": "BDC-1", "Client SIREN": OTHER_SIREN, "Client nom": "Cabinet", "Client type": "cabinet"}
    order = only_order(lines({**ORDER, **ESTABLISHMENT}, DOCTOR, {**other, **DOCTOR, "AM": keyed("01199055")}))
    assert [client.siren for client in order.clients] == [SIREN, OTHER_SIREN]
    assert [len(client.lines) for client in order.clients] == [2, 1]
    assert order.clients[0].lines[1].am == (AM, OTHER_AM)
    assert order.clients[1].kind is ClientKind.PRACTICE


def test_an_order_repeated_on_every_row_in_any_sequence_is_one_order() -> None:
    second = {**ORDER, "Numéro BDC": "BDC-2", "Instance": "RIS-2", **ESTABLISHMENT}
    parsed = lines({**ORDER, **ESTABLISHMENT}, second, {**ORDER, **DOCTOR})
    assert parsed.errors == ()
    assert [len(order.facts.clients[0].lines) for order in parsed.orders] == [2, 1]


def test_no_row_of_a_long_sheet_is_lost() -> None:
    rows = [
        {**ORDER, "Numéro BDC": f"BDC-{n}", "Instance": f"RIS-{n}", **ESTABLISHMENT, "FINESS": keyed(f"01{n:06}")}
        for n in range(1, 61)
    ]
    assert [order.facts.number for order in lines(*rows).orders] == [f"BDC-{n}" for n in range(1, 61)]
    text = "\n".join(";".join(map(str, cells)) for cells in table(*rows))
    assert len(read_sheets(text.encode(), limit=LIMIT).parsed.orders) == 60


def test_headers_are_read_in_any_sequence_case_and_accent() -> None:
    row = {**ORDER, **ESTABLISHMENT}
    shuffled = {f"  {name.upper().replace('É', 'E')} ": row[name] for name in reversed(row)}
    assert only_order(lines(shuffled)) == only_order(lines(row))


def test_titles_blank_rows_and_merged_cells_are_passed_over() -> None:
    rows = table({**ORDER, **ESTABLISHMENT}, DOCTOR)
    book = workbook({"Lignes": [["Commandes de mai"], [], rows[0], [], rows[1], [None, "  "], rows[2]]})
    book["Lignes"].merge_cells("A1:D1")
    order = only_order(read_sheets(saved(book), limit=LIMIT).parsed)
    assert len(order.clients[0].lines) == 2


def test_a_lone_sheet_of_another_name_is_that_of_the_lines() -> None:
    data = saved(workbook({"Feuil1": table({**ORDER, **ESTABLISHMENT}, DOCTOR)}))
    assert only_order(read_sheets(data, limit=LIMIT).parsed).number == "BDC-1"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (datetime(2026, 5, 12), date(2026, 5, 12)),  # noqa: DTZ001
        ("12/05/2026", date(2026, 5, 12)),
        ("1-5-2026", date(2026, 5, 1)),
        ("2026-05-12", date(2026, 5, 12)),
        ("12.05.2026 à 10 h 30", date(2026, 5, 12)),
    ],
)
def test_dates_as_people_write_them(written: Any, meant: date) -> None:
    assert order_with(Signé_le=written).clients[0].signed_on == meant


def test_the_dates_of_a_mac_workbook_count_from_1904() -> None:
    book = workbook({"Lignes": []})
    book.epoch = CALENDAR_MAC_1904
    for row in table({**ORDER, **ESTABLISHMENT, "Émise le": date(2026, 5, 4)}):
        book["Lignes"].append(row)
    assert only_order(read_sheets(saved(book), limit=LIMIT).parsed).issued_on == date(2026, 5, 4)


@pytest.mark.parametrize("written", [11252.83, "11 252,83 €", "11\u202f252,83", "11252.83", 11252.829999999999])
def test_money_as_people_write_it(written: Any) -> None:
    assert order_with(Principale_HT=written).amounts.principal_ht == Decimal("11252.83")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("20 %", Vat.TWENTY), (0.2, Vat.TWENTY), (20, Vat.TWENTY), ("8,5", Vat.EIGHT_AND_A_HALF), (0.085, "8.5"),
     ("8.5 %", "8.5"), ("sans TVA", Vat.NONE), (0, Vat.NONE), ("0 %", Vat.NONE), ("none", Vat.NONE)],
)  # fmt: skip
def test_vat_as_people_write_it(written: Any, meant: str) -> None:
    assert order_with(TVA=written).vat == meant


def test_french_words_are_read_beside_the_codes() -> None:
    assert order_with(Activité="médecine NUCLÉAIRE").clients[0].lines[0].activity is LineActivity.NUCLEAR
    assert order_with(Identités="esclave").identity is Identity.SLAVE
    assert order_with(Identités="mixed").identity is Identity.MIXED
    assert order_with(Mode_de_signature="Pro Santé Connect").clients[0].signature is SignatureMode.PRO_SANTE_CONNECT
    assert order_with(Client_principal="Oui").clients[0].principal
    assert order_with(Mention_conditionnelle=False).conditional_mention is False
    assert order_with(**{"Demi-connecteurs": "drimbox;\nRI / GAM"}).connectors == ("drimbox", "ri-gam")


def test_lists_break_at_semicolons_and_lines_and_hold_numbers_stored_as_such() -> None:
    written = {**ORDER, **DOCTOR, "AM": f"{AM};\n{OTHER_AM} "}
    assert only_order(lines(written)).clients[0].lines[0].am == (AM, OTHER_AM)
    number = keyed("51178234")
    assert only_order(lines({**ORDER, **DOCTOR, "AM": float(number)})).clients[0].lines[0].am == (number,)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_of_any_usual_separator_and_encoding(separator: str, encoding: str) -> None:
    row = {**ORDER, **ESTABLISHMENT, "Ligne nom": "Clinique de l’Été"}
    text = "\r\n".join(separator.join(map(str, cells)) for cells in table(row))
    order = only_order(read_sheets(f"{text}\r\n".encode(encoding), limit=LIMIT).parsed)
    assert order.clients[0].lines[0].name == "Clinique de l’Été"


def test_a_csv_names_its_rows_and_columns() -> None:
    text = "\n".join(";".join(map(str, cells)) for cells in table({**ORDER, **ESTABLISHMENT, "FINESS": "123"}))
    (error,) = read_sheets(f"sep=;\n{text}".encode(), limit=LIMIT).parsed.errors
    assert (error.order, error.path, error.code) == ("BDC-1", "ligne 3, colonne FINESS", "identifier-shape")


def test_events_join_their_order_by_its_number() -> None:
    events = table({"Numéro BDC": "BDC-1", "Événement": "Avance déposée", "Reçu le": "01/09/2026 10:00"})
    order = only_order(lines({**ORDER, **ESTABLISHMENT}, Événements=events))
    assert [event.type for event in order.events] == ["advance_submitted"]
    assert order.events[0].at.isoformat() == "2026-09-01T10:00:00+02:00"


def test_an_unknown_event_order_is_named() -> None:
    events = table({"Numéro BDC": "BDC-9", "Événement": "Avance déposée", "Reçu le": "01/09/2026 10:00"})
    error = only_error({**ORDER, **ESTABLISHMENT}, Événements=events)
    assert error.path == "feuille Événements, ligne 2"
    assert "n’est pas dans la feuille Lignes" in error.message


def test_two_suppliers_may_have_the_same_number() -> None:
    other = keyed(keyed("55555551") + "0001")
    parsed = lines({**ORDER, **ESTABLISHMENT}, {**ORDER, "SIRET fournisseur": other, **ESTABLISHMENT})
    assert parsed.errors == ()
    assert [order.facts.supplier for order in parsed.orders] == [SUPPLIER, other]
