"""Identity sheet of the SAE (``ID_2023r.csv``): names, legal entity, SIRET, department of health establishments."""

from __future__ import annotations

from collections.abc import Iterator

from orders.domain.registers import StructureRecord, StructureType
from orders.exchange.registers.finess import finess_fault, finess_or_none
from orders.exchange.registers.reading import BadRow, LeftOut, Table, cell, department_of, siren_of, siret_of
from segur.exchange.source_file import SourceFile
from segur.regulation.identifiers import IdentifierKind, has_shape, normalise


def read_sae_identity(file: SourceFile) -> Iterator[StructureRecord | BadRow | LeftOut]:
    """Establishments of the sheet, as DREES publishes it (``;``, cp1252, header). Raises UnusableFile."""
    table = Table(file, delimiter=";")
    finess, label, legal, siret = (table.required(column) for column in ("fi", "rs", "fi_ej", "sir"))
    category, postcode, city = table.column("cat"), table.column("cpo"), table.column("libcom")
    for row in table.rows():
        misfit = table.misfit(row)
        if misfit:
            yield misfit
            continue
        number = normalise(IdentifierKind.FINESS, cell(row, finess) or "")
        if not has_shape(IdentifierKind.FINESS, number):
            yield BadRow(table.line, finess_fault(number))
            continue
        # Some sheets hold the SIREN alone in the column of the SIRET.
        identifier = cell(row, siret)
        yield StructureRecord(
            finess=number,
            type=StructureType.ESTABLISHMENT,
            name=cell(row, label) or "",
            legal_finess=finess_or_none(cell(row, legal)),
            siren=siren_of(identifier),
            siret=siret_of(identifier),
            category_code=cell(row, category),
            department=department_of(number),
            postcode=cell(row, postcode),
            city=cell(row, city),
        )
