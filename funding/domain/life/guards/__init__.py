"""What may be done with an order at an instant, and every reason why not: the only authority on actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from funding.domain.life.context import LifeContext
from funding.domain.life.facts import LifeFacts
from funding.domain.life.guards import deposits, order, secondary
from funding.domain.life.guards.base import Case, Guard
from funding.domain.life.semesters import semesters
from funding.domain.life.worth import worth
from orders.domain.snapshot import OrderFacts
from segur.regulation.finding import Finding, Severity
from segur.regulation.schema import Programme

__all__ = ["ACTIONS", "Case", "blockers", "blockers_of", "case_of"]

#: Every action of the contract, in its sequence, and its guards.
ACTIONS: Mapping[str, tuple[Guard, ...]] = {
    "issue": order.ISSUE,
    "sign": order.SIGN,
    "submit_advance": deposits.ADVANCE,
    "submit_balance": deposits.BALANCE,
    "send_journal": secondary.SEND_JOURNAL,
    "request_semester": secondary.REQUEST_SEMESTER,
    "cancel": order.CANCEL,
    "withdraw": order.WITHDRAW,
    "terminate": order.TERMINATE,
    "attest_completion": order.ATTEST,
}


def blockers(
    action: str,
    life: LifeFacts,
    order: OrderFacts,
    programme: Programme,
    context: LifeContext,
    now: datetime,
    *,
    semester: int | None = None,
) -> tuple[Finding, ...]:
    """Everything to say about an action at ``now``: it is allowed when no finding is an error.

    ``life`` is folded up to ``now``. ``semester``: the one asked about; None: the one that comes next. Raises KeyError
    for an unknown action.
    """
    case = case_of(life, order, programme, context, now)
    return blockers_of(action, replace(case, number=semester))


def case_of(life: LifeFacts, order: OrderFacts, programme: Programme, context: LifeContext, now: datetime) -> Case:
    """What the guards of every action read, computed once."""
    amounts = worth(order, programme)
    views = semesters(order, life, programme=programme, worth=amounts, now=now)
    return Case(life, order, programme, context, now, amounts, views)


def blockers_of(action: str, case: Case) -> tuple[Finding, ...]:
    """The findings of one action, each once, in the sequence of its guards; papers only warn (ruling « Documents »)."""
    found = [finding for guard in ACTIONS[action] for finding in guard(case)]
    found += [_warns(finding) for finding in case.context.readiness.get(action, ())]
    return tuple(dict.fromkeys(found))


def _warns(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.WARNING) if finding.blocks else finding
