"""Every dated duty of an order: when it falls, whether it is met, and why that day (R18, R19, R23-R30, F2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from funding.domain.life.context import LifeContext
from funding.domain.life.facts import LifeFacts, RequestFacts
from funding.domain.life.semesters import Semester, Standing
from segur.regulation.dates import (
    PARIS,
    add_months,
    add_working_days,
    format_date_fr,
    format_instant_fr,
    iso,
    paris_date,
    secondary_start,
)
from segur.regulation.schema import Leaf, Programme

NBSP = "\u00a0"


class Status(StrEnum):
    OPEN = "open"
    MET = "met"
    MISSED = "missed"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class Deadline:
    """``because``: the facts that lead to the date, joined by arrows."""

    code: str
    due_at: datetime
    status: Status
    rule: str
    because: str

    def as_json(self) -> dict[str, str]:
        """The deadline of STATE (contract)."""
        return {
            "code": self.code,
            "due_at": iso(self.due_at),
            "status": str(self.status),
            "rule": self.rule,
            "because": self.because,
        }


def deadlines(
    life: LifeFacts,
    semesters: tuple[Semester, ...],
    *,
    programme: Programme,
    context: LifeContext,
    now: datetime,
) -> tuple[Deadline, ...]:
    """Every deadline whose date is known, whatever its status, in the sequence of the contract."""
    view = _View(life, programme, context, now)
    return (
        *_client_information(view),
        *_advance(view),
        *_completion(view),
        *_balance(view),
        *_journals(view, semesters),
        *_semester_requests(view, semesters),
        *_verifications(view, semesters),
        *_dispute(view),
        *_portability(view),
        *_support_end(view),
    )


@dataclass(frozen=True, slots=True)
class _View:
    life: LifeFacts
    programme: Programme
    context: LifeContext
    now: datetime

    def status(self, due_at: datetime, done_at: datetime | None, *, applies: bool = True) -> Status:
        """Done by the limit (inclusive) is met, whatever came after; an order given up leaves no duty open."""
        if done_at is not None and done_at <= due_at:
            return Status.MET
        ending = self.life.ending
        gave_up_in_time = ending is not None and ending.at <= due_at
        if not applies or gave_up_in_time:
            return Status.NOT_APPLICABLE
        return Status.MISSED if done_at is not None or self.now > due_at else Status.OPEN


def _flag(leaf: Leaf[int]) -> str:
    """What a provisional figure carries wherever it is shown."""
    return " (délai provisoire)" if leaf.provisional else ""


def end_of(day: date) -> datetime:
    """The last second of a day in Paris: when a delay counted in days ends."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=PARIS)


def _client_information(view: _View) -> Iterator[Deadline]:
    """R23: 120 days after the first signature given before the referencing, each such Client is told."""
    leaf = view.programme.delays["conditional_order_days"]
    days = leaf.value
    conditional = conditional_clients(view.life, view.context, view.now)
    signed = {siren: view.life.signatures[siren] for siren in conditional}
    first = min(signed.values(), default=min(view.life.signatures.values(), default=None))
    if days is None or first is None:
        return
    last = first + timedelta(days=days)
    due_at = end_of(last)
    told = {each.siren: each.at for each in view.life.informed if each.about == "120-days"}
    because = (
        f"Signée le {format_date_fr(first)} → {days} jours{_flag(leaf)} → informez le client au {format_date_fr(last)}."
    )
    if signed and set(signed) <= set(told):
        status = Status.MET
    else:
        status = view.status(due_at, None, applies=bool(signed) and not _complete_file_within(view, signed, days))
    yield Deadline("client-information-120-days", due_at, status, "R23", because)


def conditional_clients(life: LifeFacts, context: LifeContext, now: datetime) -> tuple[str, ...]:
    """The Clients that signed before the referencing; a decision of the same day was there first (R23)."""
    referenced = context.solution.referenced_on if context.solution else None
    if referenced is not None and referenced > paris_date(now):
        referenced = None
    return tuple(
        siren
        for siren in life.clients
        if siren in life.signatures and (referenced is None or life.signatures[siren] < referenced)
    )


