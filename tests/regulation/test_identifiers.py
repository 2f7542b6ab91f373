"""Ruling A5: shapes, check digits, what spreadsheets do to numbers, pasted lists, territories."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from segur.regulation.finding import Severity
from segur.regulation.identifiers import (
    IdentifierKind,
    ParsedList,
    Territory,
    check,
    likely_cure,
    normalise,
    parse_list,
    quoted,
    split_list,
    suggested_vat,
    territory,
)
from segur.regulation.schema import Vat

AM, FINESS, RPPS, SIREN, SIRET = IdentifierKind


def codes(kind: IdentifierKind, value: str) -> list[tuple[str, Severity]]:
    return [(finding.code, finding.severity) for finding in check(kind, value)]


def finess(stem: str) -> str:
    """A FINESS with a right key: the letter counts as 1 or 2."""
    return stem + luhn.calc_check_digit(stem.replace("A", "1").replace("B", "2"))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (FINESS, "010000024"),
        (FINESS, "2A0000014"),
        (FINESS, "2A0000154"),
        (FINESS, finess("2B000012")),
        (RPPS, "1012345678" + luhn.calc_check_digit("1012345678")),
        (SIREN, "732829320"),
        (SIREN, "356000000"),
        (SIRET, "73282932000074"),
        (SIRET, "35600000000048"),
        (SIRET, "35600000009075"),
        (SIRET, "35600000049837"),
        (AM, "511" + "78234" + luhn.calc_check_digit("51178234")),
    ],
)
def test_right_numbers_say_nothing(kind: IdentifierKind, value: str) -> None:
    assert check(kind, value) == ()


@pytest.mark.parametrize(
    ("kind", "value", "severity"),
    [
        (FINESS, "123456789", Severity.WARNING),
        (FINESS, "2B0000014", Severity.WARNING),
        (RPPS, "12345678912", Severity.WARNING),
        (SIREN, "404833047", Severity.ERROR),
        (SIRET, "73282932000079", Severity.ERROR),
        (SIRET, "35600000009076", Severity.ERROR),
    ],
)
def test_a_wrong_key_is_an_error_only_in_the_company_register(
    kind: IdentifierKind, value: str, severity: Severity
) -> None:
    assert codes(kind, value) == [("A5-identifier-key", severity)]


def test_am_key_and_category_are_notes_only() -> None:
    assert codes(AM, "512345945") == [("A5-am-key", Severity.INFO), ("A5-am-category", Severity.INFO)]


@pytest.mark.parametrize("kind", list(IdentifierKind))
@pytest.mark.parametrize(
    "value",
    ["", "1", "0" * 9, "0" * 11, "0" * 14, "01000002", "0100000240", "\uff10" * 9, "\u0660" * 11, "2C0000014",
     "-10000024", "010000024\n", "<b>", "'; DROP TABLE", "1.0E+07", "010000024\x00", "9" * 5000],
)  # fmt: skip
def test_wrong_shapes_are_refused_with_a_short_reason(kind: IdentifierKind, value: str) -> None:
    (finding,) = check(kind, value, path="clients[0].lines[1].finess")
    assert (finding.code, finding.severity) == ("A5-identifier-shape", Severity.ERROR)
    assert finding.path == "clients[0].lines[1].finess"
    assert len(finding.sentence) < 200
    assert finding.sentence.isprintable() or "\u00a0" in finding.sentence


def test_a_lost_leading_zero_is_reported_with_its_cure_and_not_repaired() -> None:
    (finding,) = check(FINESS, "10000933")
    assert finding.message == "10000933 a 8 caractères\u00a0: zéro de tête perdu dans un tableur\u202f?"
    assert finding.remedy == "Remplacer par 010000933."
    assert parse_list(FINESS, "10000933").values == ("10000933",)


@pytest.mark.parametrize(
    ("kind", "damaged", "cure"),
    [
        (FINESS, "10000024", "010000024"),
        (FINESS, "10000024.0", "010000024"),
        (FINESS, "750100125,00", "750100125"),
        (FINESS, "1.0000024E+07", "010000024"),
        (FINESS, "1,0000024E+07", "010000024"),
        (FINESS, "1,0E+07", None),
        (FINESS, "10000025", None),
        (FINESS, "O1OOOOO24", "010000024"),
        (FINESS, "\uff10\uff11\uff10\uff10\uff10\uff10\uff10\uff12\uff14", "010000024"),
        (FINESS, "010000024", None),
        (AM, "11782349", "011782349"),
        (SIREN, "73282932000074", "732829320"),
        (SIREN, "5520844", None),
        (SIRET, "1" * 200, None),
        (RPPS, "810100000008", "10100000008"),
        (RPPS, "1010000000", None),
    ],
)
def test_likely_cure(kind: IdentifierKind, damaged: str, cure: str | None) -> None:
    assert likely_cure(kind, damaged) == cure


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (" 01\u00a0000\u202f0024 ", "010000024"),
        ("2a0000014", "2A0000014"),
        ("2b-000-0014", "2B0000014"),
        ("'010000024", "010000024"),
        ('="010000024"', "010000024"),
        ("010.000.024", "010000024"),
        ("10000024.0", "10000024.0"),
        ("10000024.000", "10000024.000"),
        ("1,0E+07", "1,0E+07"),
        ("-10000024", "-10000024"),
    ],
)
def test_normalise_takes_separators_away_and_nothing_else(raw: str, value: str) -> None:
    assert normalise(FINESS, raw) == value


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", ()),
        (" ;; ,\n", ()),
        ("010000024;010000032", ("010000024", "010000032")),
        ("010000024 ; 010000032 ;", ("010000024", "010000032")),
        ("010000024, 010000032", ("010000024", "010000032")),
        ("010000024\r\n010000032\t2a0000014", ("010000024", "010000032", "2a0000014")),
        ("010000024\u00a0010000032", ("010000024", "010000032")),
        ("010000024\u200b010000032", ("010000024", "010000032")),
        ("01 000 0024 01 000 0032", ("01 000 0024", "01 000 0032")),
        ("2A 0000014", ("2A 0000014",)),
        ("10000024 1", ("10000024", "1")),
        ("1234 56", ("1234", "56")),
        ("1,0E+07", ("1,0E+07",)),
        ("10000024,0;1", ("10000024.0", "1")),
        ("010000024,1", ("010000024", "1")),
        ("010000024;010000024", ("010000024", "010000024")),
    ],
)
def test_split_list_reads_what_people_paste(text: str, numbers: tuple[str, ...]) -> None:
    assert split_list(text) == numbers


def test_parse_list_keeps_the_order_names_duplicates_and_locates() -> None:
    parsed = parse_list(FINESS, "2a0000014; 01 000 0024, 2A0000014; 10000024", path="finess_radiology")
    assert parsed.values == ("2A0000014", "010000024", "10000024")
    assert parsed.duplicates == ("2A0000014",)
    assert any(finding.blocks for finding in parsed.findings)
    assert [(f.code, f.path) for f in parsed.findings] == [
        ("A5-identifier-shape", "finess_radiology[2]"),
        ("A18-identifier-repeated", "finess_radiology"),
    ]
    assert parsed.findings[1].message == "2A0000014 figure 2 fois dans la liste\u00a0: lu une fois."


def test_quotes_alone_are_nothing() -> None:
    assert parse_list(AM, "''; \"\"") == ParsedList((), (), ())


@pytest.mark.parametrize(
    ("prefix", "place", "vat"),
    [
        ("75", Territory.MAINLAND, Vat.TWENTY),
        ("2A", Territory.CORSICA, Vat.TWENTY),
        ("2B", Territory.CORSICA, Vat.TWENTY),
        ("9701", Territory.GUADELOUPE, Vat.EIGHT_AND_A_HALF),
        ("9702", Territory.MARTINIQUE, Vat.EIGHT_AND_A_HALF),
        ("9703", Territory.GUYANE, Vat.NONE),
        ("9704", Territory.REUNION, Vat.EIGHT_AND_A_HALF),
        ("9805", Territory.MAYOTTE, Vat.NONE),
        ("9708", None, None),
        ("00", None, None),
    ],
)
def test_territory_and_vat_follow_the_finess_prefix(prefix: str, place: Territory | None, vat: Vat | None) -> None:
    number = finess(prefix.ljust(8, "1"))
    assert territory(number) is place
    assert suggested_vat([number]) is vat


def test_no_rate_is_suggested_when_establishments_disagree() -> None:
    assert suggested_vat([finess("97011111"), finess("75011111")]) is None
    assert suggested_vat([]) is None
    assert territory("7501") is None


def test_quoted_is_short_and_harmless() -> None:
    assert quoted("a\x1b[0m") == "«\u202fa\\x1b[0m\u00a0»"
    assert len(quoted("\n" * 1000)) <= 44


@given(st.text(max_size=200))
def test_any_text_is_read_without_failure(text: str) -> None:
    for kind in IdentifierKind:
        parsed = parse_list(kind, text)
        assert len(set(parsed.values)) == len(parsed.values)
        for value in parsed.values:
            cure = likely_cure(kind, value)
            assert cure is None or codes(kind, cure) != [("A5-identifier-shape", Severity.ERROR)]


@given(st.lists(st.from_regex(r"([0-9]{2}|2[AB])[0-9]{7}", fullmatch=True), max_size=20), st.sampled_from(";,\n\t "))
def test_a_joined_list_is_read_back(numbers: list[str], separator: str) -> None:
    assert split_list(separator.join(numbers)) == tuple(numbers)


@given(st.from_regex(r"[0-9]{8}", fullmatch=True), st.integers(0, 8), st.integers(1, 9))
def test_luhn_sees_any_single_wrong_digit(stem: str, place: int, shift: int) -> None:
    number = finess(stem)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert wrong.strip("0") == "" or codes(FINESS, wrong) == [("A5-identifier-key", Severity.WARNING)]
