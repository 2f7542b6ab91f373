"""Readers of single values: each takes what JSON gave and returns the fact, or raises :class:`Refused`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar
from unicodedata import category

from orders.exchange.order_file.problems import Refused, kind_of, shown
from segur.regulation.dates import parse_day, parse_instant
from segur.regulation.identifiers import IdentifierKind, check, has_key, has_shape, normalise

_MONEY = re.compile(r"[0-9]{1,8}(\.[0-9]{1,2})?")
_CENT = Decimal("0.01")
_HIGHEST_COUNT = 999_999_999

Value = TypeVar("Value", bound=str)
Moment = TypeVar("Moment", bound=date)


def text(longest: int, *, lines: bool = False) -> Callable[[Any], str | None]:
    """A trimmed text of at most ``longest`` characters, on one line unless ``lines``; None when it is blank."""
    allowed = "\n\r\t" if lines else ""

    def read(value: Any) -> str | None:
        if type(value) is not str:
            message = f"Attendu un texte entre guillemets, trouvé {kind_of(value)}. Corrigez la valeur."
            raise Refused("wrong-type", message)
        trimmed = value.strip()
        if not trimmed.isprintable():
            _refuse_control_characters(trimmed, allowed)
        if len(trimmed) > longest:
            raise Refused("too-long", f"Texte de {len(trimmed)} caractères : {longest} au plus. Raccourcissez-le.")
        return trimmed or None

    return read


def _refuse_control_characters(text: str, allowed: str) -> None:
    # PostgreSQL stores no NUL and UTF-8 has no lone surrogate: such a text could be read but never kept.
    for position, character in enumerate(text, 1):
        if character not in allowed and category(character) in ("Cc", "Cs"):
            raise Refused("control-character", f"Caractère invisible interdit en position {position}. Supprimez-le.")


key = text(100)
short_text = text(200)
phone = text(40)
email = text(254)
version = text(60)
address = text(400, lines=True)
long_text = text(2000, lines=True)


def flag(value: Any) -> bool:
    if type(value) is not bool:
        raise Refused(
            "wrong-type", f"Attendu true ou false sans guillemets, trouvé {kind_of(value)}. Corrigez la valeur."
        )
    return value


def count(value: Any) -> int:
    """A whole number of at least zero."""
    if type(value) is not int:
        raise Refused(
            "wrong-type", f"Attendu un nombre entier sans guillemets, trouvé {shown(value)}. Corrigez la valeur."
        )
    if not 0 <= value <= _HIGHEST_COUNT:
        raise Refused("wrong-value", f"{shown(value)} est hors de 0 à {_HIGHEST_COUNT}. Corrigez le nombre.")
    return value


def semester(value: Any) -> int:
    """The number of a half-year, 1 to 6 (R28)."""
    if type(value) is not int or not 1 <= value <= 6:
        raise Refused(
            "wrong-value", f"Attendu un semestre de 1 à 6 sans guillemets, trouvé {shown(value)}. Corrigez-le."
        )
    return value


def money(value: Any) -> Decimal:
    """Euros of at least zero, from a text with at most two decimals; always with two decimals in the facts."""
    if type(value) is not str:
        raise Refused(
            "wrong-type",
            f'Un montant s’écrit entre guillemets, comme "12000.00" ; trouvé {kind_of(value)}. Ajoutez les guillemets.',
        )
    if not _MONEY.fullmatch(value):
        raise Refused(
            "money-shape",
            f"« {shown(value)} » n’est pas un montant : huit chiffres au plus, un point, deux décimales au plus,"
            ' sans espace ni signe, comme "12000.00". Réécrivez-le.',
        )
    return Decimal(value).quantize(_CENT)


# A file repeats the same days and keys many times over.
_parse_day = lru_cache(maxsize=8192)(parse_day)
_parse_instant = lru_cache(maxsize=8192)(parse_instant)
_has_key = lru_cache(maxsize=8192)(has_key)


def day(value: Any) -> date:
    """A date ``YYYY-MM-DD``."""
    return _dated(_parse_day, value, "date-shape", 'Écrivez AAAA-MM-JJ entre guillemets, comme "2026-05-04".')


def instant(value: Any) -> datetime:
    """An ISO 8601 instant; without offset it is of Paris, a date alone is its 00:00."""
    cure = 'Écrivez AAAA-MM-JJTHH:MM entre guillemets, comme "2026-09-01T10:00".'
    read = _dated(_parse_instant, value, "instant-shape", cure)
    if str(read.year) != value[:4]:
        _dated(_parse_day, read.date().isoformat(), "instant-shape", cure)
    return read


def _dated(parse: Callable[[str], Moment], value: Any, code: str, cure: str) -> Moment:
    if type(value) is not str:
        raise Refused(code, f"Attendu un texte entre guillemets, trouvé {kind_of(value)}. {cure}")
    try:
        return parse(value)
    except ValueError:
        raise Refused(code, f"« {shown(value)} » n’est pas une date possible. {cure}") from None


def choice_of(values: Iterable[Value]) -> Callable[[Any], Value]:
    """One of these values: texts, or members of an enumeration of texts."""
    members = {str(value): value for value in values}
    known = ", ".join(members)

    def read(value: Any) -> Value:
        if type(value) is str and value in members:
            return members[value]
        raise Refused(
            "unknown-value",
            f"« {shown(value)} » n’est pas connu. Écrivez entre guillemets l’une de ces valeurs : {known}.",
        )

    return read


def identifier(kind: IdentifierKind) -> Callable[[Any], str]:
    """A number of one kind, normalised; a wrong key refuses a SIREN or a SIRET only (A5)."""
    keyed = kind in (IdentifierKind.SIREN, IdentifierKind.SIRET)

    def read(value: Any) -> str:
        if type(value) is not str:
            raise Refused(
                "wrong-type", f"Un numéro s’écrit entre guillemets, trouvé {kind_of(value)}. Ajoutez les guillemets."
            )
        number = value if has_shape(kind, value) else normalise(kind, value)
        if not has_shape(kind, number):
            raise Refused("identifier-shape", check(kind, number)[0].sentence)
        if keyed and not _has_key(kind, number):
            raise Refused("identifier-key", check(kind, number)[0].sentence)
        return number

    return read


am = identifier(IdentifierKind.AM)
finess = identifier(IdentifierKind.FINESS)
rpps = identifier(IdentifierKind.RPPS)
siren = identifier(IdentifierKind.SIREN)
siret = identifier(IdentifierKind.SIRET)


def listed(value: Any) -> list[Any]:
    """A list, whatever it holds."""
    if type(value) is not list:
        raise Refused("wrong-type", f"Attendu une liste entre crochets, trouvé {kind_of(value)}. Corrigez la valeur.")
    return value
