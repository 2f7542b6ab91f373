"""The append-only event and its chain. Each app has its concrete tables on these classes.

A concrete event names the table of its heads::

    class EventChain(AbstractEventChain): ...

    class Event(AbstractEvent):
        chains = EventChain
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db import models, transaction

from segur.models.append_only import AppendOnly
from segur.models.chain import Content, Head, append, canonical_json

_BATCH = 2_000


def event_key() -> bytes:
    """The key of the history: ``EVENT_KEY`` of the settings or, by default, one derived from ``SECRET_KEY``."""
    secret = getattr(settings, "EVENT_KEY", "") or settings.SECRET_KEY
    return hmac.digest(str(secret).encode(), b"segur.history", "sha256")


def person_reference(value: str) -> str:
    """A keyed hash that stands for an identifier of a person (AM, RPPS) in an event.

    A bare hash of nine digits is found by trying them all; this one needs the key.
    """
    return hmac.digest(event_key(), b"person:" + value.encode(), "sha256").hex()[:32]


class AbstractEventChain(models.Model):
    """The head of one chain: its length and last hash, so that a lost tail is seen."""

    subject = models.CharField("sujet", max_length=64, primary_key=True)
    length = models.PositiveIntegerField("longueur")
    last_hash = models.CharField("dernière empreinte", max_length=64)
    sealed_length = models.PositiveIntegerField("longueur scellée", default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.subject} ({self.length})"


class AbstractEvent(AppendOnly):
    """Who did what, when, from which state to which, and why.

    ``at`` is the instant of the fact, ``recorded_at`` the instant it was written. ``actor`` None: the system.
    ``payload_text`` is canonical JSON; persons stand in it as row references or :func:`person_reference`.
    """

    chains: ClassVar[type[AbstractEventChain]]

    subject = models.CharField("sujet", max_length=64)
    sequence = models.PositiveIntegerField("rang")
    at = models.DateTimeField("instant du fait")
    recorded_at = models.DateTimeField("enregistré le")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="auteur",
    )
    action = models.CharField("action", max_length=64)
    from_state = models.CharField("de l’état", max_length=32, blank=True)
    to_state = models.CharField("à l’état", max_length=32, blank=True)
    reason = models.TextField("motif", blank=True)
    payload_text = models.TextField("détail", default="{}")
    regulation = models.CharField("version du règlement", max_length=64, blank=True)
    previous_hash = models.CharField("empreinte précédente", max_length=64, blank=True)
    hash = models.CharField("empreinte", max_length=64)

    class Meta:
        abstract = True
        ordering = ["subject", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "sequence"], name="%(app_label)s_%(class)s_link"),
            models.CheckConstraint(condition=models.Q(sequence__gte=1), name="%(app_label)s_%(class)s_sequence"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.sequence} {self.action}"

    @property
    def payload(self) -> dict[str, Any]:
        """The details of the fact, as JSON values."""
        payload: dict[str, Any] = json.loads(self.payload_text)
        return payload


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event to append. ``columns`` fills the columns that a concrete table adds (``order_id``)."""

    subject: str
    action: str
    at: datetime
    actor_id: int | None = None
    from_state: str = ""
    to_state: str = ""
    reason: str = ""
    payload: Mapping[str, object] = field(default_factory=dict)
    regulation: str = ""
    columns: Mapping[str, object] = field(default_factory=dict)


E = TypeVar("E", bound=AbstractEvent)


def append_many(model: type[E], drafts: Sequence[EventDraft], *, recorded_at: datetime) -> list[E]:
    """Append events to their chains, in the order given, in a constant number of statements per batch.

    Must run in the transaction of the facts it records. Call it last in a transaction: it locks the heads of its
    subjects in sorted order, and a writer that holds a head waits for nothing else.
    """
    if not drafts:
        return []
    chains: type[Any] = model.chains
    table = model._meta.label
    key = event_key()
    with transaction.atomic():
        heads = {row.subject: row for row in _locked_heads(chains, sorted({draft.subject for draft in drafts}))}
        events = []
        for draft in drafts:
            row = heads.get(draft.subject)
            if row is None:
                row = heads[draft.subject] = chains(subject=draft.subject, length=0, last_hash="")
            content = _content(draft, recorded_at)
            link, head = append(key, table, Head(row.length, row.last_hash), content)
            row.length, row.last_hash = head.length, head.last_hash
            events.append(_event(model, draft, content, link.sequence, link.previous_hash, link.hash))
        model.objects.bulk_create(events)
        chains.objects.bulk_create(
            [heads[subject] for subject in sorted(heads)],
            update_conflicts=True,
            unique_fields=["subject"],
            update_fields=["length", "last_hash"],
        )
    return events


def _locked_heads(chains: type[Any], subjects: Sequence[str]) -> Iterator[Any]:
    for start in range(0, len(subjects), _BATCH):
        part = subjects[start : start + _BATCH]
        yield from chains.objects.select_for_update().filter(subject__in=part).order_by("subject")


def _content(draft: EventDraft, recorded_at: datetime) -> Content:
    return Content(
        subject=draft.subject,
        sequence=0,
        at=draft.at,
        recorded_at=recorded_at,
        actor=draft.actor_id,
        action=draft.action,
        from_state=str(draft.from_state),
        to_state=str(draft.to_state),
        reason=draft.reason,
        payload=canonical_json(draft.payload),
        regulation=draft.regulation,
    )


def _event(model: type[E], draft: EventDraft, content: Content, sequence: int, previous_hash: str, digest: str) -> E:
    return model(
        subject=content.subject,
        sequence=sequence,
        at=content.at,
        recorded_at=content.recorded_at,
        actor_id=content.actor,
        action=content.action,
        from_state=content.from_state,
        to_state=content.to_state,
        reason=content.reason,
        payload_text=content.payload,
        regulation=content.regulation,
        previous_hash=previous_hash,
        hash=digest,
        **draft.columns,
    )
