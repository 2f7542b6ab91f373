"""FINESS in its three published forms (domain 7.2): t-finess, the etalab stock without header, its yearly variant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from orders.domain.registers import StructureRecord, StructureType
from orders.exchange.registers.reading import BadRow, Table, UnusableRegister, cell, normalised, opened
from segur.regulation.identifiers import IdentifierKind, check, normalise

# The etalab stock has no header row: its first line is a label of the file.
_STOCK_COLUMNS = (
    "section",
    "nofinesset",
    "nofinessej",
    "rs",
    "rslongue",
    "complrs",
    "compldistrib",
    "numvoie",
    "typvoie",
    "voie",
    "compvoie",
    "lieuditbp",
    "commune",
    "departement",
    "libdepartement",
    "ligneacheminement",
    "telephone",
    "telecopie",
    "categetab",
    "libcategetab",
    "categagretab",
    "libcategagretab",
    "siret",
    "codeape",
    "codemft",
    "libmft",
    "codesph",
    "libsph",
    "dateouv",
    "dateautor",
    "maj",
    "numuai",
)
_STOCK_SECTION = "structureet"


def read_finess(path: Path) -> Iterator[StructureRecord | BadRow]:
    """Structures of a FINESS file, one by one.

    Raises UnusableRegister when the file is none of the three published forms.
    """
    with opened(path) as file:
        first = file.readline()
        if first.startswith("finess;"):
            yield from _stock(Table(file, delimiter=";", header=_STOCK_COLUMNS), path.name, section=_STOCK_SECTION)
            return
        file.seek(0)
        columns = normalised(first).split()
        if "nofinesset" in columns and ";" in first:
            yield from _stock(Table(file, delimiter=";"), path.name, section=None)
        elif "finess" in columns and "etat" in columns and "," in first:
            yield from _t_finess(file, path.name)
        else:
            raise UnusableRegister(
                f"{path.name} n’est pas un fichier FINESS connu. "
                "Attendu : t-finess.csv ou etalab-cs1100502-stock-….csv."
            )


def _t_finess(file: TextIO, name: str) -> Iterator[StructureRecord | BadRow]:
    table = Table(file, delimiter=",")
    finess, state, kind = (table.required(name, column) for column in ("finess", "etat", "type"))
    label, siren, siret = table.required(name, "rs"), table.column("siren"), table.column("siret")
    legal, category, category_label = table.column("ej_finess"), table.column("categ_code"), table.column("categ_lib")
    postcode, city = table.column("adresse_code_postal"), table.column("adresse_lib_routage")
    for row in table.rows():
        number = _number(cell(row, finess))
        if isinstance(number, str):
            yield BadRow(table.line, number)
            continue
        written = cell(row, kind) or ""
        if written not in set(StructureType):
            yield BadRow(table.line, f"Type « {written} » inconnu : ET ou EJ attendu.")
            continue
        structure_type = StructureType(written)
        yield StructureRecord(
            finess=number[0],
            type=structure_type,
            name=cell(row, label) or "",
            legal_finess=cell(row, legal) if structure_type is StructureType.ESTABLISHMENT else None,
            siren=cell(row, siren) or _siren(cell(row, siret)),
            siret=cell(row, siret),
            category_code=cell(row, category),
            category=cell(row, category_label),
            department=_department(number[0]),
            postcode=cell(row, postcode),
            city=cell(row, city),
            open=cell(row, state) == "ACTUEL",
        )


def _stock(table: Table, name: str, *, section: str | None) -> Iterator[StructureRecord | BadRow]:
    finess, label = table.required(name, "nofinesset"), table.required(name, "rs")
    long_label, legal, siret = table.column("rslongue"), table.column("nofinessej"), table.column("siret")
    category, category_label = table.column("categetab"), table.column("libcategetab")
    routing, postcode = table.column("ligneacheminement"), table.column("codepostal")
    for row in table.rows():
        if section is not None and cell(row, 0) != section:
            continue  # the file with coordinates repeats each structure in a section « geolocalisation »
        number = _number(cell(row, finess))
        if isinstance(number, str):
            yield BadRow(table.line, number)
            continue
        route = cell(row, routing) or ""
        yield StructureRecord(
            finess=number[0],
            type=StructureType.ESTABLISHMENT,
            name=cell(row, long_label) or cell(row, label) or "",
            legal_finess=cell(row, legal),
            siren=_siren(cell(row, siret)),
            siret=cell(row, siret),
            category_code=cell(row, category),
            category=cell(row, category_label),
            department=_department(number[0]),
            postcode=cell(row, postcode) or (route[:5] if route[:5].isdigit() else None),
            city=route[6:].strip() or None,
        )


def _number(text: str | None) -> tuple[str] | str:
    """The FINESS in a tuple, or the sentence that says what is wrong with it."""
    value = normalise(IdentifierKind.FINESS, text or "")
    shape = [finding for finding in check(IdentifierKind.FINESS, value) if finding.blocks]
    return shape[0].sentence if shape else (value,)


def _siren(siret: str | None) -> str | None:
    return siret[:9] if siret and len(siret) == 14 and siret.isdigit() else None


def _department(finess: str) -> str:
    return finess[:4] if finess.startswith(("97", "98")) else finess[:2]
