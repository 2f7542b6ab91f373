"""From what stops an action to the page or field where it is cured."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse

from funding.views.orders.places import place_of
from orders.models import Order, OrderState
from segur.context import address
from segur.regulation.finding import Finding

_FACTS = {
    "R67-invoice-missing": ("invoice_issued", "Enregistrer la facture"),
    "R70-invoice-missing": ("secondary_invoice_issued", "Enregistrer la facture"),
    "R68-va-missing": ("va_signed", "Enregistrer la VA"),
    "R28-no-va": ("va_signed", "Enregistrer la VA"),
    "R65-pilots": ("pilot_report_signed", "Enregistrer un PV"),
    "R68-advance-not-validated": ("advance_validated", "Enregistrer la validation"),
    "R69-balance-not-validated": ("balance_validated", "Enregistrer la validation"),
    "R29-journal-missing": ("journal_sent", "Enregistrer le journal"),
    "A7-recipients": ("journal_sent", "Enregistrer l’envoi"),
}
_PARTS = {
    "submit_advance": ("advance_attachments_accepted", "Enregistrer les pièces"),
    "submit_balance": ("balance_attachments_accepted", "Enregistrer les pièces"),
}


def fact_address(order_id: int, type: str) -> str:
    """The page that records a fact of this type."""
    return reverse("order_fact", args=[order_id, type])


def life_place(order: Order, finding: Finding, action: str, taken: Collection[str]) -> tuple[str, str]:
    """Where a blocker of an action is cured, and the words of its button; empty where no screen does.

    ``taken``: the types of facts that the machines accept now.
    """
    if not order.is_living:
        return "", ""
    if finding.code in ("R64-not-issued", "R64-not-signed"):
        return _signing(order)
    if finding.code.endswith("-open-conflict"):
        return address("conflicts"), "Voir les conflits"
    known = _PARTS.get(action) if finding.code.startswith("F1-incomplete") else _FACTS.get(finding.code)
    if known is not None:
        if known[0] not in taken:
            return "", ""
        return fact_address(order.pk, known[0]), known[1]
    return place_of(order, finding) if finding.path else ("", "")


def _signing(order: Order) -> tuple[str, str]:
    if order.state == OrderState.DRAFT:
        return reverse("order_issue", args=[order.pk]), "Émettre le bon"
    if order.state == OrderState.ISSUED:
        return reverse("order_sign", args=[order.pk]), "Enregistrer la signature"
    return "", ""
