"""Rows that are written once: refused by the model, and by triggers of the database whatever the path.

The triggers are put in place after every ``migrate``: on SQLite, a migration that rebuilds a table drops its
triggers silently. :func:`missing_triggers` looks for them.
"""

from __future__ import annotations

from typing import Any, NoReturn

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate
from django.dispatch import receiver


class AppendOnlyError(Exception):
    """Somebody tried to change or delete a row of a history."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Reads and inserts; never updates nor deletes."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Une ligne d’historique ne se modifie pas.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("Une ligne d’historique ne se supprime pas.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Une ligne d’historique ne se modifie pas.")


AppendOnlyManager = models.Manager.from_queryset(AppendOnlyQuerySet)


class AppendOnly(models.Model):
    """A row that is inserted and then only read."""

    objects = AppendOnlyManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError("Une ligne d’historique ne se modifie pas.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Une ligne d’historique ne se supprime pas.")


_POSTGRES_FUNCTION = "BEGIN RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END;"


def _sqlite_triggers(table: str, unique: tuple[tuple[str, ...], ...]) -> dict[str, str]:
    """Name and definition of each trigger; the last ones stop INSERT OR REPLACE, which fires no DELETE trigger."""
    refuse = f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
    wanted = {
        f"{table}_no_update": f"BEFORE UPDATE ON {table} {refuse}",
        f"{table}_no_delete": f"BEFORE DELETE ON {table} {refuse}",
    }
    for position, columns in enumerate(unique):
        same = " AND ".join(f"{column} = NEW.{column}" for column in columns)
        wanted[f"{table}_no_replace_{position}"] = (
            f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {refuse}"  # noqa: S608
        )
    return {name: f"CREATE TRIGGER {name} {body}" for name, body in wanted.items()}


def _postgres_triggers(table: str) -> dict[str, str]:
    rows, truncate = f"{table}_no_change", f"{table}_no_truncate"
    return {
        rows: f"CREATE OR REPLACE TRIGGER {rows} BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION segur_append_only()",
        truncate: f"CREATE OR REPLACE TRIGGER {truncate} BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION segur_append_only()",
    }


def _unique_columns(model: type[AppendOnly]) -> tuple[tuple[str, ...], ...]:
    columns = {each.name: str(each.column) for each in model._meta.concrete_fields}
    keys: list[tuple[str, ...]] = [(columns[each.name],) for each in model._meta.concrete_fields if each.unique]
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition is None:
            keys.append(tuple(columns[name] for name in constraint.fields))
    return tuple(keys)


def _wanted(connection: BaseDatabaseWrapper, model: type[AppendOnly]) -> dict[str, str]:
    table = model._meta.db_table
    if connection.vendor == "sqlite":
        return _sqlite_triggers(table, _unique_columns(model))
    if connection.vendor == "postgresql":
        return _postgres_triggers(table)
    raise ImproperlyConfigured(f"the history needs SQLite or PostgreSQL, not {connection.vendor}")


def install_triggers(connection: BaseDatabaseWrapper, model: type[AppendOnly]) -> None:
    """Put the triggers of a table in place; a table that has them all is not touched."""
    if not missing_triggers(connection, model):
        return
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION segur_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                f"$body${_POSTGRES_FUNCTION}$body$"
            )
        for name, definition in _wanted(connection, model).items():
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(definition)
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def lift_triggers(connection: BaseDatabaseWrapper, model: type[AppendOnly]) -> None:
    """Take the triggers of a table away: for the tests that play the attacker, never for the product."""
    with connection.cursor() as cursor:
        for name in _wanted(connection, model):
            on_table = f" ON {model._meta.db_table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


def missing_triggers(connection: BaseDatabaseWrapper, model: type[AppendOnly]) -> tuple[str, ...]:
    """The names of the triggers that are absent, disabled or rewritten."""
    wanted = _wanted(connection, model)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [model._meta.db_table]
            )
            found = dict(cursor.fetchall())
            return tuple(name for name, definition in wanted.items() if found.get(name) != definition)
        cursor.execute(
            "SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgrelid = %s::regclass AND t.tgenabled IN ('O', 'A') AND p.prosrc = %s",
            [model._meta.db_table, _POSTGRES_FUNCTION],
        )
        present = {name for (name,) in cursor.fetchall()}
        return tuple(name for name in wanted if name not in present)


@receiver(post_migrate, dispatch_uid="segur.append_only")
def _protect_tables(sender: AppConfig, using: str, **kwargs: Any) -> None:
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    for model in sender.get_models():
        if issubclass(model, AppendOnly) and model._meta.db_table in tables:
            install_triggers(connection, model)
