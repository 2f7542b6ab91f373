"""The eight steps of an order's life, from its facts: they may be out of order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from funding.domain.life import OrderState as LifeState
from funding.domain.life import Semester, Status
from funding.domain.life.context import conforming_pilots
from funding.domain.life.facts import PilotState, RequestFacts, RequestState
from funding.domain.life.semesters import Standing
from funding.selectors.order_life import OrderLife
from funding.selectors.order_sheet import OrderSheet
from funding.views.orders.life.names import several
from funding.views.orders.words import Step, ordered_step, payment_names, referencing_step
from orders.domain.snapshot import EnrolmentFacts
from segur.templatetags.french import short_day

_LATER = ("idle", "circle-dashed", "à venir")
_VOID = ("idle", "circle-minus", "sans objet")
_REQUESTS: Mapping[RequestState, tuple[str, str, str]] = {
    RequestState.UNREAD: ("refused", "circle-alert", "JSON refusé"),
    RequestState.INCOMPLETE: ("refused", "circle-alert", "dépôt incomplet"),
    RequestState.RECEIVED: ("current", "send", "déposé"),
    RequestState.CHANGE_REQUESTED: ("current", "pencil", "à modifier"),
    RequestState.REJECTED: ("refused", "circle-alert", "rejet"),
    RequestState.VALIDATED: ("done", "check", "validé"),
}


def life_steps(sheet: OrderSheet, life: OrderLife) -> list[Step]:
    """Enrolment to semesters: done, refused (blocked), current or idle, with a date or a reason."""
    advance, balance, semesters = payment_names(sheet)
    return [
        _enrolment(life),
        referencing_step(sheet.order),
        ordered_step(sheet.order),
        _request(advance, "submit_advance", "advance-request", life, life.state.life.advance, opens=_signed(life)),
        _pilots(life),
        _va(life),
        _request(
            balance, "submit_balance", "balance-request", life, life.state.life.balance, opens=life.state.life.delivered
        ),
        _semesters(semesters, life),
    ]


def _signed(life: OrderLife) -> bool:
    return life.state.life.signed_by_all and life.state.life.issued_on is not None


def _enrolment(life: OrderLife) -> Step:
    known = life.context.enrolments
    final = next((each for each in known if _is_final(each)), None)
    if final is not None:
        return Step("Enrôlement", "done", "check", short_day(final.finalised_on or final.validated_on))
    validated = next((each for each in known if each.validated_on), None)
    if validated is not None:
        return Step("Enrôlement", "current", "play", f"{validated.number}, à finaliser")
    if known:
        return Step("Enrôlement", "current", "play", f"{known[0].number}, non validé")
    return Step("Enrôlement", *_LATER)


def _is_final(enrolment: EnrolmentFacts) -> bool:
    return enrolment.validated_on is not None and (not enrolment.early or enrolment.finalised_on is not None)


def _request(name: str, action: str, code: str, life: OrderLife, request: RequestFacts, *, opens: bool) -> Step:
    if request.payments:
        return Step(name, "done", "check", f"payé le {short_day(request.payments[-1].at)}")
    if request.state is not RequestState.DRAFT:
        state, icon, word = _REQUESTS[request.state]
        return Step(name, state, icon, f"{word} le {short_day(_moment(request))}" if _moment(request) else word)
    if life.state.life.is_over:
        return Step(name, *_VOID)
    return _to_file(name, action, code, life, opens=opens)


def _moment(request: RequestFacts) -> datetime | None:
    if request.state is RequestState.RECEIVED:
        return request.received_at
    return request.settled_at or (request.deposits[-1].submitted_at if request.deposits else None)


def _to_file(name: str, action: str, code: str, life: OrderLife, *, opens: bool) -> Step:
    missed = any(each.code == code and each.status is Status.MISSED for each in life.state.deadlines)
    if missed:
        limit = next(each.due_at for each in life.state.deadlines if each.code == code)
        return Step(name, "refused", "circle-alert", f"limite passée le {short_day(limit)}")
    if not opens:
        return Step(name, *_LATER)
    blocking = sum(finding.blocks for finding in life.state.action(action).blockers)
    if blocking:
        return Step(name, "refused", "lock", several(blocking, "blocage"))
    return Step(name, "current", "play", "à déposer")


def _pilots(life: OrderLife) -> Step:
    facts, wanted = life.state.life, life.programme.pilots.value
    done = len(conforming_pilots(facts, life.context, life.state.now))
    words = f"{several(done, 'conforme')} sur {wanted}" if wanted else several(done, "conforme")
    if wanted and done >= wanted:
        return Step("PV pilotes", "done", "check", words)
    if any(each.state is PilotState.NONCONFORMING for each in facts.pilots.values()):
        return Step("PV pilotes", "refused", "circle-alert", f"{words}, un PV refusé")
    if facts.delivered and not facts.balance.is_filed and not facts.is_over:
        return Step("PV pilotes", "refused", "circle-alert", words)
    started = bool(facts.pilots) or done
    return Step("PV pilotes", "current" if started else "idle", "play" if started else "circle-dashed", words)


def _va(life: OrderLife) -> Step:
    facts = life.state.life
    if facts.va_on is not None:
        return Step("VA", "done", "check", short_day(facts.va_on))
    if facts.vas:
        return Step("VA", "current", "play", f"{several(len(facts.vas), 'signée')} sur {len(facts.clients)}")
    if facts.is_over:
        return Step("VA", *_VOID)
    if facts.advance.is_validated:
        return Step("VA", "current", "play", "à signer")
    return Step("VA", *_LATER)


def _semesters(name: str, life: OrderLife) -> Step:
    state = life.state
    if state.life.is_over:
        return Step(name, *_VOID)
    if state.stage == "closed":
        return Step(name, "done", "check", "soldés")
    if state.life.termination is not None:
        last = state.life.termination.last_activity_on
        return Step(name, "refused", "circle-minus", f"résiliés au {short_day(last)}" if last else "résiliés")
    return _running(name, state)


def _running(name: str, state: LifeState) -> Step:
    waiting = next((each for each in state.semesters if _journal_waits(each)), None)
    if waiting is not None:
        due = short_day(waiting.period.journal_due_at)
        return Step(name, "current", "play", f"journal {waiting.number} à transmettre, {due}")
    running = next((each for each in state.semesters if each.standing is Standing.RUNNING), None)
    if running is not None:
        return Step(name, "current", "play", f"semestre {running.number} en cours")
    first: date | None = state.semesters[0].period.starts_on if state.semesters else None
    if first is not None and state.semesters[0].standing is Standing.TO_COME:
        return Step(name, "idle", "circle-dashed", f"à partir du {short_day(first)}")
    return Step(name, "current", "play", "à demander") if state.semesters else Step(name, *_LATER)


def _journal_waits(view: Semester) -> bool:
    return view.standing in (Standing.JOURNAL_DUE, Standing.TO_RESEND)
