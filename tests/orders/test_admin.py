"""The administration: reference tables leave an event, the rest is looked at."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client as Browser
from django.urls import reverse

from orders.models import Event, Order, Solution, Supplier
from segur.models import User
from tests.orders.factories import SupplierFactory, client, doctor, record, ris_facts, siret

pytestmark = pytest.mark.django_db
OURS = [model for model in admin.site._registry if model._meta.app_label == "orders"]


@pytest.fixture
def browser() -> Browser:
    user = User.objects.create_superuser("admin", password="correct horse battery")
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_table_can_be_looked_at_and_searched(browser: Browser, model: type) -> None:
    record(ris_facts("A", client(1, [doctor(1)])))
    record(ris_facts("B", client(2, [doctor(1)])))
    address = reverse(f"admin:orders_{model._meta.model_name}_changelist")
    assert browser.get(address, {"q": "a"}).status_code == 200
    row = model._default_manager.first()
    if row is not None:
        assert browser.get(reverse(f"admin:orders_{model._meta.model_name}_change", args=[row.pk])).status_code == 200


def test_a_supplier_kept_by_hand_leaves_events(browser: Browser) -> None:
    form = {
        "siret": siret(77),
        "name": "Nouvel éditeur",
        "role": "editor",
        "vat_liable": "true",
        "hosting": "",
        "mandates-TOTAL_FORMS": "0",
        "mandates-INITIAL_FORMS": "0",
    }
    assert browser.post(reverse("admin:orders_supplier_add"), form).status_code == 302
    supplier = Supplier.objects.get(name="Nouvel éditeur")
    change = reverse("admin:orders_supplier_change", args=[supplier.pk])
    assert browser.post(change, {**form, "name": "Éditeur"}).status_code == 302
    assert browser.post(change, {**form, "name": "Éditeur"}).status_code == 302
    events = Event.objects.filter(subject=supplier.subject).order_by("sequence")
    assert [(event.action, event.payload, event.actor.username) for event in events] == [
        ("created", {}, "admin"),
        ("changed", {"changed": ["name"]}, "admin"),
    ]


@pytest.mark.parametrize("model", [Order, Event])
def test_what_services_write_is_not_added_by_hand(browser: Browser, model: type) -> None:
    assert browser.get(reverse(f"admin:orders_{model._meta.model_name}_add")).status_code == 403


@pytest.mark.parametrize("model", [Supplier, Solution, Event])
def test_nothing_is_deleted_by_hand(browser: Browser, model: type) -> None:
    SupplierFactory.create()
    order = record(ris_facts("A", client(1, [doctor(1)])))
    row = {Supplier: order.supplier, Solution: order.solution, Event: order.events.first()}[model]
    assert browser.post(reverse(f"admin:orders_{model._meta.model_name}_delete", args=[row.pk])).status_code == 403
