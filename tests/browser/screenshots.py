"""``python -m tests.browser.screenshots FOLDER``: every page of the demonstration, at 1440 and 390 px, light and dark.

Starts a demonstration of its own, walks it as each role and writes ``ROLE/VIEW-WIDTH-THEME.png``; prints each file
and any page that scrolls sideways.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.chromium import LAUNCH, sideways_pixels, walk
from tests.ports import free_port
from tests.processes import CHECKOUT, environment

SIZES = {"1440": {"width": 1440, "height": 900}, "390": {"width": 390, "height": 844}}
THEMES = ("light", "dark")


@contextmanager
def demonstration() -> Iterator[str]:
    """A demonstration in a temporary folder; its address."""
    port = free_port()
    with TemporaryDirectory(prefix="segur-screenshots-") as folder:
        process = subprocess.Popen(
            [sys.executable, str(CHECKOUT / "manage.py"), "demo", "--port", str(port)],
            env=environment(Path(folder)),
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        try:
            assert process.stdout is not None
            if not any(line.startswith("Ctrl-C") for line in iter(process.stdout.readline, "")):
                raise SystemExit("the demonstration did not start")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def log_in(page: Page, username: str, password: str) -> None:
    page.goto("/")
    page.get_by_label("Identifiant").fill(username)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(lambda url: "connexion" not in url)


def shoot(page: Page, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, full_page=True)
    sideways = sideways_pixels(page)
    print(f"{file}{f'  SCROLLS SIDEWAYS by {sideways} px' if sideways else ''}", flush=True)


def shoot_everything(browser: Browser, address: str, folder: Path) -> None:
    from segur.demo_accounts import ACCOUNTS

    for width, viewport in SIZES.items():
        for theme in THEMES:
            look = {"base_url": address, "locale": "fr-FR", "viewport": viewport, "color_scheme": theme}
            with browser.new_context(**look) as context:
                page = context.new_page()
                page.goto("/")
                shoot(page, folder / "nobody" / f"login-{width}-{theme}.png")
            for account in ACCOUNTS:
                with browser.new_context(**look) as context:
                    page = context.new_page()
                    log_in(page, account.username, account.password)
                    for view in walk(page):
                        shoot(page, folder / account.role / f"{view.replace(':', '-')}-{width}-{theme}.png")


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m tests.browser.screenshots FOLDER")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    with demonstration() as address, sync_playwright() as playwright, playwright.chromium.launch(**LAUNCH) as browser:
        shoot_everything(browser, address, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
