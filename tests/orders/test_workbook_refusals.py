"""What a workbook gets wrong is named by sheet, row and column; what could harm is refused before it is opened."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from typing import Any

import pytest

from orders.exchange.order_file import UnusableFile
from orders.exchange.workbook import read_sheets
from tests.orders.order_files import keyed
from tests.orders.workbooks import DOCTOR, ESTABLISHMENT, LIMIT, ORDER, lines, only_error, saved, table, workbook

LOST_ZERO = keyed("01000002")
ROWS = table({**ORDER, **ESTABLISHMENT})


def refusal(data: bytes, limit: int = LIMIT) -> str:
    with pytest.raises(UnusableFile) as refused:
        read_sheets(data, limit=limit)
    return str(refused.value)


def test_a_lost_zero_is_refused_with_its_likely_cure_and_never_repaired() -> None:
    """A5: a FINESS stored as a number has lost its zero."""
    error = only_error({**ORDER, **ESTABLISHMENT}, {**ESTABLISHMENT, "FINESS": float(LOST_ZERO)})
    assert (error.order, error.path) == ("BDC-1", "feuille Lignes, ligne 3, colonne FINESS")
    assert f"{int(LOST_ZERO)} a 8 caractères\u00a0: zéro de tête perdu dans un tableur" in error.message
    assert f"Remplacer par {LOST_ZERO}." in error.message
    assert lines({**ORDER, **ESTABLISHMENT, "FINESS": float(LOST_ZERO)}).orders == ()


@pytest.mark.parametrize(
    ("column", "value", "code", "said"),
    [
        ("Signé le", "12/05/26", "date-shape", "l’année tient en deux chiffres"),
        ("Signé le", 46154, "date-shape", "peut-être le 12 mai 2026"),
        ("Signé le", "31/02/2026", "date-shape", "n’est pas une date possible"),
        ("Client nom", date(2026, 3, 1), "cell-date", "a changé cette valeur en date"),
        ("Principale HT", -5, "money-shape", "n’est pas un montant de zéro ou plus"),
        ("Principale HT", 10.129, "money-shape", "plus de deux décimales"),
        ("Principale HT", "douze", "money-shape", "n’est pas un montant"),
        ("TVA", "19,6 %", "unknown-value", "Écrivez 20 %, 8,5 % ou Sans TVA."),
        ("Activité", "dentaire", "unknown-value", "Écrivez Radiologie, Médecine nucléaire ou Mixte."),
        ("Client principal", "peut-être", "unknown-value", "Écrivez oui ou non."),
        ("Client nom", "#REF!", "cell-error", "l’erreur #REF!"),
        ("Client nom", None, "missing-key", "La colonne Client nom est vide."),
        ("Instance", None, "missing-key", "La colonne Instance est vide."),
        ("PACS", "PACS-1", "not-applicable", "La colonne PACS ne concerne pas ce programme."),
        ("Client SIREN", "123456789", "identifier-key", "La clé du SIREN"),
        ("Programme", "IMG-RIS-Va9", "unknown-value", "IMG-RIS-Va2"),
    ],
)
def test_a_wrong_cell_is_named_with_its_cure(column: str, value: Any, code: str, said: str) -> None:
    error = only_error({**ORDER, **ESTABLISHMENT, column: value})
    assert (error.order, error.path) == ("BDC-1", f"feuille Lignes, ligne 2, colonne {column}")
    assert error.code == code
    assert said in error.message
    assert "guillemets" not in error.message


def test_a_number_twice_names_both_rows() -> None:
    """A18."""
    error = only_error({**ORDER, **ESTABLISHMENT}, ESTABLISHMENT)
    assert error.path == "feuille Lignes, ligne 3, colonne FINESS"
    assert "déjà à feuille Lignes, ligne 2, colonne FINESS" in error.message


def test_rows_of_one_order_that_disagree_refuse_it() -> None:
    parsed = lines({**ORDER, **ESTABLISHMENT}, {**ORDER, **DOCTOR, "TVA": "8,5 %"})
    (error,) = parsed.errors
    assert (error.code, error.path) == ("contradiction", "feuille Lignes, ligne 3, colonne TVA")
    assert "contredit la ligne 2" in error.message
    assert (parsed.orders, parsed.refused_orders) == ((), 1)


def test_a_wrong_order_leaves_the_others_usable() -> None:
    second = {**ORDER, "Numéro BDC": "BDC-2", **ESTABLISHMENT}
    parsed = lines({**ORDER, **ESTABLISHMENT, "TVA": "?"}, second)
    assert [order.facts.number for order in parsed.orders] == ["BDC-2"]
    assert parsed.refused_orders == 1


def test_an_unknown_column_is_reported_and_the_rows_are_read() -> None:
    parsed = lines({**ORDER, **ESTABLISHMENT, "Signé l": "12/05/2026"})
    (error,) = parsed.errors
    assert (error.order, error.code) == (None, "unknown-column")
    assert "Vouliez-vous écrire Signé le" in error.message
    assert len(parsed.orders) == 1


def test_unknown_and_hidden_sheets_are_reported() -> None:
    book = workbook({"Lignes": ROWS, "Brouillon": [["a"]], "Événements": [["x", "y"]]})
    book["Événements"].sheet_state = "hidden"
    parsed = read_sheets(saved(book), limit=LIMIT).parsed
    assert {error.code for error in parsed.errors} == {"unknown-sheet", "hidden-sheet"}
    assert len(parsed.orders) == 1


def test_a_column_of_another_event_is_named() -> None:
    event = {"Numéro BDC": "BDC-1", "Événement": "VA signée", "Reçu le": "01/09/2026", "Montant": 5}
    error = only_error({**ORDER, **ESTABLISHMENT}, Événements=table(event))
    assert error.path == "feuille Événements, ligne 2, colonne Montant"
    assert error.message == "La colonne Montant ne concerne pas cet événement. Videz la cellule."


def test_a_formula_that_was_never_calculated_is_named() -> None:
    error = only_error({**ORDER, **ESTABLISHMENT, "Client nom": '=CONCATENATE("CH"," du Test")'})
    assert (error.code, error.path) == ("formula-unsaved", "feuille Lignes, ligne 2, colonne Client nom")
    assert "enregistrez-le" in error.message


def test_missing_columns_refuse_the_file() -> None:
    row = {name: value for name, value in {**ORDER, **ESTABLISHMENT}.items() if name not in ("TVA", "Activité")}
    said = refusal(saved(workbook({"Lignes": table(row)})))
    assert said == (
        "Il manque dans l’en-tête de la feuille Lignes\u00a0: TVA et Activité. Ajoutez ces colonnes du modèle."
    )


def test_a_column_twice_refuses_the_file() -> None:
    header, row = ROWS
    assert "deux colonnes TVA" in refusal(saved(workbook({"Lignes": [[*header, "tva"], [*row, "20"]]})))


def rezipped(data: bytes, **changes: bytes) -> bytes:
    """A workbook with parts replaced or added, by name (``__`` for ``/``)."""
    parts = {name.replace("__", "/"): content for name, content in changes.items()}
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return stream.getvalue()


def test_foreign_and_hostile_files_are_refused_in_one_sentence() -> None:
    data = saved(workbook({"Lignes": ROWS}))
    assert "macros" in refusal(rezipped(data, **{"xl__vbaProject.bin": b"x"}))
    assert "Ancien classeur Excel" in refusal(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    assert "PDF" in refusal(b"%PDF-1.7")
    assert "endommagé" in refusal(data[: len(data) // 2])
    assert "endommagé" in refusal(rezipped(data, **{"xl__worksheets__sheet1.xml": b"<worksheet"}))
    assert "déclaration XML interdite" in refusal(
        rezipped(data, **{"xl__worksheets__sheet1.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'})
    )
    assert "pas un classeur Excel" in refusal(zipped("mimetype", b"application/vnd.oasis.opendocument"))
    assert "n’a pas de ligne d’en-têtes" in refusal(b"bonjour;monde\n1;2\n")


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def test_a_bomb_is_refused_before_it_unfolds() -> None:
    data = saved(workbook({"Lignes": ROWS}))
    bomb = rezipped(data, **{"xl__media__image.bin": b"\0" * 3_000_000})
    assert len(bomb) < 1_000_000
    assert "déplié dépasse 2\u00a0Mo" in refusal(bomb, limit=1_000_000)


def test_a_file_beyond_the_limit_is_refused() -> None:
    assert "dépasse 0\u00a0Mo" in refusal(saved(workbook({"Lignes": ROWS})), limit=1_000)


def test_rows_announced_very_far_away_do_not_hold_the_reader_up() -> None:
    data = saved(workbook({"Lignes": ROWS}))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    far = re.sub(rb'(<row r="|<c r="[A-Z]+)2"', rb'\g<1>99999999"', sheet)
    assert far != sheet
    assert "dépasse 1048576 lignes" in refusal(rezipped(data, **{"xl__worksheets__sheet1.xml": far}))


def test_an_open_quotation_mark_is_named() -> None:
    text = "\n".join(";".join(map(str, cells)) for cells in ROWS)
    assert "Ligne 3\u00a0: guillemet ouvert" in refusal(f'{text}\n"BDC-2;x'.encode())
