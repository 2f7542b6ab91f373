"""Reading one JSON object by a table: every key is expected, every value has its reader, nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from orders.exchange.order_file.fields import listed
from orders.exchange.order_file.problems import Reading, Refused, below, kind_of, shown

NestedReader = Callable[[Any, str, Reading], Any]


@dataclass(frozen=True, slots=True)
class Key:
    """How the value of one key is read.

    ``read`` takes the value and raises Refused; a ``nested`` reader takes the value, its path and the reading, reports
    what it finds below its path and returns None when it found something.
    """

    read: Callable[..., Any]
    required: bool = False
    nested: bool = False


Table = Mapping[str, Key]


def read_object(raw: Any, table: Table, path: str, reading: Reading) -> dict[str, Any]:
    """The readable values of ``raw`` by key; what is missing, unknown or unreadable is reported to ``reading``."""
    if type(raw) is not dict:
        reading.add(path, "wrong-type", f"Attendu un objet entre accolades, trouvé {kind_of(raw)}. Corrigez la valeur.")
        return {}
    values: dict[str, Any] = {}
    for name, key in table.items():
        value = raw.get(name)
        if value is not None:
            if key.nested:
                values[name] = key.read(value, below(path, name), reading)
                continue
            try:
                value = key.read(value)
            except Refused as refused:
                reading.add(below(path, name), refused.code, refused.message)
                continue
        if value is not None:
            values[name] = value
        elif key.required:
            refuse_missing(name, path, reading)
    if not raw.keys() <= table.keys():
        _refuse_unknown(raw, table, path, reading)
    return values


def read_list(raw: Any, path: str, reading: Reading) -> Iterator[tuple[Any, str]]:
    """Each element of a list with its path; nothing, and a report, for another value."""
    try:
        elements = listed(raw)
    except Refused as refused:
        reading.add(path, refused.code, refused.message)
        return
    for i, element in enumerate(elements):
        yield element, f"{path}[{i}]"


def refuse_missing(name: str, path: str, reading: Reading) -> None:
    """Report a key that this object must hold."""
    reading.add(below(path, name), "missing-key", f"La clé « {name} » est obligatoire. Ajoutez-la avec sa valeur.")


def _refuse_unknown(raw: Mapping[str, Any], table: Table, path: str, reading: Reading) -> None:
    for name in raw:
        if name in table:
            continue
        near = get_close_matches(name, table, n=1)
        cure = f"Vouliez-vous écrire « {near[0]} » ?" if near else f"Supprimez-la. Clés admises : {', '.join(table)}."
        reading.add(below(path, shown(name)), "unknown-key", f"La clé « {shown(name)} » est inconnue. {cure}")
