"""FINESS in its three published forms (domain 7.2): t-finess, the etalab stock without header, its yearly variant."""

from __future__ import annotations

from collections.abc import Iterator

from orders.domain.registers import StructureRecord, StructureType
from orders.exchange.registers.reading import (
    BadRow,
    LeftOut,
    Table,
    bad_row,
    cell,
    department_of,
    first_line,
    normalised,
    siren_of,
    siret_of,
)
from segur.exchange.source_file import SourceFile, UnusableFile
from segur.regulation.finding import Finding
from segur.regulation.identifiers import IdentifierKind, check, has_shape, normalise, quoted

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
_COORDINATES = LeftOut("coordonnées géographiques")
_OTHER_SECTION = LeftOut("autre section que les établissements")

Row = StructureRecord | BadRow | LeftOut


def read_finess(file: SourceFile) -> Iterator[Row]:
    """Structures of a FINESS file, one by one.

    Raises UnusableFile when the file is none of the three published forms.
    """
    first = first_line(file)
    columns = normalised(first).split()
    if first.startswith("finess;"):
        yield from _stock(Table(file, delimiter=";", header=_STOCK_COLUMNS), section=_STOCK_SECTION)
    elif "nofinesset" in columns and ";" in first:
        yield from _stock(Table(file, delimiter=";"), section=None)
    elif "finess" in columns and "etat" in columns and "," in first:
        yield from _t_finess(Table(file, delimiter=",", spanning=True))
    else:
        raise UnusableFile(
            "file-header",
            f"{file.name} n’est pas un fichier FINESS connu.",
            "Attendu\u00a0: t-finess.csv ou etalab-cs1100502-stock-….csv.",
        )


def _t_finess(table: Table) -> Iterator[Row]:
    finess, state, kind, label = (table.required(column) for column in ("finess", "etat", "type", "rs"))
    siren, siret, legal, legal_label = (table.column(c) for c in ("siren", "siret", "ej_finess", "ej_rs"))
    category, category_label = table.column("categ_code"), table.column("categ_lib")
    postcode, city = table.column("adresse_code_postal"), table.column("adresse_lib_routage")
    for row in table.rows():
        number = _number(table, row, finess)
        if isinstance(number, BadRow):
            yield number
            continue
        written = cell(row, kind) or ""
        if written not in set(StructureType):
            yield bad_row(
                table.line, "file-structure-type", f"Type {quoted(written)} inconnu.", "Attendu\u00a0: ET ou EJ."
            )
            continue
        is_site = written == StructureType.ESTABLISHMENT
        yield StructureRecord(
            finess=number,
            type=StructureType(written),
            name=cell(row, label) or "",
            legal_finess=finess_or_none(cell(row, legal)) if is_site else None,
            legal_name=cell(row, legal_label) if is_site else None,
            siren=siren_of(cell(row, siren), cell(row, siret)),
            siret=siret_of(cell(row, siret)),
            category_code=cell(row, category),
            category=cell(row, category_label),
            department=department_of(number),
            postcode=cell(row, postcode),
            city=cell(row, city),
            open=cell(row, state) == "ACTUEL",
        )


def _stock(table: Table, *, section: str | None) -> Iterator[Row]:
    finess, label = table.required("nofinesset"), table.required("rs")
    long_label, legal, siret = table.column("rslongue"), table.column("nofinessej"), table.column("siret")
    category, category_label = table.column("categetab"), table.column("libcategetab")
    routing, postcode = table.column("ligneacheminement"), table.column("codepostal")
    for row in table.rows():
        if section is not None and row[0] != section:
            yield _COORDINATES if row[0] == "geolocalisation" else _OTHER_SECTION
            continue
        number = _number(table, row, finess)
        if isinstance(number, BadRow):
            yield number
            continue
        route = cell(row, routing) or ""
        yield StructureRecord(
            finess=number,
            type=StructureType.ESTABLISHMENT,
            name=cell(row, long_label) or cell(row, label) or "",
            legal_finess=finess_or_none(cell(row, legal)),
            siren=siren_of(cell(row, siret)),
            siret=siret_of(cell(row, siret)),
            category_code=cell(row, category),
            category=cell(row, category_label),
            department=department_of(number),
            postcode=cell(row, postcode) or (route[:5] if route[:5].isdigit() else None),
            city=route[6:].strip() or None,
        )


def _number(table: Table, row: list[str], column: int) -> str | BadRow:
    """The FINESS of a row, or what is wrong with it."""
    misfit = table.misfit(row)
    if misfit:
        return misfit
    value = normalise(IdentifierKind.FINESS, cell(row, column) or "")
    if has_shape(IdentifierKind.FINESS, value):
        return value
    return BadRow(table.line, finess_fault(value))


def finess_fault(value: str) -> Finding:
    """What is wrong with the shape of a FINESS."""
    return next(finding for finding in check(IdentifierKind.FINESS, value) if finding.blocks)


def finess_or_none(text: str | None) -> str | None:
    """A FINESS, or None where the column holds anything else."""
    value = normalise(IdentifierKind.FINESS, text or "")
    return value if has_shape(IdentifierKind.FINESS, value) else None
