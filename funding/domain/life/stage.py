"""The stage of an order: one word of the contract, from its facts and the clock, and from nothing else."""

from __future__ import annotations

from datetime import datetime

from funding.domain.life.facts import ExitState, LifeFacts
from funding.domain.life.semesters import Semester, is_closed
from segur.regulation.dates import midnight

STAGES = (
    "draft",
    "issued",
    "signed",
    "advance_submitted",
    "advance_validated",
    "delivered",
    "balance_submitted",
    "balance_validated",
    "secondary",
    "closed",
    "cancelled",
    "withdrawn",
    "rejected",
    "terminated",
)

_EXITS = {
    ExitState.CANCELLED: "cancelled",
    ExitState.WITHDRAWN: "withdrawn",
    ExitState.CLOSED: "rejected",
    ExitState.TERMINATED: "terminated",
}


def stage(life: LifeFacts, semesters: tuple[Semester, ...], now: datetime) -> str:
    """The furthest stage that the facts support at ``now``.

    An exit comes first: ``cancelled``, ``withdrawn``, ``terminated`` (R71), and ``rejected`` once closed after a
    rejection. Then, from the end of the life to its beginning: ``closed`` and ``secondary`` need the balance validated
    and the first semester begun; ``rejected`` is an advance or a balance rejected and not filed again; a request
    counts as submitted when both parts of its deposit are accepted, so an incomplete deposit changes nothing (F1);
    ``delivered`` is the VA signed by every Client. Payments are facts beside the stage.
    """
    left = _EXITS.get(life.standing)
    if left:
        return left
    if life.balance.is_validated:
        begun = bool(semesters) and now >= midnight(semesters[0].period.starts_on)
        if not begun:
            return "balance_validated"
        return "closed" if is_closed(semesters) else "secondary"
    if life.advance.is_rejected or life.balance.is_rejected:
        return "rejected"
    return _before_the_balance(life)


def _before_the_balance(life: LifeFacts) -> str:
    reached = (
        ("balance_submitted", life.balance.is_filed),
        ("delivered", life.delivered),
        ("advance_validated", life.advance.is_validated),
        ("advance_submitted", life.advance.is_filed),
        ("signed", life.issued_on is not None and life.signed_by_all),
        ("issued", life.issued_on is not None),
    )
    return next((name for name, holds in reached if holds), "draft")
