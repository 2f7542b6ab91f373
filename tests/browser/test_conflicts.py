"""The conflicts in a real browser: the proposal in place, the decision, both themes, small screens, no script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from orders.models import Conflict
from segur.models import Role, User
from tests.browser.chromium import sideways_pixels
from tests.funding.conflict_pages import FIRST, NUMBER, SECOND, contested

pytestmark = pytest.mark.browser

LOOKS = [
    pytest.param({"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}, id="1440-light"),
    pytest.param({"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"}, id="1440-dark"),
    pytest.param({"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True}, id="390"),
    pytest.param({"viewport": {"width": 320, "height": 640}, "color_scheme": "dark", "has_touch": True}, id="320-dark"),
]


@pytest.mark.parametrize("look", LOOKS)
def test_list_and_page_hold_in_every_look(
    live_server: object, page_of: Callable[..., Page], axe: Callable[[Page], None], look: dict[str, object]
) -> None:
    contested()
    page = page_of(User.objects.create_user("admin", role=Role.ADMIN), **look)
    page.goto("/conflits/")
    axe(page)
    assert sideways_pixels(page) == 0
    page.get_by_role("link", name=NUMBER).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Deux commandes pour un même numéro AM")
    expect(page.get_by_text("Le titulaire garde le numéro")).to_be_visible()
    page.get_by_text("Enregistrer une lettre").click()
    # A button half under the fixed bar of a telephone would be measured as too small.
    page.evaluate("scrollTo(0, 0)")
    axe(page)
    assert sideways_pixels(page) == 0
    assert NUMBER not in page.url


def test_the_situation_proposes_in_place_and_the_reason_stays(admin: Page) -> None:
    first, second, conflict = contested()
    admin.goto(f"/conflits/{conflict.pk}/")
    admin.get_by_label("Motif").fill("Départ confirmé par le cabinet.")
    admin.get_by_role("radio", name="Parti vers un autre cabinet").check()
    admin.get_by_label("De", exact=True).select_option(str(first.pk))
    expect(admin.locator("#proposition")).to_contain_text(f"Proposition\u00a0: {FIRST} garde le numéro.")
    expect(admin.get_by_role("status").filter(has_text="garde le numéro")).to_have_count(1)
    expect(admin.get_by_role("radio", name="").and_(admin.locator("[value=keep]"))).to_be_checked()
    admin.get_by_label("De", exact=True).select_option(str(second.pk))
    expect(admin.locator("#proposition")).to_contain_text(f"{SECOND} valorise le numéro.")
    expect(admin.locator(f"[value='release:{second.pk}']")).to_be_checked()
    expect(admin.get_by_label("Motif")).to_have_value("Départ confirmé par le cabinet.")
    admin.get_by_role("button", name="Trancher le conflit").click()
    expect(admin.get_by_role("status").filter(has_text="Numéro libéré.")).to_have_count(1)
    settled = Conflict.objects.get()
    assert (settled.status, settled.situation) == ("released", "left-to-another")


def test_the_decision_is_taken_without_script(page_of: Callable[..., Page]) -> None:
    first, _, conflict = contested()
    page = page_of(User.objects.create_user("admin", role=Role.ADMIN), java_script_enabled=False)
    page.goto(f"/conflits/{conflict.pk}/")
    page.get_by_role("radio", name="Parti vers un autre cabinet").check()
    page.get_by_label("De", exact=True).select_option(str(first.pk))
    page.get_by_role("button", name="Voir la proposition").click()
    assert f"{FIRST} garde le numéro." in page.locator("#proposition").inner_text()
    page.get_by_label("Motif").fill("Départ confirmé.")
    page.get_by_role("button", name="Trancher le conflit").click()
    assert "Numéro exclu" in page.get_by_role("status").first.inner_text()
    assert Conflict.objects.get().status == "excluded"


def test_a_project_manager_is_told_who_decides(project_manager: Page, axe: Callable[[Page], None]) -> None:
    _, _, conflict = contested()
    project_manager.goto(f"/conflits/{conflict.pk}/")
    expect(project_manager.get_by_text("Seule l’administration tranche un conflit.")).to_be_visible()
    expect(project_manager.get_by_role("button", name="Trancher le conflit")).to_have_count(0)
    axe(project_manager)
    project_manager.get_by_label("Note ou pièce demandée").fill("Attestation de départ")
    project_manager.get_by_role("button", name="Demander la pièce").click()
    expect(project_manager.get_by_text("Demande de pièce enregistrée.")).to_be_visible()
