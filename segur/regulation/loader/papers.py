"""The words and lists of a programme file: delays, uniqueness, mentions, documents, acts, notes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from segur.regulation.loader.section import NAME, RULE, Section
from segur.regulation.schema import (
    DELAY_KEYS,
    DOCUMENT_CONDITIONS,
    SUBMISSION_KEYS,
    UNIQUENESS_KINDS,
    Activity,
    ActList,
    DamagedAct,
    DeMinimis,
    DocumentRequirement,
    Leaf,
    Mention,
    RulingNote,
    UniquenessScope,
)

#: Folder of the programmes that are published with the product.
PACKAGED = Path(__file__).parents[1] / "programmes"

_ACT = re.compile(r"[A-Z]{4}[0-9]{3}")


def delays(section: Section) -> Mapping[str, Leaf[int]]:
    """Every delay of the texts, each once."""
    section.only(DELAY_KEYS)
    return MappingProxyType({key: section.leaf(key, Section.integer) for key in DELAY_KEYS})


def uniqueness(root: Section) -> tuple[UniquenessScope, ...]:
    """What one order alone may valorise (R42-R45)."""
    rows = root.sections("uniqueness")
    scopes = tuple(
        UniquenessScope(
            kind=row.only(("kind", "per_activity", "stops_order", "rule", "source")).choice("kind", UNIQUENESS_KINDS),
            per_activity=row.flag("per_activity"),
            stops_order=row.flag("stops_order"),
            rule=row.rule(),
            source=row.text("source"),
        )
        for row in rows
    )
    for index, row in enumerate(rows):
        row.refuse_repeated("kind", [scope.kind for scope in scopes][:index])
    return scopes


def de_minimis(section: Section) -> DeMinimis:
    """The ceiling of de minimis aid and its window (R62)."""
    section.only(("ceiling", "window_years", "regulation", "source"))
    return DeMinimis(
        ceiling=section.leaf("ceiling", Section.amount),
        window_years=section.leaf("window_years", Section.integer),
        regulation=section.text("regulation"),
        source=section.text("source"),
    )


def mentions(root: Section) -> tuple[Mention, ...]:
    """The sentences of the order form (R23, R37)."""
    rows = root.sections("mentions")
    mentions = tuple(
        Mention(
            key=row.only(("key", "text", "variants", "when", "rule", "source"), ("provisional",)).name("key"),
            text=row.text("text"),
            variants=row.texts("variants"),
            when=row.choice("when", ("always", "conditional")),
            rule=row.rule(),
            source=row.text("source"),
            provisional=row.optional_text("provisional"),
        )
        for row in rows
    )
    for index, row in enumerate(rows):
        row.refuse_repeated("key", [mention.key for mention in mentions][:index])
    return mentions


def documents(section: Section) -> Mapping[str, tuple[DocumentRequirement, ...]]:
    """The papers of each submission."""
    section.only(SUBMISSION_KEYS)
    return MappingProxyType({key: _requirements(section.sections(key)) for key in SUBMISSION_KEYS})


def _requirements(rows: tuple[Section, ...]) -> tuple[DocumentRequirement, ...]:
    requirements = tuple(
        DocumentRequirement(
            key=row.only(("key", "label", "when", "rule", "source"), ("provisional",)).name("key"),
            label=row.text("label"),
            when=row.choice("when", DOCUMENT_CONDITIONS),
            rule=row.rule(),
            source=row.text("source"),
            provisional=row.optional_text("provisional"),
        )
        for row in rows
    )
    for index, row in enumerate(rows):
        row.refuse_repeated("key", [requirement.key for requirement in requirements][:index])
    return requirements


def acts(root: Section) -> tuple[ActList, ...]:
    """The CCAM acts of each activity; no act is in two lists (R49)."""
    lists: list[ActList] = []
    for row in root.sections("acts"):
        row.only(("activity", "file", "count", "source"))
        acts = ActList(Activity(row.choice("activity", list(Activity))), _act_codes(row), row.text("source"))
        for other in lists:
            if other.activity is acts.activity:
                raise row.refusal(f"« {acts.activity} » figure deux fois.", "activity")
            if shared := sorted(acts.codes & other.codes):
                raise row.refusal(f"{shared[0]} est dans les deux listes d’actes.", "file")
        lists.append(acts)
    return tuple(lists)


def _act_codes(row: Section) -> frozenset[str]:
    """The codes of the list's file, one a line; the file stands beside the programme or among the packaged ones."""
    name = row.text("file")
    if not NAME.fullmatch(name):
        raise row.refusal("indiquez le seul nom d’un fichier placé à côté de celui-ci.", "file")
    beside = row.path.parent / name
    path = beside if beside.exists() else PACKAGED / name
    try:
        codes = path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        raise row.refusal(f"la liste d’actes « {name} » ne peut pas être lue.", "file") from None
    for code in codes:
        if not _ACT.fullmatch(code):
            raise row.refusal(f"« {code} » n’est pas un code CCAM (quatre lettres, trois chiffres).", "file")
    if len(set(codes)) != len(codes):
        raise row.refusal(f"la liste d’actes « {name} » contient un code deux fois.", "file")
    if len(codes) != row.integer("count"):
        raise row.refusal(f"la liste « {name} » contient {len(codes)} codes.", "count")
    return frozenset(codes)


def damaged_acts(root: Section) -> tuple[DamagedAct, ...]:
    """The codes that the source prints damaged, with what they were read as (A38)."""
    damaged: list[DamagedAct] = []
    for row in root.sections("damaged_acts"):
        row.only(("printed", "read_as", "activity", "reason"))
        read_as = row.text("read_as")
        if not _ACT.fullmatch(read_as):
            raise row.refusal(f"« {read_as} » n’est pas un code CCAM (quatre lettres, trois chiffres).", "read_as")
        activity = Activity(row.choice("activity", list(Activity)))
        damaged.append(DamagedAct(row.text("printed"), read_as, activity, row.text("reason")))
    return tuple(damaged)


def notes(section: Section) -> tuple[RulingNote, ...]:
    """The rulings in words for the screen."""
    for rule in section.raw:
        if not RULE.fullmatch(rule):
            raise section.refusal(f"« {rule} » n’est pas un numéro de règle (R37, F2, A1).", rule)
    return tuple(RulingNote(rule, section.text(rule)) for rule in section.raw)
