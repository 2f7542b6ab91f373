"""One cell of a sheet: from what the spreadsheet holds to the value of the order file, and back."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from openpyxl.utils.datetime import from_excel

from orders.exchange.order_file.problems import Refused
from orders.exchange.workbook.words import FLAGS, NO, YES, Labels, label_of, listed, plain, vocabulary
from segur.regulation.dates import PARIS, format_date_fr, parse_instant
from segur.regulation.identifiers import quoted, split_list
from segur.regulation.money import parse_amount
from segur.regulation.money import text as money_text

TEXT_FORMAT = "@"
DAY_FORMAT = "dd/mm/yyyy"
INSTANT_FORMAT = "dd/mm/yyyy hh:mm:ss"
MONEY_FORMAT = "#,##0.00"

_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!"})
_FRENCH_DATE = re.compile(
    r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:,?\s+(?:à\s+)?(\d{1,2})\s*[:hH]\s*(\d{2})?(?::(\d{2}))?)?"
)
_SHORT_YEAR = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2}")
_AID = re.compile(r"(\S+)\s*[:=]\s*(.+)")
_NOISE = 1e-6

Cell = Any


@dataclass(frozen=True, slots=True)
class Kind:
    """How a column is read and written.

    ``read`` takes a filled cell and returns the JSON value, or raises Refused; ``write`` does the reverse.
    ``expected`` says in French what to write; ``labels`` are the words of a drop-down list.
    """

    read: Callable[[Cell], Any]
    write: Callable[[Any], Cell]
    expected: str
    number_format: str = TEXT_FORMAT
    labels: tuple[str, ...] = ()


def shown(value: Cell) -> str:
    """A cell as a person sees it, between quotes."""
    if isinstance(value, datetime):
        return quoted(value.strftime("%d/%m/%Y %H:%M"))
    if isinstance(value, date):
        return quoted(value.strftime("%d/%m/%Y"))
    return quoted(" ".join(as_text(value).split()))


def as_text(value: Cell) -> str:
    """The text of a cell; a whole number without the decimal tail that the spreadsheet gives it."""
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def refuse_error(value: Cell) -> None:
    """Refuse what a broken formula leaves."""
    if type(value) is str and value.startswith("#") and value in _ERRORS:
        raise Refused("cell-error", f"La cellule contient l’erreur {value}. Corrigez sa formule ou tapez la valeur.")


def _read_text(value: Cell) -> str:
    if type(value) is str:
        return value
    if isinstance(value, date | time | timedelta):
        raise Refused(
            "cell-date",
            f"Le tableur a changé cette valeur en date, {shown(value)}. Mettez la cellule en texte et retapez-la.",
        )
    return as_text(value)


def _as_written(value: Any) -> Cell:
    return value if isinstance(value, str | int | float) else str(value)


def text(expected: str = "Texte.") -> Kind:
    return Kind(_read_text, _as_written, expected)


def number(expected: str) -> Kind:
    """An identifier: digits kept as a text; nothing is added to what the spreadsheet lost."""
    return Kind(_read_text, _as_written, expected)


def numbers(expected: str) -> Kind:
    """A list of identifiers, separated by semicolons or line breaks."""

    def read(value: Cell) -> list[str]:
        return list(split_list(_read_text(value)))

    return Kind(read, lambda values: " ; ".join(map(str, values)), expected)


def _dated(value: Cell, cure: str) -> str:
    """The ISO text of what a cell holds as a date, a time of Paris where it has no offset."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise Refused("date-shape", _serial_message(value))
    written = _read_text(value).strip()
    if found := _FRENCH_DATE.fullmatch(written):
        day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
        written = f"{year:04}-{month:02}-{day:02}"
        if found.group(4):
            written += f"T{hour:02}:{minute:02}:{second:02}"
    try:
        parse_instant(written)
    except ValueError:
        why = "l’année tient en deux chiffres" if _SHORT_YEAR.fullmatch(written) else "ce n’est pas une date possible"
        raise Refused("date-shape", f"{shown(value)}\u00a0: {why}. {cure}") from None
    return written


def _serial_message(value: float) -> str:
    try:
        meant = from_excel(value)
        if 1990 <= meant.year <= 2100:
            return (
                f"{shown(value)} est un nombre, peut-être le {format_date_fr(meant)} sans son format."
                " Mettez la cellule au format date."
            )
    except (AttributeError, OverflowError, ValueError):
        pass
    return f"{shown(value)} est un nombre, pas une date. Écrivez JJ/MM/AAAA."


_DAY_CURE = "Écrivez JJ/MM/AAAA, comme 04/05/2026."
_INSTANT_CURE = "Écrivez JJ/MM/AAAA HH:MM, comme 01/09/2026 10:00."


def _read_day(value: Cell) -> str:
    return _dated(value, _DAY_CURE)[:10]


def _read_instant(value: Cell) -> str:
    return _dated(value, _INSTANT_CURE)


def _write_day(value: Any) -> Cell:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return _as_written(value)


