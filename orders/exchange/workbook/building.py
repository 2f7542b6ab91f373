"""From rows to the document of an order file: cells read, orders and clients put together, each value's place kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from orders.exchange.order_file.problems import Refused, RowError
from orders.exchange.order_file.reader import FORMAT
from orders.exchange.workbook.cells import as_text, refuse_error, shown
from orders.exchange.workbook.columns import EVENTS, LINES, MANDATES, RESULTS, Column, Level
from orders.exchange.workbook.places import SECTION_SHEETS, Place, Places, Record
from orders.exchange.workbook.source import UNCALCULATED

#: Stands where a cell could not be read: every reader of the order file refuses it, and the note of the cell says why.
UNREAD = {"illisible": True}

Cells = Sequence[Any]
Columns = Sequence[tuple[int, Column]]


@dataclass(slots=True)
class _Client:
    document: dict[str, Any]
    record: Record
    path: str
    cells: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Order:
    document: dict[str, Any]
    record: Record
    cells: dict[str, Any] = field(default_factory=dict)
    clients: dict[str, _Client] = field(default_factory=dict)
    last_client: _Client | None = None


class DocumentBuilder:
    """Collects the rows of every sheet into ``document``; ``places`` says where each value came from.

    The sheet of lines comes first, that of the suppliers before that of their mandates.
    """

    def __init__(self, *, single: bool) -> None:
        self.document: dict[str, Any] = {"format": FORMAT, **{name: [] for name in SECTION_SHEETS}}
        self.places = Places(single)
        self.errors: list[RowError] = []
        self.refused: set[int] = set()
        self._orders: dict[tuple[str, str], _Order] = {}
        self._numbered: dict[str, list[_Order]] = {}
        self._current: _Order | None = None
        self._suppliers: dict[str, tuple[dict[str, Any], Record]] = {}

    def refuse_row(self, sheet: str, row: int, code: str, message: str, column: str = "") -> None:
        """A fault of a row that belongs to no record."""
        place = Place("" if self.places.single else sheet, row, column)
        self.errors.append(RowError(None, str(place), code, message))

    # The sheet of lines

    def add_line(self, row: int, cells: Cells, columns: dict[Level, Columns]) -> None:
        """One row of the sheet of lines: what it says of its order, of its client, and its line."""
        of_order, of_client, of_line = (
            _filled(cells, columns[level]) for level in (Level.ORDER, Level.CLIENT, Level.LINE)
        )
        order = self._order(row, of_order)
        order.record.all_rows.add((LINES.title, row))
        self._merge(order.document, order.record, order.cells, "", row, of_order)
        if not of_client and not of_line:
            return
        client = self._client(order, row, of_client)
        self._merge(client.document, client.record, client.cells, f"{client.path}.", row, of_client)
        if of_line:
            lines = client.document["lines"]
            path = f"{client.path}.lines[{len(lines)}]."
            line: dict[str, Any] = {}
            lines.append(line)
            order.record.lines[int(client.path[8:-1])].append(row)
            for column, value in of_line:
                line[column.key] = _read(column, value, order.record, path + column.key)

    def _order(self, row: int, filled: list[tuple[Column, Any]]) -> _Order:
        given = {column.key: _plain_number(value) for column, value in filled if column.key in ("number", "supplier")}
        number, supplier = given.get("number"), given.get("supplier")
        current = self._current
        if (
            current is not None
            and number in (None, current.cells["#number"])
            and supplier in (None, current.cells.get("#supplier", supplier))
        ):
            return current
        key = (number or f"#{row}", supplier or "")
        order = self._orders.get(key)
        if order is None and supplier is None and len(self._numbered.get(key[0], [])) == 1:
            order = self._numbered[key[0]][0]
        if order is None:
            order = self._new_order(row, key)
        if supplier is not None:
            order.cells["#supplier"] = supplier
        self._current = order
        return order

    def _new_order(self, row: int, key: tuple[str, str]) -> _Order:
        orders = self.document["orders"]
        record = Record("orders", len(orders), row)
        order = _Order({"clients": []}, record, {"#number": key[0]})
        orders.append(order.document)
        self.places.records["orders"].append(record)
        self.places.by_number.setdefault(key[0], record)
        self._orders[key] = order
        self._numbered.setdefault(key[0], []).append(order)
        return order

    def _client(self, order: _Order, row: int, filled: list[tuple[Column, Any]]) -> _Client:
        siren = next((_plain_number(value) for column, value in filled if column.key == "siren"), None)
        if siren is None and order.last_client is not None:
            return order.last_client
        client = order.clients.get(siren or "")
        if client is None:
            clients = order.document["clients"]
            client = _Client({"lines": []}, order.record, f"clients[{len(clients)}]")
            clients.append(client.document)
            order.record.clients.append(row)
            order.record.lines.append([])
            order.clients[siren or ""] = client
        order.last_client = client
        return client

    def _merge(
        self,
        document: dict[str, Any],
        record: Record,
        cells: dict[str, Any],
        root: str,
        row: int,
        filled: list[tuple[Column, Any]],
    ) -> None:
        """Put into ``document`` what a row says; a row that says otherwise than those before it is a contradiction."""
        for column, value in filled:
            key = column.key
            if key in cells:
                if cells[key] != value:
                    self._compare(document, record, root + key, column, value, row)
                continue
            cells[key] = value
            _put(document, key, _read(column, value, record, root + key))
            if row != _first_row(record, root):
                record.strays[root + key] = (LINES.title, row)

    def _compare(
        self, document: dict[str, Any], record: Record, path: str, column: Column, value: Any, row: int
    ) -> None:
        if path in record.notes:
            return
        known = _get(document, column.key)
        if _read(column, value, record, path) == known and path not in record.notes:
            return
        if path not in record.notes:
            first = record.strays.get(path, (LINES.title, _first_row(record, path)))[1]
            record.notes[path] = (
                "contradiction",
                f"{shown(value)} contredit la ligne {first}. Écrivez la même valeur, ou videz l’une des cellules.",
            )
        record.strays[path] = (LINES.title, row)
        _put(document, column.key, UNREAD)

    # The sheets about an order

    def _named_order(self, sheet: str, row: int, filled: list[tuple[Column, Any]]) -> _Order | None:
        given = {column.key: _plain_number(value) for column, value in filled if column.level is Level.ORDER}
        number, supplier = given.get("number"), given.get("supplier")
        if number is None:
            self.refuse_row(sheet, row, "missing-key", "Il manque le numéro de BDC. Écrivez celui de la commande.")
            return None
        known = self._numbered.get(number, [])
        found = [order for order in known if supplier in (None, order.cells.get("#supplier"))]
        if len(found) == 1:
            found[0].record.all_rows.add((sheet, row))
            return found[0]
        message = (
            f"La commande {shown(number)} n’est pas dans la feuille Lignes pour ce fournisseur. Ajoutez-la."
            if not found
            else f"Plusieurs fournisseurs ont une commande {shown(number)}. Écrivez le SIRET du fournisseur."
        )
        self.refuse_row(sheet, row, "unknown-reference", message)
        return None

    def add_event(self, row: int, cells: Cells, columns: dict[Level, Columns]) -> None:
        """One row of the sheet of events."""
        order = self._named_order(EVENTS.title, row, _filled(cells, columns[Level.ORDER]))
        if order is None:
            return
        events = order.document.setdefault("events", [])
        path = f"events[{len(events)}]."
        order.record.events.append(row)
        filled = _filled(cells, columns[Level.RECORD])
        events.append({column.key: _read(column, value, order.record, path + column.key) for column, value in filled})

    def add_result(self, row: int, cells: Cells, columns: dict[Level, Columns]) -> None:
        """One row of the sheet of the numbers that the calculation service answered."""
        order = self._named_order(RESULTS.title, row, _filled(cells, columns[Level.ORDER]))
        if order is None:
            return
        given: dict[str, Any] = {}
        for column, value in _filled(cells, columns[Level.RECORD]):
            try:
                given[column.key] = _value(column, value)
            except Refused as refused:
                self._refuse_result(order, row, column.header, refused.code, refused.message)
                return
        if "result" not in given:
            self._refuse_result(order, row, "Résultat", "missing-key", "Résultat est vide. Écrivez Valide ou Invalide.")
            return
        lists = order.document.setdefault("tranche", {}).setdefault(given["result"], {})
        if "list" not in given:
            if "value" in given:
                self._refuse_result(order, row, "Liste", "missing-key", "Liste est vide. Écrivez celle du numéro.")
            return
        numbers = lists.setdefault(given["list"], [])
        path = f"tranche.{given['result']}.{given['list']}[{len(numbers)}]"
        for place in (path, f"{path}.value", f"{path}.reason"):
            order.record.strays[place] = (RESULTS.title, row)
        if given["result"] == "valid":
            numbers.append(given.get("value", UNREAD))
        else:
            numbers.append({key: given[key] for key in ("value", "reason") if key in given})

    def _refuse_result(self, order: _Order, row: int, column: str, code: str, message: str) -> None:
        place = Place(RESULTS.title, row, column)
        number = order.cells["#number"]
        self.errors.append(RowError(number, str(place), code, message))
        self.refused.add(order.record.place)

    # Suppliers, their mandates, solutions, enrolments

    def add_record(self, section: str, row: int, cells: Cells, columns: Columns) -> None:
        """One row of a sheet that holds one record per row."""
        records = self.document[section]
        record = Record(section, len(records), row)
        record.all_rows.add((SECTION_SHEETS[section].title, row))
        document: dict[str, Any] = {}
        for column, value in _filled(cells, columns):
            _put(document, column.key, _read(column, value, record, column.key))
            if section == "suppliers" and column.key == "siret":
                self._suppliers.setdefault(_plain_number(value), (document, record))
        records.append(document)
        self.places.records[section].append(record)

    def add_mandate(self, row: int, cells: Cells, columns: Columns) -> None:
        """One row of the sheet of mandates, put under its distributor."""
        filled = _filled(cells, columns)
        siret = next((_plain_number(value) for column, value in filled if column.key == "supplier"), "")
        if siret not in self._suppliers:
            message = "Ce distributeur n’est pas dans la feuille Fournisseurs. Ajoutez-le, ou corrigez son SIRET."
            self.refuse_row(MANDATES.title, row, "unknown-reference", message, "SIRET distributeur")
            return
        document, record = self._suppliers[siret]
        mandates = document.setdefault("mandates", [])
        path = f"mandates[{len(mandates)}]."
        record.mandates.append(row)
        record.all_rows.add((MANDATES.title, row))
        mandates.append(
            {
                column.key: _read(column, value, record, path + column.key)
                for column, value in filled
                if column.key != "supplier"
            }
        )


def _filled(cells: Cells, columns: Columns) -> list[tuple[Column, Any]]:
    width = len(cells)
    return [
        (column, value)
        for place, column in columns
        if place < width
        and (value := cells[place]) is not None
        and (type(value) is not str or not value.isspace())
        and value != ""
    ]


def _plain_number(value: Any) -> str:
    """What an order or a person of the sheet is recognised by."""
    return "".join(as_text(value).split()) if type(value) is not str else value.strip()


def _value(column: Column, value: Any) -> Any:
    if value is UNCALCULATED:
        raise Refused(
            "formula-unsaved",
            "Cette formule n’a pas de valeur enregistrée. Ouvrez le classeur, enregistrez-le, ou tapez la valeur.",
        )
    refuse_error(value)
    return column.kind.read(value)


def _read(column: Column, value: Any, record: Record, path: str) -> Any:
    try:
        return _value(column, value)
    except Refused as refused:
        record.notes[path] = (refused.code, refused.message)
        return UNREAD


def _put(document: dict[str, Any], key: str, value: Any) -> None:
    parent, _, name = key.rpartition(".")
    if parent:
        document.setdefault(parent, {})[name] = value
    else:
        document[key] = value


def _get(document: dict[str, Any], key: str) -> Any:
    parent, _, name = key.rpartition(".")
    return document.get(parent, {}).get(name) if parent else document.get(key)


def _first_row(record: Record, path: str) -> int:
    if path.startswith("clients["):
        return record.clients[int(path[8 : path.index("]")])]
    return record.row
