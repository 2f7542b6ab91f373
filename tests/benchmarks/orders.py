"""Import of twenty thousand orders against its floor: the bare COPY (or ``executemany``) of all the rows it writes.

The floor neither reads JSON nor checks, claims or chains anything. A loop that saves row by row is measured on a
sample and scaled. Memory is that of another process, on a database of its own (SQLite, on disk).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from funding.models import Enrolment
from funding.services.order_files import ImportReport, import_order_file
from orders.domain.uniqueness import claim_keys
from orders.exchange.order_file import read_order_file
from orders.models import Claim, Client, DeMinimisAid, Order, OrderClient, OrderLine
from orders.services.history import order_event, record_events
from orders.services.recording import signature_event
from orders.services.rows import aid_rows, client_values, form_values, line_rows
from segur.regulation.dates import midnight
from segur.texts import catalogue
from tests.orders.order_file_samples import identifiers, sample

_NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_ORDERS = 20_000
_LOOPED = 400
_ROUNDS = 3

Table = tuple[type[models.Model], list[str], list[tuple[Any, ...]]]


class _RolledBack(Exception):
    pass


def run() -> dict[str, Any]:
    """The best of each, in alternate rounds on the configured database (aims: ratio 4, loop 8 times slower)."""
    document = sample(_ORDERS, conflicts=0.01)
    data = json.dumps(document, ensure_ascii=False).encode()
    ours, floor, tables = [], [], []
    for _ in range(_ROUNDS):
        seconds, tables = _rolled_back(lambda: _imported(data), rows_written)
        ours.append(seconds)
        floor.append(_rolled_back(lambda written=tables: insert_all(written), list)[0])  # type: ignore[misc]
    loop = _rolled_back(lambda: save_row_by_row(data), list)[0] * _ORDERS / _LOOPED
    return {
        "name": "import_orders",
        "database": connection.vendor,
        "orders": _ORDERS,
        "identifiers": identifiers(document),
        "rows": sum(len(rows) for _, _, rows in tables),
        "seconds": min(ours),
        "floor_seconds": min(floor),
        "ratio": min(ours) / min(floor),
        "aim": 4.0,
        "row by row (400 orders, scaled)": f"{loop:.1f} s",
        "faster than row by row": f"{loop / min(ours):.1f}",
        "peak memory": f"{peak_megabytes(data)} MB",
    }


def _imported(data: bytes) -> ImportReport:
    report = import_order_file(data, now=_NOW)
    assert report.created == _ORDERS
    assert not report.errors
    return report


def rows_written() -> list[Table]:
    """Every row of both apps, as its driver gives it, parents before children."""
    found = []
    ordered = [*apps.get_app_config("orders").get_models(), Enrolment]
    with connection.cursor() as cursor:
        for model in ordered:
            columns = [field.column for field in model._meta.concrete_fields]
            names = ", ".join(connection.ops.quote_name(column) for column in columns)
            cursor.execute(f"SELECT {names} FROM {model._meta.db_table}")  # noqa: S608
            rows = cursor.fetchall()
            if rows:
                found.append((model, columns, rows))
    return found


def insert_all(tables: list[Table]) -> None:
    """The least that gives the same rows: constraints, indexes and triggers apply, nothing else happens."""
    with connection.cursor() as cursor:
        for model, columns, rows in tables:
            names = ", ".join(connection.ops.quote_name(column) for column in columns)
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                marks = ", ".join(["%s"] * len(columns))
                cursor.executemany(f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def save_row_by_row(data: bytes) -> None:
    """What one writes first: a save per row, an event at a time; the claims without looking for conflicts."""
    parsed = read_order_file(data)
    empty = data[: data.index(b'"orders": [')] + b'"orders": []}'
    import_order_file(empty, now=_NOW)
    suppliers = {row.siret: row for row in apps.get_model("orders", "Supplier").objects.all()}
    solutions = {row.key: row for row in apps.get_model("orders", "Solution").objects.all()}
    texts = {name: catalogue().programme(name, on=_NOW.date()) for name in catalogue().ids}
    held: set[Any] = set()
    for facts, _ in parsed.orders[:_LOOPED]:
        programme = texts[facts.programme]
        order = Order(
            number=facts.number,
            supplier=suppliers[facts.supplier],
            solution=solutions[facts.solution],
            programme=programme.id,
            regulation=programme.version,
            state="draft" if facts.issued_on is None else "signed" if facts.signed_by_all else "issued",
            created_at=_NOW,
            issued_on=facts.issued_on,
            first_signed_on=facts.first_signed_on,
            **form_values(facts),
        )
        order.save()
        record_events([order_event(order, "created", at=_NOW, to_state="draft")], now=_NOW)
        for position, client in enumerate(facts.clients):
            known, _ = Client.objects.update_or_create(
                siren=client.siren, defaults={"name": client.name, "kind": str(client.kind)}
            )
            page = OrderClient(order=order, client=known, position=position, **client_values(client))
            page.save()
            rows: list[OrderLine | DeMinimisAid] = [*line_rows(page, client), *aid_rows(page, client)]
            for row in rows:
                row.save()
            if client.signed_on:
                record_events([signature_event(order, page, is_last=False, actor_id=None)], now=_NOW)
        if facts.issued_on is not None:
            record_events([order_event(order, "issued", at=midnight(facts.issued_on))], now=_NOW)
        for key in claim_keys(facts, programme) if facts.first_signed_on else ():
            if key not in held:
                held.add(key)
                names = {"programme": key.programme, "kind": key.kind, "value": key.value, "activity": key.activity}
                Claim(order=order, taken_at=_NOW, **names).save()


def _rolled_back(work: Callable[[], object], then: Callable[[], list[Table]]) -> tuple[float, list[Table]]:
    started = time.perf_counter()
    found: list[Table] = []
    elapsed = 0.0
    try:
        with transaction.atomic():
            work()
            elapsed = time.perf_counter() - started
            found = then()
            raise _RolledBack
    except _RolledBack:
        return elapsed, found


_CHILD = """
import sys
import django
django.setup()
from django.core.management import call_command
from django.utils import timezone
call_command("migrate", verbosity=0)
from funding.services.order_files import import_order_file
with open(sys.argv[1], "rb") as file:
    data = file.read()
assert import_order_file(data, now=timezone.now()).created
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM:")))
"""


def peak_megabytes(data: bytes) -> int:
    """Peak resident memory of a process that imports these bytes into an empty database, start-up included.

    As Linux counts it since the program began: ``getrusage`` would count the parent before it.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.json"
        path.write_bytes(data)
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        answer = subprocess.run(
            [sys.executable, "-c", _CHILD, str(path)],
            env={**environment, "SEGUR_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "segur.settings"},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
    return int(answer.stdout) // 1024