def _write_instant(value: Any) -> Cell:
    """A date cell of Paris where it says the same; else, in the hour that October has twice, the text."""
    try:
        at = parse_instant(value)
        local = at.astimezone(PARIS).replace(tzinfo=None, fold=0)
        if local.microsecond == 0 and parse_instant(local.isoformat()) == at:
            return local
    except (AttributeError, TypeError, ValueError):
        pass
    return _as_written(value)


DAY = Kind(_read_day, _write_day, _DAY_CURE, DAY_FORMAT)
INSTANT = Kind(_read_instant, _write_instant, _INSTANT_CURE, INSTANT_FORMAT)


def _read_flag(value: Cell) -> bool:
    if isinstance(value, bool):
        return value
    word = plain(as_text(value))
    if word not in FLAGS:
        raise Refused("unknown-value", f"{shown(value)} n’est ni oui ni non. {FLAG.expected}")
    return FLAGS[word]


def _write_flag(value: Any) -> Cell:
    return (YES if value else NO) if isinstance(value, bool) else _as_written(value)


FLAG = Kind(_read_flag, _write_flag, "Écrivez oui ou non.", labels=(YES, NO))


def _read_money(value: Cell) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return money_text(_cents_of(value))
    try:
        return money_text(parse_amount(str(value)))
    except ValueError as refusal:
        raise Refused("money-shape", f"{refusal} {MONEY.expected}") from None


def _cents_of(value: float) -> Decimal:
    """The euros of a number cell; a spreadsheet adds binary noise far below the cent, which is not a decimal."""
    if not math.isfinite(value) or value < 0:
        raise Refused("money-shape", f"{shown(value)} n’est pas un montant de zéro ou plus. {MONEY.expected}")
    rounded = round(value, 2)
    if abs(value - rounded) > _NOISE:
        raise Refused("money-shape", f"{shown(value)} a plus de deux décimales. Arrondissez au centime.")
    return Decimal(repr(rounded))


def _write_money(value: Any) -> Cell:
    try:
        return Decimal(value)
    except (ArithmeticError, TypeError, ValueError):
        return _as_written(value)


MONEY = Kind(_read_money, _write_money, "Écrivez un montant en euros, comme 11252,83.", MONEY_FORMAT)


def _read_whole(value: Cell) -> int:
    written = as_text(value).replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    if isinstance(value, bool) or not re.fullmatch("[0-9]{1,9}", written):
        raise Refused("wrong-value", f"{shown(value)} n’est pas un nombre entier. {WHOLE.expected}")
    return int(written)


WHOLE = Kind(_read_whole, _as_written, "Écrivez un nombre entier, comme 1540.", "0")


def choice(labels: Labels) -> Kind:
    """One value of a list, by its French word or by its code."""
    known = vocabulary(labels)
    expected = f"Écrivez {listed(label for _, label in labels)}."

    def read(value: Cell) -> str:
        code = known.get(_word(value))
        if code is None:
            raise Refused("unknown-value", f"{shown(value)} n’est pas connu. {expected}")
        return code

    return Kind(read, lambda code: label_of(labels, code), expected, labels=tuple(label for _, label in labels))


def choices(labels: Labels, *, none: str = "") -> Kind:
    """Several values of a list, separated by semicolons; ``none``: the word for an empty list that is meant.

    An empty cell says nothing, and « nobody » is not nothing: a journal sent to nobody is one that was not sent.
    """
    one = choice(labels)
    expected = f"Séparez par « ; » : {', '.join(label for _, label in labels)}."
    expected += f" Si aucun ne convient : {none}." if none else ""

    def read(value: Cell) -> list[str]:
        text = as_text(value)
        if none and plain(text) == plain(none):
            return []
        return [one.read(word) for word in re.split(r"[;\n\r]", text) if word.strip()]

    return Kind(read, lambda codes: " ; ".join(label_of(labels, code) for code in codes) or none, expected)


def _word(value: Cell) -> str:
    written = as_text(value)
    if isinstance(value, float) or "%" in written:
        written = written.replace(".", ",").replace("%", "")
    word = plain(written)
    return word.replace(".", ",") if word.replace(".", "").isdigit() else word


def _read_aids(value: Cell) -> list[dict[str, str]]:
    """De minimis aids as ``01/03/2024 : 12 000,00 ; …``."""
    aids = []
    for part in re.split(r"[;\n\r]", _read_text(value)):
        if not part.strip():
            continue
        found = _AID.fullmatch(part.strip())
        if not found:
            raise Refused("aid-shape", f"{shown(part)} n’est pas une aide. {AIDS.expected}")
        aids.append({"granted_on": _read_day(found.group(1)), "amount": _read_money(found.group(2))})
    return aids


def _write_aids(aids: Any) -> Cell:
    return " ; ".join(f"{_day_text(aid.get('granted_on'))} : {aid.get('amount')}" for aid in aids)


def _day_text(value: Any) -> str:
    day = _write_day(value)
    return day.strftime("%d/%m/%Y") if isinstance(day, date) else str(day)


AIDS = Kind(_read_aids, _write_aids, "Écrivez la date puis le montant, comme 01/03/2024 : 12000,00 ; …")
