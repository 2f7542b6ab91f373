"""Who valorises an AM after what happened to the doctor since the reference year (R48, table of S2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orders.domain.uniqueness import Proposal, Situation, propose_holder

_SUCCEEDED = frozenset({Situation.LEGAL_CHANGE, Situation.TAKEOVER, Situation.CLOSED_SITE})


@dataclass(frozen=True, slots=True)
class SituationForm:
    """What is known of the doctor. ``before`` and ``after`` are orders in conflict, None: another structure.

    ``before`` is the structure he practised in at first, ``after`` the one he is in now; ``changed_on`` the day of
    the departure, of the takeover, of the closing.
    """

    situation: Situation
    before: str | None = None
    after: str | None = None
    changed_on: date | None = None


def propose(form: SituationForm, reference_year: int) -> Proposal:
    """The holder that R48 designates, with its reason in French.

    A structure that succeeds another counts its doctors of the reference year. A departure before that year means
    that the doctor practised in the other structure during the whole of it.
    """
    if form.changed_on is not None and form.changed_on < date(reference_year, 1, 1):
        because = (
            f"Changement avant {reference_year}\u00a0: le médecin exerçait déjà dans la structure d’arrivée "
            f"pendant l’année de référence."
        )
        return Proposal(form.after, because if form.after else f"{because} Elle n’est pas dans le conflit.")
    succeeds = form.situation in _SUCCEEDED and form.after is not None
    return propose_holder(form.situation, form.after if succeeds else form.before)
