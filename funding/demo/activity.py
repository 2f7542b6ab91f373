"""The reference counts of the demonstration, loaded by the importer that loads everybody's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from funding.demo.people import DOCTORS, ESTABLISHMENTS
from funding.exchange.activity.importing import import_activity
from funding.models import ActivityImport, ActivitySource

FILE_NAME = "demonstration.csv"


def rows() -> Iterator[tuple[str, str, int]]:
    """Number, activity and examinations of everybody who worked in the reference year."""
    for place in ESTABLISHMENTS:
        yield place.finess, "radiology", place.radiology
        yield place.finess, "nuclear", place.nuclear
    for doctor in DOCTORS:
        yield from ((am, "radiology", count) for am, count in doctor.radiology)
        yield from ((am, "nuclear", count) for am, count in doctor.nuclear)


def load_activity(now: datetime) -> int:
    """Load the counts once; returns how many numbers were loaded now."""
    if ActivityImport.objects.filter(file_name=FILE_NAME).exists():
        return 0
    with TemporaryDirectory(prefix="segur-demo-") as folder:
        file = Path(folder) / FILE_NAME
        lines = [f"{number};{activity};{count}" for number, activity, count in rows() if count]
        file.write_text("\n".join(["identifier;activity;count", *lines]) + "\n", encoding="utf-8")
        return import_activity(path=file, source=ActivitySource.CSV, now=now).identifiers
