"""Order files of any size, made up with valid check digits: whole lives of orders, some of them in conflict."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import Any

from tests.orders.order_files import keyed

_SIGNATURES = ("handwritten", "cpx", "pro-sante-connect", "rgs-1", "eidas-simple")
_FIRST_DAY = date(2026, 5, 1)
_SUPPLIERS = 4


def sample(count: int, *, conflicts: float = 0.0, seed: int = 2026) -> dict[str, Any]:
    """A file of ``count`` orders with about five identifiers each.

    ``conflicts``: the share of orders that carry a number of an order before them. Drafts, issued, partly signed,
    signed, cancelled and withdrawn orders are mixed in.
    """
    chance = random.Random(seed)
    orders: list[dict[str, Any]] = []
    for number in range(count):
        order = _order(number, chance)
        if orders and chance.random() < conflicts:
            _borrow(order, chance.choice(orders[-200:]))
        orders.append(order)
    suppliers = [_supplier(number) for number in range(_SUPPLIERS)]
    return {
        "format": "segur-order-file/1",
        "suppliers": suppliers,
        "solutions": [solution for number in range(_SUPPLIERS) for solution in _solutions(number)],
        "enrolments": [_enrolment(number) for number in range(_SUPPLIERS)],
        "orders": orders,
    }


def sample_bytes(count: int, **options: Any) -> bytes:
    """:func:`sample` as the bytes of a file."""
    return json.dumps(sample(count, **options), ensure_ascii=False).encode()


def identifiers(document: dict[str, Any]) -> int:
    """How many FINESS and AM a file holds."""
    lines = [line for order in document["orders"] for client in order["clients"] for line in client["lines"]]
    return sum(len(line.get("am") or []) + (line.get("finess") is not None) for line in lines)


def siret(number: int) -> str:
    return keyed(keyed(f"{70_000_000 + number:08d}") + "0001")


def siren(number: int) -> str:
    return keyed(f"{10_000_000 + number:08d}")


def finess(number: int) -> str:
    return keyed(f"{75_000_000 + number:08d}")


def rpps(number: int) -> str:
    return keyed(f"{1_010_000_000 + number:010d}")


def am(number: int) -> str:
    return keyed(f"{1_000_000 + number:08d}")


def _supplier(number: int) -> dict[str, Any]:
    return {
        "siret": siret(number),
        "name": f"Éditeur {number}",
        "role": "editor",
        "address": f"{number} rue des Essais\n69000 Exempleville",
        "contact": {"name": "A. Exemple", "phone": "04 00 00 00 00", "email": f"contact{number}@exemple.test"},
        "vat_liable": True,
        "hosting": "hds",
        "psc_operator_authorised_on": "2026-02-01",
    }


def _solutions(number: int) -> list[dict[str, Any]]:
    common = {"supplier": siret(number), "version": "7", "complete_file_submitted_at": "2026-04-20T09:00"}
    return [
        {"key": f"ris-{number}", "programme": "IMG-RIS-Va2", "name": f"RIS {number}", "referenced_on": "2026-07-01"}
        | common,
        {"key": f"db-{number}", "programme": "IMG-DB-Va2", "name": f"DRIMbox {number}"} | common,
    ]


def _enrolment(number: int) -> dict[str, Any]:
    return {
        "supplier": siret(number),
        "solution": f"ris-{number}",
        "number": f"ENR{number:04d}",
        "kind": "initial",
        "early": True,
        "submitted_on": "2026-03-02",
        "validated_on": "2026-03-20",
    }


def _order(number: int, chance: random.Random) -> dict[str, Any]:
    supplier = number % _SUPPLIERS
    is_ris = chance.random() < 0.8
    order: dict[str, Any] = {
        "number": f"BDC-2026-{number:06d}",
        "supplier": siret(supplier),
        "vat": "20",
        "wave1_paid_by_client": False,
        "conditional_mention": True,
        "amounts": {"principal_ht": "11252.83", "principal_ttc": "13503.40"},
        "clients": [_client(number * 2 + place, chance) for place in range(1 + (chance.random() < 0.15))],
    }
    order["clients"][0]["principal"] = True
    if is_ris:
        order |= {"solution": f"ris-{supplier}", "programme": "IMG-RIS-Va2", "prestation": "vague-2"}
        order |= {"instance": f"RIS-{number}", "identity": "master", "connectors": ["drimbox"]}
    else:
        order |= {"solution": f"db-{supplier}", "programme": "IMG-DB-Va2", "prestation": "db-new"}
        order |= {"pacs": f"PACS-{number}", "db_installation": "native-pacs"}
    if chance.random() < 0.5:
        order["tranche"] = {"letter": "C", "calculated_on": "2026-04-28", "reference": f"Calcul {number}"}
    _live(order, chance)
    return order


def _client(number: int, chance: random.Random) -> dict[str, Any]:
    lines: list[dict[str, Any]] = [
        {
            "name": f"Site {number}",
            "finess": finess(number),
            "activity": chance.choice(("radiology", "nuclear", "mixed")),
        }
    ]
    for place in range(chance.randint(1, 2)):
        doctor = number * 2 + place
        numbers = [am(doctor * 3 + each) for each in range(chance.randint(1, 3))]
        lines.append({"name": f"Dr {doctor}", "rpps": rpps(doctor), "am": numbers, "activity": "radiology"})
    client = {
        "siren": siren(number),
        "name": f"Centre d’imagerie {number}",
        "kind": chance.choice(("establishment", "practice")),
        "legal_representative": "A. Exemple",
        "email": f"direction{number}@exemple.test",
        "lines": lines,
    }
    if chance.random() < 0.2:
        client["de_minimis"] = [{"granted_on": "2024-03-01", "amount": "12000.00"}]
    return client


def _live(order: dict[str, Any], chance: random.Random) -> None:
    """Issue, signatures and end, as far as this order gets."""
    luck = chance.random()
    if luck < 0.05:
        return
    issued_on = _FIRST_DAY + timedelta(days=chance.randint(0, 60))
    order["issued_on"] = issued_on.isoformat()
    if luck < 0.12:
        return
    signed_on = issued_on + timedelta(days=chance.randint(1, 20))
    signing = order["clients"][:1] if luck < 0.15 else order["clients"]
    for client in signing:
        client["signed_on"] = signed_on.isoformat()
        client["signature"] = chance.choice(_SIGNATURES)
        signed_on += timedelta(days=chance.randint(0, 3))
    if luck > 0.97:
        end = "cancelled" if luck > 0.98 else "withdrawn"
        at = f"{(signed_on + timedelta(days=chance.randint(1, 30))).isoformat()}T10:30"
        order["events"] = [{"type": end, "at": at, "reason": "Abandon du projet"}]


def _borrow(order: dict[str, Any], other: dict[str, Any]) -> None:
    """Give an order a number that another one of its file carries."""
    line = other["clients"][0]["lines"][-1]
    own = order["clients"][0]["lines"][-1]
    own["am"] = [line["am"][0], *own["am"][1:]]
