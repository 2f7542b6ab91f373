"""The small machines of an order's life, as data: which event leads from which states to which state.

An event is refused only where its machine has no step from the present state; no date and no amount refuses a fact.
A deposit is three inputs, for its two parts are accepted apart (F1).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from funding.domain.life.facts import (
    CompletionState,
    DisputeState,
    ExitState,
    JournalState,
    PilotState,
    PortabilityState,
    RecoveryState,
    RequestState,
    VaState,
)

_R = RequestState
_P = PilotState
_E = ExitState


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine: ``states`` with their French words, ``steps`` as input → source state → target state.

    ``rule`` numbers a refusal; ``subject`` is what the French sentence speaks of.
    """

    key: str
    rule: str
    subject: str
    states: Mapping[str, str]
    steps: Mapping[str, Mapping[str, str]]

    def target(self, step: str, state: str) -> str | None:
        """Where the step leads, or None where the machine has no such step."""
        return self.steps[step].get(state)

    def cells(self) -> Iterable[tuple[str, str, str | None]]:
        """The whole matrix: (input, source, target or None)."""
        return ((step, state, self.target(step, state)) for step in self.steps for state in self.states)


def _to(target: str, *sources: str) -> Mapping[str, str]:
    return MappingProxyType(dict.fromkeys(sources, target))


_REQUEST_STATES: Mapping[str, str] = MappingProxyType(
    {
        _R.DRAFT: "n’est pas déposée",
        _R.UNREAD: "n’est pas déposée, son JSON est refusé",
        _R.INCOMPLETE: "est incomplète, ses pièces ne sont pas acceptées",
        _R.RECEIVED: "est déposée",
        _R.CHANGE_REQUESTED: "est à modifier",
        _R.REJECTED: "est rejetée",
        _R.VALIDATED: "est validée",
    }
)
_MAY_FILE = (_R.DRAFT, _R.UNREAD, _R.INCOMPLETE, _R.CHANGE_REQUESTED, _R.REJECTED)


def _request(key: str, rule: str, subject: str, *, in_two_parts: bool) -> Machine:
    filing = {"submitted": _to(_R.RECEIVED, *_MAY_FILE)}
    if in_two_parts:
        filing["submitted_without_attachments"] = _to(_R.INCOMPLETE, *_MAY_FILE)
        filing["submitted_unread"] = _to(_R.UNREAD, *_MAY_FILE)
        filing["attachments_accepted"] = _to(_R.RECEIVED, _R.INCOMPLETE)
    else:
        filing = {"submitted": _to(_R.RECEIVED, _R.DRAFT, _R.CHANGE_REQUESTED, _R.REJECTED)}
    states = _REQUEST_STATES if in_two_parts else _without(_REQUEST_STATES, _R.UNREAD, _R.INCOMPLETE)
    instructed = (_R.INCOMPLETE, _R.RECEIVED) if in_two_parts else (_R.RECEIVED,)
    return Machine(
        key,
        rule,
        subject,
        states,
        MappingProxyType(
            {
                **filing,
                "change_requested": _to(_R.CHANGE_REQUESTED, *instructed),
                "rejected": _to(_R.REJECTED, *instructed, _R.CHANGE_REQUESTED),
                "validated": _to(_R.VALIDATED, _R.RECEIVED),
                "paid": _to(_R.VALIDATED, _R.VALIDATED),
            }
        ),
    )


def _without(states: Mapping[str, str], *left_out: RequestState) -> Mapping[str, str]:
    return MappingProxyType({state: words for state, words in states.items() if state not in left_out})


ADVANCE = _request("advance", "R64", "La demande d’avance", in_two_parts=True)
BALANCE = _request("balance", "R68", "La demande de solde", in_two_parts=True)
SEMESTER = _request("semester", "R69", "La demande du semestre", in_two_parts=False)

PILOT = Machine(
    "pilot_report",
    "R65",
    "Le PV pilote",
    MappingProxyType(
        {
            _P.ABSENT: "n’est pas signé",
            _P.SIGNED: "est signé, pas envoyé",
            _P.SENT: "est envoyé à l’ANS",
            _P.CONFORMING: "est conforme",
            _P.NONCONFORMING: "est non conforme",
        }
    ),
    MappingProxyType(
        {
            "signed": _to(_P.SIGNED, _P.ABSENT, _P.NONCONFORMING),
            "sent": _to(_P.SENT, _P.SIGNED),
            "conforming": _to(_P.CONFORMING, _P.SENT),
            "nonconforming": _to(_P.NONCONFORMING, _P.SENT),
        }
    ),
)

VA = Machine(
    "va",
    "R66",
    "La VA",
    MappingProxyType({VaState.UNSIGNED: "n’est pas signée", VaState.SIGNED: "est déjà signée"}),
    MappingProxyType({"signed": _to(VaState.SIGNED, VaState.UNSIGNED)}),
)

JOURNAL = Machine(
    "journal",
    "R29",
    "Le journal",
    MappingProxyType(
        {
            JournalState.ABSENT: "n’est pas envoyé",
            JournalState.SENT: "est envoyé",
            JournalState.NONCONFORMING: "est non conforme",
            JournalState.VERIFICATION: "est en vérification à l’ANS",
        }
    ),
    MappingProxyType(
        {
            "sent": MappingProxyType(
                {
                    JournalState.ABSENT: JournalState.SENT,
                    JournalState.SENT: JournalState.SENT,
                    JournalState.NONCONFORMING: JournalState.SENT,
                    JournalState.VERIFICATION: JournalState.VERIFICATION,
                }
            ),
            "nonconforming": _to(JournalState.NONCONFORMING, JournalState.SENT, JournalState.VERIFICATION),
            "verification_opened": _to(JournalState.VERIFICATION, JournalState.SENT),
        }
    ),
)

