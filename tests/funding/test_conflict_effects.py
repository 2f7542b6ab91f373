"""What each end of a conflict costs both orders, to the cent, and when only the ANS can say (R43, R48, R52)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.domain.conflict_effects import Choice, Fate, Figures, Origin, Outlook, Side, effects, outlook, stakes
from funding.domain.tranche import CountKey
from orders.domain.situation import SituationForm, propose
from orders.domain.snapshot import (
    FourInvalidLists,
    FourLists,
    InvalidNumber,
    OrderAmounts,
    OrderFacts,
    TrancheFacts,
)
from orders.domain.uniqueness import ClaimKey, Situation
from segur.regulation.identifiers import IdentifierKind
from segur.regulation.schema import Activity, Identity, Vat
from tests.orders.factories import DRIMBOX, RIS, am, client, db_facts, doctor, establishment, finess, ris_facts, texts

CONTESTED = ClaimKey(RIS, "am", am(7))
# D with the number (61 234), C without it; C with the number (31 102), B without it.
HOLDER = ris_facts("A", client(1, [establishment(1), doctor(7)]))
CLAIMANT = ris_facts("B", client(2, [establishment(2), doctor(7)]))


def counts(**changes: int) -> dict[CountKey, int]:
    known = {"first": 58_364, "second": 28_232, "contested": 2_870, **changes}
    numbers = {
        "first": (IdentifierKind.FINESS, finess(1)),
        "second": (IdentifierKind.FINESS, finess(2)),
        "contested": (IdentifierKind.AM, am(7)),
    }
    return {(*numbers[name], Activity.RADIOLOGY): count for name, count in known.items() if count >= 0}


def seen(order: OrderFacts = HOLDER, known: dict[CountKey, int] | None = None, **options: object) -> Outlook:
    return outlook(order, CONTESTED, counts() if known is None else known, texts(), **options)  # type: ignore[arg-type]


def sides() -> tuple[Side, Side]:
    return Side("A", seen(HOLDER)), Side("B", seen(CLAIMANT))


def figures(found: Figures | None) -> Figures:
    assert found is not None
    return found


def test_the_figures_with_and_without_the_number() -> None:
    found = seen(HOLDER)
    before, after = figures(found.with_number), figures(found.without_number)
    assert (before.tranche, before.examinations, after.tranche, after.examinations) == ("D", 61_234, "C", 58_364)
    assert (before.principal, before.advance, before.secondary) == (
        Decimal("20028.26"),
        Decimal("8011.30"),
        Decimal("5007.06"),
    )
    assert after.advance == Decimal("5401.36")
    assert found.difference == Decimal("-8156.08")
    assert before.origin is Origin.ESTIMATE


def test_every_decision_says_both_orders_and_the_total() -> None:
    holder, claimant = sides()
    found = {effect.key: effect for effect in effects(holder, [claimant])}
    assert list(found) == ["keep", "release:B", "transfer:B", "exclude-all", "dismiss", "correct:B"]
    differences = {key: [each.difference for each in effect.consequences] for key, effect in found.items()}
    less, least = Decimal("-8156.08"), Decimal("-6179.22")
    zero = Decimal("0.00")
    assert differences == {
        "keep": [zero, least],
        "release:B": [less, zero],
        "transfer:B": [less, zero],
        "exclude-all": [less, least],
        "dismiss": [zero, zero],
        "correct:B": [zero, None],
    }
    assert found["exclude-all"].total == Decimal("-14335.30")
    assert found["correct:B"].total is None
    span = stakes(tuple(found.values()))
    assert span is not None
    assert (span.least, span.most, span.is_complete) == (Decimal("6179.22"), Decimal("14335.30"), True)


@pytest.mark.parametrize(
    ("vat", "loss"),
    [
        # 18 108,89 - 12 209,32 and six times 754,54 - 508,72
        (Vat.EIGHT_AND_A_HALF, Decimal("-7374.49")),
        # 16 690,22 - 11 252,83 and six times 695,43 - 468,87
        (Vat.NONE, Decimal("-6796.75")),
    ],
)
def test_the_column_is_that_of_the_order(vat: Vat, loss: Decimal) -> None:
    assert seen(replace(HOLDER, vat=vat)).difference == loss


def test_a_price_agreed_under_both_ceilings_loses_nothing_on_the_main_prestation() -> None:
    agreed = OrderAmounts(principal_ttc=Decimal("12000.00"), secondary_ttc=Decimal("4000.00"))
    found = seen(replace(HOLDER, amounts=agreed))
    assert figures(found.without_number).principal == Decimal("12000.00")
    # Secondary: 4 000,00 agreed against 6 x 562,64 in C.
    assert found.difference == Decimal("3375.84") - Decimal("4000.00")


def test_a_slave_of_identities_has_the_other_forfait() -> None:
    # 20 028,26 - 13 503,40 and six times 417,26 - 281,32
    assert seen(replace(HOLDER, identity=Identity.SLAVE)).difference == Decimal("-7340.50")


def test_a_number_alone_leaves_an_order_that_is_not_eligible() -> None:
    """R51: without any activity there is no tranche, hence nothing."""
    found = seen(ris_facts("C", client(3, [doctor(7)])))
    after = figures(found.without_number)
    assert (after.tranche, after.total) == (None, Decimal("0.00"))
    assert found.difference == Decimal("-4815.00") - 6 * Decimal("200.63")


def test_a_number_missing_from_the_counts_is_never_guessed() -> None:
    found = seen(known=counts(contested=-1))
    assert (found.with_number, found.without_number, found.difference) == (None, None, None)
    assert found.unknown == (am(7),)
    keep, *_ = effects(Side("A", found), [Side("B", found)])
    assert keep.total is None
    assert stakes([keep]) is None


def recorded(letter: str = "D", **lists: object) -> OrderFacts:
    return replace(HOLDER, tranche=TrancheFacts(letter, date(2026, 2, 1), None, **lists))  # type: ignore[arg-type]


def test_the_answer_of_the_ans_goes_before_the_estimate() -> None:
    found = seen(recorded("D"))
    assert figures(found.with_number).origin is Origin.ANS
    assert figures(found.without_number).origin is Origin.ESTIMATE
    assert found.difference == Decimal("-8156.08")


def test_an_estimate_that_the_ans_contradicts_says_nothing_of_the_loss() -> None:
    found = seen(recorded("E"))
    assert figures(found.with_number).tranche == "E"
    assert found.without_number is None


def test_a_number_that_the_ans_does_not_count_costs_nothing() -> None:
    valid = FourLists(finess_radiology=(finess(1),))
    found = seen(recorded("F", valid=valid), counts(contested=-1))
    assert found.difference == Decimal("0.00")


def test_an_incomplete_count_decides_only_where_it_cannot_be_wrong() -> None:
    form = replace(HOLDER, clients=(client(1, [establishment(1), establishment(9), doctor(7)]),))
    safe = replace(form, tranche=TrancheFacts("D"))
    assert seen(safe, counts(first=70_000)).difference == Decimal("0.00")
    assert seen(safe, counts()).difference is None
    assert seen(safe, counts()).unknown == (finess(9),)
    invalid = FourInvalidLists(finess_radiology=(InvalidNumber(finess(9), "inconnu"),))
    told = replace(form, tranche=TrancheFacts("D", invalid=invalid))
    assert seen(told, counts()).difference == Decimal("-8156.08")


def test_an_answer_given_after_the_exclusion_is_the_one_without_the_number() -> None:
    found = seen(recorded("C"), recorded_without=True)
    assert figures(found.without_number).origin is Origin.ANS
    assert found.difference == Decimal("-8156.08")
    assert seen(recorded("B"), recorded_without=True).with_number is None


def test_other_excluded_numbers_are_left_out_on_both_sides() -> None:
    other = ClaimKey(RIS, "finess", finess(1), "radiology")
    found = seen(recorded("D"), excluded={other, CONTESTED})
    before = figures(found.with_number)
    # The answer D may count the number that was excluded since: the estimate alone is about what remains.
    assert (before.tranche, before.examinations, before.origin) == ("A", 2_870, Origin.ESTIMATE)


def test_a_holder_funded_elsewhere_cannot_give_way() -> None:
    _, claimant = sides()
    found = effects(Side("liste", None), [claimant])
    assert [effect.choice for effect in found] == [Choice.KEEP, Choice.DISMISS, Choice.CORRECT]
    assert found[0].total == Decimal("-6179.22")


def test_a_holder_that_let_go_leads_to_a_transfer() -> None:
    holder, claimant = sides()
    found = effects(holder, [claimant], holder_let_go=True)
    assert [effect.choice for effect in found] == [Choice.KEEP, Choice.TRANSFER, Choice.CORRECT]
    assert found[1].consequences[0].fate is Fate.GONE
    assert found[1].total == Decimal("0.00")


def test_nothing_is_excluded_of_a_siren_and_the_second_order_stops() -> None:
    holder, claimant = sides()
    found = effects(holder, [claimant], stops_order=True)
    assert Choice.KEEP not in {effect.choice for effect in found}
    assert Choice.EXCLUDE_ALL not in {effect.choice for effect in found}
    release = found[0]
    assert (release.choice, release.total) == (Choice.RELEASE, Decimal("-25035.32"))
    cancel = next(effect for effect in found if effect.choice is Choice.CANCEL)
    assert [each.difference for each in cancel.consequences] == [Decimal("0.00"), Decimal("-16879.24")]


def test_with_two_claimants_the_one_that_still_waits_is_not_counted() -> None:
    holder, claimant = sides()
    found = {effect.key: effect for effect in effects(holder, [claimant, Side("C", seen(CLAIMANT))])}
    assert found["keep"].total == Decimal("-12358.44")
    assert [each.fate for each in found["release:C"].consequences] == [Fate.LOSES, Fate.WAITS, Fate.KEEPS]
    assert found["release:C"].total is None


def test_a_drimbox_says_that_its_secondary_is_not_published() -> None:
    order = db_facts("X", client(4, [establishment(1), doctor(7)]))
    found = outlook(order, ClaimKey(DRIMBOX, "am", am(7)), counts(), texts(DRIMBOX))
    before = figures(found.with_number)
    assert before.secondary is None
    assert before.total == before.principal


@given(st.integers(0, 1_200_000), st.integers(1, 900_000))
def test_losing_a_number_never_pays(others: int, contested: int) -> None:
    found = seen(known=counts(first=others, contested=contested))
    assert found.difference is not None
    assert found.difference <= 0


@pytest.mark.parametrize(
    ("situation", "before", "after", "changed_on", "holder"),
    [
        (Situation.LEFT_TO_ANOTHER, "A", "B", date(2024, 3, 4), "A"),
        (Situation.LEFT_TO_ANOTHER, None, "B", date(2024, 3, 4), None),
        (Situation.LEFT_TO_ANOTHER, "A", "B", date(2022, 12, 31), "B"),
        (Situation.LEFT_TO_ANOTHER, "A", None, date(2022, 12, 31), None),
        (Situation.LEGAL_CHANGE, "A", "B", None, "B"),
        (Situation.TAKEOVER, "A", "B", None, "B"),
        (Situation.CLOSED_SITE, "A", None, None, "A"),
        (Situation.ARRIVED_AFTER, None, "B", date(2025, 1, 6), None),
        (Situation.CREATED_AFTER, "A", "B", date(2025, 1, 6), "A"),
    ],
)
def test_the_situation_since_2023_designates_the_holder(
    situation: Situation, before: str | None, after: str | None, changed_on: date | None, holder: str | None
) -> None:
    proposal = propose(SituationForm(situation, before, after, changed_on), 2023)
    assert proposal.holder == holder
    assert proposal.rule == "R48"
    assert proposal.because.endswith(".")
