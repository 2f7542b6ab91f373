"""Page « Commandes »: search, filters, saved views, sort, pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from funding.models import SavedView
from funding.views.orders.asked import NBSP, STAGES, TRANCHES, Asked, asked, asked_of, kept_search
from funding.views.orders.life.names import STAGE_LOOKS, deadline_name
from funding.views.orders.rights import actor_id, may_write
from orders.models import Order, OrderState
from orders.selectors.listing import (
    OrderFilter,
    Totals,
    counts,
    listed_orders,
    solution_choices,
    supplier_choices,
    totals,
)
from segur.context import address
from segur.regulation.schema import ProgrammeKind
from segur.texts import catalogue

PAGE_SIZE = 25
MOST_VIEWS = 12
LONGEST_NAME = 60
KIND_NAMES = {ProgrammeKind.RIS: "RIS", ProgrammeKind.DRIMBOX: "DRIMbox"}
_STANDARD_VIEWS = {
    "Toutes": "",
    "Brouillons": "state=draft",
    "À signer": "state=issued",
    "Signées": "state=signed",
    "En conflit": "conflict=open",
}
COLUMNS = (
    ("number", "Numéro", ""),
    ("client", "Client", ""),
    ("programme", "Programme", ""),
    ("state", "Étape", ""),
    ("", "Échéance", ""),
    ("supplier", "Fournisseur", ""),
    ("issued", "Émise le", ""),
    ("signed", "Signée le", ""),
    ("principal", "Principale TTC", "num"),
    ("secondary", "Secondaire TTC", "num"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A head of the table: its label and the address that sorts by it, if any; ``aria`` only where it does."""

    label: str
    url: str
    kind: str
    aria: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A view with its number of orders; ``pk`` where a person keeps it."""

    name: str
    url: str
    count: int
    current: bool
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """A filter: its parameter, its label and what it may be."""

    name: str
    label: str
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> Choice | None:
        return next((choice for choice in self.choices if choice.chosen), None)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use, and the address without it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list; ``due_at`` and ``due`` are the next limit of a life under way."""

    order: Order
    url: str
    client: str
    others: int
    programme: str
    state: tuple[str, str, str]
    contested: bool
    due_at: datetime | None
    due: str


