"""The history of a conflict as sentences: who did what, when, why. No number of a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from funding.services.conflict_notes import NOTED, PIECE_REQUESTED
from orders.models import Event
from segur.regulation.dates import PARIS
from segur.templatetags.french import instant

NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact of the history as it is read."""

    sentence: str
    when: str
    who: str
    reason: str
    is_piece: bool


_SENTENCES = {
    "opened": "Conflit ouvert",
    "joined": "Une autre commande demande le numéro",
    "holder_let_go": f"Le titulaire a libéré le numéro{NBSP}: transfert proposé",
    "claimant_left": "Une commande n’y prétend plus",
    "excluded": "Numéro exclu du calcul",
    "released": "Numéro libéré au profit du demandeur",
    "transferred": "Numéro transféré au demandeur",
    "dismissed": f"Examiné{NBSP}: pas un doublon",
    NOTED: "Note",
    PIECE_REQUESTED: "Pièce demandée",
}


def entries(events: Iterable[Event]) -> list[Entry]:
    """The events as sentences, in the order given."""
    return [
        Entry(
            _SENTENCES.get(event.action, event.action.replace("_", " ").capitalize()),
            minute(event.at),
            event.actor.display_name if event.actor else "contrôle automatique",
            event.reason,
            event.action == PIECE_REQUESTED,
        )
        for event in events
    ]


def minute(at: datetime) -> str:
    """An instant without its seconds: « 24 novembre 2026 à 11 h 47 »."""
    return instant(at.astimezone(PARIS).replace(second=0, microsecond=0))
