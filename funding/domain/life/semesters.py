"""The semesters of the secondary prestation: periods, journals, amounts (R28-R30, R59, R71, A11, A12, A35)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from funding.domain.life.facts import JournalFacts, JournalState, LifeFacts, RequestFacts, Transmission, total_paid
from funding.domain.life.worth import Worth
from funding.domain.semester import Indicators, SemesterAmount, impossible, semester_amount
from orders.domain.snapshot import OrderFacts
from segur.regulation.dates import (
    SemesterPeriod,
    format_date_fr,
    format_instant_fr,
    iso,
    midnight,
    months_after_end_of_month,
    paris_date,
    secondary_start,
    semester,
)
from segur.regulation.finding import Finding, Severity
from segur.regulation.money import ZERO, format_eur, text
from segur.regulation.rules import rule
from segur.regulation.schema import Programme

NBSP = "\u00a0"
_COUNTS_OF_A_JOURNAL = "T, Tm, Te, Te’, Dm et De"


class Standing(StrEnum):
    """Where a semester stands, its request apart. ``lost``: no funding for the period (R29). ``dropped``: it begins
    after a termination."""

    TO_COME = "to-come"
    RUNNING = "running"
    JOURNAL_DUE = "journal-due"
    TO_RESEND = "to-resend"
    CONFORMING = "conforming"
    LOST = "lost"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Semester:
    """One semester as of an instant.

    ``ordered``: its forfait at PERF 1, None where no scale is published. ``amount``: what it is worth, that is the
    forfait until a conforming journal gives the performance, then the amount of its counts, and zero when it is lost;
    None where only a person can give it. ``verification_ends_at``: end of the ANS' six months (R30).
    """

    period: SemesterPeriod
    standing: Standing
    ordered: Decimal | None
    amount: Decimal | None
    journal: JournalFacts
    request: RequestFacts
    computed: SemesterAmount | None = None
    verification_ends_at: datetime | None = None
    is_last: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def number(self) -> int:
        return self.period.number

    @property
    def paid(self) -> Decimal:
        """What its payments add up to."""
        return total_paid(self.request.payments, self.amount or ZERO)

    @property
    def is_paid(self) -> bool:
        """Validated, and paid at least what it is worth."""
        return bool(self.request.payments) and (self.amount is None or self.paid >= self.amount)

    @property
    def is_settled(self) -> bool:
        """Nothing is left to claim for it: paid, lost, dropped, or worth nothing with a conforming journal."""
        worthless = self.standing is Standing.CONFORMING and self.amount == 0
        return self.is_paid or worthless or self.standing in (Standing.LOST, Standing.DROPPED)

    def as_json(self) -> dict[str, object]:
        """The semester of STATE (contract)."""
        return {
            "number": self.number,
            "starts_on": self.period.starts_on.isoformat(),
            "ends_on": self.period.ends_on.isoformat(),
            "journal_due_at": iso(self.period.journal_due_at),
            "amount": None if self.amount is None else text(self.amount),
        }


def semesters(
    order: OrderFacts, life: LifeFacts, *, programme: Programme, worth: Worth, now: datetime
) -> tuple[Semester, ...]:
    """The semesters from the order's VA date; none before it (ruling A21)."""
    va_on = life.va_on
    count, months = programme.secondary.semesters.value, programme.secondary.semester_months.value
    delay = programme.delays["journal_months"].value
    if va_on is None or count is None or months is None or delay is None:
        return ()
    periods = _periods(secondary_start(va_on), count, months, delay)
    last = _last_started(life, periods)
    return tuple(_semester(order, life, programme, worth, now, period, last) for period in periods)


@lru_cache(maxsize=512)
def _periods(start: date, count: int, months: int, delay: int) -> tuple[SemesterPeriod, ...]:
    periods = (semester(start, number, months) for number in range(1, count + 1))
    return tuple(replace(period, journal_due_at=months_after_end_of_month(period.ends_on, delay)) for period in periods)


