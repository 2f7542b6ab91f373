"""One event after the other: the only place where a life changes, and where an event without a step is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from funding.domain.life import machines
from funding.domain.life.facts import (
    CompletionFacts,
    CompletionState,
    Deposit,
    Dispute,
    DisputeState,
    Ending,
    ExitState,
    FormalNotice,
    Information,
    Invoice,
    JournalFacts,
    JournalState,
    LifeFacts,
    Payment,
    PilotFacts,
    PilotState,
    PortabilityFacts,
    PortabilityState,
    RepaymentOrder,
    RequestFacts,
    RequestState,
    SemesterFacts,
    Transmission,
    VaState,
)
from funding.domain.life.machines import Machine
from funding.domain.semester import Indicators
from orders.domain.snapshot import OrderEventFacts
from segur.regulation.dates import format_instant_fr, paris_date
from segur.regulation.finding import Finding, Severity
from segur.regulation.money import ZERO
from segur.regulation.rules import rule

NBSP = "\u00a0"

_COUNTS = ("t", "tm", "te", "te_qualified", "dm", "de")


class _NoStepError(Exception):
    """Carries the refusal out of the small functions below."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding


def apply(life: LifeFacts, event: OrderEventFacts) -> LifeFacts | Finding:
    """The life after one more event, or why its machine has no such step.

    Nothing else refuses an event: neither a missed date nor an amount nor a condition of another machine. The event
    is later than those before it; raises LookupError for a type that the contract does not name. Instants are kept to
    the second, as limits are: 23:59:59.4 is in time.
    """
    step, at = STEPS[event.type], event.at.replace(microsecond=0)
    if life.is_over and event.type not in machines.AFTER_THE_END:
        return _refused(machines.ORDER, life.exit, at, machines.WORDS.get(event.type, "ce fait"))
    try:
        return step(life, at, dict(event.extra))
    except _NoStepError as no_step:
        return no_step.finding


def _move(machine: Machine, step: str, state: str, at: datetime) -> str:
    target = machine.target(step, state)
    if target is None:
        raise _NoStepError(_refused(machine, state, at, machines.WORDS[step], incomplete=step == "validated"))
    return target


def _refused(machine: Machine, state: str, at: datetime, what: str, *, incomplete: bool = False) -> Finding:
    code = f"{machine.rule}-no-such-step"
    if incomplete and state == RequestState.INCOMPLETE:
        code = "F1-incomplete-deposit"
    return Finding(
        code,
        Severity.ERROR,
        f"{machine.subject} {machine.states[state]} le {format_instant_fr(at)}{NBSP}: {what} n’y a pas sa place.",
        rule(code.partition("-")[0]).source,
        "Ajoutez le fait qui précède ou corrigez l’instant.",
    )


Extra = Mapping[str, Any]
Step = Callable[[LifeFacts, datetime, Extra], LifeFacts]


# Requests


def _submitted_step(extra: Extra) -> str:
    """A part that the event does not speak of is accepted: its instant is the one of receipt."""
    if extra.get("json_accepted") is False:
        return "submitted_unread"
    return "submitted_without_attachments" if extra.get("attachments_accepted") is False else "submitted"


def _file(machine: Machine, request: RequestFacts, at: datetime, extra: Extra) -> RequestFacts:
    step = _submitted_step(extra)
    target = RequestState(_move(machine, step, request.state, at))
    json_at = None if target is RequestState.UNREAD else at
    deposit = Deposit(at, extra.get("reference"), json_at, at if target is RequestState.RECEIVED else None)
    kept = request.state is not RequestState.REJECTED
    first_json_at = request.first_json_at if kept else None
    received_at = request.received_at if kept else None
    return replace(
        request,
        state=target,
        deposits=(*request.deposits, deposit),
        first_json_at=first_json_at or json_at,
        received_at=received_at or deposit.received_at,
        rejected_at=None if target is RequestState.RECEIVED else request.rejected_at,
        settled_at=None,
        reason=None,
    )


def _complete(machine: Machine, request: RequestFacts, at: datetime) -> RequestFacts:
    target = RequestState(_move(machine, "attachments_accepted", request.state, at))
    last = replace(request.deposits[-1], attachments_accepted_at=at)
    return replace(
        request,
        state=target,
        deposits=(*request.deposits[:-1], last),
        received_at=request.received_at or last.received_at,
        rejected_at=None,
    )


def _settle(machine: Machine, step: str, request: RequestFacts, at: datetime, extra: Extra) -> RequestFacts:
    target = RequestState(_move(machine, step, request.state, at))
    rejected_at = at if target is RequestState.REJECTED else request.rejected_at
    return replace(request, state=target, rejected_at=rejected_at, settled_at=at, reason=extra.get("reason"))


