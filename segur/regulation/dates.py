"""Legal dates: noon in Paris, semesters, month ends, working days, and their French words.

Days are ``date`` values of Paris; instants are aware ``datetime`` values. Limits are inclusive (ruling A13).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

import holidays

PARIS = ZoneInfo("Europe/Paris")

NBSP = "\u00a0"
NNBSP = "\u202f"
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    "([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,6})?)?)(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
# Nothing of these programmes happens outside; it also keeps every computation inside what datetime can hold.
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


@dataclass(frozen=True, slots=True)
class SemesterPeriod:
    """A semester of the secondary prestation (rulings A11, A12), bounds inclusive."""

    number: int
    starts_on: date
    ends_on: date
    journal_due_at: datetime


def noon(day: date) -> datetime:
    """12:00:00 in Paris (ruling A13)."""
    return datetime.combine(day, time(12), tzinfo=PARIS)


def midnight(day: date) -> datetime:
    """00:00:00 in Paris: when a fact known by its date is taken to have happened."""
    return datetime.combine(day, time(), tzinfo=PARIS)


def end_of_month_instant(day: date) -> datetime:
    """The last second, 23:59:59 in Paris, of the month of ``day`` (ruling A12)."""
    return datetime.combine(_last_day(day.year, day.month), time(23, 59, 59), tzinfo=PARIS)


def paris_date(instant: datetime) -> date:
    """The day it is in Paris at ``instant``; ValueError for an instant without offset."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return instant.astimezone(PARIS).date()


def iso(instant: datetime) -> str:
    """ISO 8601 to the second, with the offset of Paris at that instant (contract)."""
    return instant.astimezone(PARIS).isoformat(timespec="seconds")


def parse_day(text: str) -> date:
    """A ``YYYY-MM-DD`` day; ValueError with a French sentence otherwise."""
    if not _DAY.fullmatch(text):
        raise ValueError(f"«{NNBSP}{text[:40]}{NBSP}» n’est pas une date AAAA-MM-JJ.")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"Le {text} n’existe pas au calendrier.") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"L’année {day.year} est hors de {_FIRST_YEAR}-{_LAST_YEAR}.")
    return day


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant, carrying the offset that Paris had then; ValueError with a French sentence otherwise.

    Without offset the text is a time of Paris, and a bare day is its 00:00. A time skipped in March
    (02:00-03:00) is read as the same moment after the change, 02:30 as 03:30; a time that October has twice is its
    first occurrence. The offset returned is fixed: two instants of that repeated hour still compare rightly.
    """
    text = text.strip()
    if _DAY.fullmatch(text):
        return _fixed(midnight(parse_day(text)))
    found = _INSTANT.fullmatch(text)
    if not found:
        raise ValueError(f"«{NNBSP}{text[:40]}{NBSP}» n’est pas un instant AAAA-MM-JJTHH:MM.")
    day = parse_day(found.group(1))
    try:
        clock = time.fromisoformat(found.group(2))
        zone = _zone(found.group(3))
    except ValueError:
        raise ValueError(f"«{NNBSP}{text}{NBSP}» n’est pas une heure de l’horloge.") from None
    return _fixed(datetime.combine(day, clock, tzinfo=zone))


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), _last_day(year, month + 1))


def months_after_end_of_month(day: date, months: int) -> datetime:
    """The last instant of the month that comes ``months`` after the month of ``day`` (R30: end of the ANS check)."""
    return end_of_month_instant(add_months(day.replace(day=1), months))


def secondary_start(va_signed_on: date) -> date:
    """First day of the month that follows the signature of the VA, even when signed on a first (R28)."""
    return add_months(va_signed_on.replace(day=1), 1)


def semester(start: date, number: int, months: int = 6) -> SemesterPeriod:
    """Semester ``number``, from 1, of a secondary prestation that begins on ``start`` (R28, R29, rulings A11, A12)."""
    if number < 1 or months < 1:
        raise ValueError("semesters and their months are counted from 1")
    starts_on = add_months(start, months * (number - 1))
    ends_on = add_months(start, months * number) - timedelta(days=1)
    return SemesterPeriod(number, starts_on, ends_on, months_after_end_of_month(ends_on, 1))


def days_between(earlier: date, later: date) -> int:
    """Calendar days from one day to another (ruling A13); negative when ``later`` comes first."""
    return (later - earlier).days


def add_working_days(day: date, count: int) -> date:
    """The ``count``-th working day after ``day``: neither Saturday, Sunday nor a French public holiday (F2, R32)."""
    if count < 0:
        raise ValueError("working days are counted forward")
    while count:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in _public_holidays(day.year):
            count -= 1
    return day


def format_date_fr(day: date, *, weekday: bool = False) -> str:
    """« 10 novembre 2026 », « 1er décembre 2026 »; with the day of the week, « mardi 10 novembre 2026 »."""
    number = "1er" if day.day == 1 else str(day.day)
    words = f"{number} {MONTHS[day.month - 1]} {day.year}"
    return f"{WEEKDAYS[day.weekday()]} {words}" if weekday else words


def format_instant_fr(instant: datetime, *, weekday: bool = False) -> str:
    """« 10 novembre 2026 à 12 h », « à 9 h 12 », « à 12 h 00 min 01 s »; always the time of Paris."""
    local = instant.astimezone(PARIS)
    clock = f"{local.hour}{NBSP}h"
    if local.second and (local.minute, local.second) != (59, 59):
        clock += f"{NBSP}{local.minute:02}{NBSP}min{NBSP}{local.second:02}{NBSP}s"
    elif local.minute:
        clock += f"{NBSP}{local.minute:02}"
    return f"{format_date_fr(local.date(), weekday=weekday)} à {clock}"


def _zone(offset: str | None) -> ZoneInfo | timezone:
    if offset is None:
        return PARIS
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    if hours > 14 or minutes > 59:
        raise ValueError(offset)
    size = timedelta(hours=hours, minutes=minutes)
    return timezone(-size if offset[0] == "-" else size)


def _fixed(instant: datetime) -> datetime:
    local = instant.astimezone(UTC).astimezone(PARIS)
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()), fold=0)


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


@cache
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", years=year))
