"""An order in a real browser: typed with the keyboard, issued, signed, found again; two widths, both themes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from orders.models import Order, OrderState
from segur.models import Role
from tests.browser.chromium import sideways_pixels
from tests.browser.conftest import Watch
from tests.orders import factories

pytestmark = pytest.mark.browser

LOOKS = [
    pytest.param({"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}, id="1440"),
    pytest.param({"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True}, id="390-dark"),
]


def days_ago(days: int) -> date:
    return datetime.now(UTC).date() - timedelta(days=days)


def typed(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def order_number(page: Page) -> int:
    found = re.search(r"/commandes/(\d+)/", page.url)
    assert found
    return int(found[1])


def test_an_order_is_typed_with_the_keyboard_issued_signed_and_found(
    back_office: Page, axe: Callable[[Page], None]
) -> None:
    factories.SolutionFactory.create()
    page = back_office
    page.goto("/commandes/nouvelle/")
    page.get_by_label("Numéro du bon").focus()
    page.keyboard.type("BDC-2026-0147")
    for _ in ("supplier", "solution", "prestation", "vat"):
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
    page.get_by_label("Instance").fill("RIS-VALBRUNE-1")
    page.get_by_label("Identités").select_option(label="Maître des identités")
    page.get_by_label("SIREN", exact=True).fill(factories.siren(1))
    page.get_by_label("Nom", exact=True).fill("Centre hospitalier de Valbrune")
    page.get_by_label("Nature").select_option("establishment")
    page.get_by_label("Établissement ou médecin").fill("Site central")
    page.locator("#id_clients-0-lines-0-activity").select_option("mixed")
    page.get_by_label("FINESS", exact=True).first.fill(factories.finess(1))
    page.get_by_role("button", name="Ajouter une ligne").click()
    second = page.locator("#id_clients-0-lines-1-name")
    expect(second).to_be_focused()
    page.keyboard.type("Dr Aubin Lestrange")
    page.locator("#id_clients-0-lines-1-activity").select_option("radiology")
    page.locator("#id_clients-0-lines-1-rpps").fill(factories.rpps(1))
    page.locator("#id_clients-0-lines-1-am").fill(f"{factories.am(1)} {factories.am(2)}")
    axe(page)
    page.get_by_label("Numéro du bon").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Centre hospitalier de Valbrune")
    axe(page)
    order = Order.objects.get(pk=order_number(page))
    page.goto(f"/commandes/{order.pk}/emettre/")
    page.get_by_label("Émis le").fill(typed(days_ago(20)))
    page.get_by_label("tel quel").check()
    page.get_by_role("button", name="Émettre le bon").click()
    page.get_by_role("link", name="Enregistrer la signature").click()
    page.get_by_label("Signé le").fill(typed(days_ago(16)))
    axe(page)
    page.get_by_role("button", name="Enregistrer la signature").click()
    expect(page.get_by_text("Valorisé", exact=True)).to_have_count(3)
    order.refresh_from_db()
    assert order.state == OrderState.SIGNED
    page.wait_for_load_state()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type(factories.am(2))
    page.keyboard.press("Enter")
    page.wait_for_url("**/commandes/?s=*")
    expect(page.get_by_role("link", name="BDC-2026-0147")).to_be_visible()
    assert factories.am(2) not in page.url
    axe(page)


@pytest.mark.parametrize("look", LOOKS)
def test_list_page_and_form_hold_at_both_widths(
    page_of: Callable[..., Page], axe: Callable[[Page], None], look: dict[str, object]
) -> None:
    shared = factories.doctor(60)
    order = factories.record(factories.ris_facts("BDC-A", factories.client(1, [shared])))
    factories.record(factories.ris_facts("BDC-B", factories.client(2, [shared])))
    page = page_of(factories.UserFactory.create(role=Role.PROJECT_MANAGER), **look)
    for address in ("", f"{order.pk}/", f"{order.pk}/modifier/", f"{order.pk}/annuler/", "nouvelle/"):
        page.goto(f"/commandes/{address}")
        axe(page)
        assert sideways_pixels(page) == 0, page.url


def test_an_error_leads_to_its_field(back_office: Page, watch: Watch, axe: Callable[[Page], None]) -> None:
    watch.expect("422")
    page = back_office
    page.goto("/commandes/nouvelle/")
    page.get_by_label("SIREN", exact=True).fill("12")
    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        page.get_by_role("button", name="Enregistrer le brouillon").click()
    assert answer.value.status == 422
    axe(page)
    page.get_by_role("link", name="Client 1 · SIREN").click()
    expect(page.locator("#id_clients-0-siren")).to_be_focused()
