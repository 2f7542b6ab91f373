"""The facts that a person records on an order's page: their names, and those that the machines accept now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from funding.domain.life import LifeFacts, OrderState, apply
from funding.domain.life.semesters import Standing
from orders.domain.snapshot import OrderEventFacts
from segur.regulation.finding import Finding

#: Facts of the supplier's own doing: they ask the guards first. Those of the ASP, the ANS and the clients do not.
ACTIONS: Mapping[str, str] = {
    "advance_submitted": "submit_advance",
    "balance_submitted": "submit_balance",
    "journal_sent": "send_journal",
    "semester_requested": "request_semester",
    "terminated": "terminate",
    "completion_attested": "attest_completion",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of fact: ``done`` is said once it is recorded; ``keys`` are its bracketed keys in the order file."""

    type: str
    group: str
    title: str
    done: str
    keys: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


_DEPOSIT = ("json_accepted", "attachments_accepted", "reference")
_COUNTS = ("t", "tm", "te", "te_qualified", "dm", "de")


def _request(key: str, group: str, the: str) -> tuple[Kind, ...]:
    return (
        Kind(f"{key}_submitted", group, f"Dépôt {the}", "Dépôt enregistré.", _DEPOSIT),
        Kind(f"{key}_attachments_accepted", group, f"Pièces {the} acceptées", "Pièces enregistrées."),
        Kind(f"{key}_change_requested", group, f"Modification {the} demandée", "Demande enregistrée.", ("reason",)),
        Kind(f"{key}_validated", group, f"Validation {the}", "Validation enregistrée."),
        Kind(f"{key}_rejected", group, f"Rejet {the}", "Rejet enregistré.", ("reason",), ("reason",)),
        Kind(f"{key}_paid", group, f"Paiement {the}", "Paiement enregistré.", ("amount",), ("amount",)),
    )


