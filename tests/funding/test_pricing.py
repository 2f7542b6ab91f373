"""R56-R58, A1, A2, A15-A17: every printed table to the cent, agreed prices, what is provisional or unknown."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.domain.pricing import NotInScaleError, price, secondary_ceiling
from segur.regulation.finding import Severity
from segur.regulation.money import CENT
from segur.regulation.schema import Identity, Programme, Vat
from tests.funding.programmes import DRIMBOX, LETTERS, RIS

# Typed again from the domain reference 1.6 (HT, TTC 8.5 %, TTC 20 %): the regulation files are not read here.
WAVE_2 = """
    A 4012.50 4353.56 4815.00      B 7133.33 7739.67 8560.00      C 11252.83 12209.32 13503.40
    D 16690.22 18108.89 20028.26   E 23868.13 25896.92 28641.76   F 33342.98 36177.14 40011.58
    G 45849.50 49746.71 55019.40   H 62358.71 67659.20 74830.45
"""
WAVE_1_2 = """
    A 5137.50 5574.19 6165.00      B 9133.33 9909.67 10960.00     C 14407.83 15632.50 17289.40
    D 21369.72 23186.14 25643.66   E 30560.13 33157.74 36672.16   F 42691.48 46320.26 51229.78
    G 58704.50 63694.38 70445.40   H 79842.46 86629.07 95810.95
"""
FORFAIT_M = """
    A 167.19 181.40 200.63      B 297.22 322.49 356.67      C 468.87 508.72 562.64      D 695.43 754.54 834.51
    E 994.51 1079.04 1193.41    F 1389.29 1507.38 1667.15   G 1910.40 2072.78 2292.48   H 2598.28 2819.13 3117.94
"""
FORFAIT_E = """
    A 83.59 90.70 100.31        B 148.61 161.24 178.33      C 234.43 254.36 281.32      D 347.71 377.27 417.26
    E 497.25 539.52 596.70      F 694.65 753.69 833.57      G 955.20 1036.39 1146.24    H 1299.14 1409.57 1558.97
"""
SIX_SEMESTERS = """
    A 1003.14 1088.40 1203.78   B 1783.32 1934.94 2140.02   C 2813.22 3052.32 3375.84   D 4172.58 4527.24 5007.06
    E 5967.06 6474.24 7160.46   F 8335.74 9044.28 10002.90  G 11462.40 12436.68 13754.88
    H 15589.68 16914.78 18707.64
