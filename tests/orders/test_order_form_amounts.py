"""R14, R37, R56, R57, A17: the two lines of the form, column by column."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from orders.domain.order_form import TrancheEstimate
from orders.domain.snapshot import OrderAmounts, OrderFacts, PrestationKey, SupplierFacts, SupplierRole, TrancheFacts
from segur.regulation.schema import Identity, Leaf, Vat
from tests.orders.order_files import SUPPLIER
from tests.orders.order_forms import drimbox, findings, known, money, one, programme, ris, said

ROUNDING, PRINCIPAL, SECONDARY = "A17-rounding", "R37-ceiling-principal", "R37-ceiling-secondary"


def priced(**columns: str | None) -> OrderFacts:
    amounts = {name: None if value is None else money(value) for name, value in columns.items()}
    return ris(amounts=replace(ris().amounts, **amounts))


class TestTwoLines:
    def test_nothing_typed_is_a_warning(self) -> None:
        assert said("R37-amounts-missing", ris(amounts=OrderAmounts())) == [("warning", "amounts")]

    @pytest.mark.parametrize(
        ("missing", "path", "label"),
        [
            ("principal", "amounts.principal_ttc", "Prestation principale"),
            ("secondary", "amounts.secondary_ttc", "Prestation secondaire"),
        ],
    )
    def test_one_line_without_the_other(self, missing: str, path: str, label: str) -> None:
        finding = one("R37-line-missing", priced(**{f"{missing}_ht": None, f"{missing}_ttc": None}))
        assert (finding.severity, finding.path) == ("error", path)
        assert finding.message == f"La ligne « {label} » manque."

    def test_a_drimbox_scale_is_unknown_so_its_secondary_line_only_warns(self) -> None:
        order = drimbox(amounts=OrderAmounts(money("16690.22"), money("20028.26")))
        assert said("R37-line-missing", order) == [("warning", "amounts.secondary_ttc")]

    def test_the_column_that_is_paid_is_needed(self) -> None:
        assert said("R37-column-missing", priced(principal_ttc=None)) == [("error", "amounts.principal_ttc")]
        assert said("R37-column-missing", priced(principal_ht=None)) == [("warning", "amounts.principal_ht")]
        untaxed = ris(vat=Vat.NONE, amounts=OrderAmounts(principal_ttc=money("1"), secondary_ht=money("1")))
        assert said("R37-column-missing", untaxed) == [("error", "amounts.principal_ht")]


class TestAboveZero:
    """R37, F4."""

    @pytest.mark.parametrize("column", ["principal_ht", "principal_ttc", "secondary_ht", "secondary_ttc"])
    def test_zero_is_always_rejected(self, column: str) -> None:
        finding = one("R37-zero", priced(**{column: "0.00"}))
        assert (finding.severity, finding.path) == ("error", f"amounts.{column}")

    def test_a_cent_is_not_zero(self) -> None:
        assert said("R37-zero", priced(principal_ht="0.01", principal_ttc="0.01")) == []

    def test_the_sentence(self) -> None:
        assert one("R37-zero", priced(secondary_ttc="0")).message == (
            "La prestation secondaire est à 0,00 €. Un montant nul est toujours rejeté."
        )


class TestCeilings:
    """A17: HT against HT, TTC against TTC; one cent in one column alone is a rounding."""

    @pytest.mark.parametrize(
        ("ht", "ttc", "code", "severities"),
        [
            ("16690.22", "20028.26", None, []),
            ("16690.21", "20028.25", None, []),
            ("16690.22", "20028.27", ROUNDING, [("warning", "amounts.principal_ttc")]),
            ("16690.23", "20028.26", ROUNDING, [("warning", "amounts.principal_ht")]),
            ("16690.22", "20028.28", PRINCIPAL, [("error", "amounts.principal_ttc")]),
            ("16690.24", "20028.26", PRINCIPAL, [("error", "amounts.principal_ht")]),
            (
                "16690.23",
                "20028.27",
                PRINCIPAL,
                [("error", "amounts.principal_ht"), ("error", "amounts.principal_ttc")],
            ),
        ],
    )
    def test_the_main_prestation(self, ht: str, ttc: str, code: str | None, severities: list[tuple[str, str]]) -> None:
        order = priced(principal_ht=ht, principal_ttc=ttc)
        for candidate in (ROUNDING, PRINCIPAL):
            assert said(candidate, order) == (severities if candidate == code else [])

    def test_the_sentence(self) -> None:
        finding = one(PRINCIPAL, priced(principal_ttc="20028.28"))
        assert finding.message == "Le TTC dépasse le plafond de 0,02 € : 20 028,28 € pour 20 028,26 €."
        assert finding.remedy == "Ramenez-le au plafond."

    @pytest.mark.parametrize(
        ("identity", "ht", "ttc"),
        [
            (Identity.MASTER, "4172.58", "5007.06"),
            (Identity.MIXED, "4172.58", "5007.06"),
            (Identity.SLAVE, "2086.26", "2503.56"),
        ],
    )
    def test_the_secondary_prestation_is_six_semesters(self, identity: Identity, ht: str, ttc: str) -> None:
        """A2: Forfait M when the RIS is master or mixed, E when it is slave."""
        at_ceiling = OrderAmounts(money("1.00"), money("1.20"), money(ht), money(ttc))
        above = replace(at_ceiling, secondary_ttc=money(ttc) + Decimal("0.02"))
        assert said(SECONDARY, ris(identity=identity, amounts=at_ceiling)) == []
        finding = one(SECONDARY, ris(identity=identity, amounts=above))
        assert finding.severity == "error"
        assert finding.message.startswith("Le TTC de la prestation secondaire dépasse le plafond de 0,02 € :")

    def test_each_rate_has_its_column(self) -> None:
        reduced = OrderAmounts(money("16690.22"), money("18108.89"), money("4172.58"), money("4527.24"))
        assert said(PRINCIPAL, ris(vat=Vat.EIGHT_AND_A_HALF, amounts=reduced)) == []
        assert said(PRINCIPAL, ris(vat=Vat.EIGHT_AND_A_HALF)) == [("error", "amounts.principal_ttc")]

    def test_without_vat_only_ht_counts(self) -> None:
        untaxed = OrderAmounts(money("16690.24"), None, money("4172.58"), None)
        assert said(PRINCIPAL, ris(vat=Vat.NONE, amounts=untaxed)) == [("error", "amounts.principal_ht")]

    def test_the_prestation_has_its_table(self) -> None:
        assert said(PRINCIPAL, ris(prestation=PrestationKey.WAVE_1_AND_2)) == []

    def test_no_tranche_no_ceiling(self) -> None:
        assert said("R56-tranche-unknown", ris(tranche=None)) == [("info", "tranche")]

    def test_a_tranche_that_does_not_exist(self) -> None:
        finding = one("R51-no-such-tranche", ris(tranche=TrancheFacts("I")))
        assert finding.sentence == "La tranche « I » n’existe pas. Choisissez de A à H."

    def test_against_an_estimate_an_excess_only_warns(self) -> None:
        context = known(estimate=TrancheEstimate("C", 45_000))
        found = said(PRINCIPAL, ris(tranche=None), context=context)
        assert found == [("warning", "amounts.principal_ht"), ("warning", "amounts.principal_ttc")]

    def test_a_scale_that_is_not_published_warns(self) -> None:
        finding = one("R56-scale-unknown", drimbox())
        assert finding.severity == "warning"
        assert finding.message == (
            "Barème non publié dans les sources : le plafond de la prestation secondaire n’est pas contrôlé."
        )

    def test_an_unknown_number_of_semesters_leaves_the_secondary_ceiling_unknown(self) -> None:
        known_scale = programme().secondary
        scale = replace(known_scale, semesters=Leaf(None, "test", unknown="inconnu"))
        found = said("R56-scale-unknown", ris(), of=replace(programme(), secondary=scale))
        assert found == [("warning", "amounts.secondary_ttc")]

    @pytest.mark.parametrize(("letter", "provisional"), [("D", False), ("E", True)])
    def test_a_provisional_ceiling_is_flagged(self, letter: str, provisional: bool) -> None:
        """A1: « Mise à jour DB » E to H."""
        assert bool(said("A1-provisional-ceiling", drimbox(tranche=TrancheFacts(letter)))) is provisional

    def test_every_printed_row_is_within_its_own_ceilings(self) -> None:
        rates = {Vat.TWENTY: "ttc_20", Vat.EIGHT_AND_A_HALF: "ttc_8_5", Vat.NONE: "ht"}
        for letter in "ABCDEFGH":
            for key in (PrestationKey.WAVE_2, PrestationKey.WAVE_1_AND_2):
                for vat, column in rates.items():
                    row = programme().prestations[key].ceilings[letter]
                    forfait = programme().secondary.forfait_master[letter]
                    amounts = OrderAmounts(
                        row.ht.known(),
                        getattr(row, column).known(),
                        forfait.ht.known() * 6,
                        getattr(forfait, column).known() * 6,
                    )
                    order = ris(prestation=key, vat=vat, amounts=amounts, tranche=TrancheFacts(letter))
                    raised = [f.code for f in findings(order) if f.severity != "info" and f.path.startswith("amounts")]
                    assert raised == [], (letter, key, vat)


class TestColumnsAndRate:
    """A17: never an error."""

    @pytest.mark.parametrize(("ttc", "found"), [("120.01", []), ("120.02", [("warning", "amounts.principal_ttc")])])
    def test_the_main_line(self, ttc: str, found: list[tuple[str, str]]) -> None:
        order = priced(principal_ht="100.00", principal_ttc=ttc, secondary_ht="100.00", secondary_ttc="120.00")
        assert said("A17-columns", order) == found

    @pytest.mark.parametrize(
        ("ttc", "severity"),
        [("120.00", None), ("120.01", "info"), ("120.06", "info"), ("119.94", "info"), ("120.07", "warning")],
    )
    def test_the_secondary_line(self, ttc: str, severity: str | None) -> None:
        found = said("A17-columns", priced(secondary_ht="100.00", secondary_ttc=ttc))
        assert found == ([(severity, "amounts.secondary_ttc")] if severity else [])

    def test_the_printed_forfaits_of_tranche_c_are_a_note(self) -> None:
        order = ris(
            tranche=TrancheFacts("C"),
            amounts=OrderAmounts(money("11252.83"), money("13503.40"), money("2813.22"), money("3375.84")),
        )
        finding = one("A17-columns", order)
        assert finding.severity == "info"
        assert finding.message == (
            "Le HT et le TTC de la prestation secondaire s’écartent du taux de 0,02 €, comme le barème imprimé."
        )

    def test_without_vat_the_columns_are_equal(self) -> None:
        amounts = OrderAmounts(money("100.00"), money("120.00"), money("10.00"), money("10.00"))
        assert said("A17-columns", ris(vat=Vat.NONE, amounts=amounts)) == [("warning", "amounts.principal_ttc")]


@pytest.mark.parametrize(
    ("liable", "vat", "found"),
    [
        (False, Vat.TWENTY, [("warning", "vat")]),
        (False, Vat.NONE, []),
        (True, Vat.TWENTY, []),
        (None, Vat.TWENTY, []),
    ],
)
def test_a_supplier_not_liable_to_vat(liable: bool | None, vat: Vat, found: list[tuple[str, str]]) -> None:
    """R57."""
    by = SupplierFacts(SUPPLIER, "Imagix", SupplierRole.EDITOR, vat_liable=liable)
    assert said("R57-not-liable", ris(vat=vat), by=by) == found