COMPLETION = Machine(
    "completion",
    "R26",
    "La fin de la prestation",
    MappingProxyType(
        {
            CompletionState.UNDECLARED: "n’est pas déclarée",
            CompletionState.ATTESTED: "est déjà attestée",
            CompletionState.IMPOSSIBLE: "est déclarée impossible",
        }
    ),
    MappingProxyType(
        {
            "attested": _to(CompletionState.ATTESTED, CompletionState.UNDECLARED, CompletionState.IMPOSSIBLE),
            "impossible": _to(CompletionState.IMPOSSIBLE, CompletionState.UNDECLARED, CompletionState.ATTESTED),
        }
    ),
)

PORTABILITY = Machine(
    "portability",
    "R19",
    "La portabilité",
    MappingProxyType(
        {
            PortabilityState.NONE: "n’est pas demandée",
            PortabilityState.REQUESTED: "est demandée",
            PortabilityState.DELIVERED: "est faite",
        }
    ),
    MappingProxyType(
        {
            "requested": _to(PortabilityState.REQUESTED, PortabilityState.NONE, PortabilityState.DELIVERED),
            "delivered": _to(PortabilityState.DELIVERED, PortabilityState.REQUESTED),
        }
    ),
)

DISPUTE = Machine(
    "dispute",
    "F2",
    "Le doublon",
    MappingProxyType(
        {
            DisputeState.NONE: "n’est pas contesté",
            DisputeState.OPENED: "est contesté",
            DisputeState.ANSWERED: "a reçu sa réponse",
        }
    ),
    MappingProxyType(
        {
            "opened": _to(DisputeState.OPENED, DisputeState.NONE, DisputeState.OPENED, DisputeState.ANSWERED),
            "answered": _to(DisputeState.ANSWERED, DisputeState.OPENED),
        }
    ),
)

RECOVERY = Machine(
    "recovery",
    "R72",
    "Le reversement",
    MappingProxyType(
        {
            RecoveryState.NONE: "n’est pas demandé",
            RecoveryState.NOTICED: "est précédé d’une mise en demeure",
            RecoveryState.ORDERED: "est ordonné",
        }
    ),
    MappingProxyType(
        {
            "noticed": MappingProxyType(
                {
                    RecoveryState.NONE: RecoveryState.NOTICED,
                    RecoveryState.NOTICED: RecoveryState.NOTICED,
                    RecoveryState.ORDERED: RecoveryState.ORDERED,
                }
            ),
            "ordered": _to(RecoveryState.ORDERED, *RecoveryState),
            "repaid": _to(RecoveryState.ORDERED, RecoveryState.ORDERED),
        }
    ),
)

_LIVING = (_E.LIVING, _E.REJECTED)

ORDER = Machine(
    "order",
    "R71",
    "La commande",
    MappingProxyType(
        {
            _E.DRAFT: "est en brouillon",
            _E.LIVING: "est en cours",
            _E.REJECTED: "porte une demande rejetée",
            _E.TERMINATED: "est résiliée",
            _E.CANCELLED: "est annulée",
            _E.WITHDRAWN: "est retirée",
            _E.CLOSED: "est close après rejet",
        }
    ),
    MappingProxyType(
        {
            "cancelled": _to(_E.CANCELLED, _E.DRAFT, *_LIVING, _E.TERMINATED),
            "withdrawn": _to(_E.WITHDRAWN, *_LIVING, _E.TERMINATED),
            "terminated": _to(_E.TERMINATED, *_LIVING),
            "closed_after_rejection": _to(_E.CLOSED, _E.REJECTED),
        }
    ),
)

MACHINES = (ADVANCE, BALANCE, SEMESTER, PILOT, VA, JOURNAL, COMPLETION, PORTABILITY, DISPUTE, RECOVERY, ORDER)

#: What may still happen once an order is given up: answers of others, money that comes back, data to hand over.
AFTER_THE_END = frozenset(
    {
        "advance_paid",
        "balance_paid",
        "semester_paid",
        "pilot_report_conforming",
        "pilot_report_nonconforming",
        "pilot_published",
        "portability_requested",
        "portability_delivered",
        "dispute_opened",
        "dispute_answered",
        "client_informed",
        "formal_notice",
        "repayment_ordered",
        "repaid",
    }
)

#: What each input is called in a French refusal.
WORDS: Mapping[str, str] = {
    "submitted": "un dépôt",
    "submitted_without_attachments": "un dépôt",
    "submitted_unread": "un dépôt",
    "attachments_accepted": "l’acceptation des pièces",
    "change_requested": "une demande de modification",
    "rejected": "un rejet",
    "validated": "une validation",
    "paid": "un paiement",
    "signed": "une signature",
    "sent": "un envoi",
    "conforming": "un avis conforme",
    "nonconforming": "un avis non conforme",
    "verification_opened": "l’ouverture d’une vérification",
    "attested": "une attestation",
    "impossible": "une déclaration d’impossibilité",
    "requested": "une demande",
    "delivered": "une remise",
    "opened": "une contestation",
    "answered": "une réponse",
    "noticed": "une mise en demeure",
    "ordered": "un ordre de reversement",
    "repaid": "un remboursement",
    "cancelled": "une annulation",
    "withdrawn": "un retrait",
    "terminated": "une résiliation",
    "closed_after_rejection": "une clôture après rejet",
}