@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """The list; constant number of queries, twenty-five orders a page."""
    wanted = asked(request)
    views = list(SavedView.objects.filter(owner_id=actor_id(request))[:MOST_VIEWS])
    menus = _menus(wanted)
    chips = _chips(wanted, menus)
    rows = listed_orders(wanted.filter, sort=wanted.sort, descending=wanted.descending).select_related("dossier")
    page = Paginator(rows.none() if wanted.problem else rows, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = [_row(order) for order in page.object_list]
    found = Totals(0, Decimal(0), Decimal(0)) if wanted.problem else totals(wanted.filter)
    context = {
        "asked": wanted,
        "tabs": _tabs(wanted, views),
        "menus": menus,
        "chips": [chip for chip, _ in chips],
        "columns": [_column(wanted, *column) for column in COLUMNS],
        "page": page,
        "rows": shown,
        "totals": found,
        "page_total": _page_total(page),
        "nearest": _nearest(chips) if not shown and not wanted.problem else None,
        "may_write": may_write(request.user),
        "now": timezone.now(),
        "import_url": address("order_import"),
        "longest_name": LONGEST_NAME,
    }
    return render(request, "orders/list.html", context)


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """The search field: a number goes to its order, anything else to the list, without a person's number in sight."""
    text = request.POST.get("q", "")
    number = " ".join(text.replace("\x00", " ").split())[:100]
    found = list(Order.objects.filter(number__iexact=number).values_list("pk", flat=True)[:2]) if number else []
    if len(found) == 1:
        return HttpResponseRedirect(reverse("order", args=[found[0]]))
    query = kept_search(request, text)
    return HttpResponseRedirect(reverse("orders") + (f"?{query}" if query else ""))


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the address under a name, for the person alone."""
    wanted = asked_of(QueryDict(request.POST.get("query", "")[:500]))
    name = " ".join(request.POST.get("name", "").replace("\x00", " ").split())
    back = HttpResponseRedirect(reverse("orders") + (f"?{wanted.query}" if wanted.query else ""))
    if problem := _view_problem(request, wanted, name):
        messages.error(request, problem)
        return back
    try:
        with transaction.atomic():
            SavedView.objects.create(
                owner_id=actor_id(request), name=name, query=wanted.query, created_at=timezone.now()
            )
    except IntegrityError:
        messages.error(request, f"Vous avez déjà une vue «{NBSP}{name}{NBSP}». Choisissez un autre nom.")
        return back
    messages.success(request, f"Vue «{NBSP}{name}{NBSP}» enregistrée.")
    return back


def _view_problem(request: HttpRequest, wanted: Asked, name: str) -> str:
    if not name:
        return "La vue n’a pas de nom. Donnez-lui-en un."
    if len(name) > LONGEST_NAME:
        return f"Ce nom a {len(name)} caractères. {LONGEST_NAME} au plus."
    if wanted.token or wanted.problem:
        return "Une recherche de numéro ne s’enregistre pas. Retirez-la, puis enregistrez les filtres."
    if len(wanted.query) > 500:
        return "Cette recherche est trop longue pour être enregistrée. Raccourcissez-la."
    if SavedView.objects.filter(owner_id=actor_id(request)).count() >= MOST_VIEWS:
        return f"Vous avez déjà {MOST_VIEWS} vues. Supprimez-en une."
    return ""


@require_POST
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one's own view."""
    view = get_object_or_404(SavedView, pk=pk, owner_id=actor_id(request))
    view.delete()
    messages.success(request, f"Vue «{NBSP}{view.name}{NBSP}» supprimée.")
    return HttpResponseRedirect(reverse("orders"))


def _row(order: Order) -> Row:
    dossier = getattr(order, "dossier", None) if order.state == OrderState.SIGNED else None
    return Row(
        order,
        reverse("order", args=[order.pk]),
        order.client_name or "Aucun client",  # type: ignore[attr-defined]
        (order.client_count or 1) - 1,  # type: ignore[attr-defined]
        programme_names().get(order.programme, order.programme),
        STAGE_LOOKS[dossier.stage if dossier else order.state],
        bool(order.contested) and order.is_living,  # type: ignore[attr-defined]
        dossier.next_due_at if dossier else None,
        deadline_name(dossier.next_code) if dossier and dossier.next_code else "",
    )


def programme_names() -> dict[str, str]:
    """Programmes as people say them: RIS, DRIMbox."""
    return {programme.id: KIND_NAMES[programme.kind] for programme in catalogue().programmes()}


def _page_total(page: Page[Order]) -> Decimal:
    return sum((order.principal_ttc or Decimal(0) for order in page.object_list), Decimal(0))


def _column(wanted: Asked, sort: str, label: str, kind: str) -> Column:
    if not sort:
        return Column(label, "", kind, "")
    aria = ("descending" if wanted.descending else "ascending") if wanted.sort == sort else ""
    return Column(label, wanted.sorted_by(sort), kind, aria)


def _tabs(wanted: Asked, views: list[SavedView]) -> list[Tab]:
    queries = {f"s{name}": query for name, query in _STANDARD_VIEWS.items()}
    queries |= {f"v{view.pk}": view.query for view in views}
    numbers = counts({key: asked_of(QueryDict(query)).filter for key, query in queries.items()})
    here = wanted.query if not wanted.problem else None
    standard = [
        Tab(name, reverse("orders") + (f"?{query}" if query else ""), numbers[f"s{name}"], here == query)
        for name, query in _STANDARD_VIEWS.items()
    ]
    kept = [
        Tab(view.name, f"{reverse('orders')}?{view.query}", numbers[f"v{view.pk}"], here == view.query, view.pk)
        for view in views
    ]
    return [*standard, *kept]


def _menus(wanted: Asked) -> list[Menu]:
    chosen = wanted.filter
    return [
        _menu("state", "État", list(OrderState.choices), chosen.state),
        _menu("stage", "Étape", [(stage, STAGE_LOOKS[stage][1]) for stage in STAGES], chosen.stage),
        _menu("programme", "Programme", list(programme_names().items()), chosen.programme),
        _menu("solution", "Solution", solution_choices(), chosen.solution),
        _menu("supplier", "Fournisseur", supplier_choices(), chosen.supplier),
        _menu("tranche", "Tranche", [(letter, letter) for letter in TRANCHES], chosen.tranche),
        _menu("conflict", "Conflit", [("open", "ouvert")], "open" if chosen.contested else ""),
    ]


def _menu(name: str, label: str, choices: list[tuple[str, str]] | list[tuple[int, str]], chosen: object) -> Menu:
    return Menu(name, label, tuple(Choice(str(value), text, value == chosen) for value, text in choices))


def _chips(wanted: Asked, menus: list[Menu]) -> list[tuple[Chip, OrderFilter]]:
    """The filters in use, each with the filter that is left without it."""
    chips: list[tuple[Chip, OrderFilter]] = []
    if wanted.filter.text:
        chip = Chip(f"Recherche{NBSP}: {wanted.filter.text}", wanted.without("q", "s"))
        chips.append((chip, replace(wanted.filter, text="")))
    for menu in menus:
        if menu.chosen:
            chip = Chip(f"{menu.label}{NBSP}: {menu.chosen.label}", wanted.without(menu.name))
            chips.append((chip, wanted.filter.without(menu.name)))
    return chips


def _nearest(chips: list[tuple[Chip, OrderFilter]]) -> tuple[Chip, int] | None:
    """The filter whose removal shows the most orders, with their number."""
    numbers = counts({chip.label: looser for chip, looser in chips})
    best = max((chip for chip, _ in chips), key=lambda chip: numbers[chip.label], default=None)
    return (best, numbers[best.label]) if best is not None and numbers[best.label] else None
