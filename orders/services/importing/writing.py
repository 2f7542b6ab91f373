"""The rows of many orders, written in a constant number of statements per table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from orders.domain.search import search_key
from orders.domain.snapshot import ClientFacts
from orders.models import Client, DeMinimisAid, Order, OrderClient, OrderLine
from orders.services.importing.bulk import defaults, insert_rows, new_ids, update_rows
from orders.services.importing.items import Life
from orders.services.rows import client_values, form_values

_CLIENT_COLUMNS = ("name", "kind", "legal_representative", "phone", "email", "search_key")
_LINE_COLUMNS = ("order_id", "order_client_id", "position", "name", "activity", "finess", "rpps", "am")
_MANY = 5_000


class Clients:
    """The legal persons of a file, read once; each order describes them anew (the last description is kept)."""

    def __init__(self, sirens: Sequence[str]) -> None:
        self._known: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.described_otherwise: set[str] = set()
        for start in range(0, len(sirens), _MANY):
            rows = Client.objects.filter(siren__in=sirens[start : start + _MANY])
            for siren, pk, *values in rows.values_list("siren", "pk", *_CLIENT_COLUMNS):
                self._known[siren] = pk, tuple(values)
        self._at_hand = dict(self._known)

    def forget(self) -> None:
        """What was written since :meth:`keep` was rolled back."""
        self._known = dict(self._at_hand)

    def keep(self) -> None:
        """What was written stays."""
        self._at_hand = dict(self._known)

    def write(self, lives: Sequence[Life]) -> None:
        """Create or bring up to date the clients of these orders."""
        described = {client.siren: client for life in lives for client in life.facts.clients}
        new, changed = [], []
        for siren, facts in described.items():
            values = _client_row(facts)
            known = self._known.get(siren)
            if known is None:
                new.append((siren, values))
            elif known[1] != values:
                changed.append((siren, known[0], values))
        for pk, (siren, values) in zip(new_ids(Client, len(new)), new, strict=True):
            self._known[siren] = pk, values
        insert_rows(
            Client,
            ["id", "siren", *_CLIENT_COLUMNS],
            [(self._known[siren][0], siren, *values) for siren, values in new],
        )
        update_rows(Client, _CLIENT_COLUMNS, [(*values, pk) for _, pk, values in changed])
        for siren, pk, values in changed:
            self._known[siren] = pk, values

    def pk(self, siren: str) -> int:
        return self._known[siren][0]


def _client_row(facts: ClientFacts) -> tuple[str, ...]:
    return (
        facts.name,
        str(facts.kind),
        facts.legal_representative or "",
        facts.phone or "",
        facts.email or "",
        search_key([facts.name, facts.siren])[:250],
    )


_ORDER_DEFAULTS = defaults(Order)
_ORDER_NAMES = ("id", *_ORDER_DEFAULTS)
_order_row = itemgetter(*_ORDER_NAMES)
_PAGE_NAMES = (
    *("id", "order_id", "client_id", "position", "name", "kind", "legal_representative", "phone", "email"),
    *("principal", "signed_on", "signature"),
)
_page_row = itemgetter(*_PAGE_NAMES)
_CHANGING = (
    *("solution_id", "prestation", "vat", "state", "version", "issued_on", "first_signed_on", "signature_rank"),
    *("ended_at", "end_reason", "instance", "pacs", "identity", "db_installation", "connectors"),
    *("wave1_paid_by_client", "conditional_mention", "principal_ht", "principal_ttc", "secondary_ht", "secondary_ttc"),
    *("tranche_letter", "tranche_calculated_on", "tranche_reference", "tranche_valid", "tranche_invalid", "search_key"),
)
_changed_row = itemgetter(*_CHANGING, "id")


def write_orders(lives: Sequence[Life], clients: Clients, now: datetime) -> None:
    """Write the orders in their last state, with their pages, lines and aids."""
    clients.write([life for life in lives if life.is_new or life.form_changed])
    new = [life for life in lives if life.is_new]
    for pk, life in zip(new_ids(Order, len(new)), new, strict=True):
        life.pk = pk
    insert_rows(Order, _ORDER_NAMES, [_order_row(_order_values(life, now)) for life in new])
    changed = [life for life in lives if not life.is_new]
    update_rows(Order, _CHANGING, [_changed_row(_order_values(life, now)) for life in changed])
    rewritten = [life for life in changed if life.form_changed]
    if rewritten:
        OrderClient.objects.filter(order_id__in=[life.pk for life in rewritten]).delete()
    _write_pages([*new, *rewritten], clients)
    _sign_pages([life for life in changed if life.signed_here and not life.form_changed])


def _order_values(life: Life, now: datetime) -> dict[str, Any]:
    facts = life.facts
    return {
        **_ORDER_DEFAULTS,
        **form_values(facts),
        "id": life.pk,
        "number": facts.number,
        "supplier_id": life.incoming.supplier_id,
        "solution_id": life.incoming.solution_id,
        "programme": facts.programme,
        "regulation": life.texts.version,
        "state": str(life.state),
        "version": life.version + 1,
        "created_at": now,
        "issued_on": facts.issued_on,
        "first_signed_on": life.first_signed_on,
        "signature_rank": life.signature_rank,
        "ended_at": life.ended_at,
        "end_reason": life.end_reason,
    }


def _write_pages(lives: Sequence[Life], clients: Clients) -> None:
    ids = iter(new_ids(OrderClient, sum(len(life.facts.clients) for life in lives)))
    for life in lives:
        life.pages = [next(ids) for _ in life.facts.clients]
    insert_rows(OrderClient, _PAGE_NAMES, _pages(lives, clients))
    insert_rows(OrderLine, _LINE_COLUMNS, _lines(lives))
    insert_rows(DeMinimisAid, ("order_client_id", "position", "granted_on", "amount"), _aids(lives))


def _pages(lives: Sequence[Life], clients: Clients) -> Iterator[tuple[Any, ...]]:
    for life in lives:
        signed = {signature.client for signature in life.signed_here}
        for position, (pk, facts) in enumerate(zip(life.pages, life.facts.clients, strict=True)):
            values = client_values(facts)
            if position not in signed and facts.signed_on is not None:
                values["signed_on"], values["signature"] = None, ""
            values |= {"id": pk, "order_id": life.pk, "client_id": clients.pk(facts.siren), "position": position}
            yield _page_row(values)


def _lines(lives: Sequence[Life]) -> Iterator[tuple[Any, ...]]:
    for life in lives:
        for pk, client in zip(life.pages, life.facts.clients, strict=True):
            for position, line in enumerate(client.lines):
                yield (
                    life.pk,
                    pk,
                    position,
                    line.name,
                    str(line.activity),
                    line.finess or "",
                    line.rpps or "",
                    ";".join(line.am),
                )


def _aids(lives: Sequence[Life]) -> Iterator[tuple[Any, ...]]:
    for life in lives:
        for pk, client in zip(life.pages, life.facts.clients, strict=True):
            for position, aid in enumerate(client.de_minimis):
                yield pk, position, aid.granted_on, aid.amount


def _sign_pages(lives: Sequence[Life]) -> None:
    update_rows(
        OrderClient,
        ("signed_on", "signature"),
        [
            (signature.day, str(life.facts.clients[signature.client].signature or ""), life.pages[signature.client])
            for life in lives
            for signature in life.signed_here
        ],
    )
