"""Loading a file of reference activity: recognised, read, then kept in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from funding.exchange.activity import ccam, sae, simple
from funding.exchange.activity.reading import LeftOut, Reading
from funding.models import ActivitySource
from funding.services.activity import store_counts
from segur.exchange.rows import Layout, Progress, RefusedRow, RowReader, read_rows
from segur.exchange.source_file import SourceFile, opened
from segur.models import User
from segur.regulation.schema import Activity, Programme
from segur.texts import catalogue

_LAYOUTS = (sae.LAYOUT, simple.LAYOUT, ccam.LAYOUT)
_PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class ActivityReport:
    """What became of a file: ``rows`` are those kept, those ``left_out`` by the mapping and those refused.

    ``added_up``: kept rows whose count joined that of an earlier row of the same number and activity.
    ``totals``: sum of the counts per activity, as the source gives them (not weighted).
    """

    source: ActivitySource
    year: int
    rows: int
    identifiers: int
    added_up: int
    totals: dict[Activity, int]
    left_out: tuple[LeftOut, ...]
    errors: tuple[RefusedRow, ...]

    @property
    def ignored(self) -> int:
        """Rows that the mapping leaves out."""
        return sum(reason.rows for reason in self.left_out)

    def as_json(self) -> dict[str, Any]:
        """The answer of ``import_activity`` in the command contract."""
        return {
            "rows": self.rows,
            "identifiers": self.identifiers,
            "ignored": self.ignored,
            "errors": [refused.as_json() for refused in self.errors],
        }


def import_activity(
    *,
    path: Path,
    source: ActivitySource,
    now: datetime,
    actor: User | None = None,
    progress: Progress | None = None,
) -> ActivityReport:
    """Load the counts of ``path``; good rows are kept, each bad one is reported with its line.

    ``actor`` None is the system. ``progress`` is told, from time to time, the line reached and how many there are.
    A file without a good row changes nothing. Raises :class:`UnusableFile` where nothing can be read, and then
    nothing is kept either. Loading the same file again changes no count.
    """
    programmes = _in_force(now)
    year = programmes[0].reference_year.known()
    reading = Reading()
    with opened(path, limit=settings.SEGUR_MAX_COUNTS_BYTES) as file:
        layout, reader = _reader(source, reading, programmes, year)
        read_rows(file, layout, reading, reader, progress=progress or _silent, others=_LAYOUTS)
        if reading.counts:
            _store(file, source, year, reading, now, actor)
    return ActivityReport(
        source=source,
        year=year,
        rows=reading.rows,
        identifiers=reading.identifiers,
        added_up=reading.added_up,
        totals={activity: reading.total(activity) for activity in Activity},
        left_out=tuple(sorted(reading.left_out.values(), key=lambda reason: (-reason.rows, reason.reason))),
        errors=tuple(reading.refused),
    )


def _in_force(now: datetime) -> Sequence[Programme]:
    """The programmes of the day, RIS first: they count the same year and list the same acts (R49)."""
    known, day = catalogue(), now.astimezone(_PARIS).date()
    return [known.programme(id, on=day) for id in known.ids]


def _reader(
    source: ActivitySource, reading: Reading, programmes: Sequence[Programme], year: int
) -> tuple[Layout, Callable[[dict[str, int]], RowReader]]:
    def activity_of_act(code: str) -> Activity | None:
        return next((found for programme in programmes if (found := programme.activity_of_act(code))), None)

    match source:
        case ActivitySource.SAE_IMAGES:
            return sae.LAYOUT, sae.row_reader(reading, year=year)
        case ActivitySource.CSV:
            return simple.LAYOUT, simple.row_reader(reading)
        case ActivitySource.CCAM:
            return ccam.LAYOUT, ccam.row_reader(reading, activity_of_act=activity_of_act)


def _store(
    file: SourceFile, source: ActivitySource, year: int, reading: Reading, now: datetime, actor: User | None
) -> None:
    store_counts(
        counts=((key.kind.value, key.value, key.activity.value, count) for key, count in reading.counts.items()),
        source=source,
        year=year,
        file_name=file.name,
        sha256=file.sha256,
        rows=reading.rows,
        identifiers=reading.identifiers,
        ignored=reading.ignored,
        refused=len(reading.refused),
        now=now,
        actor=actor,
    )


def _silent(_line: int, _lines: int) -> None:
    """Nobody is watching."""
