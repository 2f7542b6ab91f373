"""The orders of the current filter as CSV or XLSX."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from funding.exchange.order_list import Cell, csv_lines, xlsx_file
from funding.views.orders.asked import NBSP, asked
from funding.views.orders.listing import programme_names
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
    problem = wanted.problem
    if not problem and (total := orders.count()) > MOST_ROWS:
        shown = f"{total:,}".replace(",", NBSP)
        problem = f"{shown} commandes répondent{NBSP}: un export en tient 50{NBSP}000. Ajoutez un filtre."
    if problem:
        messages.error(request, problem)
        return HttpResponseRedirect(reverse("orders") + wanted.without("s"))
    name = f"commandes-{timezone.localdate():%Y-%m-%d}.{kind}"
    response: HttpResponseBase
    if kind == "csv":
        response = StreamingHttpResponse(csv_lines(HEAD, _rows(orders)), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(xlsx_file("Commandes", HEAD, _rows(orders)), content_type=_XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


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
