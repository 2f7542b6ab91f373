"""The history refuses change and deletion, through the ORM and through SQL, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from orders.models import Event, EventSeal
from segur.models.append_only import AppendOnlyError, install_triggers, lift_triggers, missing_triggers
from segur.models.events import EventDraft, append_many

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def event(db: None) -> Event:
    drafts = [EventDraft("supplier:1", action, NOW, reason=action) for action in ("created", "changed", "changed")]
    return append_many(Event, drafts, recorded_at=NOW)[1]


def test_the_model_refuses_change_and_deletion(event: Event) -> None:
    event.reason = "autre"
    with pytest.raises(AppendOnlyError, match="ne se modifie pas"):
        event.save()
    with pytest.raises(AppendOnlyError, match="ne se supprime pas"):
        event.delete()
    with pytest.raises(AppendOnlyError, match="ne se modifie pas"):
        Event.objects.update(reason="autre")
    with pytest.raises(AppendOnlyError, match="ne se modifie pas"):
        Event.objects.bulk_update([event], ["reason"])
    with pytest.raises(AppendOnlyError, match="ne se supprime pas"):
        Event.objects.filter(pk=event.pk).delete()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders_event SET reason = 'autre' WHERE id = %s",
        "DELETE FROM orders_event WHERE id = %s",
        "INSERT INTO orders_event SELECT * FROM orders_event WHERE id = %s",
    ],
)
def test_the_database_refuses_them_too(event: Event, statement: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [event.pk])
    assert Event.objects.get(pk=event.pk).reason == "changed"


def test_the_base_manager_meets_the_triggers(event: Event) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Event._base_manager.filter(pk=event.pk)._raw_delete(using="default")


def test_a_row_is_not_replaced_nor_the_table_emptied(event: Event) -> None:
    if connection.vendor == "sqlite":
        statement = "INSERT OR REPLACE INTO orders_event SELECT * FROM orders_event WHERE sequence = 2"
    else:
        connection.check_constraints()
        statement = "TRUNCATE orders_event"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.count() == 3


@pytest.mark.parametrize("model", [Event, EventSeal])
def test_missing_triggers_are_seen_and_put_back(db: None, model: type[Event]) -> None:
    assert missing_triggers(connection, model) == ()
    lift_triggers(connection, model)
    assert len(missing_triggers(connection, model)) == (4 if connection.vendor == "sqlite" else 2)
    install_triggers(connection, model)
    assert missing_triggers(connection, model) == ()


def test_a_trigger_that_was_emptied_or_switched_off_counts_as_missing(db: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER orders_event_no_update")
            cursor.execute("CREATE TRIGGER orders_event_no_update BEFORE UPDATE ON orders_event BEGIN SELECT 1; END")
        else:
            cursor.execute("ALTER TABLE orders_event DISABLE TRIGGER orders_event_no_change")
    assert missing_triggers(connection, Event)
    install_triggers(connection, Event)
    assert missing_triggers(connection, Event) == ()


@pytest.mark.django_db(transaction=True)
def test_migrate_puts_lost_triggers_back() -> None:
    lift_triggers(connection, Event)
    call_command("migrate", verbosity=0)
    assert missing_triggers(connection, Event) == ()
