"""Every page that a role can reach: no accessibility fault, no sideways scrolling, nothing wrong in the console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Page

from segur.models import Role, User
from tests.browser.chromium import sideways_pixels, walk

pytestmark = pytest.mark.browser

LOOKS = [
    pytest.param({"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}, id="1440-light"),
    pytest.param({"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"}, id="1440-dark"),
    pytest.param({"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True}, id="390"),
    pytest.param({"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}, id="320-dark"),
]


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_holds(
    demonstration: datetime, page_of: Callable[..., Page], axe: Callable[[Page], None], look: dict[str, object]
) -> None:
    page = page_of(User.objects.get(username="chef.projet"), **look)
    visited = []
    for view in walk(page):
        visited.append(view)
        axe(page)
        assert sideways_pixels(page) == 0, page.url
        assert page.locator("h1").count() == 1, page.url
        assert page.locator("html").get_attribute("lang") == "fr"
    assert len(visited) >= 3, visited


@pytest.mark.parametrize("role", [Role.BACK_OFFICE, Role.ADMIN, Role.READER])
def test_every_role_reaches_its_pages_without_a_fault(
    demonstration: datetime, page_of: Callable[..., Page], role: Role
) -> None:
    page = page_of(User.objects.filter(role=role).get())
    visited = list(walk(page))
    assert len(visited) >= 3, visited


def test_the_way_in_holds(page: Page, axe: Callable[[Page], None]) -> None:
    page.goto("/")
    assert page.url.endswith("/compte/connexion/?next=/")
    axe(page)


def test_a_person_logs_in_with_the_keyboard_alone(demonstration: datetime, page: Page) -> None:
    page.goto("/")
    page.get_by_label("Identifiant").focus()
    page.keyboard.type("chef.projet")
    page.keyboard.press("Tab")
    page.keyboard.type("valbrune-en-2026")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "connexion" not in url)
    assert page.locator("h1").is_visible()
