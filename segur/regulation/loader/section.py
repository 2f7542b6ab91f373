"""Strict reading of a TOML table: every key is expected, every value has its one type, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from segur.regulation.schema import Leaf

PARIS = ZoneInfo("Europe/Paris")

T = TypeVar("T")

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
RULE = re.compile(r"[RFA][0-9]{1,2}")
_AMOUNT = re.compile(r"(0|[1-9][0-9]*)\.[0-9]{2}")
_RATIO = re.compile(r"[01](\.[0-9]{1,4})?")


class RegulationError(Exception):
    """A regulation file that cannot be used.

    ``message_fr`` is a French sentence, ``path`` the file or folder, ``key`` the place inside it (``dates[4].at``),
    empty when the whole file is meant.
    """

    def __init__(self, message_fr: str, path: Path, key: str = "") -> None:
        super().__init__(message_fr, path, key)
        self.message_fr = message_fr
        self.path = path
        self.key = key

    def __str__(self) -> str:
        place = f"{self.path}, clé « {self.key} »" if self.key else str(self.path)
        return f"{place} : {self.message_fr}"


def _kind(value: object) -> str:
    names = {
        bool: "un oui ou non",
        int: "un nombre entier sans guillemets",
        str: "un texte entre guillemets",
        dict: "une table",
        list: "une liste",
    }
    return names.get(type(value), f"un {type(value).__name__}")


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a file, with the place it stands at."""

    raw: Mapping[str, object]
    path: Path
    key: str = ""

    def at(self, name: str) -> str:
        """The full key of ``name`` in the file."""
        return f"{self.key}.{name}" if self.key else name

    def refusal(self, message: str, name: str = "") -> RegulationError:
        return RegulationError(message, self.path, self.at(name) if name else self.key)

    def only(self, required: Iterable[str], optional: Iterable[str] = ()) -> Section:
        """Itself, once it is sure that it holds the required keys, perhaps the optional ones, and no other."""
        wanted = list(required)
        known = {*wanted, *optional}
        for name in self.raw:
            if name not in known:
                raise self.refusal(f"clé inconnue ; clés admises : {', '.join(sorted(known))}.", name)
        for name in wanted:
            if name not in self.raw:
                raise self.refusal("clé manquante.", name)
        return self

    def _typed(self, name: str, kind: type[T], wanted: str) -> T:
        value = self.raw[name]
        if type(value) is not kind:
            raise self.refusal(f"la valeur attendue est {wanted}, pas {_kind(value)}.", name)
        return value

    def text(self, name: str) -> str:
        """A text that is not blank."""
        value = self._typed(name, str, "un texte entre guillemets")
        if not value.strip():
            raise self.refusal("le texte est vide.", name)
        return value

    def optional_text(self, name: str) -> str:
        """A text that is not blank, or an empty one when the key is absent."""
        return self.text(name) if name in self.raw else ""

    def choice(self, name: str, allowed: Iterable[str]) -> str:
        value, choices = self.text(name), list(allowed)
        if value not in choices:
            raise self.refusal(f"« {value} » n’est pas admis ; valeurs admises : {', '.join(choices)}.", name)
        return value

    def name(self, name: str) -> str:
        """An identifier: letters, digits, dots, hyphens, underscores."""
        value = self.text(name)
        if not NAME.fullmatch(value):
            raise self.refusal(f"« {value} » contient autre chose que des lettres, chiffres, points et tirets.", name)
        return value

    def rule(self) -> str:
        """The rule number under ``rule``."""
        value = self.text("rule")
        if not RULE.fullmatch(value):
            raise self.refusal(f"« {value} » n’est pas un numéro de règle (R37, F2, A1).", "rule")
        return value

    def refuse_repeated(self, name: str, before: Iterable[str]) -> None:
        """Refuses the value of ``name`` when an earlier row already has it."""
        value = self.text(name)
        if value in before:
            raise self.refusal(f"« {value} » figure deux fois.", name)

    def flag(self, name: str) -> bool:
        return self._typed(name, bool, "true ou false")

    def integer(self, name: str, minimum: int = 1) -> int:
        value = self._typed(name, int, "un nombre entier sans guillemets")
        if value < minimum:
            raise self.refusal(f"{value} est trop petit : au moins {minimum}.", name)
        return value

    def amount(self, name: str) -> Decimal:
        """Euros and cents, above zero, written ``"13503.40"``."""
        value = self._decimal_text(name)
        if value.startswith("-"):
            raise self.refusal(f"le montant {value} est négatif.", name)
        if not _AMOUNT.fullmatch(value):
            raise self.refusal(f'« {value} » n’est pas un montant de la forme "13503.40".', name)
        if Decimal(value) == 0:
            raise self.refusal("le montant est nul.", name)
        return Decimal(value)

    def ratio(self, name: str) -> Decimal:
        """A part between 0 and 1, written ``"0.40"``."""
        value = self._decimal_text(name)
        if not _RATIO.fullmatch(value) or Decimal(value) > 1:
            raise self.refusal(f'« {value} » n’est pas une part entre 0 et 1, de la forme "0.40".', name)
        return Decimal(value)

    def _decimal_text(self, name: str) -> str:
        if type(self.raw[name]) is int:
            raise self.refusal(f'écrivez le nombre entre guillemets, avec ses décimales : "{self.raw[name]}.00".', name)
        return self.text(name)

    def day(self, name: str) -> date:
        value = self.text(name)
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError:
            raise self.refusal(f'« {value} » n’est pas une date de la forme "2025-09-10".', name) from None

    def instant(self, name: str) -> datetime:
        """A moment written in Paris time, ``"2025-09-10T12:00"``."""
        value = self.text(name)
        try:
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?", value):
                raise ValueError(value)
            return datetime.fromisoformat(value).replace(tzinfo=PARIS)
        except ValueError:
            message = f'« {value} » n’est pas un instant de Paris de la forme "2025-09-10T12:00".'
            raise self.refusal(message, name) from None

    def section(self, name: str) -> Section:
        """The table under ``name``."""
        return self._table(self.raw[name], self.at(name))

    def sections(self, name: str) -> tuple[Section, ...]:
        """The list of tables under ``name``, at least one."""
        rows = self._typed(name, list, "une liste de tables")
        if not rows:
            raise self.refusal("la liste est vide.", name)
        return tuple(self._table(row, f"{self.at(name)}[{index}]") for index, row in enumerate(rows))

    def _table(self, value: object, key: str) -> Section:
        if not isinstance(value, dict):
            raise RegulationError(f"la valeur attendue est une table, pas {_kind(value)}.", self.path, key)
        return Section(value, self.path, key)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, possibly empty."""
        values = self._typed(name, list, "une liste de textes")
        for value in values:
            if type(value) is not str or not value.strip():
                raise self.refusal("chaque élément de la liste est un texte entre guillemets.", name)
        return tuple(values)

    def leaf(self, name: str, read: Callable[[Section, str], T]) -> Leaf[T]:
        """``{ value = …, source = "…" }``, perhaps ``provisional``; or ``{ unknown = "reason", source = "…" }``.

        ``read`` takes the section and the key and gives the value; its own refusals name the key.
        """
        return self.section(name).own_leaf(read)

    def own_leaf(self, read: Callable[[Section, str], T]) -> Leaf[T]:
        """This very table as a leaf."""
        if "unknown" in self.raw:
            self.only(("unknown", "source"))
            return Leaf(None, self.text("source"), unknown=self.text("unknown"))
        self.only(("value", "source"), ("provisional",))
        source, provisional = self.text("source"), self.optional_text("provisional")
        return Leaf(read(self, "value"), source, provisional=provisional)


def refuse_floats(value: object, path: Path, key: str = "") -> None:
    """A float anywhere in a file is refused: binary fractions cannot hold cents."""
    if isinstance(value, float):
        raise RegulationError('nombre à virgule : écrivez-le entre guillemets ("13503.40").', path, key)
    if isinstance(value, dict):
        for name, inner in value.items():
            refuse_floats(inner, path, f"{key}.{name}" if key else name)
    if isinstance(value, list):
        for index, inner in enumerate(value):
            refuse_floats(inner, path, f"{key}[{index}]")
