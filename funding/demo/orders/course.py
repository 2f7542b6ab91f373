"""The facts of an order’s life, told part by part as its supplier tells them, with the amounts that the texts give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Self

from funding.demo.orders.desk import working_day
from funding.demo.orders.market import RIS
from funding.domain.life import worth
from funding.domain.semester import Indicators, semester_amount
from orders.domain.snapshot import OrderEventFacts, OrderFacts
from segur.regulation.dates import PARIS, secondary_start, semester
from segur.regulation.money import ZERO
from segur.regulation.schema import Identity
from segur.texts import catalogue

# Examinations of half a year, near the middle of each tranche.
_HALF_YEAR = {"A": 5_200, "B": 10_900, "C": 21_700, "D": 43_500, "E": 87_000, "F": 171_000, "G": 345_000, "H": 560_000}
# Parts of a hundred: documents fed successfully. 78 reaches the upper step of PERFm (0,70), 62 the lower one (0,55).
FULL, HALF = 78, 62
_QUALIFIED = 996
_EVERYBODY = ("asp", "ans", "client")
SEMESTERS = 6
_CENT = Decimal("0.01")


def moment(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant of a day in Paris."""
    return datetime.combine(day, time(hour, minute, second), tzinfo=PARIS)


class Course:
    """One order whose facts are added in any sequence; :attr:`told` is the order with them, by instant.

    Days become instants of office hours. A day that is None has no fact, nor has what follows it.
    """

    def __init__(self, order: OrderFacts) -> None:
        assert order.issued_on is not None  # noqa: S101
        self._order = order
        self._texts = catalogue().programme(order.programme, on=order.issued_on)
        self._worth = worth(order, self._texts)
        self._events = list(order.events)
        self._seed = int(order.clients[0].siren[4:8])
        self._va_on: date | None = None
        self._balance_validated_on: date | None = None

    @property
    def told(self) -> OrderFacts:
        """The order with its life so far."""
        return replace(self._order, events=tuple(sorted(self._events, key=lambda event: event.at)))

    @property
    def seed(self) -> int:
        """What makes one order differ from the next."""
        return self._seed

    def happens(self, type: str, at: date | datetime, **extra: object) -> Self:
        """One fact of the contract; a day counts as an hour of that day."""
        instant = at if isinstance(at, datetime) else moment(at, 9 + self._seed % 8, self._seed * 7 % 60)
        self._events.append(OrderEventFacts(type, instant, tuple(extra.items())))
        return self

    def advance(self, received: date | datetime, validated: date | None = None, paid: date | None = None) -> Self:
        """The request for the advance, complete at once, with its answers; paid what the texts give."""
        self.happens("advance_submitted", received, reference=f"AV-{self._order.number}", **_COMPLETE)
        return self.advance_answered(validated, paid)

    def advance_answered(self, validated: date | None, paid: date | None = None) -> Self:
        """The ASP validates the advance that was received, and pays it."""
        if validated is not None:
            self.happens("advance_validated", validated)
            if paid is not None:
                self.happens("advance_paid", paid, amount=self.advance_amount)
        return self

    @property
    def advance_amount(self) -> Decimal:
        """Euros of the advance: 40 % of the amount that is kept (R56, R58)."""
        assert self._worth.advance is not None  # noqa: S101
        return self._worth.advance

    def pilot(self, signed: date, sent: date | None = None, conforming: date | None = None) -> Self:
        """The pilot report of the first client and the answer of the ANS (R65)."""
        siren = self._order.clients[0].siren
        for step, day in (("signed", signed), ("sent", sent), ("conforming", conforming)):
            if day is not None:
                self.happens(f"pilot_report_{step}", day, siren=siren)
        return self

    def verified(self, *days: date) -> Self:
        """The VA of each client, in their sequence; those that have no day did not sign."""
        for client, day in zip(self._order.clients, days, strict=False):
            self.happens("va_signed", day, siren=client.siren)
        if len(days) >= len(self._order.clients):
            self._va_on = max(days)
        return self

    def invoiced(self, day: date) -> Self:
        """The invoice of the main prestation, of the amounts of the order."""
        amounts = self._order.amounts
        return self.happens(
            "invoice_issued", day, number=f"FA-{self._order.number}", ht=amounts.principal_ht, ttc=amounts.principal_ttc
        )

    def balance(self, received: date, validated: date | None = None, paid: date | None = None) -> Self:
        """The request for the balance, complete at once, with its answers."""
        self.happens("balance_submitted", received, reference=f"SO-{self._order.number}", **_COMPLETE)
        return self.balance_answered(validated, paid)

    def balance_answered(self, validated: date | None, paid: date | None = None) -> Self:
        """The ASP validates the balance that was received, and pays it."""
        if validated is not None:
            self._balance_validated_on = validated
            self.happens("balance_validated", validated)
            if paid is not None:
                self.happens("balance_paid", paid, amount=self._worth.balance)
        return self

    def journal(self, number: int, at: date | datetime, *, fed: int = FULL) -> Self:
        """The journal of a semester, sent to everybody; ``fed``: documents fed successfully, of a hundred (A2)."""
        return self.happens("journal_sent", at, semester=number, **self._indicators(number, fed), recipients=_EVERYBODY)

    def semester(
        self, number: int, requested: date, validated: date | None = None, paid: date | None = None, *, fed: int = FULL
    ) -> Self:
        """The request for a semester with its answers, paid what its journal gives (R59)."""
        if number == SEMESTERS:
            self.closing_invoice(requested - timedelta(days=1))
        self.happens("semester_requested", requested, semester=number)
        return self.semester_answered(number, validated, paid, fed=fed)

    def semester_answered(self, number: int, validated: date | None, paid: date | None, *, fed: int = FULL) -> Self:
        """The ASP validates the request of a semester, and pays it."""
        if validated is not None:
            self.happens("semester_validated", validated, semester=number)
            if paid is not None:
                self.happens("semester_paid", paid, semester=number, amount=self._semester_amount(number, fed))
        return self

    def closing_invoice(self, day: date) -> Self:
        """The invoice of the secondary prestation, which closes it (R60, R70)."""
        return self.happens("secondary_invoice_issued", day, number=f"FS-{self._order.number}")

    def semesters(self, first: int = 1, *, fed: int = FULL, lost: int | None = None) -> Self:
        """The semesters from ``first`` to the last in time, as soon as the balance is validated (R69, A11).

        ``lost``: one whose journal nobody sends (R29).
        """
        assert self._va_on is not None and self._balance_validated_on is not None  # noqa: S101
        for number in range(first, SEMESTERS + 1):
            if number == lost:
                continue
            ended_on = semester(secondary_start(self._va_on), number).ends_on
            sent_on = working_day(ended_on + timedelta(days=6 + (self._seed + number * 5) % 15))
            self.journal(number, sent_on, fed=fed)
            requested = max(sent_on + timedelta(days=1), self._balance_validated_on + timedelta(days=3))
            requested = working_day(requested)
            validated = working_day(requested + timedelta(days=15 + self._seed % 9))
            paid = working_day(validated + timedelta(days=12 + self._seed % 8))
            self.semester(number, requested, validated, paid, fed=fed)
        return self

    def _indicators(self, number: int, fed: int) -> Mapping[str, int]:
        """The six counts, coherent with the tranche and with who masters the identities."""
        tranche = self._order.tranche
        base = _HALF_YEAR[tranche.letter] if tranche else 0
        total = base + (self._seed * 37 + number * 211) % (base // 10 + 1)
        externals = {Identity.SLAVE: total, Identity.MIXED: total * 3 // 10}.get(
            self._order.identity or Identity.MASTER, 0
        )
        masters = total - externals
        return {
            "t": total,
            "tm": masters,
            "te": externals,
            "te_qualified": externals,
            "dm": masters * fed // 100,
            "de": externals * _QUALIFIED // 1_000,
        }

    def _semester_amount(self, number: int, fed: int) -> Decimal:
        """What the semester is worth; where no scale is published (DRIMbox), a sixth of the agreed price, the last
        one with the cents that are left."""
        if self._order.programme != RIS:
            price = self._worth.secondary or ZERO
            sixth = (price / SEMESTERS).quantize(_CENT, rounding=ROUND_DOWN)
            return price - sixth * (SEMESTERS - 1) if number == SEMESTERS else sixth
        assert self._order.tranche is not None  # noqa: S101
        counts = Indicators(**self._indicators(number, fed))
        computed = semester_amount(
            self._texts,
            self._order.tranche.letter,
            self._order.vat,
            t=counts.t,
            tm=counts.tm,
            te=counts.te,
            te_qualified=counts.te_qualified,
            dm=counts.dm,
            de=counts.de,
        )
        forfait = self._worth.forfaits[number - 1]
        return forfait if computed.amount is None else min(computed.amount, forfait)


_COMPLETE = {"json_accepted": True, "attachments_accepted": True}
