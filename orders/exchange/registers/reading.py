"""Open a register as its publisher ships it: encoding found, header matched tolerantly, rows numbered."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

# An address column of the Annuaire santé can be long; a quote never closed must not swallow the file.
_LONGEST_FIELD = 100_000
_SNIFFED_BYTES = 4_000_000


class UnusableRegister(ValueError):
    """The file is not a register of the kind asked for; the message is a French sentence."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read, with its line in the file."""

    line: int
    message: str


def normalised(header: str) -> str:
    """A header without accents, case, apostrophes or doubled spaces: publishers reword them over the years."""
    plain = unicodedata.normalize("NFKD", header.lstrip("\ufeff")).encode("ascii", "ignore").decode("ascii")
    return " ".join("".join(c if c.isalnum() or c == "_" else " " for c in plain.lower()).split())


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """The file as text: UTF-8 (with or without mark), else ISO-8859-15's superset cp1252 of older extractions."""
    if path.is_dir():
        raise UnusableRegister(f"{path.name} est un dossier. Donnez le fichier du registre.")
    try:
        encoding = _encoding(path)
    except OSError as error:
        raise UnusableRegister(f"{path.name} ne s’ouvre pas : {error.strerror}.") from error
    with path.open(encoding=encoding, newline="") as file:
        yield file


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(_SNIFFED_BYTES)
    if not start.strip():
        raise UnusableRegister(f"{path.name} est vide. Téléchargez le registre à nouveau.")
    if b"\0" in start:
        raise UnusableRegister(
            f"{path.name} n’est pas un fichier texte (archive ou classeur ?). Décompressez-le ou exportez-le en CSV."
        )
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        # A multi-byte character cut by the sample's end is not a wrong encoding.
        if error.start < len(start) - 4:
            return "cp1252"
    return "utf-8-sig"


class Table:
    """Rows of a delimited file, by column name, whatever the order of the columns."""

    def __init__(self, file: TextIO, *, delimiter: str, header: Sequence[str] | None = None) -> None:
        csv.field_size_limit(_LONGEST_FIELD)
        self._reader = csv.reader(file, delimiter=delimiter)
        names = header if header is not None else next(self._reader, [])
        self._columns = {normalised(name): index for index, name in reversed(list(enumerate(names)))}

    @property
    def line(self) -> int:
        return self._reader.line_num

    def column(self, *names: str) -> int | None:
        """Position of the first of these columns that the file has."""
        return next((self._columns[name] for name in names if name in self._columns), None)

    def required(self, file_name: str, *names: str) -> int:
        found = self.column(*names)
        if found is None:
            raise UnusableRegister(
                f"{file_name} n’a pas la colonne « {names[0]} ». Vérifiez que c’est le registre annoncé."
            )
        return found

    def rows(self) -> Iterator[list[str]]:
        """Every row; a malformed one ends the reading with its line number."""
        try:
            yield from self._reader
        except (csv.Error, UnicodeDecodeError) as error:
            raise UnusableRegister(
                f"Ligne {self.line} illisible ({error}). Téléchargez le registre à nouveau."
            ) from error


def cell(row: Sequence[str], index: int | None) -> str | None:
    """The trimmed cell, None where the file has no such column, the row is short, or nothing is written."""
    if index is None or index >= len(row):
        return None
    return row[index].strip() or None
