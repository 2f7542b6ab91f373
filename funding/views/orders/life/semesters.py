"""The semesters of an order: journal, counts, performance, amount, and what the missing documents would bring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from funding.domain.life import OrderState, Semester
from funding.domain.life.facts import RequestState
from funding.domain.life.semesters import Standing, is_complete
from funding.domain.semester import Indicators, missing_documents
from segur.regulation.schema import Programme
from segur.templatetags.french import decimal, percent, short_day

Badge = tuple[str, str, str]
_STANDINGS: Mapping[Standing, Badge] = {
    Standing.TO_COME: ("idle", "À venir", "circle-dashed"),
    Standing.RUNNING: ("progress", "En cours", "hourglass"),
    Standing.JOURNAL_DUE: ("refused", "Journal à transmettre", "clock"),
    Standing.TO_RESEND: ("refused", "Journal à renvoyer", "octagon-alert"),
    Standing.CONFORMING: ("progress", "Journal transmis", "send"),
    Standing.LOST: ("refused", "Perdu", "octagon-alert"),
    Standing.DROPPED: ("idle", "Sans objet", "circle-minus"),
}
_REQUESTS: Mapping[RequestState, Badge] = {
    RequestState.RECEIVED: ("progress", "Demandé", "send"),
    RequestState.CHANGE_REQUESTED: ("attention", "À modifier", "pencil"),
    RequestState.REJECTED: ("refused", "Rejeté", "octagon-alert"),
    RequestState.VALIDATED: ("done", "Validé", "circle-check"),
}


@dataclass(frozen=True, slots=True)
class SemesterLine:
    """``fed_m``, ``fed_e``: documents fed out of the examinations, with their share; empty until they are told."""

    number: int
    starts_on: date
    period: str
    due_at: datetime
    sent_at: datetime | None
    counts: Indicators | None
    fed_m: str
    fed_e: str
    perf: str
    amount: Decimal | None
    badge: Badge


@dataclass(frozen=True, slots=True)
class Hint:
    """How many more documents bring an indicator of a semester to a threshold, and the euros that they add."""

    number: int
    indicator: str
    missing: int
    ratio: Decimal
    gain: Decimal


def semester_lines(state: OrderState) -> list[SemesterLine]:
    return [_line(view) for view in state.semesters]


def _line(view: Semester) -> SemesterLine:
    counts = told_counts(view)
    return SemesterLine(
        view.number,
        view.period.starts_on,
        f"{short_day(view.period.starts_on)} – {short_day(view.period.ends_on)}",
        view.period.journal_due_at,
        view.journal.sent_to("asp"),
        counts,
        _fed(counts.dm, counts.tm) if counts else "",
        _fed(counts.de, counts.te) if counts else "",
        _perf(view),
        view.amount,
        _badge(view),
    )


def told_counts(view: Semester) -> Indicators | None:
    """The counts of the last complete journal told, whether it conforms or not."""
    known = [sent.counts for sent in view.journal.transmissions if sent.counts is not None]
    return known[-1] if known else None


def _fed(done: int, whole: int) -> str:
    if not whole:
        return ""
    share = (Decimal(done) / Decimal(whole)).quantize(Decimal("0.001"))
    return f"{_whole(done)} sur {_whole(whole)} ({percent(share)})"


def _whole(number: int) -> str:
    return decimal(Decimal(number)) if number else "0"


def _perf(view: Semester) -> str:
    if view.computed is None:
        return ""
    both = (view.computed.perf_m, view.computed.perf_e)
    return " · ".join(decimal(each) if each else "0" for each in both if each is not None)


def _badge(view: Semester) -> Badge:
    if view.is_paid:
        return "done", "Payé", "circle-check"
    return _REQUESTS.get(view.request.state, _STANDINGS[view.standing])


def hints(state: OrderState, programme: Programme) -> list[Hint]:
    """For each semester whose journal can still be sent again."""
    letter = state.order.tranche.letter if state.order.tranche else ""
    return [hint for view in state.semesters for hint in _hints(view, state, programme, letter)]


def _hints(view: Semester, state: OrderState, programme: Programme, letter: str) -> Iterator[Hint]:
    counts = told_counts(view)
    open_still = state.now <= view.period.journal_due_at and view.standing is not Standing.DROPPED
    if counts is None or not letter or not open_still or not is_complete(counts):
        return
    missing = missing_documents(
        programme,
        letter,
        state.order.vat,
        t=counts.t,
        tm=counts.tm,
        te=counts.te,
        te_qualified=counts.te_qualified,
        dm=counts.dm,
        de=counts.de,
    )
    for each in missing:
        yield Hint(view.number, each.indicator, each.missing, each.ratio, each.gain)
