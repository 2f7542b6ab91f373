"""What the address of the list asks for. A number that may be a person's never stands in an address.

A search with nine digits or more (an AM, an RPPS, but also a SIREN or a FINESS: nothing tells them apart) is kept in
the session; the address carries a token.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, QueryDict

from orders.models import OrderState
from orders.selectors.listing import LONGEST_SEARCH, SORTS, OrderFilter, search_words
from segur.texts import catalogue

NBSP = "\u00a0"
TRANCHES = "ABCDEFGH"
_SESSION_KEY = "order_searches"
_KEPT_SEARCHES = 20
_PERSON = re.compile(r"[0-9]{9}")
_LARGEST_ID = 2**31 - 1
_IN_ADDRESS = f"Un numéro AM ou RPPS ne s’écrit pas dans une adresse{NBSP}: cherchez-le depuis le champ de recherche."
_EXPIRED = "Cette recherche a expiré. Saisissez-la de nouveau."


STAGES = (
    "signed",
    "advance_submitted",
    "advance_validated",
    "delivered",
    "balance_submitted",
    "balance_validated",
    "secondary",
    "closed",
    "rejected",
    "terminated",
)
"""What a signed order that was not given up can be at."""


@dataclass(frozen=True, slots=True)
class LifeFilter(OrderFilter):
    """The filter of the list with the stage of the life; an order without any fact is at ``signed``."""

    stage: str = ""

    def without(self, name: str) -> OrderFilter:
        """As on the order alone; the stage goes by its own name."""
        return replace(self, stage="") if name == "stage" else OrderFilter.without(self, name)

    def condition(self) -> Q:
        """The filter as a condition on orders."""
        chosen = OrderFilter.condition(self)
        if not self.stage:
            return chosen
        at_stage = Q(dossier__stage=self.stage)
        if self.stage == "signed":
            at_stage |= Q(dossier__isnull=True)
        return chosen & at_stage & Q(state=OrderState.SIGNED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A readable request for the list; ``problem`` is a French sentence, and then nothing is shown."""

    filter: LifeFilter
    sort: str = ""
    descending: bool = False
    token: str = ""
    problem: str = ""
    ignored: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The address of this request, without its page."""
        return urlencode(self.parameters())

    def parameters(self) -> dict[str, str]:
        """The parameters of the address, the empty ones left out."""
        chosen = self.filter
        given = {
            "s": self.token,
            "q": "" if self.token else chosen.text,
            "programme": chosen.programme,
            "solution": str(chosen.solution or ""),
            "supplier": str(chosen.supplier or ""),
            "state": chosen.state,
            "stage": chosen.stage,
            "tranche": chosen.tranche,
            "conflict": "open" if chosen.contested else "",
            "sort": f"-{self.sort}" if self.descending else self.sort,
        }
        return {name: value for name, value in given.items() if value}

    def without(self, *names: str) -> str:
        """The address with some parameters removed."""
        return "?" + urlencode({name: value for name, value in self.parameters().items() if name not in names})

    def sorted_by(self, sort: str) -> str:
        """The address that sorts by a column, or the other way round when it already does."""
        given = {name: value for name, value in self.parameters().items() if name != "sort"}
        turned = self.sort == sort and not self.descending
        return "?" + urlencode({**given, "sort": f"-{sort}" if turned else sort})


def asked(request: HttpRequest) -> Asked:
    """The request of the address, with the search that its token stands for."""
    found = asked_of(request.GET)
    if not found.token:
        return found
    text = request.session.get(_SESSION_KEY, {}).get(found.token)
    if text is None:
        return replace(found, token="", problem=_EXPIRED)
    return replace(found, filter=replace(found.filter, text=text))


def asked_of(given: QueryDict) -> Asked:
    """What parameters ask for; a value that means nothing is left out and named in ``ignored``."""
    ignored: list[str] = []

    def chosen(name: str, allowed: object, label: str) -> str:
        value = given.get(name, "")
        if value and value not in allowed:  # type: ignore[operator]
            ignored.append(label)
            return ""
        return value

    def row(name: str, label: str) -> int | None:
        value = given.get(name, "")
        if value and not (value.isascii() and value.isdecimal() and 0 < int(value[:12]) <= _LARGEST_ID):
            ignored.append(label)
            return None
        return int(value) if value else None

    text = " ".join(given.get("q", "").replace("\x00", " ").split())[:LONGEST_SEARCH]
    sort = given.get("sort", "")
    filter = LifeFilter(
        text=text,
        programme=chosen("programme", catalogue().ids, "programme"),
        solution=row("solution", "solution"),
        supplier=row("supplier", "fournisseur"),
        state=chosen("state", OrderState.values, "état"),
        stage=chosen("stage", STAGES, "étape"),
        tranche=chosen("tranche", tuple(TRANCHES), "tranche"),
        contested=chosen("conflict", ("open",), "conflit") == "open",
    )
    if sort and sort.removeprefix("-") not in SORTS:
        ignored.append("tri")
        sort = ""
    problem = _IN_ADDRESS if names_a_person(text) else ""
    if problem:
        filter = replace(filter, text="")
    token = given.get("s", "")[:64]
    return Asked(filter, sort.removeprefix("-"), sort.startswith("-"), token, problem, tuple(ignored))


def names_a_person(text: str) -> bool:
    """Whether a search holds a number that may be an AM or an RPPS."""
    return any(_PERSON.search(word) for word in search_words(text))


def kept_search(request: HttpRequest, text: str) -> str:
    """The parameters of a search: its text, or the token under which the session keeps it."""
    text = " ".join(text.replace("\x00", " ").split())[:LONGEST_SEARCH]
    if not names_a_person(text):
        return urlencode({"q": text}) if text else ""
    searches = dict(list(request.session.get(_SESSION_KEY, {}).items())[1 - _KEPT_SEARCHES :])
    token = next((known for known, kept in searches.items() if kept == text), secrets.token_urlsafe(9))
    request.session[_SESSION_KEY] = {**searches, token: text}
    return urlencode({"s": token})
