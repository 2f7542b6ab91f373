"""Import of a SAE file against its floor: bare ``csv`` and one ``executemany`` of the same stored rows.

The real file serves where it lies beside the checkout; else one of the same size is made up.
"""

from __future__ import annotations

import csv
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from stdnum import luhn

from funding.exchange.activity import import_activity
from funding.models import ActivityImport, ActivitySource

REAL = Path(__file__).parents[3] / "shared/data/sae-2023/IMAGES_2023r.csv"
_ROUNDS = 15
_NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_ACTIVITY = {
    **dict.fromkeys(("RADIO", "SCAN", "IRM", "MAMM", "VASC"), "radiology"),
    **dict.fromkeys(("CAM", "TOMO"), "nuclear"),
}
_UPSERT = """
    INSERT INTO funding_referencecount (kind, value, activity, year, count, source, imported_at, origin_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (value, year, kind, activity, source)
    DO UPDATE SET count = excluded.count, imported_at = excluded.imported_at, origin_id = excluded.origin_id
"""


class _RolledBack(Exception):
    pass


def run() -> dict[str, Any]:
    """Median seconds of both ways, in alternate rounds on the configured database, and their ratio (aim: 2 or less)."""
    with tempfile.TemporaryDirectory() as folder:
        path = REAL if REAL.exists() else made_up(Path(folder) / "IMAGES.csv")
        ours, floor = [], []
        for _ in range(_ROUNDS):
            floor.append(_rolled_back(lambda: bare_import(path)))
            ours.append(_rolled_back(lambda: import_activity(path=path, source=ActivitySource.SAE_IMAGES, now=_NOW)))
        with path.open(encoding="cp1252") as file:
            rows = sum(1 for _ in file) - 1
    return {
        "name": "import_activity (SAE)",
        "database": connection.vendor,
        "rows": rows,
        "seconds": statistics.median(ours),
        "floor_seconds": statistics.median(floor),
        "ratio": statistics.median(ours) / statistics.median(floor),
        "aim": 2.0,
    }


def bare_import(path: Path) -> None:
    """The least that gives the same stored rows: no check, no report, no progress."""
    sums: dict[tuple[str, str], int] = {}
    with path.open(encoding="cp1252", newline="") as file:
        rows = csv.reader(file, delimiter=";")
        header = next(rows)
        finess, equipment, acts = header.index("FI"), header.index("EQUIPIMA"), header.index("ACT")
        for row in rows:
            activity = _ACTIVITY.get(row[equipment])
            if activity and row[acts]:
                key = row[finess], activity
                sums[key] = sums.get(key, 0) + int(row[acts])
    with transaction.atomic():
        origin = ActivityImport.objects.create(
            source="sae-images",
            file_name=path.name,
            sha256="0" * 64,
            rows=0,
            identifiers=0,
            ignored=0,
            refused=0,
            imported_at=_NOW,
        )
        stamp = connection.ops.adapt_datetimefield_value(_NOW)
        with connection.cursor() as cursor:
            cursor.executemany(
                _UPSERT,
                [
                    ("finess", finess, activity, 2023, count, "sae-images", stamp, origin.pk)
                    for (finess, activity), count in sums.items()
                ],
            )


def made_up(path: Path, establishments: int = 1_100) -> Path:
    """A sheet of about the size of the real one, with made-up establishments of valid check digit."""
    chance = random.Random(2023)
    lines = ["BOR;AN;FI;RS;FI_EJ;EQUIPIMA;NB;NBEXP;ACTET;ACTEXET;ACTEXEJ;ACTEX;ACT;ACTINT"]
    for number in range(establishments):
        body = f"99{number:06d}"
        finess = body + luhn.calc_check_digit(body)
        for equipment in chance.sample([*_ACTIVITY, "dtIRM2", "LITHO"], k=chance.randint(2, 5)):
            acts = chance.choice(["", str(chance.randint(0, 40_000))])
            lines.append(f"IMAGES;2023;{finess};CENTRE {number};{finess};{equipment};1;1;;;;;{acts};")
    path.write_text("\r\n".join(lines) + "\r\n", encoding="cp1252")
    return path


def _rolled_back(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    try:
        with transaction.atomic():
            work()
            elapsed = time.perf_counter() - started
            raise _RolledBack
    except _RolledBack:
        return elapsed
