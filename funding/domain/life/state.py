"""One order as of an instant: its stage, amounts, actions, deadlines and semesters (STATE of the contract)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from funding.domain.life.context import LifeContext
from funding.domain.life.deadlines import Deadline, deadlines
from funding.domain.life.facts import LifeFacts
from funding.domain.life.findings import life_findings
from funding.domain.life.folding import replay
from funding.domain.life.guards import ACTIONS, blockers_of, case_of
from funding.domain.life.ledger import Ledger, ledger
from funding.domain.life.semesters import Semester
from funding.domain.life.stage import stage
from funding.domain.life.worth import Worth
from orders.domain.snapshot import OrderFacts
from segur.regulation.finding import Finding
from segur.regulation.money import text
from segur.regulation.schema import Programme


@dataclass(frozen=True, slots=True)
class Action:
    """``allowed``: no blocker is an error."""

    name: str
    blockers: tuple[Finding, ...]

    @property
    def allowed(self) -> bool:
        return not any(finding.blocks for finding in self.blockers)

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "allowed": self.allowed,
            "blockers": [finding.as_json() for finding in self.blockers],
        }


@dataclass(frozen=True, slots=True)
class OrderState:
    """Everything that the product says of an order at ``now``.

    ``findings``: what the order's page says beside the actions (missed limits, semesters, money to give back).
    ``refused``: an event of the facts that had no step; those after it are left out.
    """

    order: OrderFacts
    now: datetime
    life: LifeFacts
    stage: str
    worth: Worth
    ledger: Ledger
    actions: tuple[Action, ...]
    deadlines: tuple[Deadline, ...]
    semesters: tuple[Semester, ...]
    findings: tuple[Finding, ...] = ()
    refused: Finding | None = None

    def action(self, name: str) -> Action:
        """The action of that name; KeyError for one that the contract does not know."""
        for action in self.actions:
            if action.name == name:
                return action
        raise KeyError(name)

    def deadline(self, code: str) -> Deadline:
        """The deadline of that code; KeyError while its date is unknown."""
        for deadline in self.deadlines:
            if deadline.code == code:
                return deadline
        raise KeyError(code)

    def as_json(self) -> dict[str, object]:
        """STATE (contract). An amount that neither the form nor the scale gives is null."""
        worth = self.worth
        return {
            "order": self.order.number,
            "supplier": self.order.supplier,
            "stage": self.stage,
            "amounts": {
                "principal": None if worth.principal is None else text(worth.principal),
                "advance": None if worth.advance is None else text(worth.advance),
                "balance": None if worth.balance is None else text(worth.balance),
                "paid": text(self.ledger.net),
            },
            "actions": [action.as_json() for action in self.actions],
            "deadlines": [deadline.as_json() for deadline in self.deadlines],
            "semesters": [semester.as_json() for semester in self.semesters],
        }


def order_state(order: OrderFacts, *, programme: Programme, context: LifeContext, now: datetime) -> OrderState:
    """The state of one order: what happened up to ``now``, judged at ``now``.

    Facts of the order dated later are left out; texts and identifiers are those given. ``now`` is aware.
    """
    replayed = replay(order, now)
    now = now.replace(microsecond=0)
    life = replayed.life
    case = case_of(life, order, programme, context, now)
    account = ledger(life, case.worth, case.semesters)
    dated = deadlines(life, case.semesters, programme=programme, context=context, now=now)
    return OrderState(
        order=order,
        now=now,
        life=life,
        stage=stage(life, case.semesters, now),
        worth=case.worth,
        ledger=account,
        actions=tuple(Action(name, blockers_of(name, case)) for name in ACTIONS),
        deadlines=dated,
        semesters=case.semesters,
        findings=tuple(life_findings(case, account, dated)),
        refused=replayed.refused,
    )