def _last_started(life: LifeFacts, periods: tuple[SemesterPeriod, ...]) -> int:
    """The semester whose request closes the secondary prestation: the last, or the last begun before a termination."""
    stop = _stop(life)
    begun = [period.number for period in periods if stop is None or period.starts_on <= stop]
    return begun[-1] if begun else 0


def _stop(life: LifeFacts) -> date | None:
    return life.termination.last_activity_on if life.termination else None


def _semester(
    order: OrderFacts,
    life: LifeFacts,
    programme: Programme,
    worth: Worth,
    now: datetime,
    period: SemesterPeriod,
    last: int,
) -> Semester:
    facts = life.semester(period.number)
    ordered = worth.forfaits[period.number - 1] if worth.forfaits else None
    stop = _stop(life)
    if stop is not None and period.starts_on > stop:
        return Semester(period, Standing.DROPPED, ordered, ZERO, facts.journal, facts.request)
    shortened = stop is not None and stop < period.ends_on
    if stop is not None and shortened:
        delay = programme.delays["journal_months"].known()
        period = replace(period, ends_on=stop, journal_due_at=months_after_end_of_month(stop, delay))
    view = Semester(
        period,
        Standing.TO_COME,
        ordered,
        ordered,
        facts.journal,
        facts.request,
        verification_ends_at=_verification_ends_at(facts.journal, programme),
        is_last=period.number == last,
        findings=(_shortened(period),) if shortened else (),
    )
    counted = programme.secondary.perf_master.value is not None
    return _with_amount(order, programme, _with_journal(view, counted=counted, now=now))


def _verification_ends_at(journal: JournalFacts, programme: Programme) -> datetime | None:
    """R30: six months from the end of the month in which the ANS received the journal, the ASP where it is not told."""
    received = journal.sent_to("ans") or journal.sent_to("asp")
    months = programme.delays["ans_verification_months"].value
    if received is None or months is None:
        return None
    return months_after_end_of_month(paris_date(received), months)


def conforming_transmission(journal: JournalFacts, due_at: datetime, *, counted: bool) -> Transmission | None:
    """The sending that counts: the last complete one to the ASP by the due date and after any refusal by the ANS.

    ``counted`` False: the scale is not published, so the six counts are not asked for.
    """
    if journal.state is JournalState.NONCONFORMING:
        return None
    refused_at = journal.nonconforming_at
    kept = [
        sent
        for sent in journal.transmissions
        if "asp" in sent.recipients
        and sent.at <= due_at
        and (refused_at is None or sent.at > refused_at)
        and (not counted or is_complete(sent.counts))
    ]
    return kept[-1] if kept else None


def is_complete(counts: Indicators | None) -> bool:
    """All six counts are there and possible together (R29, A2)."""
    return counts is not None and next(impossible(counts), None) is None


def _with_journal(view: Semester, *, counted: bool, now: datetime) -> Semester:
    period, journal = view.period, view.journal
    sent = conforming_transmission(journal, period.journal_due_at, counted=counted)
    if sent is not None:
        early = (_early(period, sent),) if paris_date(sent.at) <= period.ends_on else ()
        return replace(view, standing=Standing.CONFORMING, findings=(*view.findings, *early))
    if now > period.journal_due_at:
        return replace(view, standing=Standing.LOST, findings=(*view.findings, _lost(view)))
    if journal.sent_to("asp"):
        return replace(view, standing=Standing.TO_RESEND, findings=(*view.findings, _to_resend(view)))
    if now < midnight(period.starts_on):
        return view
    ended = paris_date(now) > period.ends_on
    return replace(view, standing=Standing.JOURNAL_DUE if ended else Standing.RUNNING)


def _with_amount(order: OrderFacts, programme: Programme, view: Semester) -> Semester:
    if view.standing is Standing.LOST:
        return replace(view, amount=ZERO)
    sent = conforming_transmission(view.journal, view.period.journal_due_at, counted=view.ordered is not None)
    if view.ordered is None or order.tranche is None or sent is None or sent.counts is None:
        return view
    counts = sent.counts
    computed = semester_amount(
        programme,
        order.tranche.letter,
        order.vat,
        t=counts.t,
        tm=counts.tm,
        te=counts.te,
        te_qualified=counts.te_qualified,
        dm=counts.dm,
        de=counts.de,
    )
    amount = computed.amount if computed.amount is not None else view.ordered
    findings = (*view.findings, *computed.findings)
    if amount > view.ordered:
        findings, amount = (*findings, _above(view, amount)), view.ordered
    return replace(view, amount=amount, computed=computed, findings=findings)


