"""A programme file (TOML) read into frozen data, or refused with the file, the key and the reason in French."""

from __future__ import annotations

import tomllib
from hashlib import sha256
from pathlib import Path

from segur.regulation.loader import papers, tables
from segur.regulation.loader.papers import PACKAGED
from segur.regulation.loader.section import RegulationError, Section, refuse_floats
from segur.regulation.schema import PRESTATION_KEYS, Programme, ProgrammeKind

__all__ = ["PACKAGED", "RegulationError", "load_programme", "read_toml"]

_PROGRAMME_KEYS = (
    "id",
    "kind",
    "label",
    "version",
    "valid_from",
    "call_for_funding",
    "reference_year",
    "nuclear_weight",
    "pilots",
    "shares",
    "dates",
    "tranches",
    "prestations",
    "secondary",
    "delays",
    "uniqueness",
    "de_minimis",
    "mentions",
    "documents",
    "acts",
    "damaged_acts",
    "notes",
)


def load_programme(path: Path) -> Programme:
    """The programme of one file.

    Raises RegulationError: file that cannot be read, unknown or missing key, wrong type, float, hole or overlap of
    the tranches, shares that do not add to one, missing source, dates out of order, ceilings that fall.
    """
    content, raw = read_toml(path)
    root = Section(raw, path).only(_PROGRAMME_KEYS)
    kind = ProgrammeKind(root.choice("kind", [kind.value for kind in ProgrammeKind]))
    tranches = tables.tranches(root.section("tranches"))
    letters = tuple(tranche.letter for tranche in tranches)
    advance_share, balance_share = tables.shares(root.section("shares"))
    return Programme(
        id=root.name("id"),
        kind=kind,
        label=root.text("label"),
        version=root.name("version"),
        valid_from=root.day("valid_from"),
        call_for_funding=root.leaf("call_for_funding", Section.text),
        dates=tables.dates(root),
        reference_year=root.leaf("reference_year", Section.integer),
        nuclear_weight=root.leaf("nuclear_weight", Section.integer),
        tranches=tranches,
        prestations=tables.prestations(root.section("prestations"), PRESTATION_KEYS[kind], letters),
        secondary=tables.secondary(root.section("secondary"), letters),
        advance_share=advance_share,
        balance_share=balance_share,
        pilots=root.leaf("pilots", Section.integer),
        delays=papers.delays(root.section("delays")),
        uniqueness=papers.uniqueness(root),
        de_minimis=papers.de_minimis(root.section("de_minimis")),
        mentions=papers.mentions(root),
        documents=papers.documents(root.section("documents")),
        acts=papers.acts(root),
        damaged_acts=papers.damaged_acts(root),
        notes=papers.notes(root.section("notes")),
        sha256=sha256(content).hexdigest(),
    )


def read_toml(path: Path) -> tuple[bytes, dict[str, object]]:
    """The bytes and the content of a TOML file without floats; raises RegulationError."""
    try:
        content = path.read_bytes()
    except IsADirectoryError:
        raise RegulationError("c’est un dossier, pas un fichier TOML.", path) from None
    except FileNotFoundError:
        raise RegulationError("le fichier n’existe pas.", path) from None
    except OSError as error:
        raise RegulationError(f"le fichier ne peut pas être lu ({error.strerror}).", path) from None
    try:
        raw = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise RegulationError("le fichier n’est pas en UTF-8.", path) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RegulationError(f"le fichier n’est pas du TOML valide ({error}).", path) from None
    refuse_floats(raw, path)
    return content, raw
