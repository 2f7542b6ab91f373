"""The facts of many orders appended to their chains in a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from funding.models import LifeEvent, LifeEventChain
from orders.services.importing.bulk import insert_rows
from segur.models.chain import GENESIS, Content, canonical_json, link_hash
from segur.models.events import EventDraft, event_key

_MANY = 5_000
_COLUMNS = (
    *("subject", "sequence", "at", "recorded_at", "actor_id", "action", "reason", "payload_text", "regulation"),
    *("previous_hash", "hash", "order_id", "person_number", "from_state", "to_state"),
)


def append_facts(drafts: Sequence[EventDraft], *, now: datetime) -> None:
    """Append facts in the sequence given, as :func:`segur.models.events.append_many` would, but as plain rows.

    Last in the transaction, whose caller holds the rows of the orders: nobody else writes to these chains.
    """
    subjects = sorted({draft.subject for draft in drafts})
    known = {head.subject: head for head in _heads(subjects)}
    ends = {subject: (head.length, head.last_hash) for subject, head in known.items()}
    key, table = event_key(), LifeEvent._meta.label
    rows = []
    for draft in drafts:
        length, previous = ends.get(draft.subject, (0, GENESIS))
        payload = canonical_json(draft.payload) if draft.payload else "{}"
        content = Content(
            draft.subject,
            length + 1,
            draft.at,
            now,
            draft.actor_id,
            draft.action,
            "",
            "",
            draft.reason,
            payload,
            draft.regulation,
        )
        digest = link_hash(key, table, content, previous)
        ends[draft.subject] = length + 1, digest
        rows.append(
            (
                draft.subject,
                length + 1,
                draft.at,
                now,
                draft.actor_id,
                draft.action,
                draft.reason,
                payload,
                draft.regulation,
                previous,
                digest,
                draft.columns["order_id"],
                draft.columns["person_number"],
                "",
                "",
            )
        )
    insert_rows(LifeEvent, _COLUMNS, rows)
    new = [(subject, *ends[subject], 0) for subject in subjects if subject not in known]
    insert_rows(LifeEventChain, ("subject", "length", "last_hash", "sealed_length"), new)
    for subject, head in known.items():
        head.length, head.last_hash = ends[subject]
    LifeEventChain.objects.bulk_update(known.values(), ["length", "last_hash"], batch_size=500)


def _heads(subjects: Sequence[str]) -> Iterator[LifeEventChain]:
    for start in range(0, len(subjects), _MANY):
        part = subjects[start : start + _MANY]
        yield from LifeEventChain.objects.select_for_update().filter(subject__in=part).order_by("subject")
