"""The same tests for every published file: one per leaf that can be reached, whatever the programme."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal

import pytest

from segur.regulation.loader import PACKAGED, load_programme
from segur.regulation.rules import rule
from segur.regulation.schema import (
    DELAY_KEYS,
    SUBMISSION_KEYS,
    Identity,
    Leaf,
    PerformanceStep,
    Programme,
)
from segur.regulation.walk import leaves

PROGRAMMES = {path.stem: load_programme(path) for path in sorted(PACKAGED.glob("*.toml"))}
LEAVES = [(name, place, leaf) for name, programme in PROGRAMMES.items() for place, leaf in leaves(programme)]

# Every text that the product has read; a source that begins with none of them is a slip of the pen.
DOCUMENTS = (
    "AF-IMG-RIS-Va2",
    "Analogie avec AF-IMG-RIS-Va2",
    "Arbitrage",
    "Comité de suivi éditeurs du 17/12/2025",
    "Déduit de",
    "FAQ de l’ASP",
    "Guide du service de calcul",
    "Règlement (UE) 2023/2831",
    "Webinaire ANS/ASP du 24/04/2025",
)
TYPES: tuple[tuple[str, type], ...] = (
    (r".*\.(ht|ttc_8_5|ttc_20)|advance_share|balance_share|de_minimis\.ceiling", Decimal),
    (r"dates\.\d\.at", datetime),
    (r"delays\..*|pilots|reference_year|nuclear_weight|de_minimis\.window_years", int),
    (r"secondary\.(semesters|semester_months|duration_months)", int),
    (r"secondary\.perf_(master|slave)", tuple),
    (r"call_for_funding|secondary\.perf_slave_denominator", str),
)

programmes = pytest.mark.parametrize("programme", PROGRAMMES.values(), ids=PROGRAMMES)
every_leaf = pytest.mark.parametrize(
    ("place", "leaf"), [leaf[1:] for leaf in LEAVES], ids=[f"{name}:{place}" for name, place, _ in LEAVES]
)


@every_leaf
def test_leaf_names_its_source(place: str, leaf: Leaf[object]) -> None:
    assert leaf.source.startswith(DOCUMENTS), place


@every_leaf
def test_leaf_is_a_value_of_its_type_or_unknown_with_a_reason(place: str, leaf: Leaf[object]) -> None:
    expected = next(kind for pattern, kind in TYPES if re.fullmatch(pattern, place))
    if leaf.unknown:
        assert leaf.value is None and leaf.provisional == ""
        assert _is_sentence(leaf.unknown)
        with pytest.raises(LookupError, match=re.escape(leaf.unknown)):
            leaf.known()
    else:
        assert type(leaf.known()) is expected
        assert leaf.provisional == "" or _is_sentence(leaf.provisional)


@every_leaf
def test_value_inferred_from_another_programme_is_provisional(place: str, leaf: Leaf[object]) -> None:
    if leaf.source.startswith(("Analogie", "Déduit")):
        assert leaf.provisional


@every_leaf
def test_value_lies_in_a_sensible_range(place: str, leaf: Leaf[object]) -> None:
    match leaf.value:
        case Decimal() as amount:
            assert amount > 0 and amount == amount.quantize(Decimal("0.01"))
        case datetime() as instant:
            assert instant.utcoffset() is not None
            assert (instant.hour, instant.minute, instant.second) == (12, 0, 0)
        case int() as number:
            assert 0 < number <= 2100
        case (PerformanceStep(), *_) as steps:
            assert steps[0].value == 1 and steps[-1].ratio == 0
        case str() as text:
            assert text.strip() == text != ""
        case None:
            assert leaf.unknown


def _is_sentence(text: str) -> bool:
    return text[0].isupper() and text.endswith(".") and "'" not in text


def test_the_suite_reaches_every_leaf_of_the_schema() -> None:
    """Walks objects on its own and counts, so that a leaf the walker forgets is seen."""

    def count(value: object) -> int:
        if isinstance(value, Leaf):
            return 1
        if isinstance(value, tuple):
            return sum(map(count, value))
        if hasattr(value, "values"):
            return sum(map(count, value.values()))
        if is_dataclass(value):
            return sum(count(getattr(value, field.name)) for field in fields(value))
        return 0

    for programme in PROGRAMMES.values():
        places = [place for place, _ in leaves(programme)]
        tables = 3 * 8 * (len(programme.prestations) + 2)
        others = 7 + len(DELAY_KEYS) + 6 + len(["call", "year", "weight", "pilots", "advance", "balance"]) + 2
        assert len(places) == len(set(places)) == count(programme) == tables + others


@programmes
def test_file_is_named_after_its_programme_and_version(programme: Programme) -> None:
    assert PROGRAMMES[f"{programme.id}-{programme.version}"] is programme


@programmes
def test_tables_have_a_row_for_every_tranche(programme: Programme) -> None:
    letters = {tranche.letter for tranche in programme.tranches}

    for prestation in programme.prestations.values():
        assert set(prestation.ceilings) == letters
    for identity in Identity:
        assert all(programme.secondary.forfait(letter, identity) for letter in letters)


@programmes
def test_every_submission_lists_papers_under_known_rules(programme: Programme) -> None:
    assert set(programme.documents) == set(SUBMISSION_KEYS)
    for requirements in programme.documents.values():
        assert any(requirement.when == "always" for requirement in requirements)
        for requirement in requirements:
            assert rule(requirement.rule)
            assert requirement.source.startswith(DOCUMENTS)
            assert bool(requirement.provisional) == requirement.source.startswith("Analogie")


@programmes
def test_scopes_mentions_and_notes_cite_known_rules(programme: Programme) -> None:
    for scope in programme.uniqueness:
        assert rule(scope.rule) and scope.source.startswith(DOCUMENTS)
    for mention in programme.mentions:
        assert rule(mention.rule) and mention.source.startswith(DOCUMENTS)
        assert bool(mention.provisional) == mention.source.startswith("Analogie")
    for note in programme.notes:
        assert rule(note.rule) and _is_sentence(note.text)


@programmes
def test_french_words_have_french_spaces(programme: Programme) -> None:
    """Mentions are legal sentences, kept as printed; every other text follows the house typography."""
    for text in _texts(programme):
        assert not re.search(r" [;:!?%€»]|« |'", text), text


def _texts(programme: Programme) -> Iterator[str]:
    yield programme.label
    for date in programme.dates:
        yield from (date.label, date.consequence)
    yield from (note.text for note in programme.notes)
    yield from (damaged.reason for damaged in programme.damaged_acts)
    for requirements in programme.documents.values():
        yield from (requirement.label for requirement in requirements)
    for _, leaf in leaves(programme):
        yield from (leaf.source, leaf.provisional, leaf.unknown)


@programmes
def test_no_act_is_in_two_lists_and_damaged_ones_are_named_once(programme: Programme) -> None:
    listed = [code for acts in programme.acts for code in acts.codes]
    printed = [damaged.printed for damaged in programme.damaged_acts]

    assert len(listed) == len(set(listed))
    assert len(printed) == len(set(printed)) and not set(printed) & set(listed)
