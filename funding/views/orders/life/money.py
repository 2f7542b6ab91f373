"""The money of an order part by part, as its page and nothing else shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from funding.domain.life import OrderState
from funding.domain.life.facts import RequestFacts, RequestState
from funding.domain.life.ledger import Adjustment, Part
from funding.selectors.order_sheet import OrderSheet
from funding.views.orders.words import payment_names
from segur.regulation.money import ZERO

Badge = tuple[str, str, str]
_VOID: Badge = ("idle", "Sans objet", "circle-minus")
_LATER: Badge = ("idle", "À venir", "circle-dashed")
_REQUESTS: Mapping[RequestState, Badge] = {
    RequestState.DRAFT: _LATER,
    RequestState.UNREAD: ("refused", "JSON refusé", "octagon-alert"),
    RequestState.INCOMPLETE: ("refused", "Incomplète", "octagon-alert"),
    RequestState.RECEIVED: ("progress", "Déposée", "send"),
    RequestState.CHANGE_REQUESTED: ("attention", "À modifier", "pencil"),
    RequestState.REJECTED: ("refused", "Rejetée", "octagon-alert"),
    RequestState.VALIDATED: ("done", "Validée", "circle-check"),
}


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """Euros in the column that is paid; None is not known, or not asked for yet."""

    label: str
    badge: Badge | None
    expected: Decimal | None
    requested: Decimal | None
    paid: Decimal
    left: Decimal | None


@dataclass(frozen=True, slots=True)
class Money:
    lines: tuple[MoneyLine, ...]
    total: MoneyLine
    adjustments: tuple[Adjustment, ...]
    repaid: Decimal
    repayment_due: Decimal


def money(sheet: OrderSheet, state: OrderState) -> Money:
    """Expected, requested, paid and left of the advance, the balance and the semesters, with their sum."""
    names, account, worth = payment_names(sheet), state.ledger, state.worth
    semesters = [part for part in account.parts if part.key not in ("advance", "balance")]
    lines = (
        _line(names[0], _badge(state, state.life.advance, "submit_advance"), [account.part("advance")], worth.advance),
        _line(names[1], _badge(state, state.life.balance, "submit_balance"), [account.part("balance")], worth.balance),
        _line(names[2], _semesters_badge(state), semesters, worth.secondary),
    )
    known = ZERO if all(line.expected is not None for line in lines) else None
    total = _line("Total", None, account.parts, known)
    return Money(lines, total, _gathered(account.adjustments), account.repaid, account.repayment_due)


def _gathered(adjustments: Sequence[Adjustment]) -> tuple[Adjustment, ...]:
    """One line per reason, for the whole order."""
    sums: dict[tuple[str, str], Decimal] = {}
    for each in adjustments:
        reason = (each.rule, each.reason)
        sums[reason] = sums.get(reason, ZERO) + each.amount
    return tuple(Adjustment("", amount, rule, reason) for (rule, reason), amount in sums.items())


def _line(label: str, badge: Badge | None, parts: Sequence[Part], known: Decimal | None) -> MoneyLine:
    requested = sum((part.requested for part in parts), ZERO)
    return MoneyLine(
        label,
        badge,
        None if known is None else sum((part.due for part in parts), ZERO),
        requested or None,
        sum((part.paid for part in parts), ZERO),
        None if known is None else sum((part.expected for part in parts), ZERO),
    )


def _badge(state: OrderState, request: RequestFacts, action: str) -> Badge:
    if request.payments:
        return "done", "Décidée et payée", "circle-check"
    if state.life.is_over:
        return _VOID
    opens = state.life.signed_by_all if action == "submit_advance" else state.life.delivered
    if request.state is RequestState.DRAFT and opens and not state.action(action).allowed:
        return "refused", "Bloquée", "lock"
    return _REQUESTS[request.state]


def _semesters_badge(state: OrderState) -> Badge:
    if state.life.is_over:
        return _VOID
    if state.stage == "closed":
        return "done", "Soldés", "circle-check"
    if state.life.termination is not None:
        return "attention", "Résiliés", "circle-minus"
    begun = state.semesters and state.now.date() >= state.semesters[0].period.starts_on
    return ("progress", "En cours", "hourglass") if begun else _LATER
