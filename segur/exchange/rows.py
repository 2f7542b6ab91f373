"""Rows of a file with a header: given one by one to whoever reads them, the bad ones kept with their line."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from segur.exchange.source_file import SourceFile, UnusableFile, fields
from segur.regulation.finding import Finding, Severity
from segur.regulation.identifiers import quoted

MOST_REFUSED_ROWS = 100_000
_REPORT_EVERY = 2_000

Progress = Callable[[int, int], None]
"""Told, from time to time, the line reached and how many there are."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not loaded, by its line in the file (from 1)."""

    line: int
    finding: Finding

    def as_json(self) -> dict[str, str | int]:
        return {"line": self.line, "code": self.finding.code, "message": self.finding.sentence}


class RowError(Exception):
    """The row at hand is refused; the next one is read."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.sentence)


def refusal(code: str, message: str, remedy: str) -> RowError:
    """What a row reader raises where the texts or the file format, not a number, are at stake."""
    return RowError(Finding(code, Severity.ERROR, message, "Fichier", remedy))


@dataclass(slots=True)
class RowTally:
    """``rows`` are the data rows met; the refused ones are kept with their line."""

    rows: int = 0
    refused: list[RefusedRow] = field(default_factory=list)

    def refuse(self, line: int, finding: Finding) -> None:
        self.refused.append(RefusedRow(line, finding))
        if len(self.refused) > MOST_REFUSED_ROWS:
            first = self.refused[0]
            raise UnusableFile(
                "file-all-wrong",
                f"Plus de {MOST_REFUSED_ROWS // 1000}\u00a0000 lignes refusées, dont la ligne {first.line}\u00a0: "
                f"{first.finding.message}",
                "Vérifiez que ce fichier est celui de la source indiquée.",
            )


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns a reader needs, and those it knows besides; in any order, with or without capitals.

    ``source`` is the value of ``--source``; ``open_ended``: other columns are allowed and not read (a published
    sheet may grow).
    """

    source: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    open_ended: bool = False

    def fits(self, names: Sequence[str]) -> bool:
        """Whether a header, in small letters, has every required column."""
        return all(column.lower() in names for column in self.required)


RowReader = Callable[[Sequence[str]], None]


def read_rows(
    file: SourceFile,
    layout: Layout,
    reading: RowTally,
    reader: Callable[[dict[str, int]], RowReader],
    *,
    progress: Progress,
    others: Sequence[Layout] = (),
) -> None:
    """Give each data row of ``file`` to the row reader made for its header; refused rows go to ``reading``.

    Raises :class:`UnusableFile` when the header is not the one of ``layout`` or no row follows it; ``others`` are
    the layouts that the sentence may recognise instead.
    """
    lines = _content(file)
    columns, width = _header(file, lines, layout, others)
    read_row = reader(columns)
    for number, line in lines:
        reading.rows += 1
        try:
            row = fields(line)
            if len(row) != width:
                raise refusal("row-width", f"{len(row)} colonnes au lieu de {width}.", "Vérifiez les points-virgules.")
            read_row(row)
        except RowError as error:
            reading.refuse(number, error.finding)
        except csv.Error:
            reading.refuse(number, _OPEN_QUOTE)
        if number % _REPORT_EVERY == 0:
            progress(number, file.line_count)
    if not reading.rows:
        raise UnusableFile("file-no-row", f"{file.name} n’a que son en-tête.", "Choisissez un fichier avec des lignes.")
    progress(file.line_count, file.line_count)


_OPEN_QUOTE = Finding(
    "row-quote", Severity.ERROR, "Guillemet ouvert et jamais fermé.", "Fichier", "Fermez-le, ou retirez-le."
)


def _content(file: SourceFile) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in file.lines() if line and not line.isspace())


def _header(
    file: SourceFile, lines: Iterator[tuple[int, str]], layout: Layout, others: Sequence[Layout]
) -> tuple[dict[str, int], int]:
    expected = f"Attendu\u00a0: {';'.join(layout.required)}."
    _, line = next(lines)
    names = _names(line, ";")
    if not layout.fits(names):
        raise UnusableFile("file-header", _wrong_header(file.name, line, layout, others), expected)
    known = {name.lower(): name for name in layout.required + layout.optional}
    repeated = sorted({name for name in names if name in known and names.count(name) > 1})
    unknown = [name for name in names if name not in known]
    if repeated or (unknown and not layout.open_ended):
        fault = f"colonne {repeated[0]} répétée" if repeated else f"colonne {quoted(unknown[0])} inconnue"
        raise UnusableFile("file-header", f"{file.name}, en-tête\u00a0: {fault}.", expected)
    return {known[name]: place for place, name in enumerate(names) if name in known}, len(names)


def _names(line: str, separator: str) -> list[str]:
    return [name.strip(' "').lower() for name in line.split(separator)]


def _wrong_header(name: str, line: str, layout: Layout, others: Sequence[Layout]) -> str:
    for separator, what in ((",", "des virgules"), ("\t", "des tabulations"), ("|", "des barres verticales")):
        if layout.fits(_names(line, separator)):
            return f"{name} est séparé par {what} au lieu de points-virgules."
    names = _names(line, ";")
    for other in others:
        if other.fits(names):
            return f"{name} semble être un fichier de la source {other.source}, pas {layout.source}."
    missing = [column for column in layout.required if column.lower() not in names]
    if len(missing) == len(layout.required):
        return f"{name} commence par {quoted(line)}\u00a0: ce n’est pas un fichier de la source {layout.source}."
    return f"{name}, en-tête\u00a0: il manque {', '.join(missing)}."