def _pay(machine: Machine, request: RequestFacts, at: datetime, extra: Extra) -> RequestFacts:
    _move(machine, "paid", request.state, at)
    return replace(request, payments=(*request.payments, Payment(at, extra.get("amount"))))


def _on_request(machine: Machine, step: str, request: RequestFacts, at: datetime, extra: Extra) -> RequestFacts:
    if step == "submitted":
        return _file(machine, request, at, extra)
    if step == "attachments_accepted":
        return _complete(machine, request, at)
    if step == "paid":
        return _pay(machine, request, at, extra)
    return _settle(machine, step, request, at, extra)


def _advance(step: str) -> Step:
    def happen(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
        return replace(life, advance=_on_request(machines.ADVANCE, step, life.advance, at, extra))

    return happen


def _balance(step: str) -> Step:
    def happen(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
        return replace(life, balance=_on_request(machines.BALANCE, step, life.balance, at, extra))

    return happen


def _semester(step: str) -> Step:
    def happen(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
        number = int(extra["semester"])
        semester = life.semester(number)
        request = _on_request(machines.SEMESTER, step, semester.request, at, extra)
        return _with_semester(life, number, replace(semester, request=request))

    return happen


def _with_semester(life: LifeFacts, number: int, semester: SemesterFacts) -> LifeFacts:
    return replace(life, semesters={**life.semesters, number: semester})


# Journals


def _journal_sent(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
    number = int(extra["semester"])
    semester = life.semester(number)
    journal = semester.journal
    target = JournalState(_move(machines.JOURNAL, "sent", journal.state, at))
    given = [extra.get(name) for name in _COUNTS]
    counts = None if any(value is None for value in given) else Indicators(*(int(str(value)) for value in given))
    recipients = extra.get("recipients")
    sent = Transmission(at, counts, ("asp",) if recipients is None else tuple(recipients))
    journal = replace(journal, state=target, transmissions=(*journal.transmissions, sent))
    return _with_semester(life, number, replace(semester, journal=journal))


def _journal(step: str, change: Callable[[JournalFacts, datetime, Extra], JournalFacts]) -> Step:
    def happen(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
        number = int(extra["semester"])
        semester = life.semester(number)
        target = JournalState(_move(machines.JOURNAL, step, semester.journal.state, at))
        journal = replace(change(semester.journal, at, extra), state=target)
        return _with_semester(life, number, replace(semester, journal=journal))

    return happen


def _nonconforming(journal: JournalFacts, at: datetime, extra: Extra) -> JournalFacts:
    return replace(journal, nonconforming_at=at, reason=extra.get("reason"))


def _verified(journal: JournalFacts, at: datetime, extra: Extra) -> JournalFacts:
    return replace(journal, verification_at=at)


# Clients: pilot reports, verifications, portability


def _siren(life: LifeFacts, extra: Extra) -> str:
    """The Client that an event is about; an event that names none is about the only one."""
    named = extra.get("siren")
    return str(named) if named else (life.clients[0] if len(life.clients) == 1 else "")


def _pilot(step: str, change: Callable[[PilotFacts, datetime, Extra], PilotFacts]) -> Step:
    def happen(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
        siren = _siren(life, extra)
        before = life.pilots.get(siren, PilotFacts())
        target = PilotState(_move(machines.PILOT, step, before.state, at))
        return replace(life, pilots={**life.pilots, siren: replace(change(before, at, extra), state=target)})

    return happen


def _judged(pilot: PilotFacts, at: datetime, extra: Extra) -> PilotFacts:
    return replace(pilot, judged_at=at, reason=extra.get("reason"))


def _va(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
    siren = _siren(life, extra)
    _move(machines.VA, "signed", VaState.SIGNED if siren in life.vas else VaState.UNSIGNED, at)
    return replace(life, vas={**life.vas, siren: at})


def _portability(step: str, field: str) -> Step:
    def happen(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
        siren = _siren(life, extra)
        before = life.portability.get(siren, PortabilityFacts())
        target = PortabilityState(_move(machines.PORTABILITY, step, before.state, at))
        if step == "requested":
            before = PortabilityFacts()
        changes: dict[str, Any] = {"state": target, field: at}
        return replace(life, portability={**life.portability, siren: replace(before, **changes)})

    return happen


def _client_informed(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
    told = Information(_siren(life, extra), str(extra["about"]), at)
    return replace(life, informed=(*life.informed, told))


# The order as a whole


def _invoice(at: datetime, extra: Extra) -> Invoice:
    return Invoice(at, extra.get("number"), extra.get("ht"), extra.get("ttc"))


def _invoiced(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
    return replace(life, invoices=(*life.invoices, _invoice(at, extra)))


def _secondary_invoiced(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
    return replace(life, secondary_invoices=(*life.secondary_invoices, _invoice(at, extra)))


def _completion(step: str) -> Step:
    def happen(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
        target = CompletionState(_move(machines.COMPLETION, step, life.completion.state, at))
        return replace(life, completion=CompletionFacts(target, at, extra.get("reason")))

    return happen


def _ended(step: str) -> Step:
    def happen(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
        target = ExitState(_move(machines.ORDER, step, life.standing, at))
        return replace(life, exit=target, ending=Ending(at, extra.get("reason")))

    return happen


def _terminated(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
    _move(machines.ORDER, "terminated", life.standing, at)
    last: date = extra.get("last_activity_on") or paris_date(at)
    return replace(life, termination=Ending(at, extra.get("reason"), last))


def _published(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
    return replace(life, pilot_published_at=at)


def _dispute_opened(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
    opened = Dispute(at, extra.get("kind"), extra.get("value"), extra.get("reason"))
    return replace(life, disputes=(*life.disputes, opened))


def _dispute_answered(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
    """The answer goes to the oldest dispute that has none."""
    waiting = next((i for i, dispute in enumerate(life.disputes) if dispute.answered_at is None), None)
    if waiting is None:
        state = DisputeState.ANSWERED if life.disputes else DisputeState.NONE
        _move(machines.DISPUTE, "answered", state, at)
        return life
    answered = replace(life.disputes[waiting], answered_at=at)
    return replace(life, disputes=(*life.disputes[:waiting], answered, *life.disputes[waiting + 1 :]))


def _noticed(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
    _move(machines.RECOVERY, "noticed", life.recovery, at)
    return replace(life, notices=(*life.notices, FormalNotice(at, extra.get("reason"), extra.get("answer_by"))))


def _repayment_ordered(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
    _move(machines.RECOVERY, "ordered", life.recovery, at)
    ordered = RepaymentOrder(at, _amount(extra), extra.get("reason"))
    return replace(life, repayments_ordered=(*life.repayments_ordered, ordered))


def _repaid(life: LifeFacts, at: datetime, extra: Extra) -> LifeFacts:
    _move(machines.RECOVERY, "repaid", life.recovery, at)
    return replace(life, repayments=(*life.repayments, Payment(at, _amount(extra))))


def _amount(extra: Extra) -> Decimal:
    amount = extra.get("amount")
    return amount if isinstance(amount, Decimal) else ZERO


#: Every event type of the contract and the step that it is.
STEPS: Mapping[str, Step] = {
    **{
        f"advance_{name}": _advance(name)
        for name in ("submitted", "attachments_accepted", "change_requested", "rejected", "validated", "paid")
    },
    "pilot_report_signed": _pilot("signed", lambda pilot, at, extra: PilotFacts(signed_at=at)),
    "pilot_report_sent": _pilot("sent", lambda pilot, at, extra: replace(pilot, sent_at=at)),
    "pilot_report_conforming": _pilot("conforming", _judged),
    "pilot_report_nonconforming": _pilot("nonconforming", _judged),
    "va_signed": _va,
    "invoice_issued": _invoiced,
    "completion_attested": _completion("attested"),
    "completion_impossible": _completion("impossible"),
    **{
        f"balance_{name}": _balance(name)
        for name in ("submitted", "attachments_accepted", "change_requested", "rejected", "validated", "paid")
    },
    "journal_sent": _journal_sent,
    "semester_requested": _semester("submitted"),
    "semester_validated": _semester("validated"),
    "semester_paid": _semester("paid"),
    "secondary_invoice_issued": _secondary_invoiced,
    "semester_change_requested": _semester("change_requested"),
    "semester_rejected": _semester("rejected"),
    "journal_nonconforming": _journal("nonconforming", _nonconforming),
    "ans_verification_opened": _journal("verification_opened", _verified),
    "client_informed": _client_informed,
    "pilot_published": _published,
    "portability_requested": _portability("requested", "requested_at"),
    "portability_delivered": _portability("delivered", "delivered_at"),
    "dispute_opened": _dispute_opened,
    "dispute_answered": _dispute_answered,
    "terminated": _terminated,
    "cancelled": _ended("cancelled"),
    "withdrawn": _ended("withdrawn"),
    "closed_after_rejection": _ended("closed_after_rejection"),
    "formal_notice": _noticed,
    "repayment_ordered": _repayment_ordered,
    "repaid": _repaid,
}


def in_sequence(events: Iterable[OrderEventFacts]) -> list[tuple[int, OrderEventFacts]]:
    """The events by instant, ties in the sequence given, each with its place."""
    return sorted(enumerate(events), key=lambda placed: (placed[1].at, placed[0]))
