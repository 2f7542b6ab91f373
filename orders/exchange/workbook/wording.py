"""The faults of a document said of the sheets it came from: French headers and words, a place one can find."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from orders.exchange.order_file.problems import RowError
from orders.exchange.workbook.columns import Column
from orders.exchange.workbook.places import Places, Record

_PATHS = re.compile(r"(?:clients|events|orders|suppliers|solutions|enrolments|mandates)\[\d+\][\w.\[\]]*")
_SECTIONS = {
    "«\u202fsuppliers\u00a0»": "la feuille Fournisseurs",
    "« suppliers »": "la feuille Fournisseurs",
    "«\u202fsolutions\u00a0»": "la feuille Solutions",
    "« solutions »": "la feuille Solutions",
}
Sentence = Callable[[str, Column | None], str]


def _missing(message: str, column: Column | None) -> str:
    if column is None:
        return "Il manque le numéro de la ligne. Remplissez FINESS, ou RPPS avec AM."
    return f"La colonne {column.header} est vide. {column.kind.expected}"


def _value(message: str, column: Column | None) -> str:
    if column is None or not column.kind.labels:
        return message
    if message.startswith("« mixed »"):
        return "Mixte est réservé à un établissement. Écrivez Radiologie ou Médecine nucléaire pour un médecin."
    return f"{column.header}\u00a0: cette valeur ne convient pas ici. {column.kind.expected}"


def _not_applicable(message: str, column: Column | None) -> str:
    name = column.header if column else ""
    return f"La colonne {name} ne concerne pas ce programme. Videz la cellule."


def _unknown_key(message: str, column: Column | None) -> str:
    name = column.header if column else ""
    return f"La colonne {name} ne concerne pas cet événement. Videz la cellule."


_SENTENCES: dict[str, Sentence] = {
    "missing-key": _missing,
    "unknown-value": _value,
    "not-applicable": _not_applicable,
    "unknown-key": _unknown_key,
}


def said_of_sheets(errors: Iterable[RowError], places: Places) -> tuple[RowError, ...]:
    """Each fault with the place and the words of the sheets; one without a place stays as it is."""
    return tuple(_said(error, places) for error in errors)


def _said(error: RowError, places: Places) -> RowError:
    located = places.record_of(error)
    if located is None:
        return error
    record, path = located
    place, column = places.find(record, path)
    code, message = _note(record, path) or (error.code, _sentence(error, column))
    message = _PATHS.sub(lambda found: _place_words(found.group(), record, places), message)
    return replace(error, path=str(place), code=code, message=message)


def _note(record: Record, path: str) -> tuple[str, str] | None:
    return next((note for where, note in record.notes.items() if path == where or path.startswith(f"{where}[")), None)


def _sentence(error: RowError, column: Column | None) -> str:
    said = _SENTENCES.get(error.code)
    message = said(error.message, column) if said else error.message
    for keys, words in _SECTIONS.items():
        message = message.replace(keys, words)
    return message.replace(" entre guillemets", "").replace(" sans guillemets", "")


def _place_words(path: str, record: Record, places: Places) -> str:
    root = places.record_of(RowError(None, path, "", ""))
    target, below = root if root else (record, path)
    return str(places.find(target, below)[0])
