"""Chromium as Debian ships it, what a page must hold, and a walk over every page that links reach."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

LAUNCH: dict[str, Any] = {
    "executable_path": shutil.which("chromium") or "/usr/bin/chromium",
    # In a container there is neither a user namespace for the sandbox nor a large /dev/shm.
    "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none"],
}
_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def describe_violations(engine: Axe, page: Page) -> list[str]:
    """One line per element that breaks a rule of WCAG 2.2 A or AA, or a best practice of structure."""
    options = {"runOnly": {"type": "tag", "values": [*_WCAG, "best-practice"]}, "resultTypes": ["violations"]}
    return [
        f"{violation['id']} ({violation['impact']}): {violation['help']}: {' '.join(map(str, node['target']))}"
        for violation in engine.run(page, options=options).response["violations"]
        for node in violation["nodes"]
    ]


def sideways_pixels(page: Page) -> int:
    """How far the page can be scrolled sideways; 0 is right."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def view_of(path: str) -> str | None:
    """The name of the view behind a path; None when the product has no such address."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return match.view_name or match.route


def walk(page: Page, start: str = "/") -> Iterator[str]:
    """Visit one page of each kind that links reach from ``start``, leaving ``page`` on it; yields its view.

    Two addresses of one view are one kind. Files, the admin's own pages and what only a form can do are left out.
    """
    waiting, seen = [start], set[str]()
    while waiting:
        path = waiting.pop(0)
        view = view_of(urlsplit(path).path)
        if view is None or view in seen or view.startswith("admin:"):
            continue
        seen.add(view)
        response = page.request.get(urljoin(page.url, path) if page.url.startswith("http") else path)
        arrived = view_of(urlsplit(response.url).path)
        if arrived != view and arrived is not None:
            waiting.insert(0, urlsplit(response.url).path)
            continue
        if "text/html" not in response.headers.get("content-type", ""):
            continue
        page.goto(path)
        yield view
        waiting += _links(page)


def _links(page: Page) -> list[str]:
    links = page.eval_on_selector_all(
        "a[href]:not([download])",
        "links => links.filter(a => a.origin === location.origin).map(a => a.pathname + a.search)",
    )
    return list(dict.fromkeys(links))
