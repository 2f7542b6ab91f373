"""The reference counts of the demonstration, loaded by the importer that loads everybody's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from funding.demo.orders.territory import counts
from funding.demo.people import DOCTORS, ESTABLISHMENTS
from funding.exchange.activity.importing import import_activity
from funding.models import ActivitySource, ReferenceCount

FILE_NAME = "demonstration.csv"


def rows() -> Iterator[tuple[str, str, int]]:
    """Number, activity and examinations of everybody who worked in the reference year, each once."""
    yield from dict.fromkeys((*_of_the_calculations(), *counts()))


def _of_the_calculations() -> Iterator[tuple[str, str, int]]:
    for place in ESTABLISHMENTS:
        yield place.finess, "radiology", place.radiology
        yield place.finess, "nuclear", place.nuclear
    for doctor in DOCTORS:
        yield from ((am, "radiology", count) for am, count in doctor.radiology)
        yield from ((am, "nuclear", count) for am, count in doctor.nuclear)


def load_activity(now: datetime) -> int:
    """Load the counts that are missing; returns how many numbers were loaded now."""
    known = set(ReferenceCount.objects.filter(source=ActivitySource.CSV).values_list("value", "activity"))
    missing = [row for row in rows() if row[2] and row[:2] not in known]
    if not missing:
        return 0
    with TemporaryDirectory(prefix="segur-demo-") as folder:
        file = Path(folder) / FILE_NAME
        lines = [f"{number};{activity};{count}" for number, activity, count in missing]
        file.write_text("\n".join(["identifier;activity;count", *lines]) + "\n", encoding="utf-8")
        return import_activity(path=file, source=ActivitySource.CSV, now=now).identifiers
