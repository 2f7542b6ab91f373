"""The database read into the frozen facts that file, guards and screens share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import F, Prefetch, QuerySet

from orders.domain.snapshot import (
    ClientFacts,
    ClientKind,
    Connector,
    Contact,
    DbInstallation,
    DeMinimisAid,
    FourInvalidLists,
    FourLists,
    Hosting,
    InvalidNumber,
    LineActivity,
    LineFacts,
    Mandate,
    OrderAmounts,
    OrderEventFacts,
    OrderFacts,
    PrestationKey,
    SignatureMode,
    SolutionFacts,
    SupplierFacts,
    SupplierRole,
    TrancheFacts,
)
from orders.models import Order, OrderClient, OrderLine, OrderState, Solution, Supplier
from segur.regulation.schema import Identity, Programme, Vat
from segur.texts import catalogue

_CHUNK = 2_000
END_EVENTS: Mapping[str, str] = {str(OrderState.CANCELLED): "cancelled", str(OrderState.WITHDRAWN): "withdrawn"}
"""The event of the order file that leads to a state of the order's own machine."""


def programme_of(order: Order) -> Programme:
    """The version of the texts that an order was made under; raises UnknownProgrammeError."""
    return catalogue().version(order.programme, order.regulation)


def order_facts(order: Order) -> OrderFacts:
    """One order as its form shows it, without the events that funding records. Constant number of queries."""
    (facts,) = order_facts_many(Order.objects.filter(pk=order.pk))
    return facts


def order_facts_many(orders: QuerySet[Order]) -> Iterator[OrderFacts]:
    """The orders of a queryset, in its order, in a constant number of queries per two thousand."""
    for order in with_form(orders).iterator(chunk_size=_CHUNK):
        yield facts_of(order)


def with_form(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The queryset with everything that :func:`facts_of` reads."""
    # A prefetched foreign key is one OR per row on SQLite, which stops at a thousand: the client is joined instead.
    pages = Prefetch("clients", OrderClient.objects.select_related("client"))
    return orders.select_related("supplier", "solution").prefetch_related(
        pages, "clients__lines", "clients__de_minimis"
    )


def export_sequence(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders in the sequence of their first signature, then number; those without signature last."""
    return orders.order_by(
        F("first_signed_on").asc(nulls_last=True),
        F("signature_rank").asc(nulls_last=True),
        "number",
        "supplier__siret",
    )


def facts_of(order: Order) -> OrderFacts:
    """An order whose form is already loaded (:func:`with_form`)."""
    return OrderFacts(
        number=order.number,
        supplier=order.supplier.siret,
        solution=order.solution.key,
        programme=order.programme,
        prestation=PrestationKey(order.prestation),
        vat=Vat(order.vat),
        clients=tuple(_client(client) for client in order.clients.all()),
        instance=order.instance or None,
        pacs=order.pacs or None,
        issued_on=order.issued_on,
        identity=Identity(order.identity) if order.identity else None,
        db_installation=DbInstallation(order.db_installation) if order.db_installation else None,
        connectors=tuple(Connector(name) for name in order.connector_list),
        wave1_paid_by_client=order.wave1_paid_by_client,
        conditional_mention=order.conditional_mention,
        amounts=OrderAmounts(order.principal_ht, order.principal_ttc, order.secondary_ht, order.secondary_ttc),
        tranche=_tranche(order),
    )


def _client(client: OrderClient) -> ClientFacts:
    return ClientFacts(
        siren=client.client.siren,
        name=client.name,
        kind=ClientKind(client.kind),
        lines=tuple(_line(line) for line in client.lines.all()),
        legal_representative=client.legal_representative or None,
        phone=client.phone or None,
        email=client.email or None,
        principal=client.principal,
        signed_on=client.signed_on,
        signature=SignatureMode(client.signature) if client.signature else None,
        de_minimis=tuple(DeMinimisAid(aid.granted_on, aid.amount) for aid in client.de_minimis.all()),
    )


def _line(line: OrderLine) -> LineFacts:
    return LineFacts(
        name=line.name,
        activity=LineActivity(line.activity),
        finess=line.finess or None,
        rpps=line.rpps or None,
        am=tuple(line.am_list),
    )


def _tranche(order: Order) -> TrancheFacts | None:
    if not order.tranche_letter:
        return None
    return TrancheFacts(
        letter=order.tranche_letter,
        calculated_on=order.tranche_calculated_on,
        reference=order.tranche_reference or None,
        valid=_valid(order.tranche_valid),
        invalid=_invalid(order.tranche_invalid),
    )


def _valid(stored: Mapping[str, list[str]] | None) -> FourLists | None:
    if stored is None:
        return None
    return FourLists(**{name: tuple(numbers) for name, numbers in stored.items()})


def _invalid(stored: Mapping[str, list[Any]] | None) -> FourInvalidLists | None:
    if stored is None:
        return None
    return FourInvalidLists(
        **{name: tuple(InvalidNumber(value, reason) for value, reason in numbers) for name, numbers in stored.items()}
    )


def end_of(order: Order) -> tuple[OrderEventFacts, ...]:
    """How an order ended, as an event of the order file; nothing while it lives."""
    if order.ended_at is None:
        return ()
    reason = (("reason", order.end_reason),) if order.end_reason else ()
    return (OrderEventFacts(END_EVENTS[order.state], order.ended_at, reason),)


def supplier_facts(supplier: Supplier) -> SupplierFacts:
    """A supplier with its mandates."""
    contact = Contact(supplier.contact_name or None, supplier.contact_phone or None, supplier.contact_email or None)
    return SupplierFacts(
        siret=supplier.siret,
        name=supplier.name,
        role=SupplierRole(supplier.role),
        address=supplier.address or None,
        contact=contact if contact != Contact() else None,
        vat_liable=supplier.vat_liable,
        hosting=Hosting(supplier.hosting) if supplier.hosting else None,
        mandates=tuple(Mandate(each.editor, each.solution, each.granted_on) for each in supplier.mandates.all()),
        psc_operator_authorised_on=supplier.psc_operator_authorised_on,
    )


def solution_facts(solution: Solution) -> SolutionFacts:
    """A solution and its referencing dates."""
    return SolutionFacts(
        key=solution.key,
        supplier=solution.supplier.siret,
        programme=solution.programme,
        name=solution.name,
        version=solution.version or None,
        ans_number=solution.ans_number or None,
        complete_file_submitted_at=solution.complete_file_submitted_at,
        referenced_on=solution.referenced_on,
        refused_on=solution.refused_on,
        withdrawn_on=solution.withdrawn_on,
    )
