"""The deadlines of an order as cards: countdown, why that day, rule, euros and what is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from funding.domain.life import Deadline, OrderState, Status
from funding.views.orders.life.names import deadline_name
from segur.regulation.dates import PARIS
from segur.templatetags.french import day, instant

FIRST_DEADLINES = 4
_STATES: Mapping[Status, tuple[str, str]] = {
    Status.OPEN: ("progress", "à tenir"),
    Status.MET: ("done", "tenue"),
    Status.MISSED: ("refused", "manquée"),
    Status.NOT_APPLICABLE: ("idle", "sans objet"),
}


@dataclass(frozen=True, slots=True)
class DeadlineLine:
    """``stake``: the euros at risk, None where there are none; ``lost`` says what becomes of them."""

    title: str
    due_at: datetime
    because: str
    rule: str
    state: tuple[str, str]
    stake: Decimal | None
    lost: str


@dataclass(frozen=True, slots=True)
class Deadlines:
    """``first`` is shown at once: what is missed, then what comes next."""

    first: tuple[DeadlineLine, ...]
    others: tuple[DeadlineLine, ...]

    @property
    def total(self) -> int:
        return len(self.first) + len(self.others)


def deadline_lines(state: OrderState) -> Deadlines:
    """Missed ones first, then the open ones by date; those met or without object are folded."""
    by_date = sorted(state.deadlines, key=lambda each: each.due_at)
    missed = [] if state.life.is_over else [each for each in by_date if each.status is Status.MISSED]
    waiting = [each for each in by_date if each.status is Status.OPEN]
    first = [*missed, *waiting[:FIRST_DEADLINES]]
    others = [each for each in by_date if each not in first]
    return Deadlines(tuple(_line(each, state) for each in first), tuple(_line(each, state) for each in others))


def _line(deadline: Deadline, state: OrderState) -> DeadlineLine:
    stake, lost = _stake(deadline, state)
    title = f"{deadline_name(deadline.code)} · {moment(deadline.due_at)}"
    return DeadlineLine(title, deadline.due_at, deadline.because, deadline.rule, _STATES[deadline.status], stake, lost)


def moment(due_at: datetime) -> str:
    """The day alone for a limit at the end of a day, else the instant."""
    local = due_at.astimezone(PARIS)
    return day(due_at) if (local.hour, local.minute) == (23, 59) else instant(due_at)


def _stake(deadline: Deadline, state: OrderState) -> tuple[Decimal | None, str]:
    is_lost = deadline.status is Status.MISSED
    known: Mapping[str, tuple[Decimal | None, str, str]] = {
        "advance-request": (state.worth.principal, "prestation non financée", "prestation non financée"),
        "completion": (state.worth.advance, "avance à rendre", "avance à rendre"),
        "balance-request": (state.worth.balance, "solde perdu", "solde perdu"),
    }
    if deadline.status in (Status.MET, Status.NOT_APPLICABLE):
        return None, ""
    if deadline.code in known:
        amount, at_risk, lost = known[deadline.code]
        return amount, lost if is_lost else at_risk
    kind, _, number = deadline.code.rpartition("-")
    if kind not in ("journal", "semester-request"):
        return None, ""
    view = next((each for each in state.semesters if each.number == int(number)), None)
    amount = (view.ordered if is_lost else view.amount) if view else None
    return amount, "semestre perdu" if is_lost else "semestre non financé"
