"""R49-R53, F3, A3: what counts, what is left out and why, and every edge of the eight tranches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from funding.domain.tranche import LISTS, CountKey, Reason, TrancheResult, compute, if_without
from orders.domain.snapshot import FourLists
from segur.regulation.identifiers import IdentifierKind
from segur.regulation.schema import Activity, Programme
from tests.funding.programmes import DRIMBOX, LETTERS, RIS

AM, FINESS = IdentifierKind.AM, IdentifierKind.FINESS
RADIOLOGY, NUCLEAR = Activity.RADIOLOGY, Activity.NUCLEAR
UPPERS = [15_000, 30_000, 60_000, 120_000, 240_000, 480_000, 960_000]


def with_key(stem: str) -> str:
    return stem + luhn.calc_check_digit(stem.replace("A", "1").replace("B", "2"))


H1, H2, H3 = with_key("01000002"), with_key("2A000001"), with_key("75010012")
D1, D2, D3 = with_key("51178234"), with_key("51123459"), with_key("51123879")


def calculated(counts: dict[CountKey, int], programme: Programme = RIS, **lists: tuple[str, ...]) -> TrancheResult:
    return compute(FourLists(**lists), counts, programme)


@pytest.mark.parametrize("programme", [RIS, DRIMBOX], ids=lambda programme: programme.id)
@pytest.mark.parametrize(
    ("examinations", "letter"),
    [
        (1, "A"),
        *((upper, LETTERS[i]) for i, upper in enumerate(UPPERS)),
        *((upper + 1, LETTERS[i + 1]) for i, upper in enumerate(UPPERS)),
        (10**9, "H"),
    ],
)
def test_each_edge_of_the_tranches(programme: Programme, examinations: int, letter: str) -> None:
    result = calculated({(AM, D1, RADIOLOGY): examinations}, programme, am_radiology=(D1,))
    assert (result.tranche, result.examinations) == (letter, examinations)


def test_nothing_that_counts_gives_no_tranche() -> None:
    result = calculated({(FINESS, H1, RADIOLOGY): 0}, finess_radiology=(H1,))
    assert (result.tranche, result.examinations, result.to_next, result.margin_to_previous) == (None, 0, 1, None)
    assert calculated({}).tranche is None


@pytest.mark.parametrize("programme", [RIS, DRIMBOX], ids=lambda programme: programme.id)
def test_nuclear_medicine_counts_five_times_for_am_and_finess(programme: Programme) -> None:
    counts = {(AM, D1, NUCLEAR): 2_000, (FINESS, H1, NUCLEAR): 1_000, (FINESS, H1, RADIOLOGY): 15_001}
    lists = {"am_nuclear": (D1,), "finess_nuclear": (H1,), "finess_radiology": (H1,)}
    result = calculated(counts, programme, **lists)
    assert result.examinations == 5 * 2_000 + 5 * 1_000 + 15_001
    assert result.tranche == "C"
    (number,) = result.valid["finess_nuclear"]
    assert (number.value, number.count, number.weight, number.examinations) == (H1, 1_000, 5, 5_000)


def test_an_order_is_one_calculation_and_a_plus_a_may_be_b() -> None:
    counts = {(FINESS, H1, RADIOLOGY): 9_000, (FINESS, H2, RADIOLOGY): 9_000}
    apart = {calculated(counts, finess_radiology=(number,)).tranche for number in (H1, H2)}
    assert apart == {"A"}
    assert calculated(counts, finess_radiology=(H1, H2)).tranche == "B"


def test_a_number_repeated_in_a_list_counts_once_and_is_answered_once() -> None:
    result = calculated({(FINESS, H1, RADIOLOGY): 10}, finess_radiology=(H1, H1, H1), am_radiology=("1", "1"))
    assert result.examinations == 10
    assert len(result.valid["finess_radiology"]) == 1
    assert len(result.invalid["am_radiology"]) == 1


def test_a_finess_in_one_field_counts_only_that_activity() -> None:
    counts = {(FINESS, H1, RADIOLOGY): 100, (FINESS, H1, NUCLEAR): 100}
    assert calculated(counts, finess_radiology=(H1,)).examinations == 100
    assert calculated(counts, finess_nuclear=(H1,)).examinations == 500


@pytest.mark.parametrize(
    ("name", "value", "counts", "code", "reason"),
    [
        (
            "finess_radiology", "10000933", {}, Reason.SHAPE,
            "10000933 a 8 caractères\u00a0: zéro de tête perdu dans un tableur\u202f? Remplacer par 010000933.",
        ),
        (
            "am_radiology", D1, {}, Reason.UNKNOWN,
            "AM absent des comptages chargés\u00a0: cela ne prouve rien (F3).",
        ),
        (
            "finess_nuclear", H1, {(FINESS, H1, RADIOLOGY): 5}, Reason.WRONG_ACTIVITY,
            "FINESS sans activité de médecine nucléaire en 2023, connu en radiologie.",
        ),
        (
            "am_nuclear", D1, {(AM, D1, RADIOLOGY): 5}, Reason.WRONG_ACTIVITY,
            "AM sans activité de médecine nucléaire en 2023, connu en radiologie.",
        ),
        (
            "am_radiology", D1, {(AM, D1, NUCLEAR): 5, (AM, D1, RADIOLOGY): 0}, Reason.WRONG_ACTIVITY,
            "AM sans activité de radiologie en 2023, connu en médecine nucléaire.",
        ),
        ("finess_radiology", H1, {(FINESS, H1, RADIOLOGY): 0}, Reason.NO_ACTIVITY, "FINESS sans activité en 2023."),
        ("finess_radiology", H1, {(FINESS, H1, NUCLEAR): 0}, Reason.NO_ACTIVITY, "FINESS sans activité en 2023."),
        (
            "finess_radiology", D1, {(AM, D1, RADIOLOGY): 5}, Reason.WRONG_KIND,
            "Connu comme AM, pas comme FINESS.",
        ),
    ],
)  # fmt: skip
def test_a_number_left_out_says_why(
    name: str, value: str, counts: dict[CountKey, int], code: Reason, reason: str
) -> None:
    result = calculated(counts, **{name: (value,)})
    (rejected,) = result.invalid[name]
    assert (rejected.value, rejected.code, rejected.reason) == (value, code, reason)
    assert (result.tranche, result.examinations) == (None, 0)


def test_a_count_does_not_make_a_wrong_shape_valid() -> None:
    result = calculated({(FINESS, "123", RADIOLOGY): 50}, finess_radiology=("123",))
    assert result.invalid["finess_radiology"][0].code is Reason.SHAPE
    assert result.tranche is None


def test_one_invalid_number_does_not_spoil_the_others() -> None:
    result = calculated({(FINESS, H1, RADIOLOGY): 70_000}, finess_radiology=("abc", H1, H2))
    assert result.tranche == "D"
    assert [number.value for number in result.invalid["finess_radiology"]] == ["abc", H2]


@pytest.mark.parametrize(
    ("radiology", "nuclear", "kept", "examinations"),
    [(100, 0, "am_radiology", 100), (0, 100, "am_nuclear", 500), (90, 100, "am_nuclear", 500),
     (100, 100, "am_radiology", 100)],
)  # fmt: skip
def test_an_am_in_both_fields_is_answered_once_where_it_works(
    radiology: int, nuclear: int, kept: str, examinations: int
) -> None:
    counts = {(AM, D1, RADIOLOGY): radiology, (AM, D1, NUCLEAR): nuclear}
    result = calculated(counts, am_radiology=(D1,), am_nuclear=(D1,))
    assert result.examinations == examinations
    assert [name for name, numbers in result.valid.items() if numbers] == [kept]
    assert not any(result.invalid.values())
    (finding,) = result.findings
    assert finding.code == "R5-am-both-activities"
    assert finding.path != kept


def test_an_am_unknown_in_both_fields_is_left_out_once() -> None:
    result = calculated({}, am_radiology=(D1,), am_nuclear=(D1,))
    assert [len(numbers) for numbers in result.invalid.values()] == [1, 0, 0, 0]


def test_the_answer_is_that_of_the_contract() -> None:
    counts = {(AM, D1, RADIOLOGY): 61_234, (FINESS, H1, NUCLEAR): 0}
    result = calculated(counts, am_radiology=(D1,), finess_nuclear=(H1,))
    assert result.as_json() == {
        "tranche": "D",
        "examinations": 61_234,
        "authority": "estimate",
        "valid": {"am_radiology": [D1], "am_nuclear": [], "finess_radiology": [], "finess_nuclear": []},
        "invalid": {
            "am_radiology": [],
            "am_nuclear": [],
            "finess_radiology": [],
            "finess_nuclear": [{"value": H1, "reason": "FINESS sans activité en 2023."}],
        },
    }
    assert result.breakdown()["am_radiology"] == [
        {"value": D1, "count": 61_234, "weight": 1, "examinations": 61_234}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("examinations", "to_next", "margin"),
    [(1, 15_000, 0), (15_000, 1, 14_999), (15_001, 15_000, 0), (61_234, 58_767, 1_233), (960_001, None, 0)],
)
def test_distance_to_the_thresholds(examinations: int, to_next: int | None, margin: int) -> None:
    result = calculated({(AM, D1, RADIOLOGY): examinations}, am_radiology=(D1,))
    assert (result.to_next, result.margin_to_previous) == (to_next, margin)


def test_what_losing_a_number_would_cost() -> None:
    counts = {(FINESS, H1, RADIOLOGY): 10_000, (FINESS, H1, NUCLEAR): 1_000, (FINESS, H2, RADIOLOGY): 14_000}
    result = calculated(counts, finess_radiology=(H1, H2), finess_nuclear=(H1,))
    assert (result.tranche, result.examinations) == ("B", 29_000)
    without = if_without(result, H1)
    assert (without.tranche, without.examinations) == ("A", 14_000)
    assert without.valid["finess_nuclear"] == ()
    assert if_without(without, H2).tranche is None
    assert if_without(result, H3) == result


NUMBERS = st.sampled_from([H1, H2, H3, D1, D2, D3, "123", ""])
COUNTS = st.dictionaries(
    st.tuples(st.sampled_from([AM, FINESS]), NUMBERS, st.sampled_from(list(Activity))), st.integers(0, 10**6)
)
FOUR_LISTS = st.builds(FourLists, *(st.lists(NUMBERS, max_size=8).map(tuple) for _ in LISTS))


@given(FOUR_LISTS, COUNTS)
def test_every_number_is_answered_once_in_its_list(lists: FourLists, counts: dict[CountKey, int]) -> None:
    result = compute(lists, counts, RIS)
    for name, kind, _ in LISTS:
        answered = [number.value for number in (*result.valid[name], *result.invalid[name])]
        assert len(set(answered)) == len(answered)
        assert kind is AM or set(answered) == set(getattr(lists, name))
    am = [n.value for name in ("am_radiology", "am_nuclear") for n in (*result.valid[name], *result.invalid[name])]
    assert sorted(am) == sorted({*lists.am_radiology, *lists.am_nuclear})


@given(FOUR_LISTS, COUNTS, st.data())
def test_a_higher_count_never_gives_a_lower_tranche(
    lists: FourLists, counts: dict[CountKey, int], data: st.DataObject
) -> None:
    # An AM typed in both fields moves to the activity where it works more: another question, tested above.
    lists = FourLists(lists.am_radiology, (), lists.finess_radiology, lists.finess_nuclear)
    more = {key: count + data.draw(st.integers(0, 10**6)) for key, count in counts.items()}
    before, after = compute(lists, counts, RIS), compute(lists, more, RIS)
    assert after.examinations >= before.examinations
    assert (before.tranche or "") <= (after.tranche or "")


@given(FOUR_LISTS, COUNTS)
def test_the_breakdown_adds_up(lists: FourLists, counts: dict[CountKey, int]) -> None:
    result = compute(lists, counts, RIS)
    total = sum(number.examinations for numbers in result.valid.values() for number in numbers)
    assert total == result.examinations
    assert (result.tranche is None) == (total == 0)
