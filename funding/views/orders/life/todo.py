"""What to do now on an order that is signed, and every action with what stops it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.urls import reverse

from funding.domain.life import OrderState as LifeState
from funding.domain.life import Status
from funding.domain.life.facts import RequestFacts, RequestState
from funding.domain.life.semesters import Standing
from funding.views.orders.life.dates import moment
from funding.views.orders.life.names import ACTION_NAMES, NBSP, deadline_name, several
from funding.views.orders.life.ways import fact_address, life_place
from funding.views.orders.places import Placed
from orders.models import Order
from segur.regulation.finding import Severity
from segur.regulation.money import format_eur

_GRAVEST = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_FACTS: Mapping[str, str] = {
    "submit_advance": "advance_submitted",
    "submit_balance": "balance_submitted",
    "send_journal": "journal_sent",
    "request_semester": "semester_requested",
    "attest_completion": "completion_attested",
    "terminate": "terminated",
}
_PAGES: Mapping[str, str] = {
    "issue": "order_issue",
    "sign": "order_sign",
    "cancel": "order_cancel",
    "withdraw": "order_withdraw",
}


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do: a verb, why and until when, and where it is recorded."""

    title: str
    because: str
    url: str = ""
    label: str = ""
    icon: str = "arrow-right"


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An action of the contract, allowed or not, with what is to be said of it: errors before warnings."""

    name: str
    title: str
    allowed: bool
    count: str
    findings: tuple[Placed, ...]
    url: str


def action_lines(found: Order, state: LifeState, taken: Collection[str], *, writes: bool) -> list[ActionLine]:
    """The actions that still have a sense on this order, in the sequence of the contract.

    ``taken``: the types of facts that the machines accept now, which a blocker may lead to.
    """
    return [
        _action_line(found, state, name, taken, writes=writes) for name in ACTION_NAMES if not _is_done(state, name)
    ]


def _is_done(state: LifeState, name: str) -> bool:
    if name == "issue":
        return state.life.issued_on is not None
    return name == "sign" and state.life.signed_by_all


def _action_line(found: Order, state: LifeState, name: str, taken: Collection[str], *, writes: bool) -> ActionLine:
    action = state.action(name)
    findings = sorted(action.blockers, key=lambda each: _GRAVEST.index(each.severity))
    blocking = sum(each.blocks for each in findings)
    warning = sum(each.severity is Severity.WARNING for each in findings)
    parts = [several(blocking, "blocage")] if blocking else []
    parts += [several(warning, "avertissement")] if warning else []
    url = ""
    if writes and action.allowed:
        url = fact_address(found.pk, _FACTS[name]) if name in _FACTS else reverse(_PAGES[name], args=[found.pk])
    placed = tuple(Placed(each, *(life_place(found, each, name, taken) if writes else ("", ""))) for each in findings)
    return ActionLine(name, ACTION_NAMES[name], action.allowed, ", ".join(parts), placed, url)


def focus_of(state: LifeState) -> str:
    """The action that the order is heading for; empty before it is signed and once it is given up."""
    life = state.life
    if life.is_over or not life.signed_by_all or life.issued_on is None:
        return ""
    if not life.advance.is_filed:
        return "submit_advance"
    if not life.balance.is_filed:
        return "submit_balance"
    return "request_semester" if state.stage != "closed" else ""


def life_todo(found: Order, state: LifeState) -> Todo:
    """The next thing to do on a signed order, the most pressing first."""
    for propose in (_dispute, _journal, _advance, _va, _invoice, _balance, _semester, _answers):
        todo = propose(found, state)
        if todo is not None:
            return todo
    return _nothing(state)


def _until(state: LifeState, code: str) -> str:
    due = next((each for each in state.deadlines if each.code == code), None)
    return f"Au plus tard le {moment(due.due_at)}." if due else ""


def _dispute(found: Order, state: LifeState) -> Todo | None:
    waiting = any(each.answered_at is None for each in state.life.disputes)
    if not waiting:
        return None
    because = f"L’ASP conteste un numéro. {_until(state, 'dispute-reply')}"
    return Todo("Répondre au doublon contesté", because, reverse("conflicts"), "Voir les conflits", "git-compare")


def _journal(found: Order, state: LifeState) -> Todo | None:
    view = next((v for v in state.semesters if v.standing in (Standing.JOURNAL_DUE, Standing.TO_RESEND)), None)
    if view is None or state.life.is_over:
        return None
    verb = "Renvoyer" if view.standing is Standing.TO_RESEND else "Transmettre"
    until = _until(state, f"journal-{view.number}")
    return Todo(
        f"{verb} le journal du semestre {view.number}",
        f"{until} Ensuite, le semestre n’est pas financé. Destinataires{NBSP}: ASP, ANS et clients.",
        _fact(found, "journal_sent"),
        "Enregistrer le journal",
        "send",
    )


def _fact(found: Order, type: str) -> str:
    return fact_address(found.pk, type)


def _advance(found: Order, state: LifeState) -> Todo | None:
    return _request(found, state, state.life.advance, _ADVANCE)


def _balance(found: Order, state: LifeState) -> Todo | None:
    if not state.life.advance.is_validated:
        return None
    return _request(found, state, state.life.balance, _BALANCE)


@dataclass(frozen=True, slots=True)
class _Request:
    key: str
    action: str
    name: str
    code: str


_ADVANCE = _Request("advance", "submit_advance", "la demande d’avance", "advance-request")
_BALANCE = _Request("balance", "submit_balance", "la demande de solde", "balance-request")


def _request(found: Order, state: LifeState, request: RequestFacts, kind: _Request) -> Todo | None:
    until = _until(state, kind.code)
    if request.state is RequestState.INCOMPLETE:
        because = f"Le JSON est accepté, les pièces ne le sont pas. {until}"
        url = _fact(found, f"{kind.key}_attachments_accepted")
        return Todo(f"Compléter {kind.name}", because, url, "Enregistrer les pièces", "paperclip")
    if request.state is RequestState.CHANGE_REQUESTED:
        why = f"L’ASP demande une modification. {request.reason or ''}".strip()
        url = _fact(found, f"{kind.key}_submitted")
        return Todo(f"Modifier {kind.name}", why, url, "Enregistrer le dépôt", "pencil")
    if request.is_filed:
        return None
    missed = next((d for d in state.deadlines if d.code == kind.code and d.status is Status.MISSED), None)
    if missed is not None:
        because = (
            f"La limite est passée le {moment(missed.due_at)}. Une personne décide{NBSP}: rien n’est fait d’office."
        )
        return Todo(f"Décider de la suite{NBSP}: {kind.name} n’est pas reçue à temps", because)
    if not state.action(kind.action).allowed:
        return Todo(f"Lever ce qui bloque {kind.name}", until)
    amount = state.worth.advance if kind is _ADVANCE else state.worth.balance
    worth = f" {format_eur(amount)} attendus." if amount else ""
    return Todo(
        f"Déposer {kind.name}", f"{until}{worth}", _fact(found, f"{kind.key}_submitted"), "Enregistrer le dépôt", "send"
    )


def _va(found: Order, state: LifeState) -> Todo | None:
    life = state.life
    if not life.advance.is_validated or life.delivered:
        return None
    names = {client.siren: client.name for client in state.order.clients}
    missing = [names.get(siren, siren) for siren in life.clients if siren not in life.vas]
    whom = missing[0] if len(missing) == 1 else several(len(missing), "client")
    because = f"La prestation est alors réalisée. {_until(state, 'completion')}"
    return Todo(f"Faire signer la VA par {whom}", because, _fact(found, "va_signed"), "Enregistrer la VA", "pen-line")


def _invoice(found: Order, state: LifeState) -> Todo | None:
    life = state.life
    if not life.advance.is_validated or not life.delivered or life.invoices or life.balance.is_filed:
        return None
    url = _fact(found, "invoice_issued")
    because = "Tous les clients ont signé la VA. La facture est au nom du client principal."
    return Todo("Émettre la facture principale", because, url, "Enregistrer la facture", "receipt")


def _semester(found: Order, state: LifeState) -> Todo | None:
    if not state.semesters or not state.action("request_semester").allowed:
        return None
    url = _fact(found, "semester_requested")
    because = "Son journal est transmis et le solde est validé."
    return Todo("Demander le semestre", because, url, "Enregistrer la demande", "send")


def _answers(found: Order, state: LifeState) -> Todo | None:
    """Nothing to do but to wait for the ASP, and to record what it answers."""
    life = state.life
    waits: tuple[tuple[bool, str, str], ...] = (
        (life.advance.state is RequestState.RECEIVED, "l’avance", "advance_validated"),
        (life.advance.is_validated and not life.advance.payments, "le paiement de l’avance", "advance_paid"),
        (life.balance.state is RequestState.RECEIVED, "le solde", "balance_validated"),
        (life.balance.is_validated and not life.balance.payments, "le paiement du solde", "balance_paid"),
    )
    for waiting, what, type in waits:
        if waiting:
            because = "Enregistrez-la dès qu’elle arrive."
            return Todo(
                f"Attendre l’ASP sur {what}", because, _fact(found, type), "Enregistrer la réponse", "hourglass"
            )
    return None


def _nothing(state: LifeState) -> Todo:
    coming = sorted((each for each in state.deadlines if each.status == "open"), key=lambda each: each.due_at)
    if not coming:
        return Todo("Rien à faire sur cette commande", "Aucune limite ne reste ouverte.")
    first = coming[0]
    limit = f"Prochaine limite{NBSP}: {deadline_name(first.code)}, le {moment(first.due_at)}."
    return Todo("Rien à faire aujourd’hui", limit)
