"""Small files of counts for the tests: made-up numbers with valid check digits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from stdnum import luhn

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SAE_HEADER = "BOR;AN;FI;RS;FI_EJ;EQUIPIMA;NB;NBEXP;ACTET;ACTEXET;ACTEXEJ;ACTEX;ACT;ACTINT"
REAL_SAE = Path(__file__).parents[3] / "shared/data/sae-2023/IMAGES_2023r.csv"

Write = Callable[..., Path]


def number(body: str) -> str:
    """Nine characters that pass Luhn (2A and 2B as 21 and 22)."""
    digits = body.replace("A", "1", 1).replace("B", "2", 1)
    return body + luhn.calc_check_digit(digits)


HOSPITAL = number("99000001")
CLINIC = number("99000002")
CORSICAN = number("2B000003")
DOCTOR = number("99100004")


def sae_row(finess: str, equipment: str, acts: str, *, sheet: str = "IMAGES", year: str = "2023") -> str:
    return f"{sheet};{year};{finess};CENTRE ÉTOILE;{finess};{equipment};1;1;{acts};;;;{acts};"


def csv_text(header: str, rows: Iterable[str], *, end: str = "\r\n") -> str:
    return end.join([header, *rows]) + end
