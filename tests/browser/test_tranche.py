"""The page « Calcul de tranche » in a real browser: fields of the activity, the cure, the copy, both themes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from segur.models import Role, User
from tests.browser.chromium import sideways_pixels
from tests.funding.tranche_page import ANNEXE, CENTRE, LOST_ZERO, RADIOLOGISTS, load_counts

pytestmark = pytest.mark.browser

LOOKS = [
    pytest.param({"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}, id="1440-light"),
    pytest.param({"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"}, id="1440-dark"),
    pytest.param({"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True}, id="390"),
    pytest.param({"viewport": {"width": 320, "height": 640}, "color_scheme": "dark", "has_touch": True}, id="320-dark"),
]


def fill(page: Page) -> None:
    page.goto("/tranche/")
    page.get_by_label("Établissement ou référence").fill("Valbrune")
    page.get_by_label("FINESS radiologie").fill(f"{CENTRE}; {ANNEXE}; {LOST_ZERO[1:]}")
    page.get_by_label("AM radiologie").fill("\n".join(RADIOLOGISTS))
    page.get_by_label("FINESS médecine nucléaire").fill(CENTRE)


def calculate(page: Page) -> None:
    page.get_by_role("button", name="Calculer").click()
    page.wait_for_url("**/tranche/*/#resultat")


@pytest.mark.parametrize("look", LOOKS)
def test_the_result_holds_in_every_look(
    live_server: object, page_of: Callable[..., Page], axe: Callable[[Page], None], look: dict[str, object]
) -> None:
    load_counts()
    page = page_of(User.objects.create_user("chef", role=Role.PROJECT_MANAGER), **look)
    fill(page)
    axe(page)
    calculate(page)
    expect(page).to_have_title("Tranche D · Calcul de tranche · Ségur")
    expect(page.get_by_text("examens pondérés")).to_be_visible()
    # axe counts what the sticky bar covers as missing from a target: measure from the top of the page.
    page.evaluate("window.scrollTo(0, 0)")
    axe(page)
    assert sideways_pixels(page) == 0
    page.get_by_role("link", name="Calculs précédents").click()
    axe(page)
    assert sideways_pixels(page) == 0


def test_only_the_fields_of_the_activity_are_shown(project_manager: Page) -> None:
    page = project_manager
    page.goto("/tranche/")
    nuclear = page.get_by_label("FINESS médecine nucléaire")
    radiology = page.get_by_label("FINESS radiologie")
    expect(nuclear).to_be_visible()
    page.get_by_role("radio", name="Radiologie").check(force=True)
    expect(nuclear).to_be_hidden()
    expect(radiology).to_be_visible()
    page.get_by_role("radio", name="Médecine nucléaire").check(force=True)
    expect(nuclear).to_be_visible()
    expect(radiology).to_be_hidden()


def test_enter_calculates_and_one_click_gives_the_zero_back(project_manager: Page) -> None:
    load_counts()
    page = project_manager
    fill(page)
    page.get_by_label("Établissement ou référence").press("Enter")
    page.wait_for_url("**/tranche/*/#resultat")
    first = page.url
    expect(page.get_by_label("FINESS radiologie").first).to_have_value(f"{CENTRE}; {ANNEXE}; {LOST_ZERO[1:]}")
    # Enter again must calculate again, not press the button of the cure that now stands before « Calculer ».
    page.get_by_label("Établissement ou référence").press("Enter")
    page.wait_for_url(lambda url: url != first)
    expect(page.get_by_label("FINESS radiologie").first).to_have_value(f"{CENTRE}; {ANNEXE}; {LOST_ZERO[1:]}")
    page.get_by_role("button", name=f"Remplacer par {LOST_ZERO}").click()
    expect(page.get_by_label("FINESS radiologie").first).to_have_value(f"{CENTRE}; {ANNEXE}; {LOST_ZERO}")
    expect(page.get_by_role("button", name="Remplacer")).to_have_count(0)


def test_the_four_lists_are_copied_and_said(project_manager: Page) -> None:
    load_counts()
    page = project_manager
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    fill(page)
    calculate(page)
    page.get_by_role("button", name="Copier les quatre listes").click()
    expect(page.get_by_role("status").filter(has_text="Quatre listes copiées.")).to_have_count(1)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f"FINESS radiologie\u00a0: {CENTRE};{ANNEXE}" in copied
    assert ";".join(RADIOLOGISTS) in copied


def test_the_page_calculates_without_script(page_of: Callable[..., Page]) -> None:
    load_counts()
    page = page_of(User.objects.create_user("sans-script"), java_script_enabled=False)
    fill(page)
    calculate(page)
    assert "61" in page.locator(".tranche-total").inner_text()
    assert not page.get_by_role("button", name="Copier les quatre listes").is_visible()
    page.get_by_text("À coller dans le formulaire de l’ANS").click()
    assert page.locator("#copie-finess_radiology").input_value() == f"{CENTRE};{ANNEXE}"
