"""The document of an order file as rows of sheets, whatever its values are worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from orders.exchange.workbook.columns import (
    ENROLMENTS,
    EVENTS,
    LINES,
    MANDATES,
    RESULTS,
    SOLUTIONS,
    SUPPLIERS,
    Column,
    Level,
    Sheet,
)


class FlatRow(NamedTuple):
    """``values`` stand in the sequence of the columns; ``path`` is the place of the row's own part in the record."""

    sheet: Sheet
    values: list[Any]
    section: str
    place: int
    path: str


def flat_rows(document: Mapping[str, Any]) -> Iterator[FlatRow]:
    """Every row, order after order and then the reference data."""
    for place, order in enumerate(_list(document.get("orders"))):
        yield from _order_rows(_object(order), place)
    for section, sheet in (("suppliers", SUPPLIERS), ("solutions", SOLUTIONS), ("enrolments", ENROLMENTS)):
        for place, record in enumerate(_list(document.get(section))):
            yield FlatRow(sheet, _cells(sheet, {Level.RECORD: _object(record)}), section, place, "")
            for i, mandate in enumerate(_list(_object(record).get("mandates")) if section == "suppliers" else []):
                given = _object(mandate) | {"supplier": _object(record).get("siret")}
                yield FlatRow(MANDATES, _cells(MANDATES, {Level.RECORD: given}), section, place, f"mandates[{i}]")


def _order_rows(order: dict[str, Any], place: int) -> Iterator[FlatRow]:
    clients = _list(order.get("clients"))
    if not clients:
        yield FlatRow(LINES, _cells(LINES, {Level.ORDER: order}), "orders", place, "")
    for i, client in enumerate(map(_object, clients)):
        lines = _list(client.get("lines"))
        if not lines:
            values = _cells(LINES, {Level.ORDER: order, Level.CLIENT: client})
            yield FlatRow(LINES, values, "orders", place, f"clients[{i}]")
        for j, line in enumerate(map(_object, lines)):
            values = _cells(LINES, {Level.ORDER: order, Level.CLIENT: client, Level.LINE: line})
            yield FlatRow(LINES, values, "orders", place, f"clients[{i}].lines[{j}]")
    for i, event in enumerate(map(_object, _list(order.get("events")))):
        values = _cells(EVENTS, {Level.ORDER: order, Level.RECORD: event})
        yield FlatRow(EVENTS, values, "orders", place, f"events[{i}]")
    for path, result in _results(_object(order.get("tranche"))):
        values = _cells(RESULTS, {Level.ORDER: order, Level.RECORD: result})
        yield FlatRow(RESULTS, values, "orders", place, path)


def _results(tranche: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for result in ("valid", "invalid"):
        lists = tranche.get(result)
        if lists is None:
            continue
        count = 0
        for name, numbers in _object(lists).items():
            for i, number in enumerate(_list(numbers)):
                count += 1
                given = _object(number) or {"value": number}
                yield f"tranche.{result}.{name}[{i}]", {"result": result, "list": name, **given}
        if not count:
            yield f"tranche.{result}", {"result": result}


def _cells(sheet: Sheet, records: Mapping[Level, dict[str, Any]]) -> list[Any]:
    return [_cell(column, records.get(column.level)) for column in sheet.columns]


def _cell(column: Column, record: dict[str, Any] | None) -> Any:
    if record is None:
        return None
    parent, _, name = column.key.rpartition(".")
    value = _object(record.get(parent)).get(name) if parent else record.get(name)
    if value is None:
        return None
    try:
        written = column.kind.write(value)
    except (AttributeError, TypeError, ValueError):
        return str(value)
    return None if written == "" else written


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
