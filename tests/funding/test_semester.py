"""R59 and every edge of ruling A2: the semester's payment, its refusals, its two readings, what is missing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from funding.domain.pricing import NotInScaleError
from funding.domain.semester import MissingDocuments, SemesterAmount, missing_documents, semester_amount
from segur.regulation.finding import Severity
from segur.regulation.schema import Leaf, Programme, Vat
from tests.funding.programmes import DRIMBOX, LETTERS, RIS

D = Decimal
# Tranche C, TTC 20 %: Forfait M 562.64, Forfait E 281.32.
PRIME = replace(RIS, secondary=replace(RIS.secondary, perf_slave_denominator=Leaf("Te'", "essai")))


def amount(
    *, tm: int = 0, te: int = 0, dm: int = 0, de: int = 0, qualified: int | None = None, t: int | None = None,
    programme: Programme = RIS, tranche: str = "C", vat: Vat = Vat.TWENTY,
) -> SemesterAmount:  # fmt: skip
    return semester_amount(
        programme, tranche, vat,
        t=tm + te if t is None else t, tm=tm, te=te, te_qualified=te if qualified is None else qualified, dm=dm, de=de,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("dm", "perf", "euros"),
    [
        (10_000, "1", "562.64"),
        (7_000, "1", "562.64"),
        (6_999, "0.5", "281.32"),
        (5_500, "0.5", "281.32"),
        (5_499, "0", "0.00"),
        (0, "0", "0.00"),
    ],
)
def test_a_pure_master_is_paid_the_forfait_its_half_or_nothing(dm: int, perf: str, euros: str) -> None:
    result = amount(tm=10_000, dm=dm)
    assert (result.perf_m, result.perf_e, result.amount) == (D(perf), None, D(euros))
    assert result.findings == ()


@pytest.mark.parametrize(
    ("de", "perf", "euros"), [(10_000, "1", "281.32"), (9_900, "1", "281.32"), (9_899, "0", "0.00"), (0, "0", "0.00")]
)
def test_a_pure_slave_is_paid_forfait_e_or_nothing(de: int, perf: str, euros: str) -> None:
    result = amount(te=10_000, de=de)
    assert (result.perf_m, result.perf_e, result.amount) == (None, D(perf), D(euros))


@pytest.mark.parametrize(
    ("tm", "dm", "reached"),
    [(3, 2, "0.5"), (9, 7, "1"), (20, 11, "0.5"), (20, 10, "0"), (10, 7, "1"),
     (10**6 + 3, 700_002, "0.5"), (10**6 + 3, 700_003, "1")],
)  # fmt: skip
def test_thresholds_are_compared_exactly(tm: int, dm: int, reached: str) -> None:
    assert amount(tm=tm, dm=dm).perf_m == D(reached)


def test_a_mixed_ris_is_weighted_by_its_examinations_and_rounded_once() -> None:
    # 562.64 x 1 x 2/3 + 281.32 x 1 x 1/3 = 468.8666…
    assert amount(tm=2, te=1, dm=2, de=1).amount == D("468.87")
    # 562.64 x 1/2 x 1/7 + 281.32 x 6/7 = 281.32 exactly
    assert amount(tm=100, te=600, dm=60, de=600).amount == D("281.32")


@pytest.mark.parametrize(
    ("vat", "euros"), [(Vat.TWENTY, "562.64"), (Vat.EIGHT_AND_A_HALF, "508.72"), (Vat.NONE, "468.87")]
)
def test_the_column_of_the_order_is_paid(vat: Vat, euros: str) -> None:
    assert amount(tm=10, dm=10, vat=vat).amount == D(euros)


def test_half_a_cent_is_rounded_up() -> None:
    # Tranche A, TTC 20 %: 200.63 / 2 = 100.315
    assert amount(tm=100, dm=60, tranche="A").amount == D("100.32")


def test_a_semester_without_examination_is_nothing_and_says_so() -> None:
    result = amount()
    assert (result.perf_m, result.perf_e, result.amount) == (None, None, D("0.00"))
    assert [(f.code, f.severity) for f in result.findings] == [("A2-semester-empty", Severity.WARNING)]


@pytest.mark.parametrize(
    ("counts", "codes", "message"),
    [
        ({"tm": 10, "dm": 11}, ["A2-semester-excess"], "Dm (11) dépasse Tm (10)."),
        ({"te": 10, "de": 11}, ["A2-semester-excess"], "De (11) dépasse Te (10)."),
        ({"te": 10, "qualified": 11}, ["A2-semester-excess"], "Te’ (11) dépasse Te (10)."),
        ({"tm": 5, "te": 5, "t": 11}, ["A2-semester-sum"], "Tm + Te fait 10, et T vaut 11. Les deux sont égaux."),
        ({"tm": 5, "te": 5, "t": 9}, ["A2-semester-sum"], "Tm + Te fait 10, et T vaut 9. Les deux sont égaux."),
        ({"t": 0, "tm": 1}, ["A2-semester-sum"], "Tm + Te fait 1, et T vaut 0. Les deux sont égaux."),
        ({"tm": 5, "dm": -1}, ["A2-semester-negative"], "Dm est négatif\u00a0: -1."),
        ({"tm": 10, "te": -5, "qualified": -5, "de": -5}, ["A2-semester-negative"] * 3, "Te est négatif\u00a0: -5."),
        ({"tm": -5, "te": 5, "dm": -6}, ["A2-semester-negative"] * 2, "Tm est négatif\u00a0: -5."),
    ],
)
def test_impossible_counts_are_refused_without_amount(counts: dict[str, int], codes: list[str], message: str) -> None:
    for programme in (RIS, DRIMBOX):
        result = amount(programme=programme, **counts)  # type: ignore[arg-type]
        assert [finding.code for finding in result.findings] == codes
        assert all(finding.severity is Severity.ERROR for finding in result.findings)
        assert result.findings[0].message == message
        assert (result.perf_m, result.perf_e, result.amount, result.flagged) == (None, None, None, False)


def test_both_readings_of_perf_e_are_shown_where_they_differ() -> None:
    result = amount(te=1_000, qualified=900, de=895)
    assert (result.perf_e, result.amount) == (D(0), D("0.00"))
    assert (result.perf_e_alternative, result.amount_alternative, result.flagged) == (D(1), D("281.32"), True)
    (finding,) = result.findings
    assert (finding.code, finding.severity) == ("A2-perf-e-denominator", Severity.WARNING)
    assert finding.message == (
        "PERFe vaut 0 sur De/Te et 1 sur De/Te’\u00a0: 0,00\u00a0€ ici, 281,32\u00a0€ dans l’autre lecture du texte."
    )


def test_readings_that_agree_flag_nothing() -> None:
    result = amount(te=1_000, qualified=995, de=990)
    assert (result.perf_e, result.flagged, result.findings) == (D(1), False, ())
    nothing = amount(te=10, qualified=0, de=0)
    assert (nothing.perf_e, nothing.amount, nothing.flagged) == (D(0), D("0.00"), False)


def test_the_denominator_is_a_figure_of_the_regulation() -> None:
    result = amount(te=1_000, qualified=900, de=895, programme=PRIME)
    assert (result.perf_e, result.amount, result.perf_e_alternative) == (D(1), D("281.32"), D(0))
    over_nothing = amount(te=10, qualified=0, de=10, programme=PRIME)
    assert (over_nothing.perf_e, over_nothing.amount) == (None, D("0.00"))
    assert (over_nothing.perf_e_alternative, over_nothing.amount_alternative) == (D(1), D("281.32"))


def test_drimbox_has_no_scale_and_no_amount() -> None:
    result = amount(tm=10, dm=10, programme=DRIMBOX)
    assert (result.perf_m, result.perf_e, result.amount) == (None, None, None)
    assert [(f.code, f.severity) for f in result.findings] == [("R59-scale-unknown", Severity.WARNING)]
    assert missing_documents(DRIMBOX, "C", Vat.TWENTY, t=10, tm=10, te=0, te_qualified=0, dm=1, de=0) == ()


def test_an_unknown_tranche_is_refused() -> None:
    with pytest.raises(NotInScaleError):
        amount(tm=1, tranche="Z")


def test_the_answer_is_that_of_the_contract() -> None:
    assert amount(tm=10, te=10, dm=6, de=10).as_json() == {
        "perf_m": "0.5", "perf_e": "1", "amount": "281.32", "findings": [],
    }  # fmt: skip
    assert amount(tm=10, dm=10).as_json()["perf_e"] is None


def test_missing_documents_to_each_threshold_and_their_euros() -> None:
    counts = {"t": 1_001, "tm": 1_001, "te": 0, "te_qualified": 0, "dm": 500, "de": 0}
    assert missing_documents(RIS, "C", Vat.TWENTY, **counts) == (
        MissingDocuments("PERFm", D("0.55"), 51, D("281.32")),
        MissingDocuments("PERFm", D("0.70"), 201, D("562.64")),
    )
    assert missing_documents(RIS, "C", Vat.TWENTY, **counts | {"dm": 701}) == ()


def test_missing_documents_of_a_slave() -> None:
    counts = {"t": 200, "tm": 0, "te": 200, "te_qualified": 200, "dm": 0, "de": 150}
    assert missing_documents(RIS, "C", Vat.NONE, **counts) == (MissingDocuments("PERFe", D("0.99"), 48, D("234.43")),)


@pytest.mark.parametrize("counts", [(0, 0, 0, 0, 0, 0), (10, 10, 0, 0, 11, 0)])
def test_nothing_is_missing_where_nothing_is_paid(counts: tuple[int, ...]) -> None:
    t, tm, te, te_qualified, dm, de = counts
    arguments = {"t": t, "tm": tm, "te": te, "te_qualified": te_qualified, "dm": dm, "de": de}
    assert missing_documents(RIS, "C", Vat.TWENTY, **arguments) == ()


@st.composite
def journals(draw: st.DrawFn) -> dict[str, int]:
    tm, te = draw(st.integers(0, 10**6)), draw(st.integers(0, 10**6))
    return {
        "t": tm + te, "tm": tm, "te": te, "te_qualified": draw(st.integers(0, te)),
        "dm": draw(st.integers(0, tm)), "de": draw(st.integers(0, te)),
    }  # fmt: skip


@given(journals(), st.sampled_from(LETTERS), st.sampled_from(list(Vat)), st.sampled_from([RIS, PRIME]))
def test_a_semester_never_exceeds_forfait_m(
    journal: dict[str, int], letter: str, vat: Vat, programme: Programme
) -> None:
    result = semester_amount(programme, letter, vat, **journal)
    assert result.amount is not None
    assert 0 <= result.amount <= RIS.secondary.forfait_master[letter].paid(vat).known()
    assert result.flagged == (result.amount_alternative is not None)


@given(journals(), st.sampled_from(LETTERS), st.sampled_from([RIS, PRIME]))
def test_missing_documents_reach_the_threshold_and_one_less_does_not(
    journal: dict[str, int], letter: str, programme: Programme
) -> None:
    before = semester_amount(programme, letter, Vat.TWENTY, **journal).amount
    for missing in missing_documents(programme, letter, Vat.TWENTY, **journal):
        key, perf = ("dm", "perf_m") if missing.indicator == "PERFm" else ("de", "perf_e")
        after = semester_amount(programme, letter, Vat.TWENTY, **journal | {key: journal[key] + missing.missing})
        almost = semester_amount(programme, letter, Vat.TWENTY, **journal | {key: journal[key] + missing.missing - 1})
        assert after.amount == before + missing.gain  # type: ignore[operator]
        assert getattr(almost, perf) < getattr(after, perf)


@given(journals(), st.integers(1, 1_000))
def test_more_documents_never_pay_less(journal: dict[str, int], more: int) -> None:
    assume(journal["dm"] + more <= journal["tm"])
    before = semester_amount(RIS, "E", Vat.TWENTY, **journal)
    after = semester_amount(RIS, "E", Vat.TWENTY, **journal | {"dm": journal["dm"] + more})
    assert after.amount >= before.amount  # type: ignore[operator]
