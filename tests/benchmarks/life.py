"""``simulate`` of a thousand orders with their lives, against the bare import of the same file, rolled back too."""

from __future__ import annotations

import json
import time
from typing import Any

from django.db import connection

from funding.services.order_files import import_order_file
from funding.services.simulation import simulate_order_file
from segur.regulation.dates import parse_instant
from tests.orders.order_file_samples import siren
from tests.scenarios.lives import ADVANCE, BALANCE, delivery, order_file, ris, semester

_ORDERS = 1_000
_ROUNDS = 3
_AT = parse_instant("2028-09-15T09:00")


def run() -> dict[str, Any]:
    """The best of each, in alternate rounds on the configured database; nobody sets a limit (floor: the import)."""
    orders = [
        ris(number, *ADVANCE, *delivery(siren(number)), *BALANCE, *semester(1), *semester(2), *semester(3))
        for number in range(_ORDERS)
    ]
    data = json.dumps(order_file(*orders)).encode()
    ours, floor = [], []
    for _ in range(_ROUNDS):
        begun = time.perf_counter()
        simulation = simulate_order_file(data, now=_AT)
        ours.append(time.perf_counter() - begun)
        assert [len(simulation.states), simulation.report.errors] == [_ORDERS, []]
        begun = time.perf_counter()
        import_order_file(data, now=_AT, dry_run=True)
        floor.append(time.perf_counter() - begun)
    return {
        "name": "simulate",
        "seconds": min(ours),
        "floor_seconds": min(floor),
        "ratio": min(ours) / min(floor),
        "database": connection.vendor,
        "orders": _ORDERS,
        "events": sum(len(order["events"]) for order in orders),
        "ms_per_order": round(min(ours) / _ORDERS * 1_000, 2),
    }
