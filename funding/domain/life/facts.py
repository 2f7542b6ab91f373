"""The life of one order as frozen facts: what has happened up to an instant, and nothing deduced from a rule.

Every instant is aware and is the one of receipt by the ASP or the ANS. A fact is kept as it was told: a late journal
or a payment that differs stays what it is; what follows from it is the work of the guards, semesters and ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from funding.domain.semester import Indicators
from segur.regulation.dates import paris_date
from segur.regulation.money import ZERO


class RequestState(StrEnum):
    """A request for funding (advance, balance, semester): F1, F6.

    ``unread``: the JSON was not accepted, nothing exists at the ASP. ``incomplete``: the JSON is accepted and the
    attachments are not. ``received``: both are accepted.
    """

    DRAFT = "draft"
    UNREAD = "unread"
    INCOMPLETE = "incomplete"
    RECEIVED = "received"
    CHANGE_REQUESTED = "change-requested"
    REJECTED = "rejected"
    VALIDATED = "validated"


class PilotState(StrEnum):
    """A pilot report (R65)."""

    ABSENT = "absent"
    SIGNED = "signed"
    SENT = "sent"
    CONFORMING = "conforming"
    NONCONFORMING = "nonconforming"


class VaState(StrEnum):
    """The verification of one Client (R66)."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"


class JournalState(StrEnum):
    """The journal of a semester (R29, R30)."""

    ABSENT = "absent"
    SENT = "sent"
    NONCONFORMING = "nonconforming"
    VERIFICATION = "verification"


class CompletionState(StrEnum):
    """What the supplier declared of the main prestation (R26)."""

    UNDECLARED = "undeclared"
    ATTESTED = "attested"
    IMPOSSIBLE = "impossible"


class PortabilityState(StrEnum):
    """A Client's request for its data (R19)."""

    NONE = "none"
    REQUESTED = "requested"
    DELIVERED = "delivered"


class DisputeState(StrEnum):
    """A contested duplicate (F2)."""

    NONE = "none"
    OPENED = "opened"
    ANSWERED = "answered"


class RecoveryState(StrEnum):
    """Money asked back by the ASP (R72)."""

    NONE = "none"
    NOTICED = "noticed"
    ORDERED = "ordered"


class ExitState(StrEnum):
    """How an order stands as a whole; ``rejected`` is a living order whose advance or balance is rejected."""

    DRAFT = "draft"
    LIVING = "living"
    REJECTED = "rejected"
    TERMINATED = "terminated"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"

    @property
    def is_over(self) -> bool:
        """Given up for good: nothing more is filed."""
        return self in (ExitState.CANCELLED, ExitState.WITHDRAWN, ExitState.CLOSED)


