"""A text file as people send it: measured, recognised and decoded strictly before a single row is believed."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from segur.regulation.finding import Finding, Severity

_CHUNK = 1 << 20
_LONGEST_LINE = 20_000
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_AS_CSV = "Enregistrez-le en CSV, séparateur «\u202f;\u00a0», encodage UTF-8."
_SIGNATURES = (
    (b"PK\x03\x04", "un classeur Excel (XLSX) ou une archive ZIP"),
    (b"\xd0\xcf\x11\xe0", "un ancien classeur Excel (XLS)"),
    (b"%PDF", "un PDF"),
    (b"\x1f\x8b", "une archive gzip"),
    (codecs.BOM_UTF16_LE, "un texte en UTF-16"),
    (codecs.BOM_UTF16_BE, "un texte en UTF-16"),
    (b"{", "un document JSON"),
    (b"[", "un document JSON"),
    (b"<", "une page HTML ou un document XML"),
)


class UnusableFile(Exception):
    """The file cannot be used at all: nothing of it was kept. ``finding`` says why and what to do."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        self.finding = Finding(code, Severity.ERROR, message, "Fichier", remedy)
        super().__init__(self.finding.sentence)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that can be read: ``line_count`` is what a progress bar needs, ``sha256`` says which file it was."""

    name: str
    sha256: str
    encoding: str
    line_count: int
    _binary: BinaryIO

    def lines(self) -> Iterator[tuple[int, str]]:
        """Each line with its number, from 1, without its end (CRLF, LF or CR).

        A reader that stops early may leave it behind: it outlives the file without a word.
        """
        self._binary.seek(0)
        text = io.TextIOWrapper(self._binary, encoding=self.encoding, newline=None)
        try:
            for number, line in enumerate(text, 1):
                yield number, line.rstrip("\n")
        finally:
            if not text.closed:
                text.detach()


@contextmanager
def opened(path: Path, *, limit: int | None) -> Iterator[SourceFile]:
    """The file at ``path``, of at most ``limit`` bytes where there is one: a bigger one is refused before it is read.

    Raises :class:`UnusableFile` for what is missing, no plain file, too big, empty, or no text in UTF-8 or
    Windows-1252.
    """
    _refuse_unreadable(path, limit)
    try:
        binary = path.open("rb")
    except OSError as error:
        raise UnusableFile("file-unreadable", f"{path.name} ne peut pas être lu.", "Vérifiez ses droits.") from error
    with binary:
        yield _examined(path.name, binary)


def fields(line: str) -> list[str]:
    """The fields of one line; raises csv.Error where a quotation mark is left open."""
    if '"' not in line:
        return line.split(";")
    if len(line) > _LONGEST_LINE:
        raise csv.Error("line too long")
    return next(csv.reader([line], delimiter=";", strict=True))


def _refuse_unreadable(path: Path, limit: int | None) -> None:
    try:
        if path.is_dir():
            raise UnusableFile("file-directory", f"{path.name or path} est un dossier.", "Indiquez un fichier.")
        if not path.exists():
            raise UnusableFile("file-missing", f"{path.name} n’existe pas.", "Vérifiez le chemin du fichier.")
        if not path.is_file():
            raise UnusableFile("file-special", f"{path.name} n’est pas un fichier.", "Indiquez un fichier ordinaire.")
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise UnusableFile("file-unreadable", f"{path.name} ne peut pas être lu.", "Vérifiez le chemin.") from error
    if limit is not None and size > limit:
        raise UnusableFile(
            "file-too-big",
            f"{path.name} pèse {_megabytes(size)}\u00a0Mo\u202f; la limite est {_megabytes(limit)}\u00a0Mo.",
            "Découpez-le, ou relevez SEGUR_MAX_COUNTS_MB.",
        )


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}".replace(".", ",").removesuffix(",0")


def _examined(name: str, binary: BinaryIO) -> SourceFile:
    """One pass over the bytes: fingerprint, lines, encoding."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    lines, not_utf8, not_cp1252, blank, marked = 0, 0, 0, True, False
    for index, chunk in enumerate(iter(lambda: binary.read(_CHUNK), b"")):
        if index == 0:
            _refuse_other_formats(name, chunk)
            marked = chunk.startswith(codecs.BOM_UTF8)
            chunk_text = chunk.removeprefix(codecs.BOM_UTF8)
        else:
            chunk_text = chunk
        digest.update(chunk)
        blank = blank and not chunk_text.strip()
        if b"\x00" in chunk:
            raise _binary_file(name)
        not_utf8 = not_utf8 or _undecodable(decoder, chunk, lines)
        if not not_cp1252 and (bad := _NOT_CP1252.search(chunk)):
            not_cp1252 = lines + chunk.count(b"\n", 0, bad.start()) + 1
        lines += chunk.count(b"\n")
    if blank:
        raise UnusableFile("file-empty", f"{name}\u00a0: fichier vide.", "Choisissez un fichier qui a des lignes.")
    not_utf8 = not_utf8 or _undecodable(decoder, b"", lines, final=True)
    return SourceFile(name, digest.hexdigest(), _encoding(name, marked, not_utf8, not_cp1252), lines + 1, binary)


def _undecodable(decoder: codecs.IncrementalDecoder, chunk: bytes, lines: int, *, final: bool = False) -> int:
    """The number of the first line that is no UTF-8; 0 when all of it is."""
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        return lines + error.object.count(b"\n", 0, error.start) + 1
    return 0


def _encoding(name: str, marked: bool, not_utf8: int, not_cp1252: int) -> str:
    """Strict: UTF-8 when all of it is, else Windows-1252 when every byte is defined there (the SAE of the DREES)."""
    if not not_utf8:
        return "utf-8-sig"
    if marked:
        raise UnusableFile(
            "file-encoding",
            f"{name}, ligne {not_utf8}\u00a0: ce texte s’annonce en UTF-8 et n’en est pas.",
            _AS_CSV,
        )
    if not_cp1252:
        raise UnusableFile(
            "file-encoding",
            f"{name}, ligne {not_cp1252}\u00a0: ce texte n’est ni en UTF-8 ni en Windows-1252.",
            _AS_CSV,
        )
    return "cp1252"


def _refuse_other_formats(name: str, beginning: bytes) -> None:
    text = beginning.removeprefix(codecs.BOM_UTF8).lstrip()
    for signature, what in _SIGNATURES:
        if text.startswith(signature):
            raise UnusableFile("file-format", f"{name} est {what}, pas un fichier CSV.", _AS_CSV)


def _binary_file(name: str) -> UnusableFile:
    return UnusableFile("file-format", f"{name} est un texte en UTF-16 ou un fichier binaire, pas un CSV.", _AS_CSV)
