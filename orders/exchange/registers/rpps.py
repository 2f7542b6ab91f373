"""Annuaire santé, free-access extraction « Personne activité » (domain 7.3): who a doctor is and his speciality.

Speciality codes of this register (SM…) are another nomenclature than the assurance maladie's 06 and 72 and no
published table links them: the speciality is read from the register's French label.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from orders.domain.registers import DoctorRecord, Speciality
from orders.exchange.registers.reading import BadRow, LeftOut, Table, bad_row, cell, first_line, normalised
from segur.exchange.source_file import SourceFile, UnusableFile
from segur.regulation.identifiers import IdentifierKind, has_shape

_RPPS_TYPE = "8"
_PHYSICIAN = "10"
_NOT_RPPS = LeftOut("autre identifiant que le RPPS")
_NOT_PHYSICIAN = LeftOut("autre profession que médecin")


def read_rpps(file: SourceFile) -> Iterator[DoctorRecord | BadRow | LeftOut]:
    """One record per line of activity of a physician; a person has several lines, put together by the loading.

    Raises UnusableFile when the file is no such extraction.
    """
    if "|" not in first_line(file):
        raise UnusableFile(
            "file-header",
            f"{file.name} n’est pas une extraction de l’Annuaire santé.",
            "Attendu\u00a0: PS_LibreAcces_Personne_activite_….txt, colonnes séparées par «\u202f|\u00a0».",
        )
    table = Table(file, delimiter="|")
    number = table.required("identifiant pp")
    kind = table.required("type d identifiant pp", "type identifiant pp")
    family, given = table.required("nom d exercice"), table.required("prenom d exercice")
    profession, know_how = table.required("code profession"), table.column("libelle savoir faire")
    for row in table.rows():
        misfit = table.misfit(row)
        if misfit:
            yield misfit
            continue
        if cell(row, kind) != _RPPS_TYPE:
            yield _NOT_RPPS
            continue
        if cell(row, profession) != _PHYSICIAN:
            yield _NOT_PHYSICIAN
            continue
        rpps = cell(row, number) or ""
        if not has_shape(IdentifierKind.RPPS, rpps):
            yield bad_row(table.line, "A5-identifier-shape", "Numéro RPPS mal formé.", "Attendu\u00a0: 11 chiffres.")
            continue
        label = cell(row, know_how)
        yield DoctorRecord(
            rpps=rpps,
            family_name=cell(row, family) or "",
            given_name=cell(row, given) or "",
            physician=True,
            specialities=frozenset({speciality_of(label)}) if label else frozenset(),
            labels=(label,) if label else (),
        )


@lru_cache(maxsize=1_000)
def speciality_of(label: str) -> Speciality:
    """The speciality that the register's words name."""
    words = normalised(label)
    if "nucleaire" in words:
        return Speciality.NUCLEAR
    if "radio diagnostic" in words or "radiodiagnostic" in words or "imagerie medicale" in words:
        return Speciality.RADIOLOGY
    return Speciality.OTHER
