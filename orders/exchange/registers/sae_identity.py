"""Identity sheet of the SAE (``ID_2023r.csv``): names, legal entity, SIRET, department of health establishments."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from orders.domain.registers import StructureRecord, StructureType
from orders.exchange.registers.reading import BadRow, Table, cell, opened
from segur.regulation.identifiers import IdentifierKind, check, normalise


def read_sae_identity(path: Path) -> Iterator[StructureRecord | BadRow]:
    """Establishments of the sheet, as DREES publishes it (``;``, cp1252, header)."""
    with opened(path) as file:
        table = Table(file, delimiter=";")
        finess, label, legal = (table.required(path.name, column) for column in ("fi", "rs", "fi_ej"))
        siret, category = table.required(path.name, "sir"), table.column("cat")
        department, postcode, city = table.column("dep"), table.column("cpo"), table.column("libcom")
        for row in table.rows():
            number = normalise(IdentifierKind.FINESS, cell(row, finess) or "")
            refusals = [finding for finding in check(IdentifierKind.FINESS, number) if finding.blocks]
            if refusals:
                yield BadRow(table.line, refusals[0].sentence)
                continue
            identifier = cell(row, siret) or ""
            complete = len(identifier) == 14
            yield StructureRecord(
                finess=number,
                type=StructureType.ESTABLISHMENT,
                name=cell(row, label) or "",
                legal_finess=cell(row, legal),
                # Some sheets hold the SIREN alone in the column of the SIRET.
                siren=identifier[:9] if identifier[:9].isdigit() and len(identifier) in {9, 14} else None,
                siret=identifier if complete else None,
                category_code=cell(row, category),
                department=cell(row, department),
                postcode=cell(row, postcode),
                city=cell(row, city),
            )
