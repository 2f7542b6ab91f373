"""Figures and dates as the French read them: ``{{ amount|eur }}``, ``{{ limit|instant }}``."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django import template

from segur.regulation.dates import format_date_fr, format_instant_fr, paris_date
from segur.regulation.money import NBSP, format_eur

register = template.Library()

MINUS = "\u2212"
DASH = "—"
SHORT_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


@register.filter(is_safe=True)
def eur(amount: Decimal | None) -> str:
    """``16 690,22 €``; a negative amount has a real minus, an unknown one is ``—``."""
    return DASH if amount is None else format_eur(amount).replace("-", MINUS)


@register.filter(is_safe=True)
def eur_difference(amount: Decimal | None) -> str:
    """As ``eur``, and a gain carries its ``+``; no difference is ``—``."""
    if not amount:
        return DASH
    return f"+{eur(amount)}" if amount > 0 else eur(amount)


@register.filter(is_safe=True)
def whole(number: int | None) -> str:
    """``61 234``."""
    return DASH if number is None else f"{number:,}".replace(",", NBSP).replace("-", MINUS)


@register.filter(is_safe=True)
def decimal(number: Decimal | None) -> str:
    """A number without useless zeros: ``0,5``, ``1``, ``68,2``."""
    if number is None:
        return DASH
    units, _, places = f"{number.normalize():,f}".replace("-", MINUS).partition(".")
    return ",".join(filter(None, (units.replace(",", NBSP), places)))


@register.filter(is_safe=True)
def percent(share: Decimal | None) -> str:
    """A share of 1 as ``40 %`` or ``68,2 %``."""
    return DASH if share is None else f"{decimal(share * 100)}{NBSP}%"


@register.filter(is_safe=True)
def day(moment: date | datetime | None) -> str:
    """``1er novembre 2026``; an instant gives its day in Paris."""
    return DASH if moment is None else format_date_fr(paris_day(moment))


@register.filter(is_safe=True)
def weekday(moment: date | datetime | None) -> str:
    """``mardi 10 novembre 2026``."""
    return DASH if moment is None else format_date_fr(paris_day(moment), weekday=True)


@register.filter(is_safe=True)
def short_day(moment: date | datetime | None) -> str:
    """``1er nov. 2026``, for a narrow column."""
    if moment is None:
        return DASH
    on = paris_day(moment)
    return f"{'1er' if on.day == 1 else on.day} {SHORT_MONTHS[on.month - 1]} {on.year}"


@register.filter(is_safe=True)
def instant(moment: datetime | None) -> str:
    """``10 novembre 2026 à 12 h``."""
    return DASH if moment is None else format_instant_fr(moment)


@register.filter(is_safe=True)
def weekday_instant(moment: datetime | None) -> str:
    """``mardi 10 novembre 2026 à 12 h``."""
    return DASH if moment is None else format_instant_fr(moment, weekday=True)


def paris_day(moment: date | datetime) -> date:
    """The civil day in Paris."""
    return paris_date(moment) if isinstance(moment, datetime) else moment
