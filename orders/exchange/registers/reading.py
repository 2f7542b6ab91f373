"""The rows of a register as its publisher ships it: header matched tolerantly, rows numbered."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from segur.exchange.source_file import SourceFile, UnusableFile
from segur.regulation.finding import Finding, Severity
from segur.regulation.identifiers import IdentifierKind, has_shape

# An address can be long; a quote never closed must not swallow the file.
_LONGEST_FIELD = 100_000
_OVERSEAS_DEPARTMENTS = {"9701": "971", "9702": "972", "9703": "973", "9704": "974", "9805": "976"}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read, with its line in the file."""

    line: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that is not needed, with the reason as a French noun phrase."""

    reason: str


def bad_row(line: int, code: str, message: str, remedy: str = "") -> BadRow:
    """A row refused for its form rather than for a number."""
    return BadRow(line, Finding(code, Severity.ERROR, message, "Fichier", remedy))


def normalised(header: str) -> str:
    """A header without accents, case, apostrophes or doubled spaces: publishers reword them over the years."""
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode("ascii")
    return " ".join("".join(c if c.isalnum() or c == "_" else " " for c in plain.lower()).split())


def first_line(file: SourceFile) -> str:
    """What the form of a file is recognised by."""
    return next((line for _, line in file.lines()), "")


class Table:
    """Rows of a delimited file, by column name, whatever the order of the columns.

    ``header`` replaces the first line where that line is only a label of the file. ``spanning``: a quoted field may
    hold line breaks; elsewhere a quotation mark that is never closed harms its own row alone.
    """

    def __init__(
        self, file: SourceFile, *, delimiter: str, header: Sequence[str] | None = None, spanning: bool = False
    ) -> None:
        csv.field_size_limit(_LONGEST_FIELD)
        self._name, self._delimiter = file.name, delimiter
        self._width = 0
        self.line = 0
        self._rows = self._spanning(file) if spanning else self._split(file)
        first = next(self._rows, [])
        names = header if header is not None else first
        if header is None:
            self._width = len(names)
        self._columns = {normalised(name): index for index, name in reversed(list(enumerate(names)))}

    def column(self, *names: str) -> int | None:
        """Position of the first of these columns that the file has."""
        return next((self._columns[name] for name in names if name in self._columns), None)

    def required(self, *names: str) -> int:
        """Position of the first of these columns; raises UnusableFile."""
        found = self.column(*names)
        if found is None:
            raise UnusableFile(
                "file-header",
                f"{self._name} n’a pas la colonne «\u202f{names[0]}\u00a0».",
                "Vérifiez que c’est le registre annoncé.",
            )
        return found

    def rows(self) -> Iterator[list[str]]:
        """Every row that is not blank."""
        return self._rows

    def misfit(self, row: Sequence[str]) -> BadRow | None:
        """A row cut short or shifted by a stray separator; one trailing separator is usual."""
        if not self._width or abs(len(row) - self._width) <= 1:
            return None
        return bad_row(self.line, "row-width", f"{len(row)} colonnes au lieu de {self._width}.", "Corrigez la ligne.")

    def _split(self, file: SourceFile) -> Iterator[list[str]]:
        for number, line in file.lines():
            self.line = number
            if not line or line.isspace():
                continue
            yield line.split(self._delimiter) if '"' not in line else self._unquoted(line)

    def _unquoted(self, line: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=self._delimiter, strict=True))
        except csv.Error:
            return line.split(self._delimiter)

    def _spanning(self, file: SourceFile) -> Iterator[list[str]]:
        reader = csv.reader((f"{line}\n" for _, line in file.lines()), delimiter=self._delimiter)
        try:
            for row in reader:
                self.line = reader.line_num
                if row:
                    yield row
        except csv.Error as error:
            raise UnusableFile(
                "file-quote",
                f"{self._name}, ligne {self.line + 1}\u00a0: guillemet ouvert et jamais fermé.",
                "Téléchargez le registre à nouveau.",
            ) from error


def cell(row: Sequence[str], index: int | None) -> str | None:
    """The trimmed cell, None where the file has no such column, the row is short, or nothing is written."""
    if index is None or index >= len(row):
        return None
    return row[index].strip() or None


def siret_of(text: str | None) -> str | None:
    """A SIRET, or None where the column holds anything else."""
    return text if text and has_shape(IdentifierKind.SIRET, text) else None


def siren_of(*texts: str | None) -> str | None:
    """The SIREN that the first usable text gives: a SIREN, or a SIRET that begins with it."""
    for text in texts:
        if text and (has_shape(IdentifierKind.SIREN, text) or has_shape(IdentifierKind.SIRET, text)):
            return text[:9]
    return None


def department_of(finess: str) -> str:
    """The department that a FINESS number begins with, as the post writes it."""
    return _OVERSEAS_DEPARTMENTS.get(finess[:4], finess[:2])