def lost_reason(view: Semester) -> str:
    """Why a journal does not conform: ``missing``, ``late``, ``nonconforming`` or ``incomplete``."""
    sent = [each for each in view.journal.transmissions if "asp" in each.recipients]
    if not sent:
        return "missing"
    if all(each.at > view.period.journal_due_at for each in sent):
        return "late"
    return "nonconforming" if view.journal.nonconforming_at else "incomplete"


def _finding(code: str, severity: Severity, message: str, remedy: str = "") -> Finding:
    return Finding(code, severity, message, rule(code.partition("-")[0]).source, remedy)


def _lost(view: Semester) -> Finding:
    number, due = view.number, format_instant_fr(view.period.journal_due_at)
    reason = lost_reason(view)
    sent = next((each.at for each in view.journal.transmissions if "asp" in each.recipients), None)
    messages = {
        "missing": f"Aucun journal du semestre {number} n’est parvenu à l’ASP au {due}.",
        "late": f"Le journal du semestre {number} est en retard{NBSP}: reçu le "
        f"{format_instant_fr(sent) if sent else due}, dû le {due}.",
        "nonconforming": f"Le journal du semestre {number} est non conforme et son délai a pris fin le {due}.",
        "incomplete": f"Le journal du semestre {number} est incomplet et son délai a pris fin le {due}.",
    }
    message = f"{messages[reason]} Le semestre n’est pas financé."
    return _finding(f"R29-{reason}", Severity.ERROR, message, "Passez au semestre suivant.")


def _to_resend(view: Semester) -> Finding:
    due = format_instant_fr(view.period.journal_due_at)
    if lost_reason(view) == "nonconforming":
        message, code = f"Le journal du semestre {view.number} est non conforme.", "R29-nonconforming"
    else:
        code = "R29-incomplete"
        message = f"Le journal du semestre {view.number} est incomplet ou impossible{NBSP}: {_COUNTS_OF_A_JOURNAL}."
    return _finding(code, Severity.ERROR, message, f"Renvoyez-le à l’ASP avant le {due}.")


def _early(period: SemesterPeriod, sent: Transmission) -> Finding:
    message = (
        f"Journal du semestre {period.number} envoyé le {format_date_fr(paris_date(sent.at))}, avant la fin du "
        f"semestre ({format_date_fr(period.ends_on)})."
    )
    return _finding("R29-early", Severity.WARNING, message, "Renvoyez-le une fois le semestre fini.")


def _shortened(period: SemesterPeriod) -> Finding:
    message = (
        f"Semestre {period.number} raccourci au {format_date_fr(period.ends_on)} par la résiliation{NBSP}: son montant "
        "suit la performance de la période."
    )
    return _finding("A35-shortened", Severity.WARNING, message, "Vérifiez-le avec l’ASP.")


def _above(view: Semester, amount: Decimal) -> Finding:
    message = (
        f"Les examens donnent {format_eur(amount)} pour le semestre {view.number}, au-dessus du forfait commandé "
        f"({format_eur(view.ordered or ZERO)}), qui est retenu."
    )
    return _finding("A36-above-forfait", Severity.WARNING, message, "Vérifiez le scénario d’identité de la commande.")


def is_closed(views: tuple[Semester, ...]) -> bool:
    """Nothing is left to claim: each semester is settled, or the last one is paid and no other is requested (R60)."""
    if not views:
        return False
    open_views = [view for view in views if not view.is_settled]
    if not open_views:
        return True
    closed_by_the_last = any(view.is_last and view.is_paid for view in views)
    return closed_by_the_last and not any(view.request.is_filed for view in open_views)
