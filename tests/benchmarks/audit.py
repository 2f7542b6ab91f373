"""Audit of a hundred thousand identifiers against the bare GROUP BY that would find the keys named twice.

The floor reads a table of (key, order) already laid flat and indexed, and says nothing of holders, claimants or
decisions; ours gives the CONFLICT objects of ``audit_uniqueness``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from funding.services.order_files import import_order_file
from orders.models import Claim, ConflictParty, ConflictStatus
from orders.selectors.claims import conflict_json, open_conflicts
from tests.orders.order_file_samples import identifiers, sample

_NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_ORDERS = 22_000
_ROUNDS = 5
_NAMED_TWICE = (
    "SELECT programme, kind, value, activity, COUNT(DISTINCT order_id) FROM bench_named "
    "GROUP BY programme, kind, value, activity HAVING COUNT(DISTINCT order_id) > 1"
)


class _RolledBack(Exception):
    pass


def run() -> dict[str, Any]:
    """The best of each, in alternate rounds on the configured database (aim: ratio 2)."""
    document = sample(_ORDERS, conflicts=0.01)
    measures: dict[str, Any] = {}
    try:
        with transaction.atomic():
            report = import_order_file(json.dumps(document, ensure_ascii=False).encode(), now=_NOW)
            assert not report.errors
            _lay_flat()
            pairs = [(_timed(_audited), _timed(_grouped)) for _ in range(_ROUNDS)]
            ours = min(seconds for (seconds, _), _ in pairs)
            floor = min(seconds for _, (seconds, _) in pairs)
            (_, conflicts), (_, keys) = pairs[0]
            measures = {
                "name": "audit_uniqueness",
                "database": connection.vendor,
                "identifiers": identifiers(document),
                "open conflicts": conflicts,
                "keys named twice": keys,
                "seconds": ours,
                "floor_seconds": floor,
                "ratio": ours / floor,
                "aim": 2.0,
            }
            raise _RolledBack
    except _RolledBack:
        return measures


def _lay_flat() -> None:
    """Who names which key: the holders' claims and the claimants of every open conflict."""
    rows = list(
        Claim.objects.filter(released_at=None).values_list("programme", "kind", "value", "activity", "order_id")
    )
    rows += ConflictParty.objects.filter(conflict__status=ConflictStatus.OPEN).values_list(
        "conflict__programme", "conflict__kind", "conflict__value", "conflict__activity", "order_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_named "
            "(programme varchar(40), kind varchar(8), value varchar(250), activity varchar(10), order_id bigint)"
        )
        cursor.executemany("INSERT INTO bench_named VALUES (%s, %s, %s, %s, %s)", rows)
        cursor.execute("CREATE INDEX bench_named_key ON bench_named (programme, kind, value, activity)")


def _audited() -> int:
    return len([conflict_json(conflict) for conflict in open_conflicts()])


def _grouped() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NAMED_TWICE)
        return len(cursor.fetchall())


def _timed(action: Callable[[], int]) -> tuple[float, int]:
    start = time.perf_counter()
    found = action()
    return time.perf_counter() - start, found
