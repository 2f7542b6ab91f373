"""The chains of many orders, begun or continued in a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from orders.models import Event, EventChain
from orders.services.history import record_events
from orders.services.importing.bulk import insert_rows
from orders.services.importing.items import Life
from orders.services.importing.timeline import history_of
from segur.models.chain import Content, canonical_json, link_hash
from segur.models.events import EventDraft, event_key

_EVENT_COLUMNS = (
    *("subject", "sequence", "at", "recorded_at", "actor_id", "action", "from_state", "to_state", "reason"),
    *("payload_text", "regulation", "previous_hash", "hash", "order_id"),
)


def begin_chains(lives: Sequence[Life], *, now: datetime, actor_id: int | None) -> None:
    """The first events of orders that this transaction created: nobody else knows their chains yet."""
    key, table = event_key(), Event._meta.label
    rows, heads = [], []
    for life in lives:
        subject, regulation = f"order:{life.pk}", regulation_of(life)
        sequence, previous = 0, ""
        for action, at, before, after, reason, detail in history_of(life, now):
            sequence += 1
            payload = canonical_json(detail) if detail else "{}"
            content = Content(
                subject, sequence, at, now, actor_id, action, str(before), str(after), reason, payload, regulation
            )
            digest = link_hash(key, table, content, previous)
            rows.append(
                (
                    subject,
                    sequence,
                    at,
                    now,
                    actor_id,
                    action,
                    content.from_state,
                    content.to_state,
                    reason,
                    payload,
                    regulation,
                    previous,
                    digest,
                    life.pk,
                )
            )
            previous = digest
        heads.append((subject, sequence, previous, 0))
    insert_rows(EventChain, ("subject", "length", "last_hash", "sealed_length"), heads)
    insert_rows(Event, _EVENT_COLUMNS, rows)


def continue_chains(
    lives: Sequence[Life], others: Sequence[EventDraft], *, now: datetime, actor_id: int | None
) -> None:
    """What happened to orders already known, then what the claims brought about, last in the transaction."""
    drafts = [
        EventDraft(
            subject=f"order:{life.pk}",
            action=action,
            at=at,
            actor_id=actor_id,
            from_state=str(before),
            to_state=str(after),
            reason=reason,
            payload=detail,
            regulation=regulation_of(life),
            columns={"order_id": life.pk},
        )
        for life in lives
        for action, at, before, after, reason, detail in history_of(life, now)
    ]
    record_events([*drafts, *others], now=now)


def regulation_of(life: Life) -> str:
    """The texts of an order as its history names them."""
    return f"{life.facts.programme} {life.texts.version}".strip()
