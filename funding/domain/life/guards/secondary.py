"""The journals and the requests of the semesters (R29, R30, R69-R71, A7, A11, A12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from funding.domain.life.deadlines import waits_for_the_balance
from funding.domain.life.facts import JournalState, RequestState
from funding.domain.life.guards.base import NBSP, Case, Guard, error, not_over, note, warning
from funding.domain.life.guards.referencing import lost_referencing
from funding.domain.life.semesters import Semester, Standing
from segur.regulation.dates import format_date_fr, format_instant_fr, paris_date
from segur.regulation.finding import Finding


def has_begun(case: Case) -> Iterator[Finding]:
    """R28: there is no semester before the VA of every Client."""
    if not case.semesters:
        message = "La prestation secondaire n’a pas de début : la VA de chaque client n’est pas signée."
        yield error("R28-no-va", message, "Faites signer la VA.")


def _asked(case: Case) -> Semester | None:
    return next((view for view in case.semesters if view.number == case.number), None)


def _is_over(view: Semester, now: datetime) -> bool:
    return paris_date(now) > view.period.ends_on


# The journal


def journal_semester(case: Case) -> Semester | None:
    """The semester whose journal comes next: to send or send again in time, else the last one lost while none is
    running, else the one that runs or comes."""
    if case.number is not None:
        return _asked(case)
    waiting = (Standing.JOURNAL_DUE, Standing.TO_RESEND)
    todo = [view for view in case.semesters if view.standing in waiting and _is_over(view, case.now)]
    if todo:
        return todo[0]
    ahead = (Standing.TO_COME, Standing.RUNNING, Standing.TO_RESEND)
    return next((view for view in case.semesters if view.standing in ahead), None) or next(
        (view for view in reversed(case.semesters) if view.standing is not Standing.DROPPED), None
    )


def journal_to_send(case: Case) -> Iterator[Finding]:
    """R29: once per semester, within the month that follows it; what was lost stays lost."""
    view = journal_semester(case)
    if view is None:
        if case.number is not None and case.semesters:
            yield error("R28-no-semester", f"Le semestre {case.number} n’existe pas.", "Choisissez-en un autre.")
        return
    yield from _lost_before(case, view)
    if view.standing is Standing.DROPPED:
        yield _dropped(view)
    elif view.standing is Standing.LOST:
        yield from (finding for finding in view.findings if finding.blocks)
    elif not _is_over(view, case.now):
        ends_on = format_date_fr(view.period.ends_on)
        message = f"Le semestre {view.number} n’est pas fini{NBSP}: il se termine le {ends_on}."
        yield error("R29-not-ended", message, f"Envoyez le journal après le {ends_on}.")
    elif view.standing is Standing.CONFORMING:
        yield from _already_sent(view)
    elif view.standing is Standing.TO_RESEND:
        yield from (_as_warning(finding) for finding in view.findings if finding.blocks)


def _lost_before(case: Case, view: Semester) -> Iterator[Finding]:
    """R29: the journals that are lost, said once more; an error when there is nothing in time to send instead."""
    if case.number is None:
        may_send = view.standing in (Standing.JOURNAL_DUE, Standing.TO_RESEND) and _is_over(view, case.now)
        yield from _losses(case, view, only_warns=may_send)


def _as_warning(finding: Finding) -> Finding:
    return warning(finding.code, finding.message, finding.remedy, finding.path)


def _already_sent(view: Semester) -> Iterator[Finding]:
    """A7: the ASP's transmission meets the date; the ANS' and the Client's may follow."""
    journal = view.journal
    missing = [name for key, name in (("ans", "l’ANS"), ("client", "le client")) if not journal.sent_to(key)]
    sent = journal.sent_to("asp")
    when = f" le {format_instant_fr(sent)}" if sent else ""
    if missing:
        message = (
            f"Journal du semestre {view.number} transmis à l’ASP{when}. Reste l’envoi{NBSP}: {', '.join(missing)}."
        )
        yield note("A7-recipients", message, "Enregistrez ces envois.")
    elif journal.state is JournalState.SENT:
        message = f"Le journal du semestre {view.number} est déjà transmis{when}."
        yield error("R29-journal-sent", message, "Attendez la fin du semestre suivant.")


def _dropped(view: Semester) -> Finding:
    message = f"Le semestre {view.number} commence après la résiliation{NBSP}: il n’est pas dû."
    return error("R71-after-termination", message, "Demandez les semestres commencés.")


SEND_JOURNAL: tuple[Guard, ...] = (not_over, has_begun, journal_to_send)

# The request


