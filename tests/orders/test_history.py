"""``verify_events`` finds every changed, missing, inserted or forged event once the triggers are switched off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from orders.models import Event, EventChain, EventSeal, Order
from orders.selectors.history import verify_histories
from orders.services.decisions import Decision, decide_conflict
from orders.services.history import seal_histories
from orders.services.life import cancel_order
from orders.tasks import seal_day
from segur.models.append_only import install_triggers, lift_triggers
from segur.models.chain import Break, Content, Head, append, canonical_json, first_break, link_hash
from segur.models.events import person_reference
from tests.commands import run
from tests.orders.factories import NOW, am, client, doctor, record, ris_facts

KEY = b"k" * 32


@pytest.fixture
def attacked(db: None) -> Order:
    """Three orders, one in conflict and one cancelled, with the triggers switched off."""
    order = record(ris_facts("A", client(1, [doctor(1)]), client(2, [doctor(2)])))
    record(ris_facts("B", client(3, [doctor(2)])))
    other = record(ris_facts("C", client(4, [doctor(4)])))
    cancel_order(order_id=other.pk, reason="Été", now=NOW)
    lift_triggers(connection, Event)
    lift_triggers(connection, EventSeal)
    return order


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def found() -> list[tuple[str, int | None, str]]:
    broken = verify_histories().broken
    return [(each.subject, each.sequence, str(each.problem)) for each in broken if each.problem is not Break.TRIGGER]


def test_an_untouched_history_is_whole(db: None) -> None:
    record(ris_facts("A", client(1, [doctor(1)])))
    record(ris_facts("B", client(2, [doctor(1)])))
    seal_histories(now=NOW)
    outcome = run("verify_events", "--json")
    assert outcome.status == 0
    assert outcome.document == {"events": 8, "chains": 3, "broken": []}
    assert "historique intact" in run("verify_events").out


CHANGES = {
    "at": "2026-05-12 00:00:01",
    "recorded_at": "2026-05-12 00:00:01",
    "action": "client_signee",
    "from_state": "issuee",
    "to_state": "issuer",
    "reason": "x",
    "payload_text": '{"client": 1,"mode":"cpx"}',
    "regulation": "IMG-RIS-Va2 2",
    "previous_hash": "0" * 64,
    "hash": "f" * 64,
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_column(attacked: Order, column: str) -> None:
    statement = f"UPDATE orders_event SET {column} = %s WHERE order_id = %s AND sequence = 3"  # noqa: S608
    sql(statement, CHANGES[column], attacked.pk)
    assert found() == [(attacked.subject, 3, "changed")]


def test_an_event_given_to_another_author_or_order(attacked: Order, django_user_model: type) -> None:
    user = django_user_model.objects.create_user("intrus")
    sql("UPDATE orders_event SET actor_id = %s WHERE order_id = %s AND sequence = 2", user.pk, attacked.pk)
    assert found() == [(attacked.subject, 2, "changed")]


def test_an_event_moved_to_another_order(attacked: Order) -> None:
    other = Order.objects.get(number="B")
    sql("UPDATE orders_event SET order_id = %s WHERE order_id = %s AND sequence = 2", other.pk, attacked.pk)
    assert found() == [(attacked.subject, 2, "changed")]


def test_a_single_byte_of_any_text(attacked: Order) -> None:
    """Also a byte that leaves the meaning as it was: a T between day and hour, a space in the payload."""
    if connection.vendor == "sqlite":
        sql("UPDATE orders_event SET at = replace(at, ' ', 'T') WHERE order_id = %s AND sequence = 1", attacked.pk)
        assert found() == [(attacked.subject, 1, "changed")]
        sql("UPDATE orders_event SET at = replace(at, 'T', ' ') WHERE order_id = %s AND sequence = 1", attacked.pk)
        assert found() == []
        sql("UPDATE orders_event SET at = '2026-13-40' WHERE order_id = %s AND sequence = 1", attacked.pk)
        assert found() == [(attacked.subject, 1, "changed")]
    sql("UPDATE orders_event SET payload_text = '{ }' WHERE order_id = %s AND sequence = 1", attacked.pk)
    assert found() == [(attacked.subject, 1, "changed")]


def test_bytes_that_are_not_text(attacked: Order) -> None:
    if connection.vendor != "sqlite":
        return
    sql("UPDATE orders_event SET reason = CAST(X'FF41' AS TEXT) WHERE order_id = %s AND sequence = 1", attacked.pk)
    assert found() == [(attacked.subject, 1, "changed")]
    sql("UPDATE orders_event SET reason = X'00' WHERE order_id = %s AND sequence = 1", attacked.pk)
    assert found() == [(attacked.subject, 1, "changed")]


@pytest.mark.parametrize("sequence", [1, 2, 4])
def test_a_deleted_event_also_the_last(attacked: Order, sequence: int) -> None:
    sql("DELETE FROM orders_event WHERE order_id = %s AND sequence = %s", attacked.pk, sequence)
    assert found() == [(attacked.subject, sequence, "missing")]


def copy_event(order: Order, sequence: int, *, source: int = 2, digest: str | None = None) -> None:
    event = Event.objects.get(order=order, sequence=source)
    event.pk, event.sequence = None, sequence
    event.hash = digest or event.hash
    event._state.adding = True
    event.save()


def test_an_event_slipped_in_the_middle(attacked: Order) -> None:
    for sequence in (4, 3):
        sql(
            "UPDATE orders_event SET sequence = %s WHERE order_id = %s AND sequence = %s",
            sequence + 1,
            attacked.pk,
            sequence,
        )
    copy_event(attacked, 3)
    sql("UPDATE orders_eventchain SET length = 5 WHERE subject = %s", attacked.subject)
    assert found() == [(attacked.subject, 3, "changed")]


def test_a_forged_event_at_the_end(attacked: Order) -> None:
    copy_event(attacked, 5, digest="a" * 64)
    assert found() == [(attacked.subject, 5, "forged")]
    sql("UPDATE orders_eventchain SET length = 5, last_hash = %s WHERE subject = %s", "a" * 64, attacked.subject)
    assert found() == [(attacked.subject, 5, "changed")]


def test_a_tail_lost_with_its_head_is_seen_by_the_seal(attacked: Order) -> None:
    seal_histories(now=NOW)
    before = Event.objects.get(order=attacked, sequence=3)
    sql("DELETE FROM orders_event WHERE order_id = %s AND sequence = 4", attacked.pk)
    sql(
        "UPDATE orders_eventchain SET length = 3, sealed_length = 3, last_hash = %s WHERE subject = %s",
        before.hash,
        attacked.subject,
    )
    assert found() == [(attacked.subject, 4, "missing")]


def test_a_chain_lost_with_its_head(attacked: Order) -> None:
    sql("DELETE FROM orders_event WHERE order_id = %s", attacked.pk)
    assert found() == [(attacked.subject, None, "missing")]
    sql("DELETE FROM orders_eventchain WHERE subject = %s", attacked.subject)
    assert found() == [(attacked.subject, None, "missing")]


def test_a_chain_lost_with_everything_that_names_it_is_seen_by_the_seal(attacked: Order) -> None:
    seal_histories(now=NOW)
    subject = "conflict:" + str(attacked.held_conflicts.get().pk)
    sql("DELETE FROM orders_event WHERE subject = %s", subject)
    sql("DELETE FROM orders_eventchain WHERE subject = %s", subject)
    sql("DELETE FROM orders_conflictparty")
    sql("DELETE FROM orders_conflict")
    assert found() == [(subject, None, "missing")]


def test_a_changed_or_lost_seal(attacked: Order) -> None:
    seal_histories(now=NOW)
    cancel_order(order_id=attacked.pk, reason="Fin", now=NOW)
    seal_histories(now=NOW + timedelta(days=1))
    assert found() == []
    sql("DELETE FROM orders_eventseal WHERE number = 2")
    assert (attacked.subject, 4, "seal") in found()
    sql("UPDATE orders_eventseal SET heads = '[]' WHERE number = 1")
    assert ("seal", 1, "seal") in found()


def test_a_seal_holds_only_what_moved(db: None) -> None:
    order = record(ris_facts("A", client(1, [doctor(1)])))
    record(ris_facts("B", client(2, [doctor(2)])))
    seal_day()
    assert seal_histories(now=NOW) is None
    cancel_order(order_id=order.pk, reason="Fin", now=NOW)
    seal = seal_histories(now=NOW)
    assert seal is not None
    assert order.subject in seal.heads and seal.heads.count("order:") == 1


def test_a_broken_history_is_not_sealed_over(attacked: Order, caplog: pytest.LogCaptureFixture) -> None:
    seal_day()
    assert not EventSeal.objects.exists()
    assert "broken history" in caplog.text


def test_missing_triggers_are_reported(attacked: Order) -> None:
    outcome = run("verify_events", "--json")
    assert outcome.status == 1
    names = {each["subject"] for each in outcome.document["broken"]}
    assert names == {"orders_event", "orders_eventseal"}
    assert {each["problem"] for each in outcome.document["broken"]} == {"trigger"}
    connection.check_constraints()
    install_triggers(connection, Event)
    install_triggers(connection, EventSeal)
    assert run("verify_events").status == 0


def test_another_key_recognises_nothing(attacked: Order, settings: object) -> None:
    settings.SECRET_KEY = "autre" * 20
    assert {problem for _, _, problem in found()} == {"changed"}
    assert len(found()) == EventChain.objects.count()


def test_no_number_of_a_person_stands_in_an_event(attacked: Order) -> None:
    conflict = attacked.held_conflicts.get()
    decide_conflict(conflict_id=conflict.pk, decision=Decision.TRANSFER, reason="Vu.", now=NOW)
    texts = "".join(Event.objects.values_list("payload_text", flat=True))
    assert person_reference(am(2)) in texts
    assert am(2) not in texts and "Dr Exemple" not in texts


def content(number: int) -> Content:
    at = datetime(2026, 5, 12, tzinfo=UTC) + timedelta(microseconds=number)
    return Content("order:1", 0, at, at, None, "changed", "", "", f"motif {number}", "{}", "1")


def a_chain(length: int) -> tuple[list, Head]:
    links, head = [], Head()
    for number in range(length):
        link, head = append(KEY, "t", head, content(number))
        links.append(link)
    return links, head


@given(st.integers(1, 12))
def test_a_chain_as_written_holds(length: int) -> None:
    links, head = a_chain(length)
    assert first_break(KEY, "t", "order:1", links, head) is None


@given(st.integers(2, 12), st.data())
def test_any_loss_swap_or_repetition_is_seen(length: int, data: st.DataObject) -> None:
    links, head = a_chain(length)
    place = data.draw(st.integers(0, length - 1))
    mutate: Callable[[list], list] = data.draw(
        st.sampled_from(
            [
                lambda kept: kept[:place] + kept[place + 1 :],
                lambda kept: [*kept[:place], kept[place], *kept[place:]],
                lambda kept: [*kept[: place + 1], replace(kept[place], sequence=place + 2), *kept[place + 1 :]],
                lambda kept: [*kept[:place], replace(kept[place], previous_hash="0" * 64), *kept[place + 1 :]],
            ]
        )
    )
    assert first_break(KEY, "t", "order:1", mutate(links), head) is not None
    assert first_break(KEY, "t", "order:1", links, replace(head, last_hash="0" * 64)) is not None
    assert first_break(KEY, "t", "order:1", links, None) is not None
    assert first_break(KEY, "another table", "order:1", links, head) is not None


def test_what_is_not_hashed_cannot_be_written() -> None:
    with pytest.raises(TypeError):
        canonical_json({"amount": [{"ht": 1.5}]})
    with pytest.raises(ValueError, match="zone"):
        link_hash(KEY, "t", replace(content(1), at=datetime(2026, 5, 12)), "")  # noqa: DTZ001
    assert canonical_json({"b": 1, "a": "é"}) == '{"a":"é","b":1}'
