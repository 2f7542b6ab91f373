"""The money of an order, part by part: ordered, requested, validated, paid, repaid, and what is still expected.

The account always balances, to the cent: paid less repaid, plus what is still expected, plus the adjustments, is the
ordered amount. An adjustment is signed and says why: a lower performance, a lost semester, an exit, money that came
back (positive: euros that will not be paid), an overpayment (negative: euros that were paid beyond).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from funding.domain.life.facts import ExitState, LifeFacts, RequestFacts, total_paid
from funding.domain.life.semesters import Semester, Standing, is_closed
from funding.domain.life.worth import Worth
from segur.regulation.money import ZERO

#: The part that stands for all semesters where no forfait is known.
SECONDARY = "secondary"


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Why an ordered amount is not what is paid; ``rule`` is the number that the screen shows, ``part`` empty for the
    whole order."""

    part: str
    amount: Decimal
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """``advance``, ``balance``, ``semester-1`` to ``semester-6``, or ``secondary`` where no scale is published.

    ``due``: what it is worth as things stand. ``expected``: still to come, never below zero.
    """

    key: str
    ordered: Decimal
    due: Decimal
    requested: Decimal
    validated: Decimal
    paid: Decimal

    @property
    def expected(self) -> Decimal:
        return max(ZERO, self.due - self.paid)

    @property
    def overpaid(self) -> Decimal:
        return max(ZERO, self.paid - self.due)


@dataclass(frozen=True, slots=True)
class Ledger:
    """``ordered`` is the sum of the parts; ``repayment_due``: ordered by the ASP and not repaid yet."""

    parts: tuple[Part, ...]
    adjustments: tuple[Adjustment, ...]
    repaid: Decimal
    repayment_due: Decimal

    @property
    def ordered(self) -> Decimal:
        return sum((part.ordered for part in self.parts), ZERO)

    @property
    def requested(self) -> Decimal:
        return sum((part.requested for part in self.parts), ZERO)

    @property
    def validated(self) -> Decimal:
        return sum((part.validated for part in self.parts), ZERO)

    @property
    def paid(self) -> Decimal:
        """Everything paid, before what was repaid."""
        return sum((part.paid for part in self.parts), ZERO)

    @property
    def net(self) -> Decimal:
        """Everything paid less what was repaid."""
        return self.paid - self.repaid

    @property
    def expected(self) -> Decimal:
        return sum((part.expected for part in self.parts), ZERO)

    @property
    def adjusted(self) -> Decimal:
        return sum((adjustment.amount for adjustment in self.adjustments), ZERO)

    @property
    def overpaid(self) -> Decimal:
        return sum((part.overpaid for part in self.parts), ZERO)

    @property
    def is_balanced(self) -> bool:
        return self.net + self.expected + self.adjusted == self.ordered

    def part(self, key: str) -> Part:
        """The part of that name; KeyError where the order has none."""
        for part in self.parts:
            if part.key == key:
                return part
        raise KeyError(key)


def ledger(life: LifeFacts, worth: Worth, semesters: tuple[Semester, ...]) -> Ledger:
    """The account of an order as of the instant of ``life``."""
    parts = [
        _request_part("advance", life, life.advance, worth.advance),
        _request_part("balance", life, life.balance, worth.balance),
        *_semester_parts(life, worth, semesters),
    ]
    adjustments = [adjustment for part, reason in parts for adjustment in _adjusted(part, reason)]
    repaid = sum((paid.amount or ZERO for paid in life.repayments), ZERO)
    if repaid:
        adjustments.append(Adjustment("", repaid, "R72", "Reversement à l’ASP."))
    asked = sum((ordered.amount for ordered in life.repayments_ordered), ZERO)
    return Ledger(tuple(part for part, _ in parts), tuple(adjustments), repaid, max(ZERO, asked - repaid))


