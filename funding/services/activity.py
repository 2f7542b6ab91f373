"""Keeping reference activity: the counts of one file replace, whole or not at all, what its source had said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from funding.models import ActivityImport, ActivitySource
from segur.models import User

# bulk_create builds an object per row: twice the time of the statement it ends with.
_UPSERT = """
    INSERT INTO funding_referencecount (kind, value, activity, year, count, source, imported_at, origin_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (value, year, kind, activity, source)
    DO UPDATE SET count = excluded.count, imported_at = excluded.imported_at, origin_id = excluded.origin_id
"""


@transaction.atomic
def store_counts(
    *,
    counts: Iterable[tuple[str, str, str, int]],
    source: ActivitySource,
    year: int,
    file_name: str,
    sha256: str,
    rows: int,
    identifiers: int,
    ignored: int,
    refused: int,
    now: datetime,
    actor: User | None = None,
) -> ActivityImport:
    """Keep ``counts`` (kind, number, activity, examinations), each key once, and the trace of the file.

    What the same source had said of the same number and activity is replaced; other sources are left as they are.
    """
    imported = ActivityImport.objects.create(
        source=source,
        file_name=file_name[:255],
        sha256=sha256,
        rows=rows,
        identifiers=identifiers,
        ignored=ignored,
        refused=refused,
        imported_at=now,
        imported_by=actor,
    )
    stamp = connection.ops.adapt_datetimefield_value(now)
    # Sorted: two imports at once take their row locks in the same order, so one waits and neither deadlocks.
    rows_written = [
        (kind, value, activity, year, count, source.value, stamp, imported.pk)
        for kind, value, activity, count in sorted(counts)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_UPSERT, rows_written)
    return imported