def _complete_file_within(view: _View, signed: dict[str, date], days: int) -> bool:
    solution = view.context.solution
    filed = solution.complete_file_submitted_at if solution else None
    if filed is None or filed > view.now:
        return False
    return all((paris_date(filed) - day).days <= days for day in signed.values())


def _official(view: _View, number: int) -> datetime | None:
    return view.programme.date_at(number).value


def _received(request: RequestFacts) -> datetime | None:
    """When the request under way was received; one that is draft again or rejected was not."""
    return request.received_at if request.is_filed else None


def _advance(view: _View) -> Iterator[Deadline]:
    due_at = _official(view, 4)
    if due_at is not None:
        status = view.status(due_at, _received(view.life.advance))
        because = f"Date 4 → demande d’avance reçue au plus tard le {format_instant_fr(due_at)}."
        yield Deadline("advance-request", due_at, status, "R24", because)


def _is_fundable(view: _View) -> bool:
    """The main prestation can still be claimed: no limit of the advance was missed for good."""
    date_4 = _official(view, 4)
    advance = view.life.advance
    return advance.is_filed or date_4 is None or view.now <= date_4 or view.life.balance.is_filed


def _completion(view: _View) -> Iterator[Deadline]:
    due_at = _official(view, 5)
    if due_at is None:
        return
    done = [at for at in (view.life.completion.attested_at, _received(view.life.balance)) if at is not None]
    status = view.status(due_at, min(done, default=None), applies=_is_fundable(view))
    because = f"Date 5 → solde reçu ou attestation de fin envoyée au plus tard le {format_instant_fr(due_at)}."
    yield Deadline("completion", due_at, status, "R26", because)


def _balance(view: _View) -> Iterator[Deadline]:
    due_at = _official(view, 6)
    if due_at is not None:
        status = view.status(due_at, _received(view.life.balance), applies=_is_fundable(view))
        because = f"Date 6 → demande de solde reçue au plus tard le {format_instant_fr(due_at)}."
        yield Deadline("balance-request", due_at, status, "R27", because)


@lru_cache(maxsize=512)
def _va_words(va_on: date | None) -> str:
    if va_on is None:
        return ""
    return f"VA signée le {format_date_fr(va_on)} → début le {format_date_fr(secondary_start(va_on))}"


def _period_words(view: _View, semester: Semester) -> str:
    ends_on = format_date_fr(semester.period.ends_on)
    stopped = any(finding.code == "A35-shortened" for finding in semester.findings)
    how = f"résiliée, dernier jour d’activité le {ends_on}" if stopped else f"fin le {ends_on}"
    return f"{_va_words(view.life.va_on)} → semestre {semester.number}, {how}"


def _journals(view: _View, semesters: tuple[Semester, ...]) -> Iterator[Deadline]:
    for semester in semesters:
        due_at = semester.period.journal_due_at
        applies = semester.standing is not Standing.DROPPED
        status = view.status(due_at, semester.journal.sent_to("asp"), applies=applies)
        because = f"{_period_words(view, semester)} → journal au plus tard le {format_instant_fr(due_at)}."
        yield Deadline(f"journal-{semester.number}", due_at, status, "R29", because)


def _semester_requests(view: _View, semesters: tuple[Semester, ...]) -> Iterator[Deadline]:
    """A11, A12: due with the journal; where the balance is validated later the request is not lost."""
    for semester in semesters:
        due_at = semester.period.journal_due_at
        because = f"{_period_words(view, semester)} → demande due avec le journal, le {format_instant_fr(due_at)}."
        status = _request_status(view, semester)
        if waits_for_the_balance(view.life, due_at):
            because = f"{because[:-1]} → à déposer dès la validation du solde."
        yield Deadline(f"semester-request-{semester.number}", due_at, status, "R59", because)


def waits_for_the_balance(life: LifeFacts, due_at: datetime) -> bool:
    """The balance was not validated by the due date, so the request could not be filed (A11)."""
    validated_at = life.balance.validated_at
    return validated_at is None or validated_at > due_at


