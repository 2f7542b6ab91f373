"""The keys of an order, by the scopes of each programme; the four lists without what is excluded; R48."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.domain.changes import changed_paths
from orders.domain.search import fold, search_key
from orders.domain.snapshot import FourLists, LineActivity, OrderAmounts
from orders.domain.uniqueness import ClaimKey, Situation, claim_keys, lists_without, propose_holder, scope_of
from tests.orders.factories import (
    DRIMBOX,
    RIS,
    am,
    client,
    db_facts,
    doctor,
    establishment,
    finess,
    ris_facts,
    siren,
    texts,
)


def keys(facts: object, programme: str) -> list[tuple[str, str, str, str]]:
    return [(key.kind, key.value, key.activity, key.rule) for key in claim_keys(facts, texts(programme))]


def test_ris_keys() -> None:
    """R42 instance, R43 AM, R44 FINESS per activity; no SIREN."""
    lines = [establishment(1, LineActivity.MIXED), establishment(2, LineActivity.NUCLEAR), doctor(1, 2)]
    found = keys(ris_facts("A", client(1, lines)), RIS)
    assert found == sorted(
        [
            ("am", am(1), "", "R43"),
            ("am", am(2), "", "R43"),
            ("finess", finess(1), "nuclear", "R44"),
            ("finess", finess(1), "radiology", "R44"),
            ("finess", finess(2), "nuclear", "R44"),
            ("instance", "RIS-A", "", "R42"),
        ]
    )


def test_drimbox_keys() -> None:
    """R45: AM, FINESS without activity, SIREN of each client, PACS."""
    found = keys(db_facts("A", client(1, [establishment(1, LineActivity.MIXED)]), client(2, [doctor(1)])), DRIMBOX)
    assert found == sorted(
        [
            ("am", am(1), "", "R45"),
            ("finess", finess(1), "", "R45"),
            ("pacs", "PACS-A", "", "R45"),
            ("siren", siren(1), "", "R45"),
            ("siren", siren(2), "", "R45"),
        ]
    )


@pytest.mark.parametrize("written", ["RIS Nord 1", " ris  nord 1 ", "Ris NORD\u00a01"])
def test_a_name_is_compared_without_case_nor_doubled_spaces(written: str) -> None:
    facts = replace(ris_facts("A", client(1, [doctor(1)])), instance=written)
    key = next(key for key in claim_keys(facts, texts()) if key.kind == "instance")
    assert (key.value, key.label, key.stops_order) == ("RIS NORD 1", written, True)


def test_an_unnamed_installation_claims_nothing() -> None:
    facts = ris_facts("A", client(1, [doctor(1)]), instance=None)
    assert [key.kind for key in claim_keys(facts, texts())] == ["am"]


@given(st.lists(st.integers(1, 30), min_size=1, unique=True), st.data())
def test_keys_are_sorted_once_and_without_the_excluded(numbers: list[int], data: st.DataObject) -> None:
    facts = ris_facts("A", client(1, [doctor(*numbers)]))
    every = claim_keys(facts, texts())
    assert list(every) == sorted(set(every))
    excluded = data.draw(st.sets(st.sampled_from(every)))
    assert set(claim_keys(facts, texts(), excluded)) == set(every) - excluded


def test_the_lists_without_what_is_excluded() -> None:
    lists = FourLists((am(1), am(2)), (am(3),), (finess(1), finess(2)), (finess(1),))
    excluded = [
        ClaimKey(RIS, "am", am(2)),
        ClaimKey(RIS, "finess", finess(1), "nuclear"),
        ClaimKey(RIS, "siren", siren(1)),
    ]
    assert lists_without(lists, excluded) == FourLists((am(1),), (am(3),), (finess(1), finess(2)), ())
    assert lists_without(lists, [ClaimKey(DRIMBOX, "finess", finess(1))]).finess_radiology == (finess(2),)
    assert lists_without(lists, []) == lists


def test_scope_of_an_unknown_kind() -> None:
    assert scope_of(texts(DRIMBOX), "pacs").stops_order
    with pytest.raises(LookupError):
        scope_of(texts(RIS), "pacs")


@pytest.mark.parametrize("situation", Situation)
def test_the_structure_of_2023_is_proposed_and_says_why(situation: Situation) -> None:
    """R48: whoever had the doctor in 2023, or succeeds it, valorises his AM; nobody else does."""
    proposal = propose_holder(situation, "BDC-1")
    assert (proposal.holder, proposal.rule) == ("BDC-1", "R48")
    assert proposal.because == situation.because
    nobody = propose_holder(situation, None)
    assert nobody.holder is None
    assert nobody.because.endswith("ne vient de la structure de 2023.")


def test_search_is_blind_to_accents_and_case() -> None:
    assert fold("  Hôpital   Cœur  d’Œuvre ") == "hopital coeur d'oeuvre"
    assert search_key(["Élan", None, "", "ÉTÉ"]) == "elan ete"


def test_changed_places() -> None:
    before = ris_facts("A", client(1, [doctor(1), establishment(1)]), client(2, [doctor(2)]))
    assert changed_paths(before, before) == ()
    after = replace(
        before,
        clients=(client(1, [doctor(1, 5)]), client(3, [doctor(2)])),
        amounts=replace(OrderAmounts(), principal_ht=None),
        instance="RIS-Z",
    )
    assert changed_paths(before, after) == (
        "clients[0].lines[0].am",
        "clients[0].lines[1]",
        "clients[1]",
        f"clients[{siren(2)}]",
        "instance",
    )
