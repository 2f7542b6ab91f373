"""Rows written many at a time, as plain tuples: an object per row would cost several times the statement."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, connection, models, transaction

Row = Sequence[Any]


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows whose values stand in the sequence of ``names`` (attribute names); how many there were.

    By COPY on PostgreSQL, by one ``executemany`` elsewhere. Constraints and triggers apply; signals are not sent.
    """
    prepared = _prepared(model, names, rows)
    if not prepared:
        return 0
    columns = ", ".join(_column(model, name) for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor, f"{table} ({columns})", prepared)
        else:
            marks = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", prepared)  # noqa: S608
    return len(prepared)


def insert_missing(model: type[models.Model], names: Sequence[str], rows: Iterable[Row], *, unless: str) -> int:
    """Insert the rows that meet no other under the unique index ``unless`` (as SQL); how many went in.

    Rows go in in the sequence given, so that two writers wait for each other in one order.
    """
    prepared = _prepared(model, names, rows)
    if not prepared:
        return 0
    columns = ", ".join(_column(model, name) for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _copy_missing(cursor, table, columns, prepared, unless)
        marks = ", ".join(["%s"] * len(names))
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT {unless} DO NOTHING",  # noqa: S608
            prepared,
        )
        return int(cursor.rowcount)


def _copy_missing(cursor: Any, table: str, columns: str, rows: Sequence[Row], unless: str) -> int:
    """COPY them all, which is the usual case; COPY leaves no row out, so others pass through a temporary table."""
    try:
        with transaction.atomic():
            _copy(cursor, f"{table} ({columns})", rows)
            return len(rows)
    except IntegrityError:
        cursor.execute(
            f"CREATE TEMPORARY TABLE segur_incoming ON COMMIT DROP AS SELECT {columns} FROM {table} LIMIT 0"  # noqa: S608
        )
    cursor.execute("ALTER TABLE segur_incoming ADD COLUMN place bigint GENERATED ALWAYS AS IDENTITY")
    _copy(cursor, f"segur_incoming ({columns})", rows)
    cursor.execute(
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM segur_incoming ORDER BY place"  # noqa: S608
        f" ON CONFLICT {unless} DO NOTHING"
    )
    taken = int(cursor.rowcount)
    cursor.execute("DROP TABLE segur_incoming")
    return taken


def _copy(cursor: Any, target: str, rows: Sequence[Row]) -> None:
    """COPY as Django sees it: what the server refuses is an error of Django's."""
    with connection.wrap_database_errors, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def update_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Set ``names`` on the rows whose primary key is the last value of each tuple."""
    prepared = _prepared(model, [*names, "id"], rows)
    if not prepared:
        return
    assigned = ", ".join(f"{_column(model, name)} = %s" for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {assigned} WHERE id = %s", prepared)  # noqa: S608


def new_ids(model: type[models.Model], count: int) -> list[int]:
    """Primary keys that nobody else is given. On SQLite, only while the transaction holds the write lock."""
    if not count:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        # A key once given is never given again: chains of events are named after it.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        known = cursor.fetchone()
        first = (known[0] if known else 0) + 1
        return list(range(first, first + count))


def _column(model: type[models.Model], name: str) -> str:
    return str(connection.ops.quote_name(_fields(model)[name].column))


@lru_cache(maxsize=32)
def _fields(model: type[models.Model]) -> dict[str, Any]:
    return {field.attname: field for field in model._meta.concrete_fields}


def defaults(model: type[models.Model]) -> dict[str, Any]:
    """The value of every column but the key, as a new row has it."""
    return {name: field.get_default() for name, field in _fields(model).items() if not field.primary_key}


def _prepared(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> list[Row]:
    """The rows with values that the driver takes as they are."""
    writers = [(place, writer) for place, name in enumerate(names) if (writer := _writer(_fields(model)[name]))]
    if not writers:
        return list(rows)
    prepared: list[Row] = []
    for row in rows:
        written = list(row)
        for place, writer in writers:
            value = written[place]
            if value is not None:
                written[place] = writer(value)
        prepared.append(written)
    return prepared


def _writer(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    if isinstance(field, models.JSONField):
        return _json
    if connection.vendor == "postgresql":
        return None
    if isinstance(field, models.DateTimeField):
        return _sqlite_instant
    if isinstance(field, models.DateField | models.DecimalField):
        return str
    return None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=4096)
def _sqlite_instant(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value)
