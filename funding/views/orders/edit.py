"""The order form on one page: a new order, a draft, the correction of an issued or signed one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from funding.forms.orders.book import MOST_CLIENTS, Book, Problem, changed_rows
from funding.selectors.lists import LISTS
from funding.services.orders import correct_order, create_order, update_draft
from funding.views.orders.detail import loaded_order
from funding.views.orders.lost_update import Difference, differences, whose_change
from funding.views.orders.places import field_of
from funding.views.orders.rights import actor_id, writers_only
from orders.models import Order, OrderState
from orders.selectors.facts import facts_of
from orders.services.refusal import Refused, refusal
from segur.regulation.finding import Finding
from segur.texts import programme

NBSP = "\u00a0"
_STALE = "stale-version"
_FIXED = ("number", "supplier", "solution")


@dataclass(frozen=True, slots=True)
class Lost:
    """A lost update: who changed the order, and what the two versions write differently."""

    who: str
    differences: list[Difference]


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def new(request: HttpRequest) -> HttpResponse:
    """A draft, as complete as it can be today."""
    if request.method != "POST":
        return _page(request, Book.blank())
    if rows := request.POST.get("rows"):
        return _rows_changed(request, rows)
    book = Book.posted(request.POST)
    if not book.is_valid():
        return _page(request, book, status=422)
    now = timezone.now()
    given = book.main.cleaned_data
    solution = given["solution_row"]
    try:
        order = create_order(
            facts=book.facts(),
            supplier_id=int(given["supplier"]),
            solution_id=solution.pk,
            programme=programme(solution.programme, on=timezone.localdate(now)),
            now=now,
            actor_id=actor_id(request),
        )
    except IntegrityError:
        book.main.add_error("number", _TAKEN)
        return _page(request, book, status=422)
    except Refused as no:
        return _page(request, book, refused=no.findings, status=409)
    messages.success(request, f"Brouillon {order.number} enregistré.")
    return HttpResponseRedirect(reverse("order", args=[order.pk]))


_TAKEN = "Ce fournisseur a déjà un bon de ce numéro. Donnez-en un autre."


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft changes freely; an issued or signed order is corrected, with a reason."""
    order = loaded_order(pk)
    facts = facts_of(order)
    if not order.is_living:
        messages.error(request, f"{order.number} est annulée ou retirée{NBSP}: elle ne change plus.")
        return HttpResponseRedirect(reverse("order", args=[order.pk]))
    if request.method != "POST":
        return _page(request, Book.of(order, facts), order=order)
    if rows := request.POST.get("rows"):
        return _rows_changed(request, rows, order)
    book = Book.posted(_with_fixed(request, order), order)
    if not book.is_valid():
        return _page(request, book, order=order, status=422)
    try:
        _written(request, order, book, timezone.now())
    except IntegrityError:
        book.main.add_error("number", _TAKEN)
        return _page(request, book, order=order, status=422)
    except Refused as no:
        return _refused(request, pk, book, no)
    number = book.main.cleaned_data["number"]
    is_draft = order.state == OrderState.DRAFT
    messages.success(request, f"Brouillon {number} enregistré." if is_draft else f"{number} est corrigée.")
    return HttpResponseRedirect(reverse("order", args=[order.pk]))


def _with_fixed(request: HttpRequest, order: Order) -> QueryDict:
    """The post, with what does not change any more put back: its fields are not shown."""
    if order.state == OrderState.DRAFT:
        return request.POST
    data = request.POST.copy()
    data["number"], data["supplier"], data["solution"] = (
        order.number,
        str(order.supplier_id),
        str(order.solution_id),
    )
    return data


def _written(request: HttpRequest, order: Order, book: Book, now: datetime) -> None:
    given = book.main.cleaned_data
    version = _version(request)
    facts = book.facts(facts_of(order))
    if order.state == OrderState.DRAFT:
        update_draft(
            order_id=order.pk,
            facts=facts,
            solution_id=given["solution_row"].pk,
            now=now,
            actor_id=actor_id(request),
            version=version,
        )
    else:
        correct_order(
            order_id=order.pk,
            facts=facts,
            reason=given["reason"],
            now=now,
            actor_id=actor_id(request),
            version=version,
        )


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise refusal("version-missing", "La version de la fiche est illisible.", "Rechargez la page et recommencez.")
    return int(text)


def _refused(request: HttpRequest, pk: int, book: Book, no: Refused) -> HttpResponse:
    current = loaded_order(pk)
    findings = tuple(each for each in no.findings if each.code != _STALE)
    lost = None
    if len(findings) < len(no.findings):
        theirs = facts_of(current)
        lost = Lost(whose_change(current, timezone.now()), differences(theirs, book.facts(theirs)))
    return _page(request, book, order=current, refused=findings, lost=lost, status=409)


def _rows_changed(request: HttpRequest, rows: str, order: Order | None = None) -> HttpResponse:
    data, focus = changed_rows(request.POST, rows)
    book = Book.posted(data, order, judged=False)
    book.focus_on(focus)
    return _page(request, book, order=order)


def _page(
    request: HttpRequest,
    book: Book,
    *,
    order: Order | None = None,
    refused: tuple[Finding, ...] = (),
    lost: Lost | None = None,
    status: int = 200,
) -> HttpResponse:
    is_correction = order is not None and order.state != OrderState.DRAFT
    posted = request.POST.get("version", "")
    current = str(order.version) if order is not None else ""
    context = {
        "book": book,
        "form": book.main,
        "order": order,
        "is_correction": is_correction,
        "lists": [(book.main[f"valid_{name.key}"], book.main[f"invalid_{name.key}"]) for name in LISTS],
        "lists_open": any(book.main[name].value() for name in book.main.list_names()),
        "problems": book.problems() + _as_problems(refused),
        "lost": lost,
        "version": posted if posted.isdecimal() and lost is None else current,
        "can_add_client": len(book.clients) < MOST_CLIENTS,
        "fixed": [(book.main[name].label, _fixed_value(order, name)) for name in _FIXED] if is_correction else [],
    }
    return render(request, "orders/form.html", context, status=status)


def _fixed_value(order: Order | None, name: str) -> str:
    return str(getattr(order, name)) if order is not None else ""


def _as_problems(findings: tuple[Finding, ...]) -> list[Problem]:
    return [
        Problem(f"id_{name}" if (name := field_of(each.path)) else "order-form", each.rule or "Refus", each.sentence)
        for each in findings
    ]
