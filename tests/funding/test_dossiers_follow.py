"""The dossier follows what screens do to an order form, in the same transaction."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from funding.models import Dossier
from funding.services.orders import cancel_order, create_order, issue_reviewed_order, sign_client
from orders.models import Order, Solution
from orders.selectors.facts import programme_of
from orders.services.refusal import Refused
from tests.orders.factories import SolutionFactory, client, doctor, record, ris_facts, siren
from tests.orders.order_forms import programme

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


def drafted() -> Order:
    solution: Solution = SolutionFactory.create()
    facts = ris_facts("BDC-1", client(1, [doctor(1)], signed_on=None), issued_on=None)
    return create_order(
        facts=facts, supplier_id=solution.supplier_id, solution_id=solution.pk, programme=programme(), now=NOW
    )


def stage() -> tuple[str, bool]:
    """The stage, and whether it was derived from the order as it is."""
    dossier = Dossier.objects.select_related("order").get()
    return dossier.stage, dossier.version == dossier.order.version


def test_a_draft_issued_signed_and_cancelled_has_its_stage_at_each_step() -> None:
    order = drafted()
    assert programme_of(order).id == "IMG-RIS-Va2"
    assert stage() == ("draft", True)
    issue_reviewed_order(order_id=order.pk, issued_on=date(2026, 8, 20), now=NOW, as_it_is=True)
    assert stage() == ("issued", True)
    sign_client(order_id=order.pk, siren=siren(1), signed_on=date(2026, 8, 21), signature=None, now=NOW)
    assert stage() == ("signed", True)
    cancel_order(order_id=order.pk, reason="Abandon", now=NOW)
    assert stage() == ("cancelled", True)


def test_a_refused_change_leaves_the_dossier_as_it_was() -> None:
    order = drafted()
    with pytest.raises(Refused):
        sign_client(order_id=order.pk, siren=siren(1), signed_on=date(2026, 8, 21), signature=None, now=NOW)
    assert stage() == ("draft", True)


def test_an_order_recorded_by_another_path_gets_its_dossier_at_its_first_change() -> None:
    order = record(ris_facts("BDC-2", client(2, [doctor(2)], signed_on=None)))
    assert not Dossier.objects.exists()
    sign_client(order_id=order.pk, siren=siren(2), signed_on=date(2026, 8, 21), signature=None, now=NOW)
    assert stage() == ("signed", True)
