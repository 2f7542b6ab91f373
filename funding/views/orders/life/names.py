"""How the screens call stages, actions and deadlines."""

from __future__ import annotations

from collections.abc import Mapping

NBSP = "\u00a0"

#: Stage -> colours, word, icon.
STAGE_LOOKS: Mapping[str, tuple[str, str, str]] = {
    "draft": ("attention", "Brouillon", "pencil"),
    "issued": ("progress", "Émise", "send"),
    "signed": ("done", "Signée", "circle-check"),
    "advance_submitted": ("progress", "Avance déposée", "send"),
    "advance_validated": ("done", "Avance validée", "circle-check"),
    "delivered": ("progress", "Réalisée", "circle-check"),
    "balance_submitted": ("progress", "Solde déposé", "send"),
    "balance_validated": ("done", "Solde validé", "circle-check"),
    "secondary": ("progress", "Prestation secondaire", "hourglass"),
    "closed": ("done", "Soldée", "circle-check"),
    "cancelled": ("idle", "Annulée", "circle-minus"),
    "withdrawn": ("idle", "Retirée", "circle-minus"),
    "rejected": ("refused", "Rejetée", "octagon-alert"),
    "terminated": ("idle", "Résiliée", "circle-minus"),
}
ACTION_NAMES: Mapping[str, str] = {
    "issue": "Émettre le bon de commande",
    "sign": "Enregistrer une signature",
    "submit_advance": "Déposer la demande d’avance",
    "submit_balance": "Déposer la demande de solde",
    "send_journal": "Transmettre un journal",
    "request_semester": "Demander un semestre",
    "cancel": "Annuler la commande",
    "withdraw": "Retirer la prestation",
    "terminate": "Résilier la prestation secondaire",
    "attest_completion": "Attester la fin de la prestation",
}
_DEADLINES: Mapping[str, str] = {
    "client-information-120-days": "Information du client, 120 jours",
    "advance-request": "Demande d’avance",
    "completion": "Fin de la prestation",
    "balance-request": "Demande de solde",
    "journal": "Journal du semestre",
    "semester-request": "Demande du semestre",
    "ans-verification": "Vérification par l’ANS, semestre",
    "dispute-reply": "Réponse au doublon contesté",
    "portability": "Portabilité des données",
    "support-end": "Fin du support",
}


def deadline_name(code: str) -> str:
    """« Journal du semestre 1 »."""
    if code in _DEADLINES:
        return _DEADLINES[code]
    kind, _, number = code.rpartition("-")
    return f"{_DEADLINES[kind]} {number}"


def several(total: int, one: str, many: str = "") -> str:
    """« 1 blocage », « 2 blocages »."""
    return f"{total} {one if total < 2 else many or f'{one}s'}"
