"""What every page shows around its content: the navigation of the person, the day, the theme."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from segur.models import Role, User

Person = User | AnonymousUser

THEME_COOKIE = "segur_theme"
THEMES = {"system": "Système", "light": "Clair", "dark": "Sombre"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A place of the navigation, named by its URL; ``count`` says how much work waits there."""

    url_name: str
    label: str
    icon: str
    staff_only: bool = False
    count: Callable[[Person], int | None] | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """A place that serves the search field; one that may be asked for a person's number is posted to."""

    url_name: str
    placeholder: str
    method: str = "get"


# Work first, reference second, settings last. An entry whose URL does not exist is not shown.
NAVIGATION: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry("today", "Aujourd’hui", "list-todo"),
            Entry("orders", "Commandes", "folder-kanban"),
            Entry("submissions", "Dépôts", "send"),
            Entry("deadlines", "Échéances", "calendar-clock"),
            Entry("conflicts", "Conflits", "git-compare"),
            Entry("cash", "Trésorerie", "chart-column"),
        ),
    ),
    (
        "Référentiel",
        (
            Entry("tranche", "Calcul de tranche", "calculator"),
            Entry("scales", "Barèmes et calendrier", "scale"),
            Entry("enrolments", "Enrôlements", "badge-check"),
            Entry("referencings", "Référencement", "shield-check"),
            Entry("pilots", "Pilotes", "flag"),
        ),
    ),
    (
        "Réglages",
        (
            Entry("admin:index", "Administration", "settings", staff_only=True),
            Entry("rules", "Aide et règles", "info"),
        ),
    ),
)
# The first one that exists serves the search field.
SEARCHES = (
    Search("search", "Commande, client, SIREN, FINESS, AM, RPPS…", "post"),
    Search("rules", "Règle, mot ou délai\u00a0: R43, 120 jours…"),
)


_COUNTERS: dict[str, Callable[[Person], int | None]] = {}


def count_waiting(url_name: str, counter: Callable[[Person], int | None]) -> None:
    """Let the app that serves a place say how much work waits there; None shows nothing."""
    _COUNTERS[url_name] = counter


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    label: str
    icon: str
    current: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Workspace:
    """The frame of a page; ``theme`` is empty when the system decides."""

    now: datetime
    theme: str
    themes: dict[str, str]
    groups: tuple[Group, ...] = ()
    search_url: str = ""
    search_placeholder: str = ""
    search_method: str = "get"
    new_order_url: str = ""
    alerts_url: str = ""

    @property
    def links(self) -> tuple[Link, ...]:
        return tuple(link for group in self.groups for link in group.links)

    @property
    def first_links(self) -> tuple[Link, ...]:
        """The four places of the bottom bar of a telephone."""
        return self.links[:4]


def workspace(request: HttpRequest) -> dict[str, Workspace]:
    """Context processor: ``workspace`` for every template."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    frame = Workspace(timezone.localtime(), theme if theme in THEMES and theme != "system" else "", THEMES)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"workspace": frame}
    search = next((entry for entry in SEARCHES if address(entry.url_name)), SEARCHES[-1])
    return {
        "workspace": replace(
            frame,
            groups=navigation(user, request.path),
            search_url=address(search.url_name),
            search_placeholder=search.placeholder,
            search_method=search.method,
            new_order_url="" if _only_reads(user) else address("order_new"),
            alerts_url=address("alerts"),
        )
    }


def _only_reads(user: Person) -> bool:
    return getattr(user, "role", Role.READER) == Role.READER and not getattr(user, "is_superuser", False)


def navigation(user: Person, path: str) -> tuple[Group, ...]:
    """The groups of links that exist for this person; the longest address that ``path`` continues is current."""
    shown = [
        (label, [(entry, url) for entry in entries if (url := _shown(entry, user))]) for label, entries in NAVIGATION
    ]
    current = _current((url for _, entries in shown for _, url in entries), path)
    return tuple(
        Group(label, tuple(_link(entry, url, user, current) for entry, url in entries))
        for label, entries in shown
        if entries
    )


def address(url_name: str) -> str:
    """Where a named page is, or an empty string as long as nobody built it."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _shown(entry: Entry, user: Person) -> str:
    return "" if entry.staff_only and not user.is_staff else address(entry.url_name)


def _current(urls: Iterable[str], path: str) -> str:
    return max((url for url in urls if path.startswith(url)), key=len, default="")


def _link(entry: Entry, url: str, user: Person, current: str) -> Link:
    counter = entry.count or _COUNTERS.get(entry.url_name)
    return Link(url, entry.label, entry.icon, url == current, counter(user) if counter else None)
