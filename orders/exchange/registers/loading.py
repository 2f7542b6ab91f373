"""Loading a register from its file: recognised, read row by row, kept in one transaction."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from orders.domain.registers import DoctorRecord, StructureRecord
from orders.exchange.registers.finess import read_finess
from orders.exchange.registers.reading import BadRow, LeftOut
from orders.exchange.registers.rpps import read_rpps
from orders.exchange.registers.sae_identity import read_sae_identity
from orders.models import Register, RegisterLoad
from orders.services.refusal import Refused
from orders.services.registers import RegisterFile, RowCounts, current_load, store_doctors, store_structures
from segur.exchange.rows import Progress, RefusedRow, RowTally
from segur.exchange.source_file import SourceFile, UnusableFile, opened
from segur.models import User

_REPORT_EVERY = 2_000
_DATE = re.compile(r"(?<![0-9])(20[0-9]{2})-?([01][0-9])-?([0-3][0-9])(?:[0-9]{4,6}|[-_T ][0-9]{4,6})?(?![0-9])")
R = TypeVar("R", StructureRecord, DoctorRecord)


@dataclass(frozen=True, slots=True)
class RegisterReport:
    """What became of a file. ``unchanged``: the very file that serves already, nothing was written."""

    load: RegisterLoad
    unchanged: bool
    left_out: dict[str, int]
    errors: tuple[RefusedRow, ...]

    def as_json(self) -> dict[str, Any]:
        """The answer of ``import_register``: that of ``import_activity``, and whether anything was written."""
        return {
            "rows": self.load.rows,
            "identifiers": self.load.identifiers,
            "ignored": self.load.ignored,
            "errors": [refused.as_json() for refused in self.errors],
            "unchanged": self.unchanged,
        }


class _Rows(RowTally):
    """The rows of a file that were met: kept, left out, refused."""

    def __init__(self, file: SourceFile, progress: Progress) -> None:
        super().__init__()
        self.left_out: Counter[str] = Counter()
        self.counts = RowCounts()
        self._file, self._progress = file, progress

    def kept(self, rows: Iterator[R | BadRow | LeftOut]) -> Iterator[R]:
        """The records among the rows; the rest is counted."""
        for row in rows:
            self.rows += 1
            if self.rows % _REPORT_EVERY == 0:
                self._progress(self.rows, self._file.line_count)
            if isinstance(row, LeftOut):
                self.left_out[row.reason] += 1
            elif isinstance(row, BadRow):
                self.refuse(row.line, row.finding)
            else:
                yield row
        self.counts.rows, self.counts.refused = self.rows, len(self.refused)
        self.counts.ignored = self.left_out.total()
        self._refuse_without_record()
        self._progress(self._file.line_count, self._file.line_count)

    def _refuse_without_record(self) -> None:
        if self.counts.rows > self.counts.ignored + self.counts.refused:
            return
        first = (
            f" La première, ligne {self.refused[0].line}\u00a0: {self.refused[0].finding.message}"
            if self.refused
            else ""
        )
        raise UnusableFile(
            "file-no-row",
            f"{self._file.name}\u00a0: aucune ligne à charger sur {self.rows}.{first}",
            "Vérifiez que c’est le registre annoncé, entier.",
        )


def import_register(
    *,
    path: Path,
    register: Register,
    now: datetime,
    actor: User | None = None,
    may_shrink: bool = False,
    progress: Progress | None = None,
) -> RegisterReport:
    """Load the register in ``path``; good rows are kept, each bad one is reported with its line.

    The file whose fingerprint is that of the load that serves is not written again. ``actor`` None is the system.
    Raises :class:`UnusableFile` where nothing can be read, or far less than was loaded before; nothing is kept then.
    """
    with opened(path, limit=None) as file:
        serving = current_load(register)
        if serving is not None and serving.sha256 == file.sha256:
            return RegisterReport(serving, True, {}, ())
        rows = _Rows(file, progress or _silent)
        described = RegisterFile(register, file.name, file.sha256, published_on(file.name))
        try:
            load = _store(rows, file, described, now=now, actor=actor, may_shrink=may_shrink)
        except Refused as refused:
            finding = refused.findings[0]
            raise UnusableFile(finding.code, finding.message, finding.remedy) from refused
    return RegisterReport(load, False, dict(rows.left_out.most_common()), tuple(rows.refused))


def _store(
    rows: _Rows, file: SourceFile, described: RegisterFile, *, now: datetime, actor: User | None, may_shrink: bool
) -> RegisterLoad:
    match described.register:
        case Register.RPPS:
            return store_doctors(
                rows.kept(read_rpps(file)),
                file=described, counts=rows.counts, now=now, actor=actor, may_shrink=may_shrink,
            )  # fmt: skip
        case Register.FINESS:
            structures = read_finess(file)
        case _:
            structures = read_sae_identity(file)
    return store_structures(
        rows.kept(structures), file=described, counts=rows.counts, now=now, actor=actor, may_shrink=may_shrink
    )


def published_on(file_name: str) -> date | None:
    """The date that a publisher writes in the name of its file (``…-stock-20260512-0337.csv``)."""
    for year, month, day in _DATE.findall(file_name):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def _silent(_line: int, _lines: int) -> None:
    """Nobody is watching."""
