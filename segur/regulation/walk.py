"""A programme seen from outside: every leaf with its place, and the whole as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal

from segur.regulation.schema import ActList, Leaf, Programme

#: What JSON can hold.
Json = str | int | bool | None | list["Json"] | dict[str, "Json"]


def leaves(programme: Programme) -> Iterator[tuple[str, Leaf[object]]]:
    """Every leaf that can be reached, with its place: ``prestations.vague-2.ceilings.C.ht``, ``dates.4.at``."""
    return _leaves(programme, "")


def _leaves(value: object, place: str) -> Iterator[tuple[str, Leaf[object]]]:
    if isinstance(value, Leaf):
        yield place, value
        return
    for name, inner in _children(value):
        yield from _leaves(inner, f"{place}.{name}" if place else name)


def _children(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, tuple):
        yield from ((str(index), inner) for index, inner in enumerate(value))
    elif is_dataclass(value):
        yield from ((field.name, getattr(value, field.name)) for field in fields(value))


def programme_json(programme: Programme) -> dict[str, Json]:
    """The programme of the ``regulation`` command.

    A leaf is ``{"value", "source"}`` with ``provisional`` or ``unknown`` where it is one (then ``value`` is null).
    Money and shares are texts with their decimals, instants ISO 8601 with offset.
    """
    document: dict[str, Json] = {name: _json(inner) for name, inner in _children(programme)}
    document["provisional"] = [
        {"path": place, "reason": leaf.provisional} for place, leaf in leaves(programme) if leaf.provisional
    ]
    document["unknown"] = [{"path": place, "reason": leaf.unknown} for place, leaf in leaves(programme) if leaf.unknown]
    return document


def _json(value: object) -> Json:
    if isinstance(value, Leaf):
        return _leaf_json(value)
    if isinstance(value, ActList):
        return {"activity": str(value.activity), "codes": [*sorted(value.codes)], "source": value.source}
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [_json(inner) for inner in value]
    if isinstance(value, Mapping) or is_dataclass(value):
        return {name: _json(inner) for name, inner in _children(value)}
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)


def _leaf_json(leaf: Leaf[object]) -> dict[str, Json]:
    document: dict[str, Json] = {"value": _json(leaf.value), "source": leaf.source}
    if leaf.provisional:
        document["provisional"] = leaf.provisional
    if leaf.unknown:
        document["unknown"] = leaf.unknown
    return document
