"""The number of a count: normalised and shaped as ruling A5 says; a wrong check digit refuses nothing."""

from __future__ import annotations

from funding.models import CountKind
from segur.exchange.rows import RowError
from segur.regulation.finding import Finding, Severity
from segur.regulation.identifiers import IdentifierKind, check, has_shape, normalise, quoted

_OF_A_SPREADSHEET = "0123456789.,eE+"


def number_of(text: str, kind: CountKind) -> tuple[CountKind, str]:
    """The number and what it is; raises :class:`RowError` for a wrong shape.

    ``any`` is a number that may be an AM or a FINESS; a Corsican one, which no AM looks like, becomes ``finess``.
    """
    shape = IdentifierKind.AM if kind is CountKind.AM else IdentifierKind.FINESS
    value = normalise(shape, text)
    if not has_shape(shape, value):
        raise RowError(_neither(value) if kind is CountKind.ANY else check(shape, value)[0])
    return (CountKind.FINESS if kind is CountKind.ANY and not value.isdigit() else kind), value


def _neither(value: str) -> Finding:
    """Nine digits are common to both: only the rest needs another sentence than the AM's."""
    if not value.strip(_OF_A_SPREADSHEET):
        return check(IdentifierKind.AM, value)[0]
    return Finding(
        "A5-identifier-shape",
        Severity.ERROR,
        f"{quoted(value)} n’est ni un AM ni un FINESS.",
        "Guide du service de calcul §4",
        "Écrivez 9 chiffres (2A ou 2B au début pour un FINESS de Corse).",
    )