def _request_status(view: _View, semester: Semester) -> Status:
    due_at = semester.period.journal_due_at
    received = _received(semester.request)
    applies = semester.standing not in (Standing.DROPPED, Standing.LOST)
    if view.now > due_at and waits_for_the_balance(view.life, due_at) and applies and not view.life.is_over:
        return Status.OPEN if received is None else Status.MET
    return view.status(due_at, received, applies=applies)


def _verifications(view: _View, semesters: tuple[Semester, ...]) -> Iterator[Deadline]:
    """R30: known once a journal is received; met when the ANS has spoken or its delay is over."""
    leaf = view.programme.delays["ans_verification_months"]
    months = leaf.value
    for semester in semesters:
        due_at = semester.verification_ends_at
        if due_at is None:
            continue
        received = semester.journal.sent_to("ans") or semester.journal.sent_to("asp") or due_at
        opened = semester.journal.verification_at
        settled = opened is not None or view.now > due_at
        because = (
            f"Journal reçu le {format_date_fr(paris_date(received))} → "
            f"{months} mois après la fin du mois{_flag(leaf)} → "
            f"vérification annoncée au plus tard le {format_date_fr(paris_date(due_at))}."
        )
        status = Status.MET if settled else Status.OPEN
        yield Deadline(f"ans-verification-{semester.number}", due_at, status, "R30", because)


def _dispute(view: _View) -> Iterator[Deadline]:
    """F2: the oldest contested duplicate that waits for its answer, else the last one answered."""
    days = view.programme.delays["dispute_working_days"].value
    disputes = view.life.disputes
    if not disputes or days is None:
        return
    dispute = next((each for each in disputes if each.answered_at is None), disputes[-1])
    opened = paris_date(dispute.opened_at)
    last = add_working_days(opened, days)
    answered = dispute.answered_at
    due_at = end_of(last)
    because = f"Doublon contesté le {format_date_fr(opened)} → {days} jours ouvrés → réponse au {format_date_fr(last)}."
    status = Status.MET if answered is not None and answered <= due_at else _missed_or_open(view, due_at, answered)
    yield Deadline("dispute-reply", due_at, status, "F2", because)


def _missed_or_open(view: _View, due_at: datetime, done_at: datetime | None) -> Status:
    """For a duty that outlives the order."""
    return Status.MISSED if done_at is not None or view.now > due_at else Status.OPEN


def _portability(view: _View) -> Iterator[Deadline]:
    """R19: the oldest request that waits, else the last one delivered."""
    leaf = view.programme.delays["portability_days"]
    days = leaf.value
    asked = [each for each in view.life.portability.values() if each.requested_at is not None]
    if not asked or days is None:
        return
    asked.sort(key=lambda each: (each.delivered_at is not None, each.requested_at))
    first = asked[0]
    requested = paris_date(first.requested_at or view.now)
    last = requested + timedelta(days=days)
    due_at = end_of(last)
    done = first.delivered_at
    because = (
        f"Portabilité demandée le {format_date_fr(requested)} → {days} jours calendaires{_flag(leaf)} → "
        f"données remises au {format_date_fr(last)}."
    )
    status = Status.MET if done is not None and done <= due_at else _missed_or_open(view, due_at, done)
    yield Deadline("portability", due_at, status, "R19", because)


def _support_end(view: _View) -> Iterator[Deadline]:
    """R18: the support lasts from the deposit of the balance; met once that day has come."""
    leaf = view.programme.delays["support_years"]
    years = leaf.value
    received = _received(view.life.balance)
    if received is None or years is None:
        return
    filed = paris_date(received)
    last = add_months(filed, 12 * years)
    due_at = end_of(last)
    over = view.life.is_over or view.life.termination is not None
    status = Status.NOT_APPLICABLE if over else (Status.MET if view.now > due_at else Status.OPEN)
    delay = f"{years} ans{_flag(leaf)}"
    because = f"Solde déposé le {format_date_fr(filed)} → {delay} → support dû jusqu’au {format_date_fr(last)}."
    yield Deadline("support-end", due_at, status, "R18", because)
