"""The arithmetic of an append-only history: what is hashed, and what a broken chain looks like.

An event's hash is an HMAC-SHA256, under a key that is not in the database, of its whole content, its place and the
hash of the event before it. Whoever writes in the database without the key can neither change an event, nor slip
one in, nor add one at the end, without being seen.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

GENESIS = ""
"""The previous hash of the first event of a chain."""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything an event says. ``payload`` is the canonical JSON text, as stored."""

    subject: str
    sequence: int
    at: datetime
    recorded_at: datetime
    actor: int | None
    action: str
    from_state: str
    to_state: str
    reason: str
    payload: str
    regulation: str


@dataclass(frozen=True, slots=True)
class Link:
    """An event as found in the database; ``content`` None: it cannot even be read."""

    subject: str
    sequence: int
    content: Content | None
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """How long a chain is and how it ends, kept beside it."""

    length: int = 0
    last_hash: str = GENESIS


class Break(StrEnum):
    """What is wrong with a chain, at its first broken link."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    FORGED = "forged"
    HEAD = "head"
    TRIGGER = "trigger"
    SEAL = "seal"


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken link: the chain, the place in it, what is wrong, in French."""

    subject: str
    sequence: int | None
    problem: Break
    message: str

    def as_json(self) -> dict[str, object]:
        return {
            "subject": self.subject,
            "sequence": self.sequence,
            "problem": str(self.problem),
            "message": self.message,
        }


def canonical_json(payload: Mapping[str, object]) -> str:
    """One text per payload: sorted keys, no spaces; a float or an unknown type is a TypeError."""
    _refuse_floats(payload)
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no place in a history")
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)


def instant_text(at: datetime) -> str:
    """One text per instant, to the microsecond, in UTC; a naive instant is a ValueError."""
    if at.tzinfo is None:
        raise ValueError("an instant of the history carries its zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def link_hash(key: bytes, table: str, content: Content, previous_hash: str) -> str:
    """The keyed hash of an event of ``table`` that follows ``previous_hash``."""
    text = json.dumps(
        [
            table,
            content.subject,
            content.sequence,
            instant_text(content.at),
            instant_text(content.recorded_at),
            content.actor,
            content.action,
            content.from_state,
            content.to_state,
            content.reason,
            content.payload,
            content.regulation,
            previous_hash,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hmac.digest(key, text.encode(), "sha256").hex()


def append(key: bytes, table: str, head: Head, content: Content) -> tuple[Link, Head]:
    """``content`` as the next event of the chain, whatever sequence it carries, and the new head."""
    placed = replace(content, sequence=head.length + 1)
    digest = link_hash(key, table, placed, head.last_hash)
    link = Link(placed.subject, placed.sequence, placed, head.last_hash, digest)
    return link, Head(placed.sequence, digest)


def first_break(key: bytes, table: str, subject: str, links: Iterable[Link], head: Head | None) -> Broken | None:
    """The first broken link of one chain, in sequence order, or None when it holds."""
    length, last_hash = 0, GENESIS
    for link in links:
        expected = length + 1
        if head is not None and link.sequence > head.length:
            return _broken(subject, link.sequence, Break.FORGED)
        if link.sequence > expected:
            return _broken(subject, expected, Break.MISSING)
        if link.sequence < expected:
            return _broken(subject, link.sequence, Break.INSERTED)
        if not _is_ours(key, table, link):
            return _broken(subject, link.sequence, Break.CHANGED)
        if link.previous_hash != last_hash:
            return _broken(subject, link.sequence, Break.INSERTED)
        length, last_hash = link.sequence, link.hash
    if head is None:
        return _broken(subject, length, Break.HEAD)
    if head.length > length:
        return _broken(subject, length + 1, Break.MISSING)
    if head.last_hash != last_hash:
        return _broken(subject, length, Break.HEAD)
    return None


def _is_ours(key: bytes, table: str, link: Link) -> bool:
    if link.content is None:
        return False
    try:
        return link_hash(key, table, link.content, link.previous_hash) == link.hash
    except (TypeError, ValueError):
        return False


def _broken(subject: str, sequence: int, problem: Break) -> Broken:
    text = {
        Break.CHANGED: "l’événement {n} a été modifié ou ne porte pas notre sceau.",
        Break.MISSING: "l’événement {n} manque.",
        Break.INSERTED: "l’événement {n} ne suit pas celui qui le précède.",
        Break.FORGED: "l’événement {n} a été ajouté après la fin connue de la chaîne.",
        Break.HEAD: "la fin enregistrée de la chaîne ne correspond pas à l’événement {n}.",
    }[problem]
    return Broken(subject, sequence, problem, text.format(n=sequence))
