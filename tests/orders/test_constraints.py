"""What must never be false of an order is refused by the database itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from orders.models import Client, Conflict, DeMinimisAid, Order, OrderClient, OrderLine, Solution, Supplier
from tests.orders.factories import NOW, RIS, am, client, doctor, finess, record, ris_facts, rpps, siren

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    return record(ris_facts("A", client(1, [doctor(1)], principal=True)))


def refused_update(row: Any, **values: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"principal_ht": Decimal("-0.01")},
        {"principal_ttc": Decimal("-0.01")},
        {"secondary_ht": Decimal("-0.01")},
        {"secondary_ttc": Decimal("-0.01")},
        {"state": "paid"},
        {"state": "draft"},
        {"state": "cancelled"},
        {"first_signed_on": None},
        {"issued_on": None},
        {"ended_at": NOW},
        {"end_reason": "Sans raison"},
        {"vat": "5.5"},
        {"identity": "both"},
        {"tranche_letter": "I"},
        {"pacs": "PACS"},
        {"db_installation": "other"},
        {"prestation": "db-new"},
        {"prestation": "vague-3"},
        {"number": ""},
        {"programme": ""},
        {"version": 0},
    ],
    ids=str,
)
def test_order(order: Order, values: dict[str, Any]) -> None:
    refused_update(order, **values)


def test_one_number_per_supplier(order: Order) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        record(ris_facts("A", client(2, [doctor(2)])), solution=order.solution)


def test_one_principal_client(order: Order) -> None:
    other = Client.objects.create(siren=siren(2), name="Autre", kind="practice")
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderClient.objects.create(order=order, client=other, position=1, name="Autre", kind="practice", principal=True)


def test_a_client_once_per_order(order: Order) -> None:
    page = order.clients.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderClient.objects.create(order=order, client=page.client, position=1, name="Autre", kind="practice")


@pytest.mark.parametrize("values", [{"kind": "group"}, {"signature": "fax"}], ids=str)
def test_client_page(order: Order, values: dict[str, Any]) -> None:
    refused_update(order.clients.get(), **values)


LINES = {
    "establishment with AM": {"finess": finess(1), "am": am(1)},
    "establishment with RPPS": {"finess": finess(1), "rpps": rpps(1)},
    "neither": {},
    "doctor without AM": {"rpps": rpps(1)},
    "AM without RPPS": {"am": am(1)},
    "short FINESS": {"finess": "51000001"},
    "short RPPS": {"rpps": "1010000000", "am": am(1)},
    "AM of eight digits": {"rpps": rpps(1), "am": "51100001"},
    "AM badly separated": {"rpps": rpps(1), "am": f"{am(1)};{am(2)};"},
    "mixed doctor": {"rpps": rpps(1), "am": am(1), "activity": "mixed"},
    "unknown activity": {"finess": finess(1), "activity": "scanner"},
}


@pytest.mark.parametrize("values", LINES.values(), ids=LINES)
def test_line(order: Order, values: dict[str, Any]) -> None:
    page = order.clients.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.create(
            **{"order": order, "order_client": page, "position": 9, "name": "X", "activity": "radiology", **values}
        )


def test_a_finess_once_per_activity(order: Order) -> None:
    """A18."""
    page = order.clients.get()
    row = {"order": order, "order_client": page, "name": "X", "finess": finess(1)}
    OrderLine.objects.create(position=1, activity="radiology", **row)
    OrderLine.objects.create(position=2, activity="nuclear", **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.create(position=3, activity="radiology", **row)


def test_aids_are_not_negative(order: Order) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        DeMinimisAid.objects.create(
            order_client=order.clients.get(), position=0, granted_on=date(2025, 1, 1), amount=Decimal("-1")
        )


def test_reference_tables(order: Order) -> None:
    refused_update(order.supplier, siret="123")
    refused_update(order.supplier, role="reseller")
    refused_update(order.solution, key="")
    with pytest.raises(IntegrityError), transaction.atomic():
        Supplier.objects.create(siret=order.supplier.siret, name="Double", role="editor")
    with pytest.raises(IntegrityError), transaction.atomic():
        Solution.objects.create(key=order.solution.key, supplier=order.supplier, programme=RIS, name="Double")
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.create(siren="12345678", name="Court", kind="practice")


@pytest.mark.parametrize(
    "values",
    [
        {"status": "forgotten"},
        {"status": "released"},
        {"holder": None},
        {"decided_at": NOW},
        {"status": "excluded", "stops_order": True, "decided_at": NOW, "reason": "x"},
    ],
    ids=str,
)
def test_conflict(order: Order, values: dict[str, Any]) -> None:
    conflict = Conflict.objects.create(
        programme=RIS,
        kind="am",
        value=am(1),
        label=am(1),
        rule="R43",
        holder=order,
        opened_at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    refused_update(conflict, **values)