@dataclass(frozen=True, slots=True)
class Deposit:
    """One deposit: its two parts are two facts with their own instants (F1)."""

    submitted_at: datetime
    reference: str | None = None
    json_accepted_at: datetime | None = None
    attachments_accepted_at: datetime | None = None

    @property
    def received_at(self) -> datetime | None:
        """When both parts are accepted."""
        if self.json_accepted_at is None or self.attachments_accepted_at is None:
            return None
        return max(self.json_accepted_at, self.attachments_accepted_at)


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as it came; ``amount`` None: what the part was still worth then."""

    at: datetime
    amount: Decimal | None


def total_paid(payments: Iterable[Payment], worth: Decimal) -> Decimal:
    """What payments add up to for something worth so much; one without amount is what was still missing then."""
    total = ZERO
    for payment in payments:
        total += max(ZERO, worth - total) if payment.amount is None else payment.amount
    return total


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """One request. ``first_json_at`` and ``received_at`` are those of the request under way: a change asked by the ASP
    keeps them, a new request after a rejection starts them again. ``rejected_at`` lasts until a new one is received.
    """

    state: RequestState = RequestState.DRAFT
    deposits: tuple[Deposit, ...] = ()
    first_json_at: datetime | None = None
    received_at: datetime | None = None
    rejected_at: datetime | None = None
    settled_at: datetime | None = None
    reason: str | None = None
    payments: tuple[Payment, ...] = ()

    @property
    def is_filed(self) -> bool:
        """Received by the ASP and not rejected; an incomplete answer to a change asked for leaves it received."""
        return self.received_at is not None and not self.is_rejected

    @property
    def is_validated(self) -> bool:
        return self.state is RequestState.VALIDATED

    @property
    def is_rejected(self) -> bool:
        """Rejected and not filed again; a deposit with a part missing is not filed (F1)."""
        return self.rejected_at is not None

    @property
    def validated_at(self) -> datetime | None:
        return self.settled_at if self.is_validated else None


@dataclass(frozen=True, slots=True)
class PilotFacts:
    """The pilot report of one Client; ``judged_at`` is the answer of the ANS on the last report."""

    state: PilotState = PilotState.ABSENT
    signed_at: datetime | None = None
    sent_at: datetime | None = None
    judged_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    at: datetime
    number: str | None = None
    ht: Decimal | None = None
    ttc: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CompletionFacts:
    state: CompletionState = CompletionState.UNDECLARED
    at: datetime | None = None
    reason: str | None = None

    @property
    def attested_at(self) -> datetime | None:
        return self.at if self.state is CompletionState.ATTESTED else None


@dataclass(frozen=True, slots=True)
class Transmission:
    """One sending of a journal; ``counts`` is None where one of the six is missing (R29: incomplete)."""

    at: datetime
    counts: Indicators | None
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JournalFacts:
    state: JournalState = JournalState.ABSENT
    transmissions: tuple[Transmission, ...] = ()
    nonconforming_at: datetime | None = None
    reason: str | None = None
    verification_at: datetime | None = None

    def sent_to(self, recipient: str) -> datetime | None:
        """First transmission to ``asp``, ``ans`` or ``client`` (ruling A7: three facts)."""
        return next((sent.at for sent in self.transmissions if recipient in sent.recipients), None)


@dataclass(frozen=True, slots=True)
class SemesterFacts:
    journal: JournalFacts = field(default_factory=JournalFacts)
    request: RequestFacts = field(default_factory=RequestFacts)


@dataclass(frozen=True, slots=True)
class Information:
    """What a Client was told: ``120-days``, ``date-2`` or ``completion``."""

    siren: str
    about: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PortabilityFacts:
    state: PortabilityState = PortabilityState.NONE
    requested_at: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    opened_at: datetime
    kind: str | None = None
    value: str | None = None
    reason: str | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FormalNotice:
    at: datetime
    reason: str | None = None
    answer_by: date | None = None


@dataclass(frozen=True, slots=True)
class RepaymentOrder:
    at: datetime
    amount: Decimal
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """A cancellation, withdrawal, termination or closing."""

    at: datetime
    reason: str | None = None
    last_activity_on: date | None = None


@dataclass(frozen=True, slots=True)
class LifeFacts:
    """Everything that has happened to one order. ``clients`` are its SIREN in the sequence of the form.

    ``signatures``, ``vas``, ``pilots``, ``portability`` are by SIREN, ``semesters`` by number.
    """

    clients: tuple[str, ...] = ()
    issued_on: date | None = None
    signatures: Mapping[str, date] = field(default_factory=dict)
    advance: RequestFacts = field(default_factory=RequestFacts)
    balance: RequestFacts = field(default_factory=RequestFacts)
    pilots: Mapping[str, PilotFacts] = field(default_factory=dict)
    vas: Mapping[str, datetime] = field(default_factory=dict)
    invoices: tuple[Invoice, ...] = ()
    secondary_invoices: tuple[Invoice, ...] = ()
    completion: CompletionFacts = field(default_factory=CompletionFacts)
    semesters: Mapping[int, SemesterFacts] = field(default_factory=dict)
    informed: tuple[Information, ...] = ()
    pilot_published_at: datetime | None = None
    portability: Mapping[str, PortabilityFacts] = field(default_factory=dict)
    disputes: tuple[Dispute, ...] = ()
    exit: ExitState = ExitState.LIVING
    ending: Ending | None = None
    termination: Ending | None = None
    notices: tuple[FormalNotice, ...] = ()
    repayments_ordered: tuple[RepaymentOrder, ...] = ()
    repayments: tuple[Payment, ...] = ()

    @property
    def signed_by_all(self) -> bool:
        return bool(self.clients) and all(siren in self.signatures for siren in self.clients)

    @property
    def signed_on(self) -> date | None:
        """The day of the last signature, once every Client has signed."""
        return max(self.signatures[siren] for siren in self.clients) if self.signed_by_all else None

    @property
    def delivered(self) -> bool:
        """VA signed by every Client (R66, ruling A21)."""
        return bool(self.clients) and all(siren in self.vas for siren in self.clients)

    @property
    def va_on(self) -> date | None:
        """The order's VA date: the latest of its Clients', once all have signed (ruling A21)."""
        return paris_date(max(self.vas[siren] for siren in self.clients)) if self.delivered else None

    @property
    def standing(self) -> ExitState:
        """The state of the order's own machine."""
        if self.exit is not ExitState.LIVING:
            return self.exit
        if self.termination is not None:
            return ExitState.TERMINATED
        if self.issued_on is None:
            return ExitState.DRAFT
        if self.advance.is_rejected or self.balance.is_rejected:
            return ExitState.REJECTED
        return ExitState.LIVING

    @property
    def recovery(self) -> RecoveryState:
        """How far the ASP has gone to have money back."""
        if self.repayments_ordered:
            return RecoveryState.ORDERED
        return RecoveryState.NOTICED if self.notices else RecoveryState.NONE

    @property
    def is_over(self) -> bool:
        """Cancelled, withdrawn or closed after a rejection."""
        return self.exit.is_over

    def semester(self, number: int) -> SemesterFacts:
        return self.semesters.get(number, _NOTHING)


_NOTHING = SemesterFacts()
