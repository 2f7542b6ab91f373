"""The state of an order for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from rich.console import ConsoleRenderable
from rich.table import Table

from funding.domain.life import OrderState
from segur.management.base import finding_lines, one_line
from segur.regulation.dates import format_date_fr, format_instant_fr
from segur.regulation.money import format_eur

NBSP = "\u00a0"

STAGES: Mapping[str, str] = {
    "draft": "brouillon",
    "issued": "émise",
    "signed": "signée",
    "advance_submitted": "avance déposée",
    "advance_validated": "avance validée",
    "delivered": "livrée, VA signée",
    "balance_submitted": "solde déposé",
    "balance_validated": "solde validé",
    "secondary": "prestation secondaire",
    "closed": "soldée",
    "cancelled": "annulée",
    "withdrawn": "retirée",
    "rejected": "rejetée",
    "terminated": "résiliée",
}
ACTIONS: Mapping[str, str] = {
    "issue": "Émettre la commande",
    "sign": "Enregistrer une signature",
    "submit_advance": "Déposer l’avance",
    "submit_balance": "Déposer le solde",
    "send_journal": "Envoyer un journal",
    "request_semester": "Demander un semestre",
    "cancel": "Annuler",
    "withdraw": "Retirer",
    "terminate": "Résilier",
    "attest_completion": "Attester la fin de la prestation",
}
STATUSES: Mapping[str, str] = {
    "open": "à tenir",
    "met": "tenue",
    "missed": "manquée",
    "not-applicable": "sans objet",
}
_DEADLINES: Mapping[str, str] = {
    "client-information-120-days": "Information du client, 120 jours",
    "advance-request": "Demande d’avance",
    "completion": "Fin de la prestation",
    "balance-request": "Demande de solde",
    "journal": "Journal du semestre",
    "semester-request": "Demande du semestre",
    "ans-verification": "Vérification par l’ANS, semestre",
    "dispute-reply": "Réponse à la contestation",
    "portability": "Portabilité",
    "support-end": "Fin du support",
}


def deadline_label(code: str) -> str:
    """The French name of a deadline code, with its semester."""
    name, _, number = code.rpartition("-")
    return f"{_DEADLINES[name]} {number}" if number.isdigit() and name in _DEADLINES else _DEADLINES[code]


def summary(state: OrderState) -> str:
    """« Commande BDC-1 (fournisseur …) : avance validée, le … »."""
    return one_line(
        f"Commande {state.order.number} (fournisseur {state.order.supplier}){NBSP}: {STAGES[state.stage]}, "
        f"le {format_instant_fr(state.now)}."
    )


def state_parts(state: OrderState) -> Iterator[str | ConsoleRenderable]:
    """Stage, amounts, actions with what stops them, deadlines, semesters."""
    yield summary(state)
    yield _amounts(state)
    if state.refused is not None:
        yield from finding_lines([state.refused])
    yield _actions(state)
    if state.deadlines:
        yield _deadlines(state)
    if state.semesters:
        yield _semesters(state)


def _amounts(state: OrderState) -> str:
    worth = state.worth
    known: Iterable[tuple[str, Decimal | None]] = (
        ("prestation principale", worth.principal),
        ("avance", worth.advance),
        ("solde", worth.balance),
        ("payé", state.ledger.net),
    )
    said = ", ".join(f"{name} {'inconnu' if amount is None else format_eur(amount)}" for name, amount in known)
    return f"Montants{NBSP}: {said}."


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", show_lines=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _actions(state: OrderState) -> Table:
    table = _table("Actions", "Action", "Possible", "Ce qu’il faut savoir")
    for action in state.actions:
        table.add_row(
            ACTIONS[action.name], "oui" if action.allowed else "non", "\n".join(finding_lines(action.blockers))
        )
    return table


def _deadlines(state: OrderState) -> Table:
    table = _table("Échéances", "Échéance", "Au plus tard le", "Statut", "Règle", "Pourquoi")
    for deadline in state.deadlines:
        table.add_row(
            deadline_label(deadline.code),
            format_instant_fr(deadline.due_at),
            STATUSES[str(deadline.status)],
            deadline.rule,
            deadline.because,
        )
    return table


def _semesters(state: OrderState) -> Table:
    table = _table("Semestres", "Semestre", "Du", "Au", "Journal au plus tard le", "Montant")
    for semester in state.semesters:
        period = semester.period
        table.add_row(
            str(semester.number),
            format_date_fr(period.starts_on),
            format_date_fr(period.ends_on),
            format_instant_fr(period.journal_due_at),
            "inconnu" if semester.amount is None else format_eur(semester.amount),
        )
    return table
