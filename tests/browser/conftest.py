"""A real Chromium on the live product: one page per role, and nothing unexpected in the console or on the network."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError
from pytest_django.live_server_helper import LiveServer

from funding.demo.data import load_demonstration
from segur.models import Role, User
from tests.browser.chromium import LAUNCH, describe_violations

# Playwright's synchronous interface keeps an event loop in this thread; Django would refuse the database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, **LAUNCH}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "locale": "fr-FR",
        "timezone_id": "Europe/Paris",
    }


@dataclass
class Watch:
    """What a browser should never do: errors in the console or in a page, requests to another host."""

    host: str
    problems: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """A message that matches is part of the test (a refusal answers 403 or 409, and Chromium says so)."""
        self.expected.append(pattern)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"console: {message.text}")

    def on_error(self, error: WebError) -> None:
        self._note(f"page: {error.error}")

    def on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != self.host:
            self._note(f"request to another host: {request.url}")

    def _note(self, text: str) -> None:
        if not any(re.search(pattern, text) for pattern in self.expected):
            self.problems.append(text)


@pytest.fixture
def watch(live_server: LiveServer) -> Iterator[Watch]:
    """Fails the test when it ends, if anything unexpected was seen in any page of it."""
    seen = Watch(urlsplit(live_server.url).netloc)
    yield seen
    assert seen.problems == []


@pytest.fixture
def open_context(
    new_context: Callable[..., BrowserContext], watch: Watch, live_server: LiveServer
) -> Callable[..., BrowserContext]:
    """A fresh browser profile under watch; keyword arguments are Playwright's."""

    def opened(**arguments: Any) -> BrowserContext:
        context = new_context(base_url=live_server.url, **{"viewport": {"width": 1440, "height": 900}, **arguments})
        context.on("console", watch.on_console)
        context.on("weberror", watch.on_error)
        context.on("request", watch.on_request)
        return context

    return opened


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    """Somebody who has not logged in."""
    return open_context().new_page()


@pytest.fixture
def page_of(open_context: Callable[..., BrowserContext], live_server: LiveServer) -> Callable[..., Page]:
    """``page_of(user, **context_arguments)``: a browser of its own in which ``user`` is logged in."""

    def opened(user: User, **arguments: Any) -> Page:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        context = open_context(**arguments)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url, "httpOnly": True}])
        return context.new_page()

    return opened


def _person(role: Role) -> User:
    return User.objects.create_user(
        username=f"browser-{role.value}", password=None, first_name="Dominique", last_name="Exemple", role=role
    )


@pytest.fixture
def project_manager(page_of: Callable[..., Page]) -> Page:
    return page_of(_person(Role.PROJECT_MANAGER))


@pytest.fixture
def back_office(page_of: Callable[..., Page]) -> Page:
    return page_of(_person(Role.BACK_OFFICE))


@pytest.fixture
def admin(page_of: Callable[..., Page]) -> Page:
    return page_of(_person(Role.ADMIN))


@pytest.fixture
def reader(page_of: Callable[..., Page]) -> Page:
    return page_of(_person(Role.READER))


@pytest.fixture
def demonstration(live_server: LiveServer) -> datetime:
    """The demonstration's data, laid around the instant returned."""
    now = datetime.now(UTC)
    load_demonstration(now)
    return now


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """``axe(page)``: fails with what to correct where WCAG 2.2 AA is broken on the page as it is now."""
    engine = Axe()

    def checked(page: Page) -> None:
        violations = describe_violations(engine, page)
        assert violations == [], f"{page.url}\n" + "\n".join(violations)

    return checked
