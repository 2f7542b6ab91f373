"""R1, R52, R53, R55, F3: the recorded tranche against the order's numbers and against the estimate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orders.domain.order_form import TrancheEstimate
from orders.domain.snapshot import FourInvalidLists, FourLists, InvalidNumber, LineActivity, OrderFacts, TrancheFacts
from tests.orders.order_files import AM, FINESS, OTHER_AM, OTHER_FINESS
from tests.orders.order_forms import client, doctor, hospital, known, lists, one, other_client, ris, said

ALL = ris().four_lists()


def calculated(valid: FourLists | None, invalid: FourInvalidLists | None = None, **changes: object) -> OrderFacts:
    return ris(tranche=TrancheFacts("D", valid=valid, invalid=invalid), **changes)


def invalid(**numbers: tuple[str, ...]) -> FourInvalidLists:
    return FourInvalidLists(**{name: tuple(InvalidNumber(n) for n in values) for name, values in numbers.items()})


def test_a_tranche_that_is_not_recorded_is_a_warning() -> None:
    """R52."""
    assert said("R52-not-recorded", ris(tranche=None)) == [("warning", "tranche")]


class TestEstimate:
    """R52: the service prevails."""

    def test_another_letter(self) -> None:
        finding = one("R52-estimate", context=known(estimate=TrancheEstimate("E", 161_234)))
        assert (finding.severity, finding.path) == ("warning", "tranche.letter")
        assert finding.message == "Tranche D déclarée ; l’estimation donne E (161 234 examens)."

    def test_the_same_letter_or_none(self) -> None:
        assert said("R52-estimate", context=known(estimate=TrancheEstimate("D", 61_234))) == []
        assert said("R52-estimate", context=known(estimate=TrancheEstimate(None, 0))) == []

    def test_no_estimate_is_a_note(self) -> None:
        assert said("R52-no-estimate") == [("info", "tranche")]
        assert said("R52-no-estimate", ris(tranche=None)) == []


class TestSameNumbers:
    """R52, R53: what the ASP compares."""

    def test_exactly_the_numbers_of_the_order(self) -> None:
        assert said("R52-other-numbers", calculated(ALL)) == []
        assert said("R52-number-left-out", calculated(ALL)) == []

    def test_a_number_that_the_order_does_not_bear_is_an_error(self) -> None:
        order = calculated(replace(ALL, finess_nuclear=(FINESS, OTHER_FINESS)))
        finding = one("R52-other-numbers", order)
        assert (finding.severity, finding.path) == ("error", "tranche.valid.finess_nuclear")
        assert finding.message == (
            f"{OTHER_FINESS} est compté dans le calcul et absent des FINESS de médecine nucléaire"
            " valorisés par la commande."
        )

    def test_the_right_number_in_the_wrong_list(self) -> None:
        order = calculated(replace(ALL, am_radiology=(AM,), am_nuclear=(OTHER_AM,)))
        assert said("R52-other-numbers", order) == [("error", "tranche.valid.am_nuclear")]
        assert said("R52-number-left-out", order) == [("warning", "clients[0].lines[1]")]

    def test_a_number_left_out_is_a_warning(self) -> None:
        assert said("R52-number-left-out", calculated(replace(ALL, am_radiology=(AM,)))) == [
            ("warning", "clients[0].lines[1]")
        ]

    def test_a_number_found_invalid_was_in_the_calculation(self) -> None:
        order = calculated(replace(ALL, am_radiology=(AM,)), invalid(am_radiology=(OTHER_AM,)))
        assert said("R52-number-left-out", order) == []

    def test_a_number_excluded_after_a_conflict_is_expected_to_be_out(self) -> None:
        """R43."""
        context = known(excluded=lists(am_radiology=(OTHER_AM,)))
        without = calculated(replace(ALL, am_radiology=(AM,)))
        assert said("R52-number-left-out", without, context=context) == []
        assert said("R52-other-numbers", calculated(ALL), context=context) == [("error", "tranche.valid.am_radiology")]

    def test_lists_that_were_not_recorded_are_a_note(self) -> None:
        assert said("R55-lists-unknown", calculated(None)) == [("info", "tranche.valid")]


class TestInvalidNumbers:
    """F3: one does not reject the order, all do."""

    def test_one_is_a_warning_with_the_reason_of_the_service(self) -> None:
        refused = FourInvalidLists(am_radiology=(InvalidNumber(OTHER_AM, "inactif en 2023"),))
        finding = one("F3-invalid-number", calculated(replace(ALL, am_radiology=(AM,)), refused))
        assert (finding.severity, finding.path) == ("warning", "clients[0].lines[1]")
        assert finding.message == (f"{OTHER_AM} est invalide en AM de radiologie (inactif en 2023) : il ne compte pas.")

    def test_all_are_an_error(self) -> None:
        refused = invalid(am_radiology=(AM, OTHER_AM), finess_radiology=(FINESS,), finess_nuclear=(FINESS,))
        assert said("F3-all-invalid", calculated(FourLists(), refused)) == [("error", "tranche.invalid")]
        assert said("F3-invalid-number", calculated(FourLists(), refused)) == []

    def test_all_but_one_activity_of_one_number_are_warnings(self) -> None:
        refused = invalid(am_radiology=(AM, OTHER_AM), finess_radiology=(FINESS,))
        order = calculated(lists(finess_nuclear=(FINESS,)), refused)
        assert said("F3-all-invalid", order) == []
        assert len(said("F3-invalid-number", order)) == 3

    def test_a_number_the_order_no_longer_bears_is_nothing(self) -> None:
        assert said("F3-invalid-number", calculated(ALL, invalid(am_radiology=("123456789",)))) == []

    def test_a_client_whose_numbers_are_all_invalid(self) -> None:
        """R1."""
        clients = (client(), other_client(lines=(hospital(finess=OTHER_FINESS, activity=LineActivity.RADIOLOGY),)))
        order = calculated(ALL, invalid(finess_radiology=(OTHER_FINESS,)), clients=clients)
        finding = one("R1-no-activity", order)
        assert (finding.severity, finding.path) == ("warning", "clients[1]")
        assert finding.message.startswith("Imagerie du Port : aucune activité valide en 2023")


class TestActivityOfAClient:
    """R1, F3: absent from the loaded counts proves nothing."""

    @pytest.mark.parametrize(
        ("counts", "code", "severity"),
        [
            ({}, "R1-activity-unknown", "info"),
            ({FINESS: 0, AM: 0, OTHER_AM: 0}, "R1-no-activity", "warning"),
            ({FINESS: 0}, None, ""),
            ({FINESS: 12}, None, ""),
        ],
    )
    def test_counts(self, counts: dict[str, int], code: str | None, severity: str) -> None:
        context = known(estimate=TrancheEstimate("D", 61_234, counts))
        for candidate in ("R1-activity-unknown", "R1-no-activity"):
            assert said(candidate, context=context) == ([(severity, "clients[0]")] if candidate == code else [])

    def test_nothing_is_said_of_a_client_without_line(self) -> None:
        context = known(estimate=TrancheEstimate("D", 1, {}))
        assert said("R1-activity-unknown", ris(clients=(client(lines=()),)), context=context) == []

    def test_an_estimate_of_zero_is_a_note(self) -> None:
        """R51."""
        assert said("R51-estimate-zero", context=known(estimate=TrancheEstimate(None, 0, {}))) == [("info", "tranche")]


def test_the_same_doctor_on_several_lines_keeps_the_path_of_the_number() -> None:
    order = ris(clients=(client(lines=(doctor(am=(AM,)), doctor(am=(OTHER_AM,)))),), tranche=TrancheFacts("D"))
    order = replace(order, tranche=TrancheFacts("D", valid=lists(am_radiology=(AM,))))
    assert said("R52-number-left-out", order) == [("warning", "clients[0].lines[1]")]
