"""The figures of the published programmes, against the tables of the texts copied by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import pytest

from segur.regulation.catalogue import Catalogue
from segur.regulation.schema import Activity, Amounts, Identity, Programme, Vat

PARIS = ZoneInfo("Europe/Paris")
LETTERS = "ABCDEFGH"

# TTC 20 %, TTC 8,5 %, HT, in the order in which the texts print them.
VAGUE_2 = """
4 815,00   4 353,56   4 012,50
8 560,00   7 739,67   7 133,33
13 503,40  12 209,32  11 252,83
20 028,26  18 108,89  16 690,22
28 641,76  25 896,92  23 868,13
40 011,58  36 177,14  33 342,98
55 019,40  49 746,71  45 849,50
74 830,45  67 659,20  62 358,71
"""
VAGUE_1_2 = """
6 165,00   5 574,19   5 137,50
10 960,00  9 909,67   9 133,33
17 289,40  15 632,50  14 407,83
25 643,66  23 186,14  21 369,72
36 672,16  33 157,74  30 560,13
51 229,78  46 320,26  42 691,48
70 445,40  63 694,38  58 704,50
95 810,95  86 629,07  79 842,46
"""
FORFAIT_M = """
200,63    181,40    167,19
356,67    322,49    297,22
562,64    508,72    468,87
834,51    754,54    695,43
1 193,41  1 079,04  994,51
1 667,15  1 507,38  1 389,29
2 292,48  2 072,78  1 910,40
3 117,94  2 819,13  2 598,28
"""
FORFAIT_E = """
100,31    90,70     83,59
178,33    161,24    148,61
281,32    254,36    234,43
417,26    377,27    347,71
596,70    539,52    497,25
833,57    753,69    694,65
1 146,24  1 036,39  955,20
1 558,97  1 409,57  1 299,14
"""


def _printed(table: str) -> list[tuple[Decimal, ...]]:
    rows = []
    for line in table.strip().splitlines():
        cells = [cell for cell in line.split("  ") if cell.strip()]
        rows.append(tuple(Decimal(cell.strip().replace(" ", "").replace(",", ".")) for cell in cells))
    return rows


def _columns(amounts: Amounts) -> tuple[Decimal, ...]:
    return (amounts.ttc_20.known(), amounts.ttc_8_5.known(), amounts.ht.known())


@pytest.fixture(scope="module")
def ris() -> Programme:
    return Catalogue.load().version("IMG-RIS-Va2", "1")


@pytest.fixture(scope="module")
def drimbox() -> Programme:
    return Catalogue.load().version("IMG-DB-Va2", "1")


@pytest.mark.parametrize("index", range(8), ids=LETTERS)
def test_ris_tables_are_the_printed_ones(ris: Programme, index: int) -> None:
    letter = LETTERS[index]

    assert _columns(ris.prestations["vague-2"].ceilings[letter]) == _printed(VAGUE_2)[index]
    assert _columns(ris.prestations["vague-1-2"].ceilings[letter]) == _printed(VAGUE_1_2)[index]
    assert _columns(ris.secondary.forfait_master[letter]) == _printed(FORFAIT_M)[index]
    assert _columns(ris.secondary.forfait_slave[letter]) == _printed(FORFAIT_E)[index]


@pytest.mark.parametrize("index", range(8), ids=LETTERS)
def test_drimbox_ceilings_follow_ruling_a1(drimbox: Programme, index: int) -> None:
    letter = LETTERS[index]
    update, new = (drimbox.prestations[key].ceilings[letter] for key in ("db-update", "db-new"))

    assert _columns(update) == _printed(VAGUE_2)[index]
    assert _columns(new) == _printed(VAGUE_1_2)[index]
    assert [bool(leaf.provisional) for leaf in update] == [letter in "EFGH"] * 3
    assert not any(leaf.provisional for leaf in new)


def test_drimbox_secondary_is_unknown_and_says_why(drimbox: Programme) -> None:
    secondary = drimbox.secondary

    for letter in LETTERS:
        for identity in Identity:
            for vat in Vat:
                assert "non publié" in secondary.forfait(letter, identity).paid(vat).unknown
    assert secondary.perf_master.unknown and secondary.perf_slave.unknown and secondary.perf_slave_denominator.unknown
    assert (drimbox.pilots.value, bool(drimbox.pilots.provisional)) == (3, True)
    assert (secondary.duration_months.value, secondary.duration_months.provisional) == (36, "")
    assert (secondary.semesters.value, bool(secondary.semesters.provisional)) == (6, True)


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("key", ["vague-2", "vague-1-2"])
def test_ht_and_reduced_rate_come_from_the_full_price(ris: Programme, key: str, letter: str) -> None:
    """An independent law of the genuine tables: the base is TTC at 20 %."""
    ttc_20, ttc_8_5, ht = _columns(ris.prestations[key].ceilings[letter])

    assert ht == _cents(ttc_20 / Decimal("1.20"))
    assert ttc_8_5 == _cents(ttc_20 / Decimal("1.20") * Decimal("1.085"))


@pytest.mark.parametrize("letter", LETTERS)
def test_the_two_main_prestations_are_in_one_ratio(ris: Programme, letter: str) -> None:
    both = ris.prestations["vague-1-2"].ceilings[letter].ttc_20.known()

    assert _cents(both * 107 / 137) == ris.prestations["vague-2"].ceilings[letter].ttc_20.known()


@pytest.mark.parametrize("letter", LETTERS)
@pytest.mark.parametrize("vat", list(Vat))
def test_forfaits_are_a_part_of_the_vague_2_ceiling(ris: Programme, vat: Vat, letter: str) -> None:
    ceiling = ris.prestations["vague-2"].ceilings[letter].paid(vat).known()

    assert ris.secondary.forfait(letter, Identity.MASTER).paid(vat).value == _cents(ceiling / 24)
    assert ris.secondary.forfait(letter, Identity.SLAVE).paid(vat).value == _cents(ceiling / 48)


@pytest.mark.parametrize(
    ("examinations", "letter"),
    [
        (0, None),
        (1, "A"),
        (15_000, "A"),
        (15_001, "B"),
        (30_000, "B"),
        (30_001, "C"),
        (60_000, "C"),
        (60_001, "D"),
        (120_000, "D"),
        (120_001, "E"),
        (240_000, "E"),
        (240_001, "F"),
        (480_000, "F"),
        (480_001, "G"),
        (960_000, "G"),
        (960_001, "H"),
        (99_000_000, "H"),
    ],
)
def test_tranche_bounds(ris: Programme, drimbox: Programme, examinations: int, letter: str | None) -> None:
    for programme in (ris, drimbox):
        tranche = programme.tranche_of(examinations)
        assert (tranche and tranche.letter) == letter


COMMON_DATES = {1: date(2025, 9, 10), 2: date(2026, 5, 13), 3: date(2026, 9, 16), 4: date(2026, 11, 10)}
OWN_DATES = {
    "IMG-RIS-Va2": {5: date(2027, 6, 9), 6: date(2027, 9, 22)},
    "IMG-DB-Va2": {5: date(2027, 9, 15), 6: date(2027, 12, 15)},
}


@pytest.mark.parametrize("id", OWN_DATES)
def test_official_dates_are_noon_in_paris(id: str) -> None:
    programme = Catalogue.load().version(id, "1")

    for number, day in {**COMMON_DATES, **OWN_DATES[id]}.items():
        assert programme.date_at(number).known() == datetime(day.year, day.month, day.day, 12, tzinfo=PARIS)
    assert programme.date_at(4).known().isoformat() == "2026-11-10T12:00:00+01:00"
    assert programme.date_at(5).known().isoformat()[-6:] == "+02:00"
    assert programme.date_at(0).value is None and programme.date_at(0).unknown


def test_figures_beside_the_tables(ris: Programme, drimbox: Programme) -> None:
    expected = {
        "conditional_order_days": 120,
        "late_referencing_days": 15,
        "portability_days": 45,
        "portability_clause_years": 6,
        "ans_verification_months": 6,
        "journal_months": 1,
        "dispute_working_days": 10,
        "compliance_working_days": 15,
        "support_years": 2,
        "usage_rights_years": 3,
        "certificate_renewal_days": 60,
    }
    for programme in (ris, drimbox):
        assert {key: leaf.value for key, leaf in programme.delays.items()} == expected
        assert (programme.advance_share.value, programme.balance_share.value) == (Decimal("0.40"), Decimal("0.60"))
        assert (programme.reference_year.value, programme.nuclear_weight.value) == (2023, 5)
        assert programme.de_minimis.ceiling.value == Decimal("300000.00")
        assert programme.de_minimis.window_years.value == 3
    assert (ris.pilots.value, ris.pilots.provisional) == (3, "")
    assert ris.secondary.duration_months.value == 36 and ris.secondary.semesters.value == 6
    assert ris.secondary.perf_slave_denominator.value == "Te"


def test_performance_steps(ris: Programme) -> None:
    master, slave = ris.secondary.perf_master.known(), ris.secondary.perf_slave.known()

    assert [(str(step.ratio), str(step.value)) for step in master] == [("0.70", "1"), ("0.55", "0.5"), ("0", "0")]
    assert [(str(step.ratio), str(step.value)) for step in slave] == [("0.99", "1"), ("0", "0")]


def test_uniqueness_scopes(ris: Programme, drimbox: Programme) -> None:
    def scopes(programme: Programme) -> set[tuple[str, bool, bool, str]]:
        return {(scope.kind, scope.per_activity, scope.stops_order, scope.rule) for scope in programme.uniqueness}

    assert scopes(ris) == {
        ("am", False, False, "R43"),
        ("finess", True, False, "R44"),
        ("instance", False, True, "R42"),
    }
    assert scopes(drimbox) == {
        ("am", False, False, "R45"),
        ("finess", False, False, "R45"),
        ("siren", False, True, "R45"),
        ("pacs", False, True, "R45"),
    }


def test_act_lists_and_damaged_codes(ris: Programme, drimbox: Programme) -> None:
    assert [acts.codes for acts in ris.acts] == [acts.codes for acts in drimbox.acts]
    counts = {acts.activity: len(acts.codes) for acts in ris.acts}
    assert counts == {Activity.RADIOLOGY: 403, Activity.NUCLEAR: 117}
    assert {damaged.printed: damaged.read_as for damaged in ris.damaged_acts} == {
        "EDLL00120": "EDLL001",
        "EDLL00220": "EDLL002",
        "ZZNL01610": "ZZNL016",
        "ZQL021": "ZZQL021",
        "ZZQL020ABML001": "ZZQL020",
    }
    assert ris.activity_of_act("ZBQK002") is Activity.RADIOLOGY
    assert ris.activity_of_act("ABML001") is Activity.NUCLEAR
    assert ris.activity_of_act("EDLL001") is Activity.NUCLEAR
    assert ris.activity_of_act("AAAA000") is None


def test_order_form_words(ris: Programme, drimbox: Programme) -> None:
    """The order form is read by machine: these words are those of the texts, letter for letter (R23, R37)."""
    lines = {key: prestation.order_line for key, prestation in (ris.prestations | drimbox.prestations).items()}
    assert lines == {
        "vague-2": "Prestation principale Vague 2",
        "vague-1-2": "Prestation principale Vague 1 + Vague 2",
        "db-update": "Prestation principale Mise à jour DB",
        "db-new": "Prestation principale Nouvelle acquisition",
    }
    for programme in (ris, drimbox):
        mentions = {mention.key: mention for mention in programme.mentions}
        funding = "de la Prestation Ségur pris en charge par l'Etat au titre du Ségur de la santé"
        assert mentions["state-funding"].text == f"Montants {funding}"
        assert mentions["state-funding"].variants == (f"Montant {funding}",)
        assert mentions["conditional-order"].when == "conditional"
        assert mentions["conditional-order"].text == (
            "Bon de commande conditionné à l'obtention par le logiciel du référencement ANS. "
            "L'affermissement de cette commande est conditionné au dépôt d'un dossier de référencement complet, "
            "contenant l'ensemble des preuves attendues, sous 120 jours sur le site de l'ANS et à l'obtention "
            "subséquente du référencement"
        )
        assert mentions["call-for-funding"].text == programme.call_for_funding.value
        assert programme.secondary.order_line == "Prestation secondaire"
