"""The orders of the current filter as CSV or XLSX, or as the workbook that the import takes back."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from funding.exchange.order_list import Cell, csv_lines, xlsx_file
from funding.services.order_exports import chosen_order_file
from funding.views.orders.asked import NBSP, Asked, asked
from funding.views.orders.listing import programme_names
from funding.views.orders.rights import writers_only
from orders.exchange.workbook import CellTooLong, write_workbook
from orders.models import Order
from orders.selectors.listing import listed_orders

MOST_ROWS = 50_000
_CHUNK = 2_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = (
    *("Numéro", "Client principal", "SIREN des clients", "Programme", "Prestation", "État", "Fournisseur", "Solution"),
    *("Instance ou PACS", "Tranche", "TVA", "Émise le", "Première signature", "Conflit ouvert"),
    *("Principale HT", "Principale TTC", "Secondaire HT", "Secondaire TTC"),
)


@require_GET
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Every order of the filter, in the sequence of the screen; refused above fifty thousand."""
    wanted = asked(request)
    orders = listed_orders(wanted.filter, sort=wanted.sort, descending=wanted.descending)
    if problem := _problem(wanted, orders):
        return _refused(request, wanted, problem)
    name = f"commandes-{timezone.localdate():%Y-%m-%d}.{kind}"
    response: HttpResponseBase
    if kind == "csv":
        response = StreamingHttpResponse(csv_lines(HEAD, _rows(orders)), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(xlsx_file("Commandes", HEAD, _rows(orders)), content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
@writers_only
def workbook(request: HttpRequest) -> HttpResponse:
    """Every order of the filter with all its facts, AM and RPPS included: for those who may import it again."""
    wanted = asked(request)
    condition = wanted.filter.condition()
    if problem := _problem(wanted, Order.objects.filter(condition)):
        return _refused(request, wanted, problem)
    try:
        book = write_workbook(chosen_order_file(condition))
    except CellTooLong as refusal:
        return _refused(request, wanted, str(refusal))
    response = HttpResponse(book, content_type=_XLSX)
    name = f"fichier-commandes-{timezone.localdate():%Y-%m-%d}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _problem(wanted: Asked, orders: QuerySet[Order]) -> str:
    """The French sentence that stops an export, if any."""
    if wanted.problem or (total := orders.count()) <= MOST_ROWS:
        return wanted.problem
    shown = f"{total:,}".replace(",", NBSP)
    return f"{shown} commandes répondent{NBSP}: un export en tient 50{NBSP}000. Ajoutez un filtre."


def _refused(request: HttpRequest, wanted: Asked, problem: str) -> HttpResponseRedirect:
    messages.error(request, problem)
    return HttpResponseRedirect(reverse("orders") + wanted.without("s"))


def _rows(orders: QuerySet[Order]) -> Iterator[tuple[Cell, ...]]:
    names = programme_names()
    for order in orders.prefetch_related("clients__client").iterator(chunk_size=_CHUNK):
        yield (
            order.number,
            order.client_name or "",  # type: ignore[attr-defined]
            " ".join(page.client.siren for page in order.clients.all()),
            names.get(order.programme, order.programme),
            order.get_prestation_display(),
            order.get_state_display(),
            order.supplier.name,
            str(order.solution),
            order.instance or order.pacs,
            order.tranche_letter,
            order.get_vat_display(),
            order.issued_on,
            order.first_signed_on,
            "oui" if order.contested else "non",  # type: ignore[attr-defined]
            order.principal_ht,
            order.principal_ttc,
            order.secondary_ht,
            order.secondary_ttc,
        )
