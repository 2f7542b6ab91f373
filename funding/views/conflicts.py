"""List of the conflicts: filters, search, pages, file. A number that is searched for never stands in an address."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from funding.forms.conflicts import FilterForm, SearchForm
from funding.selectors.conflicts import (
    ConflictCase,
    ConflictFilter,
    conflict_cases,
    listed_conflicts,
    open_conflict_count,
)
from funding.views import conflict_words as words
from orders.models import Conflict
from segur.regulation.dates import paris_date

PAGE_SIZE = 25
NBSP = "\u00a0"
_SESSION_KEY = "conflict_searches"
_KEPT_SEARCHES = 20
_EXPIRED = "Cette recherche a expiré. Saisissez-la de nouveau."
_CHUNK = 100
_COLUMNS = (
    "Fiche", "Programme", "Nature", "Activité", "Numéro", "Règle", "Statut", "Titulaire", "Demandeurs",
    "Ouvert le", "Décidé le", "En jeu au moins", "En jeu au plus",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """A conflict as the list shows it."""

    case: ConflictCase
    badge: tuple[str, str, str]
    kind: str
    stake: str


@dataclass(frozen=True, slots=True)
class _Asked:
    filter: ConflictFilter
    form: FilterForm
    token: str
    problem: str

    @property
    def query(self) -> str:
        chosen = self.filter
        given = {"s": self.token, "programme": chosen.programme, "kind": chosen.kind, "status": chosen.status}
        return urlencode({name: value for name, value in given.items() if value})

    @property
    def is_filtered(self) -> bool:
        return bool(self.query)


@require_GET
def conflicts(request: HttpRequest) -> HttpResponse:
    """The conflicts of the filters: open ones first; on a page, by euros at stake."""
    asked = _asked(request)
    found = listed_conflicts(asked.filter) if not asked.problem else Conflict.objects.none()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "rows": _rows(list(page.object_list)),
        "page": page,
        "asked": asked,
        "search": SearchForm(initial={"text": asked.filter.text}, auto_id="conflict_search_%s"),
        "open_count": open_conflict_count(),
    }
    return render(request, "orders/conflicts.html", context)


@require_POST
def conflicts_search(request: HttpRequest) -> HttpResponse:
    """Keep what is searched for in the session, and lead to the list by a token."""
    form = SearchForm(request.POST)
    text = form.cleaned_data["text"].strip() if form.is_valid() else request.POST.get("text", "")[:1]
    given = {name: request.POST.get(name, "") for name in ("programme", "kind", "status")}
    if text:
        searches: dict[str, str] = request.session.get(_SESSION_KEY, {})
        token = secrets.token_urlsafe(9)
        kept = list({**searches, token: text}.items())[-_KEPT_SEARCHES:]
        request.session[_SESSION_KEY] = dict(kept)
        given["s"] = token
    query = urlencode({name: value for name, value in given.items() if value})
    return HttpResponseRedirect(reverse("conflicts") + (f"?{query}" if query else ""))


@require_GET
def conflicts_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The conflicts of the filters as a file for a spreadsheet; an AM is named by its conflict only."""
    asked = _asked(request)
    found = listed_conflicts(asked.filter) if not asked.problem else Conflict.objects.none()
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    lines = (writer.writerow([_safe(cell) for cell in row]) for row in _file_rows(found))
    response = StreamingHttpResponse(_with_mark(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="conflits-{timezone.localdate():%Y-%m-%d}.csv"'
    return response


class _Echo:
    """Returns what is written: the file goes out line by line."""

    def write(self, line: str) -> str:
        return line


def _with_mark(lines: Iterator[Any]) -> Iterator[str]:
    yield "\ufeff"
    yield from lines


def _file_rows(found: QuerySet[Conflict]) -> Iterator[Sequence[str]]:
    yield _COLUMNS
    ids = list(found.values_list("pk", flat=True))
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        place = {pk: at for at, pk in enumerate(part)}
        rows = listed_conflicts(ConflictFilter()).filter(pk__in=part)
        for case in conflict_cases(sorted(rows, key=lambda conflict: place[conflict.pk])):
            yield _file_row(case)


def _file_row(case: ConflictCase) -> Sequence[str]:
    conflict = case.conflict
    return (
        str(conflict.pk),
        conflict.programme,
        conflict.get_kind_display(),
        conflict.get_activity_display(),
        "" if conflict.kind == "am" else conflict.label,
        conflict.rule,
        conflict.get_status_display(),
        case.holder.reference,
        ", ".join(party.reference for party in case.claimants),
        paris_date(conflict.opened_at).isoformat(),
        paris_date(conflict.decided_at).isoformat() if conflict.decided_at else "",
        _number(case.stakes.least if case.stakes else None),
        _number(case.stakes.most if case.stakes else None),
    )


def _number(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}".replace(".", ",")


def _safe(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _rows(found: Sequence[Conflict]) -> list[Row]:
    cases = sorted(conflict_cases(found), key=_rank)
    return [
        Row(case, words.badge_of(case.conflict), words.kind_of(case.conflict), words.stake_words(case.stakes))
        for case in cases
    ]


def _rank(case: ConflictCase) -> tuple[bool, Decimal]:
    """Open first, then the most at stake; what is not known yet comes after what is."""
    return not case.is_open, -(case.stakes.most if case.stakes else Decimal(-1))


def _asked(request: HttpRequest) -> _Asked:
    form = FilterForm(request.GET)
    form.is_valid()
    given = {name: form.cleaned_data.get(name, "") for name in ("programme", "kind", "status")}
    token = request.GET.get("s", "")
    text = request.session.get(_SESSION_KEY, {}).get(token) if token else ""
    if text is None:
        return _Asked(ConflictFilter(**given), form, "", _EXPIRED)
    return _Asked(ConflictFilter(text, **given), form, token, "")
