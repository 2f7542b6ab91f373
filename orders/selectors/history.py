"""Reading the histories back: is every chain whole, are the triggers that protect them in place?"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from orders.models import Conflict, Event, EventSeal, Order
from segur.models.append_only import AppendOnly, missing_triggers
from segur.models.chain import GENESIS, Break, Broken, Content, Head, Link, first_break, instant_text
from segur.models.events import AbstractEvent, AbstractEventChain, event_key

SEAL_LABEL = "seal"
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class HistoryReport:
    """What ``verify_events`` answers: how much was read, and the first broken link of each chain that has one."""

    events: int
    chains: int
    broken: tuple[Broken, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "events": self.events,
            "chains": self.chains,
            "broken": [broken.as_json() for broken in self.broken],
        }


def event_tables() -> tuple[type[AbstractEvent], ...]:
    """Every concrete event table of the product."""
    return tuple(model for model in apps.get_models() if issubclass(model, AbstractEvent))


def chain_tables() -> tuple[tuple[str, type[AbstractEventChain]], ...]:
    """Every table of heads, with the label of its events."""
    return tuple((model._meta.label, model.chains) for model in event_tables())


def verify_histories() -> HistoryReport:
    """Check triggers, chains, heads and seals of every history."""
    with _any_byte_readable():
        return _verified()


def _verified() -> HistoryReport:
    broken: list[Broken] = list(_missing_triggers())
    events, chains, key = 0, 0, event_key()
    lengths: dict[tuple[str, str], int] = {}
    sealed = _Seals(key)
    for model in event_tables():
        label = model._meta.label
        heads = {row.subject: row for row in model.chains._default_manager.all()}
        for subject, links in _chains(model):
            head = heads.pop(subject, None)
            found = list(links)
            events, chains = events + len(found), chains + 1
            lengths[label, subject] = len(found)
            known = Head(head.length, head.last_hash) if head else None
            problem = first_break(key, label, subject, found, known) or sealed.against(label, subject, found, head)
            broken += [problem] if problem else []
        broken += [_lost(subject, "la chaîne a perdu tous ses événements.") for subject in heads]
    broken += sealed.broken
    broken += sealed.lost(lengths)
    broken += _without_history(lengths)
    return HistoryReport(events, chains, tuple(_first_of_each(broken)))


def _first_of_each(broken: Iterable[Broken]) -> Iterator[Broken]:
    """The first broken link of each chain, and every missing trigger."""
    seen: set[str] = set()
    for each in broken:
        if each.problem is Break.TRIGGER or each.subject not in seen:
            yield each
        seen.add(each.subject)


@contextmanager
def _any_byte_readable() -> Iterator[None]:
    """SQLite stops at a text that is not UTF-8; a changed byte must be reported, not stop the check."""
    connection.ensure_connection()
    if connection.vendor != "sqlite":
        yield
        return
    raw = connection.connection
    kept, raw.text_factory = raw.text_factory, lambda text: text.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = kept


def _missing_triggers() -> Iterator[Broken]:
    for model in apps.get_models():
        if issubclass(model, AppendOnly):
            for name in missing_triggers(connection, model):
                message = f"le déclencheur {name} manque ou a été modifié ; « manage.py migrate » le remet en place."
                yield Broken(model._meta.db_table, None, Break.TRIGGER, message)


def _lost(subject: str, message: str) -> Broken:
    return Broken(subject, None, Break.MISSING, message)


def _without_history(lengths: dict[tuple[str, str], int]) -> Iterator[Broken]:
    """A creation is an event: an order or a conflict without a chain has lost it."""
    for model, prefix in ((Order, "order"), (Conflict, "conflict")):
        for pk in model._default_manager.order_by("pk").values_list("pk", flat=True):
            if (Event._meta.label, f"{prefix}:{pk}") not in lengths:
                yield _lost(f"{prefix}:{pk}", "aucun événement : même la création a disparu.")


def _chains(model: type[AbstractEvent]) -> Iterator[tuple[str, Iterator[Link]]]:
    """Every chain in sequence order, read as stored."""
    columns = [
        "subject", "sequence", "at", "recorded_at", "actor_id", "action", "from_state", "to_state", "reason",
        "payload_text", "regulation", "previous_hash", "hash",
    ]  # fmt: skip
    extra = ["order_id"] if any(field.name == "order" for field in model._meta.concrete_fields) else []
    rows = (
        model._default_manager.annotate(at_raw=Cast("at", TextField()), recorded_raw=Cast("recorded_at", TextField()))
        .order_by("subject", "sequence", "pk")
        .values_list(*columns[:2], "at_raw", "recorded_raw", *columns[4:], *extra)
        .iterator(chunk_size=_CHUNK)
    )
    for subject, group in groupby(rows, key=lambda row: row[0]):
        yield subject, (_link(row, has_order=bool(extra)) for row in group)


def _link(row: tuple[Any, ...], *, has_order: bool) -> Link:
    subject, sequence, at, recorded_at, *rest, previous_hash, digest = row[:13]
    instants = _instant(at), _instant(recorded_at)
    readable = all(instants) and (not has_order or _names_its_order(subject, row[13]))
    content = Content(subject, sequence, instants[0], instants[1], *rest) if readable else None  # type: ignore[arg-type]
    return Link(subject, sequence, content, previous_hash, digest)


def _names_its_order(subject: str, order_id: int | None) -> bool:
    kind, _, pk = subject.partition(":")
    return order_id == int(pk) if kind == "order" and pk.isdecimal() else order_id is None


def _instant(text: str) -> datetime | None:
    """The instant of a stored text, or None when it is not written exactly as the database writes it."""
    try:
        read = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    if connection.vendor != "sqlite":
        return read
    read = read.replace(tzinfo=UTC)
    return read if str(read.replace(tzinfo=None)) == text else None


def heads_text(heads: Iterable[tuple[str, str, int, str]]) -> str:
    """Canonical text of the heads that a seal holds."""
    return json.dumps([list(head) for head in heads], ensure_ascii=False, separators=(",", ":"))


def seal_hash(key: bytes, label: str, number: int, at: datetime, heads: str, previous: str) -> str:
    """The keyed hash of a seal that follows ``previous``."""
    text = json.dumps([label, number, instant_text(at), heads, previous], ensure_ascii=False, separators=(",", ":"))
    return hmac.digest(key, text.encode(), "sha256").hex()


class _Seals:
    """The last sealed head of every chain, and what is wrong with the seals themselves."""

    def __init__(self, key: bytes) -> None:
        self.broken: list[Broken] = []
        self.heads: dict[tuple[str, str], tuple[int, str]] = {}
        previous = GENESIS
        for expected, seal in enumerate(EventSeal.objects.order_by("number"), 1):
            digest = seal_hash(key, SEAL_LABEL, seal.number, seal.at, seal.heads, seal.previous_hash)
            if seal.number != expected or seal.previous_hash != previous or digest != seal.hash:
                message = f"le sceau quotidien {expected} manque ou a été modifié."
                self.broken.append(Broken("seal", expected, Break.SEAL, message))
                return
            for label, subject, length, last_hash in json.loads(seal.heads):
                self.heads[label, subject] = length, last_hash
            previous = seal.hash

    def against(self, label: str, subject: str, links: list[Link], head: AbstractEventChain | None) -> Broken | None:
        """A chain that holds by itself, against what was sealed of it."""
        length, last_hash = self.heads.get((label, subject), (0, GENESIS))
        if length > len(links) or (length and links[length - 1].hash != last_hash):
            message = f"la chaîne ne contient plus l’événement {length}, scellé."
            return Broken(subject, length, Break.MISSING, message)
        if head is not None and head.sealed_length != length and not self.broken:
            message = "la longueur scellée ne correspond à aucun sceau : un sceau manque."
            return Broken(subject, length, Break.SEAL, message)
        return None

    def lost(self, lengths: dict[tuple[str, str], int]) -> Iterator[Broken]:
        """Chains that a seal knows and that no event remembers."""
        for label, subject in self.heads:
            if (label, subject) not in lengths:
                yield _lost(subject, "la chaîne entière a disparu depuis son sceau.")
