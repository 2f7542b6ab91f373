"""Annuaire santé, free-access extraction « Personne activité » (domain 7.3): who a doctor is and his speciality.

Speciality codes of this register (SM…) are another nomenclature than the assurance maladie's 06 and 72 and no
published table links them: the speciality is read from the register's French label.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from orders.domain.registers import DoctorRecord, Speciality
from orders.exchange.registers.reading import BadRow, Table, UnusableRegister, cell, normalised, opened

_RPPS_TYPE = "8"
_PHYSICIAN = "10"
_DIGITS = 11


def read_rpps(path: Path) -> Iterator[DoctorRecord | BadRow]:
    """One record per line of activity with an RPPS number; a person has several lines, merged by the caller."""
    with opened(path) as file:
        first = file.readline()
        if "|" not in first:
            raise UnusableRegister(
                f"{path.name} n’est pas une extraction de l’Annuaire santé : colonnes séparées par « | » attendues."
            )
        file.seek(0)
        table = Table(file, delimiter="|")
        number = table.required(path.name, "identifiant pp")
        kind = table.required(path.name, "type d identifiant pp", "type identifiant pp")
        family = table.required(path.name, "nom d exercice")
        given = table.required(path.name, "prenom d exercice")
        profession = table.required(path.name, "code profession")
        know_how = table.column("libelle savoir faire")
        for row in table.rows():
            if cell(row, kind) != _RPPS_TYPE:
                continue  # ADELI numbers are not RPPS
            rpps = cell(row, number) or ""
            if not (len(rpps) == _DIGITS and rpps.isascii() and rpps.isdigit()):
                yield BadRow(table.line, "Identifiant RPPS mal formé : 11 chiffres attendus.")
                continue
            label = cell(row, know_how)
            yield DoctorRecord(
                rpps=rpps,
                family_name=cell(row, family) or "",
                given_name=cell(row, given) or "",
                physician=cell(row, profession) == _PHYSICIAN,
                specialities=frozenset({speciality_of(label)}) if label else frozenset(),
                labels=(label,) if label else (),
            )


def speciality_of(label: str) -> Speciality:
    """The speciality that the register's words name."""
    words = normalised(label)
    if "nucleaire" in words:
        return Speciality.NUCLEAR
    if "radio diagnostic" in words or "radiodiagnostic" in words or "imagerie medicale" in words:
        return Speciality.RADIOLOGY
    return Speciality.OTHER
