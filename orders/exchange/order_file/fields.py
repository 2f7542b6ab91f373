"""Readers of single values: each takes what JSON gave and returns the fact, or raises :class:`Refused`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from orders.exchange.order_file.problems import Refused, kind_of, shown
from segur.regulation.identifiers import IdentifierKind, check, has_key, has_shape, normalise

PARIS = ZoneInfo("Europe/Paris")
SHORT_TEXT = 200
LONG_TEXT = 2000

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_MONEY = re.compile(r"[0-9]{1,8}(\.[0-9]{1,2})?")
_CENT = Decimal("0.01")
_FIRST_YEAR, _LAST_YEAR = "1970", "2099"
_HIGHEST_COUNT = 999_999_999

Value = TypeVar("Value", bound=str)


def short_text(value: Any) -> str | None:
    """A text of one line, trimmed; None when it is blank."""
    if type(value) is not str:
        raise Refused("wrong-type", f"Attendu un texte entre guillemets, trouvé {kind_of(value)}. Corrigez la valeur.")
    text = value.strip()
    if not text.isprintable():
        _refuse_control_characters(text, allowed="")
    if len(text) > SHORT_TEXT:
        raise Refused("too-long", f"Texte de {len(text)} caractères : {SHORT_TEXT} au plus. Raccourcissez-le.")
    return text or None


def long_text(value: Any) -> str | None:
    """A text that may run over several lines, trimmed; None when it is blank."""
    if type(value) is not str:
        raise Refused("wrong-type", f"Attendu un texte entre guillemets, trouvé {kind_of(value)}. Corrigez la valeur.")
    text = value.strip()
    if not text.isprintable():
        _refuse_control_characters(text, allowed="\n\r\t")
    if len(text) > LONG_TEXT:
        raise Refused("too-long", f"Texte de {len(text)} caractères : {LONG_TEXT} au plus. Raccourcissez-le.")
    return text or None


def _refuse_control_characters(text: str, *, allowed: str) -> None:
    # PostgreSQL stores no NUL and UTF-8 has no lone surrogate: such a text could be read but never kept.
    for position, character in enumerate(text, 1):
        if character not in allowed and (
            character < " " or "\x7f" <= character < "\xa0" or "\ud800" <= character < "\ue000"
        ):
            raise Refused("control-character", f"Caractère invisible interdit en position {position}. Supprimez-le.")


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
            f"« {shown(value)} » n’est pas un montant : huit chiffres au plus, un point, deux décimales au plus,"
            ' sans espace ni signe, comme "12000.00". Réécrivez-le.',
        )
    return Decimal(value).quantize(_CENT)


def day(value: Any) -> date:
    """A date ``YYYY-MM-DD`` of the years 1970 to 2099."""
    if type(value) is str and _DAY.fullmatch(value) and _FIRST_YEAR <= value[:4] <= _LAST_YEAR:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Refused(
        "date-shape",
        f"« {shown(value)} » n’est pas une date de 1970 à 2099."
        ' Écrivez AAAA-MM-JJ entre guillemets, comme "2026-05-04".',
    )


def _not_an_instant(value: object) -> Refused:
    return Refused(
        "instant-shape",
        f"« {shown(value)} » n’est pas un instant de 1970 à 2099."
        ' Écrivez AAAA-MM-JJTHH:MM entre guillemets, comme "2026-09-01T10:00".',
    )


def instant(value: Any) -> datetime:
    """An ISO 8601 instant, in UTC; without offset it is of Paris, a date alone is its 00:00."""
    if type(value) is str and _INSTANT.fullmatch(value) and _FIRST_YEAR <= value[:4] <= _LAST_YEAR:
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            read = None
        if read is not None:
            return _from_offset(read, value) if read.tzinfo else _of_paris(read, value)
    raise _not_an_instant(value)


def _from_offset(read: datetime, value: str) -> datetime:
    if not int(_FIRST_YEAR) <= read.astimezone(PARIS).year <= int(_LAST_YEAR):
        raise _not_an_instant(value)
    return read.astimezone(UTC)


def _of_paris(read: datetime, value: str) -> datetime:
    in_utc = read.replace(tzinfo=PARIS).astimezone(UTC)
    if in_utc.astimezone(PARIS).replace(tzinfo=None) != read:
        raise Refused(
            "instant-shape",
            f"« {value} » n’existe pas à Paris : l’heure d’été commence cette nuit-là. Corrigez l’heure.",
        )
    return in_utc


def choice_of(values: Iterable[Value]) -> Callable[[Any], Value]:
    """One of these values: texts, or members of an enumeration of texts."""
    members = {str(value): value for value in values}
    known = ", ".join(members)

    def read(value: Any) -> Value:
        if type(value) is str and value in members:
            return members[value]
        raise Refused(
            "unknown-value",
            f"« {shown(value)} » n’est pas connu. Écrivez entre guillemets l’une de ces valeurs : {known}.",
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


_has_key = lru_cache(maxsize=4096)(has_key)

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
