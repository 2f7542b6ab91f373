"""The rows of a workbook or of a CSV, whoever made it: hostile and foreign files are refused unopened."""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from orders.exchange.order_file.document import UnusableFile
from orders.exchange.workbook.words import plain

MOST_ROWS = 200_000
MOST_SHEET_ROWS = 1_048_576
_MOST_PARTS = 5_000
_EXPANSION = 2
_CHUNK = 1 << 20
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_ESCAPED = re.compile("_x(0009|000[AD]|005F|FFF[EF])_")
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_NEUTRALISED = re.compile("'+[=+\\-@\t\r]")
_LONGEST_FIELD = 131_072
_SAVE_AS_XLSX = "Enregistrez-le au format «\u202fClasseur Excel (.xlsx)\u00a0»."
_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0", f"Ancien classeur Excel (.xls) ou classeur protégé par un mot de passe. {_SAVE_AS_XLSX}"),
    (b"%PDF", "C’est un PDF, pas un fichier de commandes. Choisissez un fichier JSON, XLSX ou CSV."),
    (b"\x1f\x8b", "C’est une archive gzip. Décompressez-la, puis choisissez le fichier qu’elle contient."),
)


class Uncalculated:
    """A formula whose value the file does not hold."""


UNCALCULATED = Uncalculated()

