"""Rulings A2 and A16, F5: cents, shares, typed amounts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segur.regulation import money

AMOUNTS = st.decimals(Decimal(0), Decimal(10**9), places=2)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("0.0049999", "0.00"), ("2.675", "2.68"), ("2.665", "2.67"), ("5401.36", "5401.36")],
)
def test_cents_are_rounded_half_up(amount: str, rounded: str) -> None:
    assert str(money.cents(Decimal(amount))) == rounded


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        (Fraction(0), "0.00"),
        (Fraction(1, 200), "0.01"),
        (Fraction(1, 200) - Fraction(1, 10**30), "0.00"),
        (Fraction(2, 3), "0.67"),
        (Fraction(1, 3), "0.33"),
    ],
)
def test_exact_amounts_are_rounded_half_up(amount: Fraction, rounded: str) -> None:
    assert str(money.cents_of(amount)) == rounded


@given(AMOUNTS, st.integers(1, 10**6))
def test_both_roundings_agree(amount: Decimal, share: int) -> None:
    assert money.cents_of(Fraction(amount) * share / 10**6) == money.cents(amount * share / 10**6)


@pytest.mark.parametrize(
    ("amount", "advance", "balance"),
    [
        ("4815.00", "1926.00", "2889.00"),
        ("13503.40", "5401.36", "8102.04"),
        ("20028.26", "8011.30", "12016.96"),
        ("28641.76", "11456.70", "17185.06"),
        ("74830.45", "29932.18", "44898.27"),
        ("95810.95", "38324.38", "57486.57"),
    ],
)
def test_advance_and_balance_of_the_domain_reference(amount: str, advance: str, balance: str) -> None:
    assert money.advance_and_balance(Decimal(amount), Decimal("0.40")) == (Decimal(advance), Decimal(balance))


@given(AMOUNTS, st.decimals(Decimal(0), Decimal(1), places=2))
def test_advance_and_balance_always_add_up(amount: Decimal, part: Decimal) -> None:
    advance, balance = money.advance_and_balance(amount, part)
    assert advance + balance == amount
    assert 0 <= advance <= amount
    assert advance == money.cents(advance)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1234.56", "1234.56"),
        ("1234,5", "1234.50"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56\u00a0€", "1234.56"),
        ("1\u202f234\u202f567,00€", "1234567.00"),
        (" 0 ", "0.00"),
        ("999999999999.99", "999999999999.99"),
    ],
)
def test_typed_amounts(typed: str, amount: str) -> None:
    assert str(money.parse_amount(typed)) == amount


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "n’est pas un montant"),
        ("€", "n’est pas un montant"),
        ("abc", "n’est pas un montant"),
        ("NaN", "n’est pas un montant"),
        ("Infinity", "n’est pas un montant"),
        ("1e9999", "n’est pas un montant"),
        ("1_000", "n’est pas un montant"),
        ("12,", "n’est pas un montant"),
        (",50", "n’est pas un montant"),
        ("1.234,56", "n’est pas un montant"),
        ("12 34", "n’est pas un montant"),
        ("\u0661\u0662", "n’est pas un montant"),
        ("-5", "est négatif"),
        ("\u22125,00 €", "est négatif"),
        ("10.005", "a plus de deux décimales"),
        ("1,234", "a plus de deux décimales"),
        ("9" * 13, "est trop grand"),
        ("9" * 10000, "est trop grand"),
    ],
)
def test_amounts_that_would_have_to_be_guessed_are_refused(typed: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        money.parse_amount(typed)
    assert len(str(refused.value)) < 120


@given(AMOUNTS)
def test_what_is_printed_is_read_back(amount: Decimal) -> None:
    assert money.parse_amount(money.format_eur(amount)) == amount
    assert money.parse_amount(money.text(amount)) == amount


def test_amounts_in_words() -> None:
    assert money.format_eur(Decimal("1234.5")) == "1\u00a0234,50\u00a0€"
    assert money.format_eur(Decimal("-8011.30")) == "-8\u00a0011,30\u00a0€"
    assert money.text(Decimal("8011.3")) == "8011.30"
