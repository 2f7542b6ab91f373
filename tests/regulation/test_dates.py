"""Rulings A11-A13, R28-R30, F2: instants, semesters, month ends, working days, French words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segur.regulation import dates
from segur.regulation.dates import PARIS, parse_instant

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-10T12:00", utc(2026, 11, 10, 11)),
        ("2026-11-10 12:00:01", utc(2026, 11, 10, 11, 0, 1)),
        ("2026-11-10", utc(2026, 11, 9, 23)),
        ("2027-06-09", utc(2027, 6, 8, 22)),
        ("2027-06-09T12:00:00.5", utc(2027, 6, 9, 10, 0, 0, 500000)),
        ("2026-11-10T12:00Z", utc(2026, 11, 10, 12)),
        ("2026-11-10T12:00-04:00", utc(2026, 11, 10, 16)),
        ("2026-11-10T12:00+0400", utc(2026, 11, 10, 8)),
        (" 2026-11-10T12:00 ", utc(2026, 11, 10, 11)),
        ("2027-03-28T01:59:59", utc(2027, 3, 28, 0, 59, 59)),
        ("2027-03-28T02:30", utc(2027, 3, 28, 1, 30)),
        ("2027-03-28T03:00", utc(2027, 3, 28, 1)),
        ("2026-10-25T02:30", utc(2026, 10, 25, 0, 30)),
        ("2026-10-25T02:30+01:00", utc(2026, 10, 25, 1, 30)),
        ("2026-10-25T03:00", utc(2026, 10, 25, 2)),
    ],
)
def test_an_instant_without_offset_is_a_time_of_paris(text: str, instant: datetime) -> None:
    assert parse_instant(text) == instant
    assert parse_instant(text).utcoffset() == instant.astimezone(PARIS).utcoffset()


def test_the_repeated_hour_of_october_keeps_its_order() -> None:
    first, second = parse_instant("2026-10-25T02:50+02:00"), parse_instant("2026-10-25T02:10+01:00")
    assert first < second
    assert second - first == timedelta(minutes=20)


@pytest.mark.parametrize(
    "text",
    ["", "demain", "2026", "2026-13-01", "2026-02-29", "2026-11-10T24:30", "2026-11-10T12", "2026-11-10T12:00+99:00",
     "10/11/2026", "2026-W46-2", "20261110", "0001-01-01", "9999-12-31T23:59", "\u0662\u0660\u0662\u0666-11-10",
     "2026-11-10T12:00\x00"],
)  # fmt: skip
def test_unreadable_instants_are_refused_in_french(text: str) -> None:
    with pytest.raises(ValueError, match=r"n’est pas|n’existe pas|hors de"):
        parse_instant(text)


def test_a_day_has_no_hour() -> None:
    assert dates.parse_day("2028-02-29") == date(2028, 2, 29)
    with pytest.raises(ValueError, match="Le 2027-02-29 n’existe pas au calendrier"):
        dates.parse_day("2027-02-29")
    with pytest.raises(ValueError, match="AAAA-MM-JJ"):
        dates.parse_day("2027-02-28T12:00")


def test_noon_is_noon_in_paris_in_both_seasons() -> None:
    assert dates.noon(date(2026, 11, 10)) == utc(2026, 11, 10, 11)
    assert dates.noon(date(2027, 9, 22)) == utc(2027, 9, 22, 10)
    assert dates.iso(dates.noon(date(2027, 9, 22))) == "2027-09-22T12:00:00+02:00"


def test_the_day_is_the_day_of_paris() -> None:
    assert dates.paris_date(utc(2026, 11, 9, 23)) == date(2026, 11, 10)
    assert dates.paris_date(utc(2026, 11, 9, 22, 59, 59)) == date(2026, 11, 9)
    with pytest.raises(ValueError, match="offset"):
        dates.paris_date(datetime(2026, 11, 9, 12))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2027, 12, 15), 1, date(2028, 1, 15)),
        (date(2027, 3, 31), -1, date(2027, 2, 28)),
        (date(2027, 1, 1), -1, date(2026, 12, 1)),
    ],
)
def test_months_are_clamped_to_their_last_day(day: date, months: int, expected: date) -> None:
    assert dates.add_months(day, months) == expected


def test_the_six_semesters_of_r28() -> None:
    start = dates.secondary_start(date(2027, 2, 12))
    assert start == date(2027, 3, 1)
    periods = [dates.semester(start, number) for number in range(1, 7)]
    assert [period.ends_on for period in periods] == [
        date(2027, 8, 31), date(2028, 2, 29), date(2028, 8, 31),
        date(2029, 2, 28), date(2029, 8, 31), date(2030, 2, 28),
    ]  # fmt: skip
    assert [dates.iso(period.journal_due_at) for period in periods] == [
        "2027-09-30T23:59:59+02:00", "2028-03-31T23:59:59+02:00", "2028-09-30T23:59:59+02:00",
        "2029-03-31T23:59:59+02:00", "2029-09-30T23:59:59+02:00", "2030-03-31T23:59:59+02:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("signed", "start"),
    [
        (date(2027, 3, 1), date(2027, 4, 1)),
        (date(2027, 1, 31), date(2027, 2, 1)),
        (date(2027, 12, 31), date(2028, 1, 1)),
    ],
)
def test_secondary_starts_the_first_of_the_next_month(signed: date, start: date) -> None:
    assert dates.secondary_start(signed) == start


@pytest.mark.parametrize("arguments", [(0,), (-1,), (1, 0)])
def test_semesters_are_counted_from_one(arguments: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="from 1"):
        dates.semester(date(2027, 3, 1), *arguments)


@given(DAYS, st.integers(1, 6))
def test_semesters_follow_each_other_without_hole(signed: date, number: int) -> None:
    start = dates.secondary_start(signed)
    current, following = dates.semester(start, number), dates.semester(start, number + 1)
    assert following.starts_on == current.ends_on + timedelta(days=1)
    assert current.starts_on.day == 1
    assert current.journal_due_at < dates.midnight(dates.add_months(current.ends_on + timedelta(days=1), 1))


def test_ans_check_ends_six_months_after_the_month_of_receipt() -> None:
    assert dates.iso(dates.months_after_end_of_month(date(2027, 9, 12), 6)) == "2028-03-31T23:59:59+02:00"
    assert dates.iso(dates.months_after_end_of_month(date(2027, 8, 31), 6)) == "2028-02-29T23:59:59+01:00"


def test_ten_working_days_leave_weekends_and_holidays_out() -> None:
    assert dates.add_working_days(date(2026, 11, 2), 10) == date(2026, 11, 17)  # 11 November is a Wednesday
    assert dates.add_working_days(date(2026, 12, 23), 3) == date(2026, 12, 29)  # Christmas is a Friday
    assert dates.add_working_days(date(2027, 3, 26), 1) == date(2027, 3, 30)  # Easter Monday
    assert dates.add_working_days(date(2026, 11, 7), 0) == date(2026, 11, 7)
    with pytest.raises(ValueError, match="forward"):
        dates.add_working_days(date(2026, 11, 7), -1)


def test_days_are_calendar_days() -> None:
    assert dates.days_between(date(2026, 1, 13), date(2026, 5, 13)) == 120
    assert dates.days_between(date(2026, 5, 13), date(2026, 5, 12)) == -1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-11-10T12:00", "mardi 10 novembre 2026 à 12\u00a0h"),
        ("2026-12-01T09:12", "mardi 1er décembre 2026 à 9\u00a0h\u00a012"),
        ("2026-11-10T12:00:01", "mardi 10 novembre 2026 à 12\u00a0h\u00a000\u00a0min\u00a001\u00a0s"),
        ("2027-09-30T23:59:59", "jeudi 30 septembre 2027 à 23\u00a0h\u00a059"),
        ("2026-11-10T00:00Z", "mardi 10 novembre 2026 à 1\u00a0h"),
    ],
)
def test_instants_in_words(text: str, words: str) -> None:
    assert dates.format_instant_fr(parse_instant(text), weekday=True) == words
    assert dates.format_instant_fr(parse_instant(text)) == words.split(" ", 1)[1]
