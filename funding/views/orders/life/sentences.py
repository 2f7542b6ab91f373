"""What happened to an order, each fact as one sentence. No number of a person."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from segur.regulation.money import format_eur

NBSP = "\u00a0"
_ABOUT = {
    "120-days": "de la limite des 120 jours",
    "date-2": "de l’absence de dossier complet à la Date 2",
    "completion": "de l’impossibilité de finir la prestation",
}
_RECIPIENTS = {"asp": "l’ASP", "ans": "l’ANS", "client": "le client"}
_SENTENCES: Mapping[str, str] = {
    "advance_attachments_accepted": "Pièces de l’avance acceptées",
    "advance_change_requested": "Modification de l’avance demandée par l’ASP",
    "advance_rejected": "Avance rejetée",
    "advance_validated": "Avance validée",
    "advance_paid": "Avance payée",
    "pilot_report_signed": "PV pilote signé",
    "pilot_report_sent": "PV pilote envoyé à l’ANS",
    "pilot_report_conforming": "PV pilote conforme",
    "pilot_report_nonconforming": "PV pilote non conforme",
    "va_signed": "VA signée",
    "invoice_issued": "Facture principale émise",
    "completion_attested": "Fin de la prestation attestée",
    "completion_impossible": "Prestation déclarée impossible à finir",
    "balance_attachments_accepted": "Pièces du solde acceptées",
    "balance_change_requested": "Modification du solde demandée par l’ASP",
    "balance_rejected": "Solde rejeté",
    "balance_validated": "Solde validé",
    "balance_paid": "Solde payé",
    "journal_sent": "Journal transmis",
    "semester_requested": "Semestre demandé",
    "semester_validated": "Semestre validé",
    "semester_paid": "Semestre payé",
    "secondary_invoice_issued": "Facture secondaire émise",
    "semester_change_requested": "Modification demandée par l’ASP",
    "semester_rejected": "Semestre rejeté",
    "journal_nonconforming": "Journal non conforme",
    "ans_verification_opened": "Vérification ouverte par l’ANS",
    "client_informed": "Client informé",
    "pilot_published": "Pilotes publiés par l’ANS",
    "portability_requested": "Portabilité demandée",
    "portability_delivered": "Données remises au client",
    "dispute_opened": "Doublon contesté par l’ASP",
    "dispute_answered": "Réponse envoyée à l’ASP",
    "terminated": "Prestation secondaire résiliée",
    "closed_after_rejection": "Commande close après rejet",
    "formal_notice": "Mise en demeure reçue",
    "repayment_ordered": "Reversement ordonné par l’ASP",
    "repaid": "Reversement payé",
}
_DEPOSITS = {"advance_submitted": "Avance", "balance_submitted": "Solde"}
LIFE_ACTIONS = frozenset(_SENTENCES) | frozenset(_DEPOSITS)


def life_sentence(action: str, payload: Mapping[str, object], names: Mapping[str, str]) -> str:
    """The fact, its client, its semester and its euros; ``names`` are the clients by SIREN."""
    if action in _DEPOSITS:
        return _deposit(_DEPOSITS[action], payload)
    parts = [_SENTENCES[action]]
    if "siren" in payload and len(names) > 1:
        parts.append(f"par {names.get(str(payload['siren']), 'un client')}" if action == "va_signed" else "")
        parts[-1] = parts[-1] or f"({names.get(str(payload['siren']), 'un client')})"
    if "semester" in payload:
        parts.append(f"(semestre {payload['semester']})")
    if payload.get("about") in _ABOUT:
        parts.append(_ABOUT[str(payload["about"])])
    return " ".join(parts) + _details(payload)


def _details(payload: Mapping[str, object]) -> str:
    told = []
    if number := payload.get("number"):
        told.append(f" {number}")
    amount = payload.get("amount") or payload.get("ttc") or payload.get("ht")
    if isinstance(amount, (str, Decimal)):
        told.append(f", {format_eur(Decimal(amount))}")
    recipients = payload.get("recipients")
    if isinstance(recipients, (list, tuple)) and recipients:
        told.append(f"{NBSP}: {', '.join(_RECIPIENTS.get(str(each), '') for each in recipients)}")
    return "".join(told)


def _deposit(name: str, payload: Mapping[str, object]) -> str:
    if payload.get("json_accepted") is False:
        words = "JSON refusé"
    elif payload.get("attachments_accepted") is False:
        words = "JSON accepté, pièces refusées"
    else:
        words = "JSON et pièces acceptés"
    deposited = "déposé" if name == "Solde" else "déposée"
    reference = f" ({payload['reference']})" if payload.get("reference") else ""
    return f"{name} {deposited}{NBSP}: {words}{reference}"
