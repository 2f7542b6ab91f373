"""The rules that the product cites, in words that a user reads to understand a refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from segur.regulation.loader import read_toml
from segur.regulation.loader.section import Section

PACKAGED_RULES = Path(__file__).parent / "rules.toml"

_CODE = re.compile(r"[RFA][1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the texts (R), a fact of the public FAQs (F) or an open point that is settled (A)."""

    code: str
    title: str
    text: str
    source: str


def rule(code: str) -> Rule:
    """The rule of that number (``R64``); raises LookupError with a French sentence."""
    found = _by_code().get(code)
    if found is None:
        raise LookupError(f"Règle inconnue : « {code} ».")
    return found


def rules() -> tuple[Rule, ...]:
    """Every rule: R1 to R79, F1 to F6, A1 to A39, in that order."""
    return tuple(_by_code().values())


@cache
def _by_code() -> Mapping[str, Rule]:
    return load_rules(PACKAGED_RULES)


def load_rules(path: Path) -> Mapping[str, Rule]:
    """The rules of a file, by number; raises RegulationError."""
    _, raw = read_toml(path)
    root = Section(raw, path)
    found: dict[str, Rule] = {}
    for code in raw:
        if not _CODE.fullmatch(code):
            raise root.refusal(f"« {code} » n’est pas un numéro de règle (R37, F2, A1).", code)
        row = root.section(code).only(("title", "text", "source"))
        found[code] = Rule(code, row.text("title"), row.text("text"), row.text("source"))
    return MappingProxyType(found)