Row = tuple[int, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class SourceSheet:
    """A sheet and its rows that are not blank, each with its number as the spreadsheet shows it."""

    title: str
    hidden: bool
    rows: Iterator[Row]


def is_workbook(data: bytes) -> bool:
    """Whether these bytes are to be opened as a workbook."""
    return data.startswith(b"PK\x03\x04")


def refuse_foreign(data: bytes) -> None:
    """Raise UnusableFile for a format that people send instead."""
    for signature, sentence in _SIGNATURES:
        if data.startswith(signature):
            raise UnusableFile(sentence)


def workbook_sheets(data: bytes, *, limit: int) -> Iterator[SourceSheet]:
    """The sheets of a workbook of at most ``limit`` bytes, one after the other.

    Raises :class:`UnusableFile` for macros, another kind of archive, a damaged file and one that unfolds beyond
    measure. Links to other workbooks are not followed.
    """
    with_formulas = _examine(data, limit)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            formulas = load_workbook(io.BytesIO(data), read_only=True, keep_links=False) if with_formulas else None
            for sheet in values.worksheets:
                twin = formulas[sheet.title] if formulas else None
                yield SourceSheet(sheet.title, sheet.sheet_state != "visible", _rows(sheet, twin))
    except UnusableFile:
        raise
    except Exception as error:
        # openpyxl lets whatever it meets in a damaged part escape: KeyError, ValueError, ParseError, zlib.error…
        raise UnusableFile(f"Ce classeur est endommagé et ne peut pas être lu. {_SAVE_AS_XLSX}") from error


def _examine(data: bytes, limit: int) -> bool:
    """Refuse what must not be opened; whether some sheet has a formula."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _refuse_parts(parts, limit)
            _refuse_kind(archive, {part.filename for part in parts})
            scanned = [_scan(archive, part) for part in parts if part.filename.endswith((".xml", ".rels"))]
            return True in scanned
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError) as error:
        raise UnusableFile(f"Ce classeur est endommagé et ne peut pas être lu. {_SAVE_AS_XLSX}") from error


def _refuse_parts(parts: list[zipfile.ZipInfo], limit: int) -> None:
    # zipfile never gives more of a part than the size announced here.
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > limit * _EXPANSION:
        raise UnusableFile(
            f"Ce classeur déplié dépasse {limit * _EXPANSION // 1_000_000}\u00a0Mo. Découpez-le en plusieurs fichiers."
        )


def _refuse_kind(archive: zipfile.ZipFile, names: set[str]) -> None:
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/workbook") for name in names):
        raise UnusableFile(f"C’est une archive ou un autre document, pas un classeur Excel. {_SAVE_AS_XLSX}")
    kinds = archive.read("[Content_Types].xml")
    if b"macroEnabled" in kinds or any("vbaProject" in name for name in names):
        raise UnusableFile(f"Ce classeur contient des macros (.xlsm). {_SAVE_AS_XLSX}")
    if "xl/workbook.xml" not in names:
        raise UnusableFile(f"Ce classeur est au format binaire (.xlsb). {_SAVE_AS_XLSX}")


def _scan(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    in_sheet, found, tail = part.filename.startswith("xl/worksheets/"), False, b""
    with archive.open(part) as stream:
        for chunk in iter(lambda: stream.read(_CHUNK), b""):
            window = tail + chunk
            if _DOCTYPE.search(window):
                raise UnusableFile(f"Ce classeur contient une déclaration XML interdite. {_SAVE_AS_XLSX}")
            found = found or (in_sheet and _FORMULA.search(window) is not None)
            tail = window[-16:]
    return found


def _rows(sheet: ReadOnlyWorksheet, twin: ReadOnlyWorksheet | None) -> Iterator[Row]:
    # The announced dimensions may be wrong; those of the rows are not.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True) if twin is None else _with_formulas(sheet, twin)
    kept = 0
    for place, row in enumerate(rows, 1):
        if place > MOST_SHEET_ROWS:
            raise UnusableFile(f"La feuille {sheet.title} dépasse {MOST_SHEET_ROWS} lignes. Découpez-la.")
        if any(row):
            kept += 1
            if kept > MOST_ROWS:
                raise UnusableFile(
                    f"La feuille {sheet.title} a plus de {MOST_ROWS // 1000}\u00a0000 lignes. Découpez-la."
                )
            yield place, row


def _with_formulas(sheet: ReadOnlyWorksheet, twin: ReadOnlyWorksheet) -> Iterator[Sequence[Any]]:
    twin.reset_dimensions()
    for cells, formulas in zip(sheet.iter_rows(), twin.iter_rows(values_only=True), strict=False):
        yield tuple(
            UNCALCULATED if cell.value is None and cell.data_type != "str" and formula is not None else cell.value
            for cell, formula in zip(cells, formulas, strict=False)
        )


def unescaped(text: str) -> str:
    """A text of a workbook without the ``_xHHHH_`` that stand for what XML cannot hold."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


def decoded(data: bytes) -> str | None:
    """The text of a CSV: UTF-8, UTF-16 with its mark, or Windows-1252; None where it is none of these."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded_as(data, "utf-16")
    if b"\x00" in data:
        return None
    text = _decoded_as(data, "utf-8-sig")
    if text is None and not data.startswith(codecs.BOM_UTF8) and not _NOT_CP1252.search(data):
        return _decoded_as(data, "cp1252")
    return text


def _decoded_as(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


def csv_rows(text: str, known: frozenset[str]) -> Iterator[Row]:
    """The rows of a CSV separated by ``;``, ``,`` or tabs, whichever shows the most ``known`` headers.

    Raises UnusableFile for a quotation mark never closed.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    if text[:4].lower() == "sep=":
        text = "\n" + text.split("\n", 1)[-1]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text, known), strict=True)
    started, kept = 1, 0
    try:
        for row in reader:
            cells = [_csv_value(cell) for cell in row]
            if any(cells):
                kept += 1
                if kept > MOST_ROWS:
                    raise UnusableFile(f"Plus de {MOST_ROWS // 1000}\u00a0000 lignes. Découpez le fichier.")
                yield started, cells
            started = reader.line_num + 1
    except csv.Error as error:
        raise UnusableFile(
            f"Ligne {started}\u00a0: guillemet ouvert et jamais fermé. Fermez-le, ou retirez-le."
        ) from error


def _csv_value(cell: str) -> str | None:
    if cell.startswith("'") and _NEUTRALISED.match(cell):
        cell = cell[1:]
    return cell if cell and not cell.isspace() else None


def separator_of(text: str, known: frozenset[str]) -> str:
    """The separator under which the first lines show the most known headers."""
    return max(";,\t", key=lambda mark: headers_shown(text, mark, known))


def headers_shown(text: str, separator: str, known: frozenset[str]) -> int:
    """How many known headers the best of the first lines holds."""
    lines = text[:20_000].splitlines()[:20]
    return max((sum(plain(name) in known for name in line.split(separator)) for line in lines), default=0)