"""
VATS = (Vat.NONE, Vat.EIGHT_AND_A_HALF, Vat.TWENTY)


def table(printed: str) -> dict[tuple[str, Vat], Decimal]:
    words = printed.split()
    return {
        (words[i], vat): Decimal(words[i + 1 + column])
        for i in range(0, len(words), 4)
        for column, vat in enumerate(VATS)
    }


PRINTED = {
    (RIS.id, "vague-2"): table(WAVE_2),
    (RIS.id, "vague-1-2"): table(WAVE_1_2),
    (DRIMBOX.id, "db-update"): table(WAVE_2),
    (DRIMBOX.id, "db-new"): table(WAVE_1_2),
}
MASTER, SLAVE, WHOLE = table(FORFAIT_M), table(FORFAIT_E), table(SIX_SEMESTERS)
PRESTATIONS = [(RIS, "vague-2"), (RIS, "vague-1-2"), (DRIMBOX, "db-update"), (DRIMBOX, "db-new")]
COMBINATIONS = [(p, key, letter, vat) for (p, key), letter, vat in product(PRESTATIONS, LETTERS, VATS)]


def test_there_are_96_combinations() -> None:
    assert len(COMBINATIONS) == 96


@pytest.mark.parametrize(("programme", "prestation", "letter", "vat"), COMBINATIONS)
def test_the_printed_tables_to_the_cent(programme: Programme, prestation: str, letter: str, vat: Vat) -> None:
    printed = PRINTED[programme.id, prestation]
    result = price(programme, prestation, letter, vat)
    assert result.ceiling_ht == printed[letter, Vat.NONE]
    assert result.ceiling_ttc == result.amount == printed[letter, vat]
    assert result.advance + result.balance == result.amount
    assert abs(result.advance - result.amount * 2 / 5) <= CENT / 2
    assert result.provisional is (prestation == "db-update" and letter in "EFGH")
    if programme is RIS:
        assert result.semester_forfait == MASTER[letter, vat]
        assert result.secondary_ceiling == WHOLE[letter, vat]
        assert result.findings == ()


@pytest.mark.parametrize(("letter", "vat"), product(LETTERS, VATS))
def test_the_forfaits_of_each_identity(letter: str, vat: Vat) -> None:
    slave = price(RIS, "vague-2", letter, vat, identity=Identity.SLAVE)
    assert slave.semester_forfait == SLAVE[letter, vat]
    assert slave.secondary_ceiling == 6 * SLAVE[letter, vat]
    mixed = price(RIS, "vague-1-2", letter, vat, identity=Identity.MIXED)
    assert mixed.semester_forfait == MASTER[letter, vat]
    assert secondary_ceiling(RIS, letter, vat, Identity.MIXED) == WHOLE[letter, vat]


def test_drimbox_secondary_is_unknown_and_said_so() -> None:
    result = price(DRIMBOX, "db-new", "C", Vat.TWENTY)
    assert (result.semester_forfait, result.secondary_ceiling, result.provisional) == (None, None, False)
    (finding,) = result.findings
    assert (finding.code, finding.severity) == ("R56-scale-unknown", Severity.WARNING)
    assert "barème non publié dans les sources" in finding.message
    assert secondary_ceiling(DRIMBOX, "C", Vat.TWENTY, Identity.MASTER) is None
    assert result.as_json()["secondary_ceiling"] is None


def test_a_provisional_ceiling_says_why() -> None:
    notes = [f for f in price(DRIMBOX, "db-update", "E", Vat.NONE).findings if f.severity is Severity.INFO]
    assert [note.code for note in notes] == ["A1-provisional"]
    assert "AF-IMG-DB-Va2" in notes[0].message


@pytest.mark.parametrize(
    ("vat", "ht", "ttc", "amount", "codes"),
    [
        (Vat.TWENTY, None, "12000.00", "12000.00", []),
        (Vat.TWENTY, "10000.00", "12000.00", "12000.00", []),
        (Vat.TWENTY, None, "13503.40", "13503.40", []),
        (Vat.TWENTY, None, "13503.41", "13503.40", ["A17-rounding"]),
        (Vat.TWENTY, None, "13503.42", "13503.40", ["R37-ceiling-principal"]),
        (Vat.TWENTY, "10000.00", None, "12000.00", ["A16-column-deduced"]),
        (Vat.TWENTY, "11252.83", None, "13503.40", ["A16-column-deduced"]),
        (Vat.EIGHT_AND_A_HALF, "11252.83", None, "12209.32", ["A16-column-deduced"]),
        (Vat.TWENTY, "12000.00", None, "13503.40", ["R37-ceiling-principal", "A16-column-deduced"]),
        (Vat.NONE, "10000.00", None, "10000.00", []),
        (Vat.NONE, None, "10000.00", "10000.00", ["A16-column-deduced"]),
        (Vat.NONE, "10000.00", "12000.00", "10000.00", ["A17-columns"]),
        (Vat.NONE, "11252.84", None, "11252.83", ["A17-rounding"]),
        (Vat.TWENTY, None, "0.00", "0.00", ["R37-zero"]),
        (Vat.TWENTY, None, "0.01", "0.01", []),
    ],
)
def test_the_smaller_of_agreed_and_ceiling_in_the_column_that_is_paid(
    vat: Vat, ht: str | None, ttc: str | None, amount: str, codes: list[str]
) -> None:
    agreed_ht, agreed_ttc = (None if typed is None else Decimal(typed) for typed in (ht, ttc))
    result = price(RIS, "vague-2", "C", vat, agreed_ht=agreed_ht, agreed_ttc=agreed_ttc)
    assert result.amount == Decimal(amount)
    assert [finding.code for finding in result.findings] == codes


@pytest.mark.parametrize(
    ("programme", "prestation", "tranche", "reason"),
    [
        (RIS, "db-new", "A", "n’est pas du programme IMG-RIS-Va2"),
        (DRIMBOX, "vague-2", "A", "Valeurs possibles\u00a0: db-update, db-new"),
        (RIS, "vague-2", "I", "La tranche «\u202fI\u00a0» n’existe pas"),
        (RIS, "vague-2", "", "n’existe pas"),
        (RIS, "vague-2", "a" * 500, "n’existe pas"),
    ],
)
def test_what_the_programme_does_not_have_is_refused(
    programme: Programme, prestation: str, tranche: str, reason: str
) -> None:
    with pytest.raises(NotInScaleError, match=reason):
        price(programme, prestation, tranche, Vat.TWENTY)


@given(
    st.sampled_from(COMBINATIONS),
    st.sampled_from(list(Identity)),
    st.none() | st.decimals(0, 200_000, places=2),
    st.none() | st.decimals(0, 200_000, places=2),
)
def test_whatever_is_agreed(
    combination: tuple[Programme, str, str, Vat], identity: Identity, ht: Decimal | None, ttc: Decimal | None
) -> None:
    result = price(*combination, identity=identity, agreed_ht=ht, agreed_ttc=ttc)
    assert result.advance + result.balance == result.amount
    assert 0 <= result.advance <= result.amount <= result.ceiling_ttc
    assert result.amount == result.amount.quantize(CENT)


@given(st.sampled_from(PRESTATIONS), st.sampled_from(VATS), st.integers(1, 2_000_000), st.integers(0, 2_000_000))
def test_more_examinations_never_lower_the_ceiling(
    prestation: tuple[Programme, str], vat: Vat, count: int, more: int
) -> None:
    programme, key = prestation
    few, many = programme.tranche_of(count), programme.tranche_of(count + more)
    assert few is not None
    assert many is not None
    assert price(programme, key, few.letter, vat).amount <= price(programme, key, many.letter, vat).amount
