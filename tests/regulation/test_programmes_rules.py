"""The words behind every rule chip."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from segur.regulation.loader import RegulationError
from segur.regulation.rules import PACKAGED_RULES, load_rules, rule, rules

CODES = [f"{family}{number}" for family, last in (("R", 79), ("F", 6), ("A", 39)) for number in range(1, last + 1)]


def test_every_rule_of_the_reference_is_there_in_order() -> None:
    assert [found.code for found in rules()] == CODES


@pytest.mark.parametrize("code", CODES)
def test_rule_is_short_french_and_sourced(code: str) -> None:
    found = rule(code)

    assert 3 <= len(found.title) <= 50 and not found.title.endswith(".")
    assert 40 <= len(found.text) <= 420 and found.text.endswith(".")
    assert found.source
    for text in (found.title, found.text, found.source):
        assert not re.search(r" [;:!?%€»]|« |'", text), text
        assert "!" not in text


def test_words_of_the_rules_a_user_meets_most() -> None:
    assert "irrecevable" in rule("R24").text
    assert "120 jours calendaires" in rule("R23").text
    assert "trois Clients" in rule("R65").text
    assert "40\u00a0%" in rule("R58").text
    assert "12:00:00" in rule("A13").text


def test_unknown_rule() -> None:
    with pytest.raises(LookupError, match="Règle inconnue\u00a0: «\u202fR80\u00a0»"):
        rule("R80")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("[R1]", "[R0]", "R0"),
        ("[R1]", "[S1]", "S1"),
        ('title = "Le Client"', 'titre = "Le Client"', "R1.titre"),
        ('title = "Le Client"', 'title = ""', "R1.title"),
    ],
)
def test_a_damaged_file_of_rules_is_refused(tmp_path: Path, old: str, new: str, key: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(PACKAGED_RULES.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(RegulationError) as caught:
        load_rules(path)
    assert caught.value.key == key