@dataclass(frozen=True, slots=True)
class _Reason:
    """Why a part is worth less than ordered."""

    rule: str
    text: str


_OVER = {
    ExitState.CANCELLED: _Reason("R72", "Commande annulée."),
    ExitState.WITHDRAWN: _Reason("R72", "Prestation retirée."),
    ExitState.CLOSED: _Reason("R64", "Commande close après rejet."),
}
_UNKNOWN = _Reason("R56", "Montant commandé inconnu.")
_LOST = _Reason("R29", "Journal absent, en retard ou incomplet : semestre non financé.")
_DROPPED = _Reason("R71", "Semestre postérieur à la résiliation.")
_CLOSED = _Reason("R60", "Dernier semestre soldé : la prestation secondaire est close.")
_PERFORMANCE = _Reason("R59", "Performance du semestre.")


def _request_part(
    key: str, life: LifeFacts, request: RequestFacts, ordered: Decimal | None
) -> tuple[Part, _Reason | None]:
    amount = ordered or ZERO
    reason = _UNKNOWN if ordered is None else _OVER.get(life.exit)
    due = ZERO if life.is_over else amount
    part = Part(
        key,
        amount,
        due,
        amount if request.is_filed else ZERO,
        amount if request.is_validated else ZERO,
        total_paid(request.payments, amount),
    )
    return part, reason


def _semester_parts(
    life: LifeFacts, worth: Worth, semesters: tuple[Semester, ...]
) -> list[tuple[Part, _Reason | None]]:
    if not worth.forfaits:
        return [_secondary_part(life, worth, closed=is_closed(semesters))]
    views = {view.number: view for view in semesters}
    closed = is_closed(semesters)
    return [
        _semester_part(life, number, ordered, views.get(number), closed=closed)
        for number, ordered in enumerate(worth.forfaits, 1)
    ]


def _semester_part(
    life: LifeFacts, number: int, ordered: Decimal, view: Semester | None, *, closed: bool
) -> tuple[Part, _Reason | None]:
    request = life.semester(number).request
    amount = ordered if view is None or view.amount is None else view.amount
    reason = _OVER.get(life.exit) or _semester_reason(view)
    if closed and amount and not request.is_filed:
        amount, reason = ZERO, _CLOSED
    part = Part(
        f"semester-{number}",
        ordered,
        ZERO if life.is_over else amount,
        amount if request.is_filed else ZERO,
        amount if request.is_validated else ZERO,
        total_paid(request.payments, amount),
    )
    return part, reason


def _semester_reason(view: Semester | None) -> _Reason | None:
    if view is None:
        return None
    return {Standing.LOST: _LOST, Standing.DROPPED: _DROPPED}.get(view.standing, _PERFORMANCE)


def _secondary_part(life: LifeFacts, worth: Worth, *, closed: bool) -> tuple[Part, _Reason | None]:
    """All semesters as one amount: their payments are those recorded, no share being published."""
    payments = tuple(paid for number in sorted(life.semesters) for paid in life.semester(number).request.payments)
    ordered = worth.secondary or ZERO
    paid = sum((payment.amount or ZERO for payment in payments), ZERO)
    reason = _UNKNOWN if worth.secondary is None else _OVER.get(life.exit)
    due = ZERO if life.is_over else ordered
    if closed and paid < due:
        due, reason = paid, reason or _CLOSED
    return Part(SECONDARY, ordered, due, ZERO, ZERO, paid), reason


def _adjusted(part: Part, reason: _Reason | None) -> list[Adjustment]:
    found = []
    if part.due < part.ordered:
        why = reason or _PERFORMANCE
        found.append(Adjustment(part.key, part.ordered - part.due, why.rule, why.text))
    if part.overpaid:
        why = reason if reason is _UNKNOWN else _Reason("R61", "Trop-perçu, à régulariser avec l’ASP.")
        found.append(Adjustment(part.key, -part.overpaid, why.rule, why.text))
    return found
