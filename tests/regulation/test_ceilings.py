"""R37, R56, A17: each printed amount against the ceiling of its own column."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from segur.regulation.catalogue import Catalogue
from segur.regulation.ceilings import Line, check_amounts, check_line, secondary_row
from segur.regulation.finding import Severity
from segur.regulation.schema import Identity, Vat

RIS = Catalogue.load().programme("IMG-RIS-Va2", on=date(2026, 11, 24))
DRIMBOX = Catalogue.load().programme("IMG-DB-Va2", on=date(2026, 11, 24))
ROW_D = RIS.prestations["vague-2"].ceilings["D"]  # HT 16690.22, TTC 20 % 20028.26, TTC 8.5 % 18108.89


def said(ht: str | None, ttc: str | None, vat: Vat, key: str = "principal") -> list[tuple[str, Severity, str]]:
    line = Line(key, Decimal(ht) if ht else None, Decimal(ttc) if ttc else None)
    return [(finding.code, finding.severity, finding.path) for finding in check_line(line, ROW_D, vat)]


EXCESS, ROUNDING = ("R37-ceiling-principal", Severity.ERROR), ("A17-rounding", Severity.WARNING)
OFF_THE_RATE = ("A17-columns", Severity.WARNING, "principal_ttc")


@pytest.mark.parametrize(
    ("ht", "ttc", "vat", "findings"),
    [
        ("16690.22", "20028.26", Vat.TWENTY, []),
        ("16690.22", "18108.89", Vat.EIGHT_AND_A_HALF, []),
        ("16690.22", None, Vat.NONE, []),
        (None, "20028.26", Vat.TWENTY, []),
        (None, None, Vat.TWENTY, []),
        ("16690.22", "20028.27", Vat.TWENTY, [(*ROUNDING, "principal_ttc")]),
        ("16690.23", "20028.26", Vat.TWENTY, [(*ROUNDING, "principal_ht"), OFF_THE_RATE]),
        ("16690.23", None, Vat.NONE, [(*ROUNDING, "principal_ht")]),
        ("16690.23", "20028.27", Vat.TWENTY, [(*EXCESS, "principal_ht"), (*EXCESS, "principal_ttc")]),
        ("16690.22", "20028.28", Vat.TWENTY, [(*EXCESS, "principal_ttc"), OFF_THE_RATE]),
        ("16690.24", None, Vat.NONE, [(*EXCESS, "principal_ht")]),
        (None, "18108.91", Vat.EIGHT_AND_A_HALF, [(*EXCESS, "principal_ttc")]),
        ("100.00", "130.00", Vat.TWENTY, [OFF_THE_RATE]),
        ("100.00", "100.01", Vat.NONE, [OFF_THE_RATE]),
    ],
)  # fmt: skip
def test_ht_against_ht_and_ttc_against_ttc(
    ht: str | None, ttc: str | None, vat: Vat, findings: list[tuple[str, Severity, str]]
) -> None:
    assert said(ht, ttc, vat) == findings


def test_the_excess_is_said_to_the_cent() -> None:
    (finding,) = check_line(Line("principal", None, Decimal("20028.28")), ROW_D, Vat.TWENTY)
    assert finding.message == (
        "Le TTC dépasse le plafond de 0,02\u00a0€\u00a0: 20\u00a0028,28\u00a0€ pour 20\u00a0028,26\u00a0€."
    )


@pytest.mark.parametrize("letter", "ABCDEFGH")
@pytest.mark.parametrize("vat", list(Vat))
@pytest.mark.parametrize("identity", list(Identity))
def test_an_order_at_the_printed_ceilings_is_never_an_error(letter: str, vat: Vat, identity: Identity) -> None:
    for prestation, known in RIS.prestations.items():
        row, whole = known.ceilings[letter], secondary_row(RIS.secondary, letter, identity)
        findings = check_amounts(
            RIS, prestation, letter, vat, identity,
            principal=(row.ht.value, row.paid(vat).value),
            secondary=(whole.ht.value, whole.paid(vat).value),
        )  # fmt: skip
        assert {finding.severity for finding in findings} <= {Severity.INFO}


def test_six_forfaits_of_tranche_c_are_two_cents_off_the_rate_and_it_is_a_note() -> None:
    row = secondary_row(RIS.secondary, "C", Identity.MASTER)
    assert (row.ht.value, row.ttc_20.value) == (Decimal("2813.22"), Decimal("3375.84"))
    (finding,) = check_line(Line("secondary", row.ht.value, row.ttc_20.value), row, Vat.TWENTY)
    assert (finding.code, finding.severity) == ("A17-columns", Severity.INFO)
    assert "0,02\u00a0€" in finding.message
    for ht, severity in (("2813.15", Severity.INFO), ("2813.14", Severity.WARNING)):  # 0,06 and 0,07 off
        (finding,) = check_line(Line("secondary", Decimal(ht), row.ttc_20.value), row, Vat.TWENTY)
        assert (finding.code, finding.severity) == ("A17-columns", severity)


def test_a_scale_that_is_not_published_is_a_warning_and_nothing_is_skipped() -> None:
    findings = check_amounts(
        DRIMBOX, "db-new", "A", Vat.TWENTY, Identity.MASTER,
        principal=(Decimal("5137.50"), Decimal("6165.02")), secondary=(Decimal(100), Decimal(120)),
    )  # fmt: skip
    assert [(finding.code, finding.severity) for finding in findings] == [
        ("R37-ceiling-principal", Severity.ERROR),
        ("A17-columns", Severity.WARNING),
        ("R56-scale-unknown", Severity.WARNING),
    ]
    assert findings[2].message.startswith("Barème non publié dans les sources")


def test_an_unknown_number_of_semesters_leaves_the_ceiling_unknown() -> None:
    row = secondary_row(DRIMBOX.secondary, "A", Identity.SLAVE)
    assert [leaf.value for leaf in row] == [None, None, None]
    assert all(leaf.unknown for leaf in row)
