"""What the tests of the conflict pages share: the two orders of the same AM, with counts that move both tranches."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.test import Client

from orders.models import Conflict, Order
from tests.funding.tranche_page import load_counts
from tests.orders.factories import am, client, doctor, establishment, finess, record, ris_facts

NUMBER = am(7)
FIRST, SECOND = "BDC-2026-0147", "BDC-2026-0163"
# FIRST: D with the number, C without it. SECOND: C with it, B without it.
COUNTS = (
    ("finess", finess(1), "radiology", 58_364),
    ("finess", finess(2), "radiology", 28_232),
    ("finess", finess(3), "radiology", 12_000),
    ("am", NUMBER, "radiology", 2_870),
)


def contested(*, counts: bool = True) -> tuple[Order, Order, Conflict]:
    """Two orders that valorise one AM, and their open conflict."""
    if counts:
        load_counts(*COUNTS)
    first = record(ris_facts(FIRST, client(1, [establishment(1), doctor(7)], signed_on=date(2026, 5, 5))))
    second = record(ris_facts(SECOND, client(2, [establishment(2), doctor(7)], signed_on=date(2026, 6, 11))))
    return first, second, Conflict.objects.get(kind="am")


def third() -> Order:
    """A third order that claims the same AM."""
    return record(ris_facts("BDC-2026-0171", client(3, [establishment(3), doctor(7)], signed_on=date(2026, 6, 12))))


def decide(browser: Client, conflict: Conflict, decision: str, **given: object) -> HttpResponse:
    """Post a decision and read what the person then sees."""
    data = {"decision": decision, "reason": "Vu avec les deux cabinets.", "version": conflict.version, **given}
    return browser.post(f"/conflits/{conflict.pk}/decision/", data, follow=True)  # type: ignore[return-value]