_INVOICE = ("number", "ht", "ttc")
_REFUSED = ("semester", "reason")
_ALL = (
    *_request("advance", "Avance", "de l’avance"),
    Kind("pilot_report_signed", "PV pilotes", "PV pilote signé", "PV enregistré.", ("siren",)),
    Kind("pilot_report_sent", "PV pilotes", "PV pilote envoyé à l’ANS", "Envoi enregistré.", ("siren",)),
    Kind("pilot_report_conforming", "PV pilotes", "PV pilote conforme", "Avis enregistré.", ("siren",)),
    Kind("pilot_report_nonconforming", "PV pilotes", "PV pilote non conforme", "Avis enregistré.", ("siren", "reason")),
    Kind("pilot_published", "PV pilotes", "Publication des pilotes par l’ANS", "Publication enregistrée."),
    Kind("va_signed", "Réalisation", "VA signée par un client", "VA enregistrée.", ("siren",)),
    Kind("invoice_issued", "Réalisation", "Facture principale émise", "Facture enregistrée.", _INVOICE, ("number",)),
    Kind("completion_attested", "Réalisation", "Attestation de fin envoyée", "Attestation enregistrée."),
    Kind(
        "completion_impossible", "Réalisation", "Fin impossible", "Impossibilité enregistrée.", ("reason",), ("reason",)
    ),
    *_request("balance", "Solde", "du solde"),
    Kind(
        "journal_sent",
        "Semestres",
        "Journal transmis",
        "Journal enregistré.",
        ("semester", *_COUNTS, "recipients"),
    ),
    Kind("journal_nonconforming", "Semestres", "Journal non conforme", "Avis enregistré.", ("semester", "reason")),
    Kind(
        "ans_verification_opened",
        "Semestres",
        "Vérification ouverte par l’ANS",
        "Ouverture enregistrée.",
        ("semester",),
    ),
    Kind("semester_requested", "Semestres", "Demande d’un semestre", "Demande enregistrée.", ("semester",)),
    Kind(
        "semester_change_requested",
        "Semestres",
        "Modification d’un semestre demandée",
        "Demande enregistrée.",
        ("semester", "reason"),
    ),
    Kind("semester_validated", "Semestres", "Validation d’un semestre", "Validation enregistrée.", ("semester",)),
    Kind(
        "semester_rejected",
        "Semestres",
        "Rejet d’un semestre",
        "Rejet enregistré.",
        ("semester", "reason"),
        ("reason",),
    ),
    Kind(
        "semester_paid",
        "Semestres",
        "Paiement d’un semestre",
        "Paiement enregistré.",
        ("semester", "amount"),
        ("amount",),
    ),
    Kind(
        "secondary_invoice_issued",
        "Semestres",
        "Facture secondaire émise",
        "Facture enregistrée.",
        _INVOICE,
        ("number",),
    ),
    Kind("client_informed", "Client", "Client informé", "Information enregistrée.", ("siren", "about")),
    Kind("portability_requested", "Client", "Portabilité demandée", "Demande enregistrée.", ("siren",)),
    Kind("portability_delivered", "Client", "Données remises au client", "Remise enregistrée.", ("siren",)),
    Kind("terminated", "Fin", "Résiliation par le client", "Résiliation enregistrée.", ("last_activity_on",)),
    Kind("closed_after_rejection", "Fin", "Clôture après rejet", "Commande close.", ("reason",), ("reason",)),
    Kind("formal_notice", "Reversement", "Mise en demeure reçue", "Mise en demeure notée.", ("reason", "answer_by")),
    Kind(
        "repayment_ordered",
        "Reversement",
        "Reversement ordonné",
        "Ordre enregistré.",
        ("amount", "reason"),
        ("amount",),
    ),
    Kind("repaid", "Reversement", "Reversement payé", "Reversement enregistré.", ("amount",), ("amount",)),
)
#: Every type that a page records. Disputes, cancellations and withdrawals have their own pages.
KINDS: Mapping[str, Kind] = {kind.type: kind for kind in _ALL}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A fact that has its step now, for these clients (SIREN) and semesters."""

    kind: Kind
    sirens: tuple[str, ...] = ()
    semesters: tuple[int, ...] = ()


def accepted(state: OrderState) -> list[Accepted]:
    """The facts that the machines accept at this instant, in the sequence of an order's life."""
    if state.life.issued_on is None:
        return []
    return [found for kind in KINDS.values() if (found := _accepted(kind, state)) is not None]


def _accepted(kind: Kind, state: OrderState) -> Accepted | None:
    life, now = state.life, state.now
    if "siren" in kind.keys:
        sirens = tuple(siren for siren in life.clients if _takes(life, kind.type, now, siren=siren))
        return Accepted(kind, sirens=sirens) if sirens else None
    if "semester" in kind.keys:
        known = [view.number for view in state.semesters]
        numbers = tuple(number for number in known if _takes(life, kind.type, now, semester=number))
        return Accepted(kind, semesters=numbers) if numbers else None
    return Accepted(kind) if _takes(life, kind.type, now) else None


def _takes(life: LifeFacts, type: str, now: datetime, **extra: object) -> bool:
    event = OrderEventFacts(type, now, tuple({"about": "120-days", **extra}.items()))
    return not isinstance(apply(life, event), Finding)


def next_semester(state: OrderState, kind: Kind, numbers: Collection[int]) -> int | None:
    """The semester that a fact is most likely about: the first one still open to it."""
    over = {Standing.LOST, Standing.DROPPED}
    if kind.type == "journal_sent":
        over.add(Standing.CONFORMING)
    open_views = [view for view in state.semesters if view.number in numbers and view.standing not in over]
    waiting = [view.number for view in open_views if not view.is_paid]
    return next(iter(waiting), None)


def grouped(facts: Sequence[Accepted]) -> list[tuple[str, list[Kind]]]:
    """The facts under their headings, each heading once."""
    groups: dict[str, list[Kind]] = {}
    for each in facts:
        groups.setdefault(each.kind.group, []).append(each.kind)
    return list(groups.items())