def request_semester(case: Case) -> Semester | None:
    """The semester whose request comes next: the first with a conforming journal and no request that stands, else the
    first that is not settled, else the last."""
    if case.number is not None:
        return _asked(case)
    free = (RequestState.DRAFT, RequestState.CHANGE_REQUESTED, RequestState.REJECTED)
    alive = [view for view in case.semesters if view.standing is not Standing.DROPPED]
    open_ones = [view for view in alive if view.request.state in free and view.standing is not Standing.LOST]
    return next(
        (view for view in open_ones if view.standing is Standing.CONFORMING),
        open_ones[0] if open_ones else (alive[-1] if alive else None),
    )


def balance_validated(case: Case) -> Iterator[Finding]:
    """R69: the balance is validated before any semester is requested."""
    if not case.life.balance.is_validated:
        remedy = "Déposez la demande dès la validation du solde."
        yield error("R69-balance-not-validated", "Le solde n’est pas validé par l’ASP.", remedy)


def semester_to_request(case: Case) -> Iterator[Finding]:
    """R29, R69, R70: over, with a conforming journal, requested once, the last one with its invoice."""
    view = request_semester(case)
    if view is None:
        if case.number is not None and case.semesters:
            yield error("R28-no-semester", f"Le semestre {case.number} n’existe pas.", "Choisissez-en un autre.")
        return
    yield from _requested(view)
    yield from _journal_conforms(case, view)
    if view.is_last and not case.life.secondary_invoices:
        message = f"Facture de la prestation secondaire absente{NBSP}: le semestre {view.number} la demande."
        yield error("R70-invoice-missing", message, "Émettez-la.")
    yield from _in_time(case, view)
    if case.number is None:
        yield from _other_losses(case, view)


def _requested(view: Semester) -> Iterator[Finding]:
    if view.request.state is RequestState.RECEIVED:
        message = f"Le semestre {view.number} est déjà demandé."
        yield error("R69-semester-filed", message, "Attendez la réponse de l’ASP.")
    elif view.request.is_validated:
        message = f"Le semestre {view.number} est déjà validé."
        yield error("R69-semester-validated", message, "Passez au semestre suivant.")


def _journal_conforms(case: Case, view: Semester) -> Iterator[Finding]:
    if view.standing is Standing.DROPPED:
        yield _dropped(view)
    elif not _is_over(view, case.now):
        message = (
            f"Le semestre {view.number} n’est pas fini{NBSP}: il se termine le {format_date_fr(view.period.ends_on)}."
        )
        yield error("R69-not-ended", message, "Attendez sa fin.")
    elif view.standing is Standing.JOURNAL_DUE:
        due = format_instant_fr(view.period.journal_due_at)
        message = f"Le journal du semestre {view.number} n’est pas transmis à l’ASP."
        yield error("R29-journal-missing", message, f"Envoyez-le au plus tard le {due}.")
    yield from view.findings
    if view.journal.state is JournalState.VERIFICATION:
        message = f"L’ANS vérifie le journal du semestre {view.number}."
        yield warning("R30-verification", message, "Tenez les preuves prêtes.")


def _in_time(case: Case, view: Semester) -> Iterator[Finding]:
    """A11: due with the journal; a request that waited for the balance is not lost."""
    due_at = view.period.journal_due_at
    at = case.judged_at(view.request)
    if at <= due_at or view.standing is not Standing.CONFORMING:
        return
    if waits_for_the_balance(case.life, due_at):
        message = f"Semestre {view.number}{NBSP}: demande à déposer dès la validation du solde."
        yield warning("A11-after-balance", message, "Déposez-la sans attendre.")
    else:
        message = f"La demande du semestre {view.number} était due le {format_instant_fr(due_at)}, avec le journal."
        yield error("R59-request-late", message, "Demandez l’avis de l’ASP.")


def _other_losses(case: Case, view: Semester) -> Iterator[Finding]:
    """R29: the semesters that nothing will pay; an error when there is none to request instead."""
    may_request = view.standing is Standing.CONFORMING and not view.request.is_filed
    yield from _losses(case, view, only_warns=may_request)


def _losses(case: Case, view: Semester, *, only_warns: bool) -> Iterator[Finding]:
    for other in case.semesters:
        if other.standing is Standing.LOST and other.number != view.number:
            lost = (finding for finding in other.findings if finding.blocks)
            yield from (_as_warning(finding) if only_warns else finding for finding in lost)


REQUEST_SEMESTER: tuple[Guard, ...] = (not_over, balance_validated, has_begun, semester_to_request, lost_referencing)
