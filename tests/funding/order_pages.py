"""What the tests of the order screens share: recorded orders, a person who is signed in, the words of a page."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any

from django.http import HttpResponse

from orders.domain.snapshot import Connector, OrderAmounts
from orders.models import Order
from segur.models import Role
from tests.funding.tranche_page import plain, signed_in
from tests.orders import factories
from tests.orders.order_forms import money

WRITERS = (Role.PROJECT_MANAGER, Role.BACK_OFFICE, Role.ADMIN)
AMOUNTS = OrderAmounts(money("7133.33"), money("8560.00"), money("1783.32"), money("2140.02"))

__all__ = ["AMOUNTS", "WRITERS", "field_values", "recorded", "signed_in", "words"]


def recorded(number: int, *, state: str = "signed", **changes: Any) -> Order:
    """Order BDC-``number`` of one client with one establishment and one doctor, in a state."""
    person = factories.client(number, [factories.establishment(number), factories.doctor(number)], principal=True)
    changes.setdefault("amounts", AMOUNTS)
    changes.setdefault("connectors", (Connector.DRIMBOX,))
    facts = factories.ris_facts(f"BDC-{number}", person, **changes)
    if state == "draft":
        facts = factories.draft(facts)
    elif state == "issued":
        issued_on = facts.issued_on
        facts = factories.draft(facts)
        facts = replace(facts, issued_on=issued_on)
    return factories.record(facts)


def words(response: HttpResponse) -> str:
    """What a page says, between its marks."""
    return plain(re.sub(r"<[^>]*>", " ", response.content.decode()))


def field_values(response: HttpResponse) -> dict[str, str | list[str]]:
    """What a browser would post of the order form as it is shown."""
    page = response.content.decode()
    form = page[page.index('id="order-form"') :]
    found: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        kind = given.get("type")
        if kind in {"checkbox", "radio"}:
            if " checked" in tag:
                known = found.setdefault(given["name"], [])
                assert isinstance(known, list)
                known.append(unescape(given["value"]) if "value" in given else "on")
        elif "name" in given:
            found[given["name"]] = unescape(given.get("value", ""))
    for name, options in re.findall(r'<select[^>]*?name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)"\s+selected', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    for name, text in re.findall(r'<textarea[^>]*?name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = unescape(text.removeprefix("\n"))
    found.pop("csrfmiddlewaretoken", None)
    return found
