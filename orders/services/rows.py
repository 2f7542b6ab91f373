"""The columns and rows that an order form fills."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from orders.domain.search import search_key
from orders.domain.snapshot import ClientFacts, FourInvalidLists, OrderFacts, TrancheFacts
from orders.models import DeMinimisAid, OrderClient, OrderLine


def form_values(facts: OrderFacts) -> dict[str, Any]:
    """The columns of an order that its form fills, whatever its state."""
    return {
        "prestation": str(facts.prestation),
        "vat": str(facts.vat),
        "instance": facts.instance or "",
        "pacs": facts.pacs or "",
        "identity": str(facts.identity or ""),
        "db_installation": str(facts.db_installation or ""),
        "connectors": ";".join(facts.connectors),
        "wave1_paid_by_client": facts.wave1_paid_by_client,
        "conditional_mention": facts.conditional_mention,
        "search_key": order_search_key(facts),
        **asdict(facts.amounts),
        **tranche_values(facts.tranche),
    }


def order_search_key(facts: OrderFacts) -> str:
    """Everything an order is looked for by: its number, installation, clients, lines and their identifiers."""
    texts = [facts.number, facts.instance, facts.pacs]
    for client in facts.clients:
        texts += [client.name, client.siren]
        for line in client.lines:
            texts += [line.name, line.finess, line.rpps, *line.am]
    return search_key(texts)


def tranche_values(tranche: TrancheFacts | None) -> dict[str, Any]:
    """The columns of the ANS service's answer (R55)."""
    return {
        "tranche_letter": tranche.letter if tranche else "",
        "tranche_calculated_on": tranche.calculated_on if tranche else None,
        "tranche_reference": (tranche.reference or "") if tranche else "",
        "tranche_valid": _lists(tranche.valid) if tranche and tranche.valid else None,
        "tranche_invalid": _invalid(tranche.invalid) if tranche and tranche.invalid else None,
    }


def _lists(lists: Any) -> dict[str, list[str]]:
    return {name: list(numbers) for name, numbers in asdict(lists).items()}


def _invalid(lists: FourInvalidLists) -> dict[str, list[list[str | None]]]:
    names = FourInvalidLists.__dataclass_fields__
    return {name: [[number.value, number.reason] for number in getattr(lists, name)] for name in names}


def client_values(facts: ClientFacts) -> dict[str, Any]:
    """The columns of a client's page."""
    return {
        "name": facts.name,
        "kind": str(facts.kind),
        "legal_representative": facts.legal_representative or "",
        "phone": facts.phone or "",
        "email": facts.email or "",
        "principal": facts.principal,
        "signed_on": facts.signed_on,
        "signature": str(facts.signature or ""),
    }


def line_rows(page: OrderClient, facts: ClientFacts) -> Iterator[OrderLine]:
    """The lines of a client's page, unsaved."""
    for position, line in enumerate(facts.lines):
        yield OrderLine(
            order_id=page.order_id,
            order_client=page,
            position=position,
            name=line.name,
            activity=str(line.activity),
            finess=line.finess or "",
            rpps=line.rpps or "",
            am=";".join(line.am),
        )


def aid_rows(page: OrderClient, facts: ClientFacts) -> Iterator[DeMinimisAid]:
    """The aids declared on a client's page, unsaved."""
    for position, aid in enumerate(facts.de_minimis):
        yield DeMinimisAid(order_client=page, position=position, granted_on=aid.granted_on, amount=aid.amount)
