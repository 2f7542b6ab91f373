"""The registers are looked at by administrators, never changed by hand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from orders.exchange.registers import import_register
from orders.models import Register, RegisteredStructure
from segur.models import User
from tests.orders.register_files import ANNUAIRE, RADIOLOGIST, SITE, T_FINESS, doctor, structure, written


@pytest.mark.django_db
def test_loads_structures_and_doctors_are_shown_and_nothing_can_be_changed(client: Client, tmp_path: Path) -> None:
    now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    import_register(path=written(tmp_path / "f.csv", T_FINESS, [structure(SITE)]), register=Register.FINESS, now=now)
    annuaire = written(tmp_path / "ps.txt", ANNUAIRE, [doctor(RADIOLOGIST, "Radio-diagnostic")])
    import_register(path=annuaire, register=Register.RPPS, now=now)
    client.force_login(User.objects.create_superuser("registres"))

    for model, words in (("registerload", "f.csv"), ("registeredstructure", SITE), ("registereddoctor", RADIOLOGIST)):
        assert words in client.get(reverse(f"admin:orders_{model}_changelist")).text
        assert client.get(reverse(f"admin:orders_{model}_add")).status_code == 403

    pk = RegisteredStructure.objects.get().pk
    change = reverse("admin:orders_registeredstructure_change", args=[pk])
    assert client.post(change, {"name": "Autre"}).status_code == 403
