"""AM, FINESS, RPPS, SIREN and SIRET numbers (ruling A5): reading, shape, check digit, likely cure, territory.

A wrong shape is an error. A wrong check digit is an error for SIREN and SIRET, a warning that a person confirms for
FINESS and RPPS, a note for AM. Nothing is repaired silently: only separators and the case of 2A/2B are normalised.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from stdnum import luhn
from stdnum.fr import siret as stdnum_siret

from segur.regulation.finding import Finding, Severity
from segur.regulation.schema import Vat

NBSP = "\u00a0"
NNBSP = "\u202f"


class IdentifierKind(StrEnum):
    AM = "am"
    FINESS = "finess"
    RPPS = "rpps"
    SIREN = "siren"
    SIRET = "siret"


class Territory(StrEnum):
    """Where an establishment stands, read from its FINESS prefix (domain 4)."""

    MAINLAND = "métropole"
    CORSICA = "Corse"
    GUADELOUPE = "Guadeloupe"
    MARTINIQUE = "Martinique"
    GUYANE = "Guyane"
    REUNION = "La Réunion"
    MAYOTTE = "Mayotte"


@dataclass(frozen=True, slots=True)
class _Format:
    name: str
    length: int
    pattern: re.Pattern[str]
    expected: str
    source: str


_FORMATS = {
    IdentifierKind.AM: _Format(
        "Un numéro AM", 9, re.compile("(?!0+$)[0-9]{9}"), "9 chiffres", "Guide du service de calcul §4.2"
    ),
    IdentifierKind.FINESS: _Format(
        "Un FINESS",
        9,
        re.compile("(?!0+$)(?:[0-9]{2}|2[AB])[0-9]{7}"),
        "9 chiffres (2A ou 2B au début pour la Corse)",
        "Guide du service de calcul §4.1",
    ),
    IdentifierKind.RPPS: _Format(
        "Un RPPS", 11, re.compile("(?!0+$)[0-9]{11}"), "11 chiffres", "FAQ de l’ANS, numéro RPPS"
    ),
    IdentifierKind.SIREN: _Format("Un SIREN", 9, re.compile("(?!0+$)[0-9]{9}"), "9 chiffres", "Répertoire Sirene"),
    IdentifierKind.SIRET: _Format("Un SIRET", 14, re.compile("(?!0+$)[0-9]{14}"), "14 chiffres", "Répertoire Sirene"),
}
_DASHES = "\u002d\u2010\u2011\u2012\u2013\u2014\u2212"
_INVISIBLE = re.compile("[\\s\u200b-\u200f\u2060\ufeff]+")
_SCIENTIFIC = re.compile("([0-9])(?:[.,]([0-9]{1,20}))?[eE]\\+?([0-9]{1,2})")
_DECIMAL_TAIL = re.compile("([0-9]+)[.,]0+")
_LOOKALIKES = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1"})
_OVERSEAS = {
    "9701": (Territory.GUADELOUPE, Vat.EIGHT_AND_A_HALF),
    "9702": (Territory.MARTINIQUE, Vat.EIGHT_AND_A_HALF),
    "9703": (Territory.GUYANE, Vat.NONE),
    "9704": (Territory.REUNION, Vat.EIGHT_AND_A_HALF),
    "9805": (Territory.MAYOTTE, Vat.NONE),
}
# What separates numbers whatever their length: a comma is left alone in 1,0E+07 and in 10000024,0.
_SEPARATORS = re.compile("[;|\\t\\n\\r\\v\\f\x85\u2028\u2029]|(?<!\\b[0-9]),|,(?![0-9]+[eE])", re.UNICODE)
_DECIMAL_COMMA = re.compile("(?<![0-9])([0-9]{7,}),(0+)(?![0-9])")
_LONGEST_GROUP = 7
_LONGEST_DOTTED_GROUP = 5
_LONGEST_QUOTE = 40


def quoted(text: str) -> str:
    """``text`` between French quotes, escaped where it does not print, cut after forty characters."""
    shown = "".join(c if c.isprintable() or c in (NBSP, NNBSP) else repr(c)[1:-1] for c in text[:_LONGEST_QUOTE])
    if len(text) > _LONGEST_QUOTE or len(shown) > _LONGEST_QUOTE:
        shown = shown[: _LONGEST_QUOTE - 1] + "…"
    return f"«{NNBSP}{shown}{NBSP}»"


def normalise(kind: IdentifierKind, raw: str) -> str:
    """``raw`` without the spaces, dashes, grouping dots and quotes that people paste; 2a and 2b in capitals.

    Digits are never added, removed or converted: ``10000024.0`` and ``1,0E+07`` stay as they are.
    """
    value = _INVISIBLE.sub("", raw).strip("\"'’=")
    value = re.sub(f"(?<=[0-9A-Za-z])[{_DASHES}](?=[0-9A-Za-z])", "", value)
    groups = value.split(".")
    if len(groups) > 1 and all(1 < len(group) <= _LONGEST_DOTTED_GROUP for group in groups) and len(groups[-1]) > 2:
        value = "".join(groups)
    if kind is IdentifierKind.FINESS and re.match("2[ab]", value):
        value = value[:2].upper() + value[2:]
    return value


def has_shape(kind: IdentifierKind, value: str) -> bool:
    """Whether a normalised value has the length and the characters of its kind."""
    return _FORMATS[kind].pattern.fullmatch(value) is not None


def has_key(kind: IdentifierKind, value: str) -> bool:
    """Whether the check digit of a well-shaped value is right (La Poste's SIRET have their own rule)."""
    if kind is IdentifierKind.SIRET:
        return stdnum_siret.is_valid(value)
    if kind is IdentifierKind.FINESS:
        value = value.replace("A", "1", 1).replace("B", "2", 1)
    return luhn.is_valid(value)


def check(kind: IdentifierKind, value: str, *, path: str = "") -> tuple[Finding, ...]:
    """What ruling A5 says of a normalised value; empty when nothing does."""
    if not has_shape(kind, value):
        return (_shape_finding(kind, value, path),)
    if kind is IdentifierKind.AM:
        return _am_notes(value, path)
    if has_key(kind, value):
        return ()
    return (_key_finding(kind, value, path),)


def likely_cure(kind: IdentifierKind, value: str) -> str | None:
    """The number that a wrong-shaped value was, most likely, before a spreadsheet or a typist damaged it.

    Only proposed, never applied: a lost leading zero, a decimal tail, a complete scientific notation, letters for
    digits, digits of another script, a SIRET given for a SIREN, the national prefix before an RPPS.
    """
    if has_shape(kind, value) or len(value) > _LONGEST_QUOTE:
        return None
    for candidate in _candidates(kind, value):
        if has_shape(kind, candidate) and (kind is IdentifierKind.AM or has_key(kind, candidate)):
            return candidate
    return None


def split_list(text: str, *, length: int = 9) -> tuple[str, ...]:
    """The numbers of a pasted list, in order, with duplicates.

    Semicolons, commas, tabs and line breaks separate; so do spaces, except where short groups make up exactly one
    number of ``length`` characters (``01 000 0024``).
    """
    text = _DECIMAL_COMMA.sub(r"\1.\2", text.replace("\u200b", " "))
    numbers: list[str] = []
    for piece in _SEPARATORS.split(text):
        numbers.extend(_numbers_of_piece(piece.split(), length))
    return tuple(numbers)


@dataclass(frozen=True, slots=True)
class ParsedList:
    """A pasted list, read: ``values`` once each and in order, wrong shapes included; repeated ones by name."""

    values: tuple[str, ...]
    duplicates: tuple[str, ...]
    findings: tuple[Finding, ...]


def parse_list(kind: IdentifierKind, text: str, *, path: str = "") -> ParsedList:
    """Read a pasted list of numbers of one kind; each finding is located as ``path[position]``."""
    seen: dict[str, int] = {}
    findings: list[Finding] = []
    for raw in split_list(text, length=_FORMATS[kind].length):
        value = normalise(kind, raw)
        if not value:
            continue
        if value in seen:
            seen[value] += 1
            continue
        findings.extend(check(kind, value, path=f"{path}[{len(seen)}]"))
        seen[value] = 1
    duplicates = tuple(value for value, times in seen.items() if times > 1)
    findings.extend(
        Finding(
            code="A18-identifier-repeated",
            severity=Severity.INFO,
            message=f"{_named(value)} figure {seen[value]} fois dans la liste{NBSP}: lu une fois.",
            source="Ruling A18",
            path=path,
        )
        for value in duplicates
    )
    return ParsedList(tuple(seen), duplicates, tuple(findings))


def territory(finess: str) -> Territory | None:
    """The territory of a well-shaped FINESS; None when its prefix is not one of those the sources know."""
    if not has_shape(IdentifierKind.FINESS, finess):
        return None
    if finess[1] in "AB":
        return Territory.CORSICA
    if finess[:2] in ("97", "98"):
        known = _OVERSEAS.get(finess[:4])
        return known[0] if known else None
    return Territory.MAINLAND if 1 <= int(finess[:2]) <= 95 else None


def suggested_vat(finess: Iterable[str]) -> Vat | None:
    """The VAT regime that the territory of the establishments suggests (domain 6); None when they disagree.

    A suggestion only: the rate is the user's choice (place of supply, supplier not liable to VAT).
    """
    regimes = {_vat_of(number) for number in finess}
    return regimes.pop() if len(regimes) == 1 else None


def _vat_of(finess: str) -> Vat | None:
    place = territory(finess)
    if place is None:
        return None
    return _OVERSEAS[finess[:4]][1] if finess[:4] in _OVERSEAS else Vat.TWENTY


def _numbers_of_piece(groups: list[str], length: int) -> list[str]:
    if len(groups) < 2 or any(len(group) > _LONGEST_GROUP for group in groups):
        return groups
    numbers: list[str] = []
    current: list[str] = []
    for group in groups:
        current.append(group)
        size = sum(map(len, current))
        if size == length:
            numbers.append(" ".join(current))
            current = []
        elif size > length:
            return groups
    return groups if current else numbers


def _candidates(kind: IdentifierKind, value: str) -> Iterable[str]:
    size = _FORMATS[kind].length
    for plain in _plain_forms(value):
        yield plain
        if kind is not IdentifierKind.RPPS and len(plain) == size - 1:
            yield "0" + plain
        if kind is IdentifierKind.SIREN and has_shape(IdentifierKind.SIRET, plain):
            yield plain[:size]
        if kind is IdentifierKind.RPPS and len(plain) == size + 1 and plain.startswith("8"):
            yield plain[1:]


def _plain_forms(value: str) -> Iterable[str]:
    yield value
    if tail := _DECIMAL_TAIL.fullmatch(value):
        yield tail.group(1)
    if found := _SCIENTIFIC.fullmatch(value):
        unit, decimals, exponent = found.group(1), found.group(2) or "", int(found.group(3))
        if len(decimals) >= exponent:
            yield str(int(Decimal(f"{unit}.{decimals}E{exponent}")))
    yield value.translate(_LOOKALIKES)
    yield "".join(_ascii_digit(character) for character in value)


def _ascii_digit(character: str) -> str:
    digit = unicodedata.digit(character, None)
    return character if digit is None else str(digit)


def _shape_finding(kind: IdentifierKind, value: str, path: str) -> Finding:
    form = _FORMATS[kind]
    cure = likely_cure(kind, value)
    return Finding(
        code="A5-identifier-shape",
        severity=Severity.ERROR,
        message=_shape_message(kind, value, cure),
        source=form.source,
        remedy=f"Remplacer par {cure}." if cure else f"{form.name} compte {form.expected}.",
        path=path,
    )


def _shape_message(kind: IdentifierKind, value: str, cure: str | None) -> str:
    if not value:
        return "Numéro absent."
    if value.strip("0") == "":
        return f"{quoted(value)} ne compte que des zéros."
    if _SCIENTIFIC.fullmatch(value):
        return f"{quoted(value)} est une notation de tableur{NBSP}: les derniers chiffres sont peut-être perdus."
    if any(character.isdigit() and not character.isascii() for character in value):
        return f"{quoted(value)} contient des chiffres qui ne sont pas de 0 à 9."
    if value.isascii() and value.isdigit():
        count = f"{_named(value)} a {len(value)} caractère{'s' if len(value) > 1 else ''}"
        if cure == "0" + value:
            return f"{count}{NBSP}: zéro de tête perdu dans un tableur{NNBSP}?"
        return f"{count} au lieu de {_FORMATS[kind].length}."
    return f"{quoted(value)} n’est pas un numéro {_kind_name(kind)}."


def _named(value: str) -> str:
    plain = value.isascii() and value.isalnum() and len(value) <= _LONGEST_QUOTE
    return value if plain else quoted(value)


def _key_finding(kind: IdentifierKind, value: str, path: str) -> Finding:
    registered = kind in (IdentifierKind.SIREN, IdentifierKind.SIRET)
    named = f"La clé du {_kind_name(kind)} {value} est fausse."
    return Finding(
        code="A5-identifier-key",
        severity=Severity.ERROR if registered else Severity.WARNING,
        message="La clé de ce numéro RPPS est fausse." if kind is IdentifierKind.RPPS else named,
        source=_FORMATS[kind].source,
        remedy="Corrigez le numéro." if registered else "Vérifiez-le, puis confirmez avec un motif.",
        path=path,
    )


def _am_notes(value: str, path: str) -> tuple[Finding, ...]:
    source = _FORMATS[IdentifierKind.AM].source
    notes = []
    if not luhn.is_valid(value):
        message = "La clé de ce numéro AM est inhabituelle. Seul le service de calcul peut le vérifier."
        notes.append(Finding("A5-am-key", Severity.INFO, message, source, path=path))
    if value[2] != "1":
        message = f"Le troisième chiffre de ce numéro AM est {value[2]}{NBSP}: un médecin a d’ordinaire 1."
        notes.append(Finding("A5-am-category", Severity.INFO, message, source, path=path))
    return tuple(notes)


def _kind_name(kind: IdentifierKind) -> str:
    return kind.value.upper()
