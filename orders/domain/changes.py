"""Which places of an order form two descriptions write differently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from orders.domain.snapshot import OrderFacts

#: What never changes once the form is issued: another supplier, programme or number is another order.
FIXED_AFTER_ISSUE = frozenset({"number", "supplier", "solution", "programme", "issued_on"})


def changed_paths(before: OrderFacts, after: OrderFacts) -> tuple[str, ...]:
    """The places that differ, as paths of the order file, in its sequence; events are not compared.

    Clients are compared by SIREN and lines by place: a client that comes or goes is one path.
    """
    found = []
    for each in fields(OrderFacts):
        if each.name == "clients":
            found += list(_clients(before, after))
        elif each.name != "events":
            found += list(_differences(getattr(before, each.name), getattr(after, each.name), each.name))
    return tuple(found)


def _clients(before: OrderFacts, after: OrderFacts) -> Iterator[str]:
    old = {client.siren: client for client in before.clients}
    for position, client in enumerate(after.clients):
        known = old.pop(client.siren, None)
        if known is None:
            yield f"clients[{position}]"
        else:
            yield from _differences(known, client, f"clients[{position}]")
    for siren in old:
        yield f"clients[{siren}]"


def _differences(before: object, after: object, path: str) -> Iterator[str]:
    if before == after:
        return
    if is_dataclass(before) and type(before) is type(after):
        for each in fields(before):
            yield from _differences(getattr(before, each.name), getattr(after, each.name), f"{path}.{each.name}")
    elif isinstance(before, tuple) and isinstance(after, tuple) and _holds_records(before + after):
        for position in range(max(len(before), len(after))):
            here = f"{path}[{position}]"
            if position < min(len(before), len(after)):
                yield from _differences(before[position], after[position], here)
            else:
                yield here
    else:
        yield path


def _holds_records(values: tuple[object, ...]) -> bool:
    return any(is_dataclass(value) for value in values)
