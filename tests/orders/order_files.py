"""Made-up order files with valid check digits, as plain JSON documents that a test may damage."""

from __future__ import annotations

import json
from typing import Any

from stdnum import luhn

from orders.exchange.order_file import ParsedFile, RowError, read_order_file


def keyed(digits: str) -> str:
    """``digits`` and its Luhn check digit."""
    return digits + luhn.calc_check_digit(digits)


SIREN = keyed("12345670")
OTHER_SIREN = keyed("98765430")
SUPPLIER = keyed(keyed("55555550") + "0001")
FINESS = keyed("01990000")
OTHER_FINESS = keyed("01990001")
RPPS = keyed("1099999001")
AM = keyed("01199000")
OTHER_AM = keyed("01199001")


def supplier(**changes: Any) -> dict[str, Any]:
    return {"siret": SUPPLIER, "name": "Imagix", "role": "editor"} | changes


def solution(**changes: Any) -> dict[str, Any]:
    return {"key": "imagix-ris", "supplier": SUPPLIER, "programme": "IMG-RIS-Va2", "name": "Imagix RIS"} | changes


def enrolment(**changes: Any) -> dict[str, Any]:
    return {"supplier": SUPPLIER, "solution": "imagix-ris", "number": "ENR0001", "kind": "initial"} | changes


def establishment(**changes: Any) -> dict[str, Any]:
    return {"name": "CH du Test", "finess": FINESS, "activity": "mixed"} | changes


def doctor(**changes: Any) -> dict[str, Any]:
    return {"name": "Dr A. Exemple", "rpps": RPPS, "am": [AM, OTHER_AM], "activity": "radiology"} | changes


def client(**changes: Any) -> dict[str, Any]:
    lines = [establishment(), doctor()]
    return {"siren": SIREN, "name": "CH du Test", "kind": "establishment", "principal": True, "lines": lines} | changes


def ris_order(**changes: Any) -> dict[str, Any]:
    return {
        "number": "BDC-1",
        "supplier": SUPPLIER,
        "solution": "imagix-ris",
        "programme": "IMG-RIS-Va2",
        "prestation": "vague-2",
        "instance": "RIS-TEST-1",
        "vat": "20",
        "identity": "master",
        "clients": [client()],
    } | changes


def drimbox_order(**changes: Any) -> dict[str, Any]:
    return {
        "number": "BDC-DB-1",
        "supplier": SUPPLIER,
        "solution": "imagix-db",
        "programme": "IMG-DB-Va2",
        "prestation": "db-update",
        "pacs": "PACS-TEST-1",
        "vat": "20",
        "db_installation": "native-pacs",
        "clients": [client()],
    } | changes


def order_file(*orders: Any, **changes: Any) -> dict[str, Any]:
    return {
        "format": "segur-order-file/1",
        "suppliers": [supplier()],
        "solutions": [solution(), solution(key="imagix-db", programme="IMG-DB-Va2", name="Imagix DB")],
        "enrolments": [enrolment()],
        "orders": list(orders),
    } | changes


def read(*orders: Any, **changes: Any) -> ParsedFile:
    return read_order_file(json.dumps(order_file(*orders, **changes)))


def refusals(*orders: Any, **changes: Any) -> list[tuple[str, str]]:
    """(path, code) of every refused place."""
    return [(error.path, error.code) for error in read(*orders, **changes).errors]


def only_refusal(order: Any) -> RowError:
    """The one fault of the one order of a file, which is then not used."""
    parsed = read(order)
    assert parsed.orders == ()
    assert parsed.refused_orders == 1
    (error,) = parsed.errors
    return error
