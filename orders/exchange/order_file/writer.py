"""Write a ``segur-order-file/1``: the same facts always give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orders.domain.snapshot import (
    ClientFacts,
    EnrolmentFacts,
    FourInvalidLists,
    FourLists,
    LineFacts,
    OrderEventFacts,
    OrderFacts,
    OrderFile,
    SolutionFacts,
    SupplierFacts,
    TrancheFacts,
)
from orders.exchange.order_file.events import EVENT_KEYS, plain
from orders.exchange.order_file.reader import FORMAT
from segur.regulation.dates import PARIS

_CENT = Decimal("0.01")


def write_order_file(file: OrderFile) -> str:
    """The order file as text: one record per line, every key present, in the sequence of the contract.

    Money has two decimals, instants carry the offset of Paris, what is unknown is null, the text ends with a line
    feed. Reading it gives the same facts, and writing those gives the same text.
    """
    sections = (
        ("suppliers", map(_supplier, file.suppliers)),
        ("solutions", map(_solution, file.solutions)),
        ("enrolments", map(_enrolment, file.enrolments)),
        ("orders", map(_order, file.orders)),
    )
    written = [f'"format": {_dump(FORMAT)}', *(_section(name, records) for name, records in sections)]
    return "{" + ",\n".join(written) + "}\n"


def _section(name: str, records: Iterable[dict[str, Any]]) -> str:
    lines = ",\n".join(map(_dump, records))
    return f'"{name}": [\n{lines}\n]' if lines else f'"{name}": []'


_dump = json.JSONEncoder(ensure_ascii=False).encode


def _supplier(supplier: SupplierFacts) -> dict[str, Any]:
    contact = supplier.contact
    return {
        "siret": supplier.siret,
        "name": supplier.name,
        "role": supplier.role,
        "address": supplier.address,
        "contact": contact and {"name": contact.name, "phone": contact.phone, "email": contact.email},
        "vat_liable": supplier.vat_liable,
        "hosting": supplier.hosting,
        "mandates": [
            {"editor": mandate.editor, "solution": mandate.solution, "granted_on": _day(mandate.granted_on)}
            for mandate in supplier.mandates
        ],
        "psc_operator_authorised_on": _day(supplier.psc_operator_authorised_on),
    }


def _solution(solution: SolutionFacts) -> dict[str, Any]:
    return {
        "key": solution.key,
        "supplier": solution.supplier,
        "programme": solution.programme,
        "name": solution.name,
        "version": solution.version,
        "ans_number": solution.ans_number,
        "complete_file_submitted_at": _instant(solution.complete_file_submitted_at),
        "referenced_on": _day(solution.referenced_on),
        "refused_on": _day(solution.refused_on),
        "withdrawn_on": _day(solution.withdrawn_on),
    }


def _enrolment(enrolment: EnrolmentFacts) -> dict[str, Any]:
    return {
        "supplier": enrolment.supplier,
        "solution": enrolment.solution,
        "number": enrolment.number,
        "kind": enrolment.kind,
        "early": enrolment.early,
        "submitted_on": _day(enrolment.submitted_on),
        "validated_on": _day(enrolment.validated_on),
        "finalised_on": _day(enrolment.finalised_on),
    }


def _order(order: OrderFacts) -> dict[str, Any]:
    amounts = order.amounts
    return {
        "number": order.number,
        "supplier": order.supplier,
        "solution": order.solution,
        "programme": order.programme,
        "prestation": order.prestation,
        "instance": order.instance,
        "pacs": order.pacs,
        "issued_on": _day(order.issued_on),
        "vat": order.vat,
        "identity": order.identity,
        "db_installation": order.db_installation,
        "connectors": order.connectors or None,
        "wave1_paid_by_client": order.wave1_paid_by_client,
        "conditional_mention": order.conditional_mention,
        "amounts": {
            "principal_ht": _money(amounts.principal_ht),
            "principal_ttc": _money(amounts.principal_ttc),
            "secondary_ht": _money(amounts.secondary_ht),
            "secondary_ttc": _money(amounts.secondary_ttc),
        },
        "tranche": order.tranche and _tranche(order.tranche),
        "clients": [_client(client) for client in order.clients],
        "events": [_event(event) for event in order.events],
    }


def _tranche(tranche: TrancheFacts) -> dict[str, Any]:
    return {
        "letter": tranche.letter,
        "calculated_on": _day(tranche.calculated_on),
        "reference": tranche.reference,
        "valid": tranche.valid and _valid(tranche.valid),
        "invalid": tranche.invalid and _invalid(tranche.invalid),
    }


def _valid(lists: FourLists) -> dict[str, Any]:
    return {
        "am_radiology": lists.am_radiology,
        "am_nuclear": lists.am_nuclear,
        "finess_radiology": lists.finess_radiology,
        "finess_nuclear": lists.finess_nuclear,
    }


def _invalid(lists: FourInvalidLists) -> dict[str, Any]:
    return {
        name: [{"value": number.value, "reason": number.reason} for number in numbers]
        for name, numbers in (
            ("am_radiology", lists.am_radiology),
            ("am_nuclear", lists.am_nuclear),
            ("finess_radiology", lists.finess_radiology),
            ("finess_nuclear", lists.finess_nuclear),
        )
    }


def _client(client: ClientFacts) -> dict[str, Any]:
    return {
        "siren": client.siren,
        "name": client.name,
        "kind": client.kind,
        "legal_representative": client.legal_representative,
        "phone": client.phone,
        "email": client.email,
        "principal": client.principal,
        "signed_on": _day(client.signed_on),
        "signature": client.signature,
        "de_minimis": [{"granted_on": _day(aid.granted_on), "amount": _money(aid.amount)} for aid in client.de_minimis],
        "lines": [_line(line) for line in client.lines],
    }


def _line(line: LineFacts) -> dict[str, Any]:
    return {
        "name": line.name,
        "finess": line.finess,
        "rpps": line.rpps,
        "am": line.am or None,
        "activity": line.activity,
    }


def _event(event: OrderEventFacts) -> dict[str, Any]:
    extra = dict(event.extra)
    return {
        "type": event.type,
        "at": _instant(event.at),
        **{name: plain(extra.get(name)) for name in EVENT_KEYS[event.type]},
    }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount.quantize(_CENT))


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(PARIS).isoformat()
