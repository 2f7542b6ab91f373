"""Euros and cents: ``Decimal`` only, rounded half-up to the cent here and nowhere else."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

NBSP = "\u00a0"
NNBSP = "\u202f"
CENT = Decimal("0.01")
ZERO = Decimal("0.00")

_SPACES = re.compile("[ \u00a0\u202f\u2009]")
_AMOUNT = re.compile("([0-9]{1,3}(?:[ ][0-9]{3})+|[0-9]+)(?:[.,]([0-9]{1,2}))?")
_LONGEST = 12


def cents(amount: Decimal) -> Decimal:
    """``amount`` rounded half-up to the cent (rulings A2, A16)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def cents_of(amount: Fraction) -> Decimal:
    """An exact amount, zero or more, rounded half-up to the cent."""
    return Decimal((amount * 200 + 1) // 2).scaleb(-2)


def share(amount: Decimal, part: Decimal) -> Decimal:
    """``part`` (0.40 for 40 %) of ``amount``, rounded to the cent."""
    return cents(amount * part)


def advance_and_balance(amount: Decimal, advance_share: Decimal) -> tuple[Decimal, Decimal]:
    """R58, ruling A16: the advance is rounded, the balance is what remains; they always add up to ``amount``."""
    advance = share(amount, advance_share)
    return advance, amount - advance


def parse_amount(text: str) -> Decimal:
    """A typed amount of euros, zero or more, to the cent; ValueError with a French sentence otherwise.

    Reads ``1 234,56``, ``1234.56`` and a trailing euro sign; refuses what would have to be guessed or rounded.
    """
    shown = f"«{NNBSP}{text.strip()[:40]}{NBSP}»"
    plain = _SPACES.sub(" ", text.strip()).removesuffix("€").strip()
    if re.fullmatch("[-\u2212] ?[0-9][0-9 .,]*", plain):
        raise ValueError(f"{shown} est négatif.")
    if re.fullmatch("[0-9 ]+[.,][0-9]{3,}", plain):
        raise ValueError(f"{shown} a plus de deux décimales.")
    found = _AMOUNT.fullmatch(plain)
    if not found:
        raise ValueError(f"{shown} n’est pas un montant. Écrivez par exemple 1234,56.")
    units, decimals = found.group(1).replace(" ", ""), (found.group(2) or "").ljust(2, "0")
    if len(units.lstrip("0")) > _LONGEST:
        raise ValueError(f"{shown} est trop grand.")
    return Decimal(f"{units}.{decimals}")


def format_eur(amount: Decimal) -> str:
    """« 1 234,56 € », with non-breaking spaces."""
    return f"{cents(amount):,.2f}".replace(",", NBSP).replace(".", ",") + f"{NBSP}€"


def text(amount: Decimal) -> str:
    """``5401.36``: how money is written in JSON."""
    return f"{cents(amount):.2f}"
