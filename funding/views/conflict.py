"""Page of a conflict: two sides, the situation since 2023, the decision, the letters of the ASP."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from funding.domain.conflict_effects import Choice
from funding.forms.conflicts import AnswerForm, DecisionForm, DisputeForm, NoteForm, SituationForm
from funding.selectors.conflicts import (
    ConflictCase,
    conflict_case,
    disputes_of,
    follow_up,
    neighbours,
    same_doctor,
)
from funding.services.conflict_notes import add_note
from funding.views import conflict_words as words
from funding.views.conflict_history import entries, minute
from funding.views.conflict_rights import decision_refused, may_decide, may_speak, speaking_refused
from orders.domain.situation import propose
from orders.domain.uniqueness import Proposal, Situation
from orders.models import Conflict, Dispute, PartyState
from orders.services.decisions import Decision, decide_conflict
from orders.services.disputes import answer_dispute, open_dispute
from orders.services.refusal import Refused
from segur.models import User
from segur.regulation.dates import format_date_fr
from segur.regulation.finding import Finding
from segur.templatetags.french import eur

NBSP = "\u00a0"
_STALE = "stale-version"
_SITUATION = ("situation", "changed_on", "before", "after")
_DECISIONS = {
    Choice.KEEP: Decision.EXCLUDE,
    Choice.RELEASE: Decision.RELEASE,
    Choice.TRANSFER: Decision.TRANSFER,
    Choice.EXCLUDE_ALL: Decision.EXCLUDE_ALL,
    Choice.DISMISS: Decision.DISMISS,
}


@dataclass(frozen=True, slots=True)
class Page:
    """The forms as they are shown: empty, or as they were sent with what has to be corrected."""

    case: ConflictCase
    situation: SituationForm
    proposal: Proposal | None = None
    decision: DecisionForm | None = None
    note: NoteForm | None = None
    dispute: DisputeForm | None = None
    answer: AnswerForm | None = None
    answered: int = 0
    findings: tuple[Finding, ...] = field(default=())


@require_GET
def conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """The conflict as it is; ``?situation=`` and its facts give the proposal of R48."""
    shown = _shown(_case(pk), request.GET)
    response = _page(request, shown)
    if shown.proposal is not None and getattr(request, "htmx", False):
        sentence = words.proposal_sentence(shown.case, shown.proposal)
        trigger_client_event(response, "announce", {"value": sentence}, after="settle")
    return response


@require_POST
def conflict_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """End the conflict as decided; refused to all but the administration."""
    case = _case(pk)
    shown = _shown(case, request.POST)
    if not may_decide(request.user):
        return _page(request, replace(shown, findings=(decision_refused(),)), status=403)
    form = DecisionForm(case, request.POST)
    shown = replace(shown, decision=form)
    if not form.is_valid() or (shown.situation.is_bound and not shown.situation.is_valid()):
        # Its decisions are gone when somebody else has just ended the conflict.
        return _page(request, shown, status=422 if case.is_open else 409)
    try:
        _decide(request, shown, form)
    except Refused as refused:
        status = 409 if any(finding.code == _STALE for finding in refused.findings) else 422
        return _page(request, replace(shown, findings=refused.findings), status=status)
    messages.success(request, _ended(conflict_case(pk)))
    return HttpResponseRedirect(reverse("conflict", args=[pk]))


@require_POST
def conflict_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a note, or the request of a paper, in the history of the conflict."""
    case = _case(pk)
    shown = _shown(case, request.GET)
    if not may_speak(request.user):
        return _page(request, replace(shown, findings=(speaking_refused(),)), status=403)
    form = NoteForm(case, request.POST)
    asks_piece = request.POST.get("kind") == "piece"
    if not form.is_valid():
        return _page(request, replace(shown, note=form), status=422)
    add_note(
        conflict_id=pk,
        text=form.cleaned_data["text"],
        asks_piece=asks_piece,
        now=timezone.now(),
        actor_id=_actor(request),
    )
    messages.success(request, "Demande de pièce enregistrée." if asks_piece else "Note enregistrée.")
    return HttpResponseRedirect(reverse("conflict", args=[pk]) + "#suivi")


@require_POST
def dispute_open(request: HttpRequest, pk: int) -> HttpResponse:
    """F2: record a letter of the ASP; the supplier answers within ten working days."""
    case = _case(pk)
    shown = _shown(case, request.GET)
    if not may_speak(request.user):
        return _page(request, replace(shown, findings=(speaking_refused(),)), status=403)
    form = DisputeForm(case, request.POST)
    shown = replace(shown, dispute=form)
    if not form.is_valid():
        return _page(request, shown, status=422)
    try:
        dispute = open_dispute(
            order_id=int(form.cleaned_data["order"]),
            kind=case.conflict.kind,
            value=case.conflict.value,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
            at=form.received_at(),
            conflict_id=pk,
            actor_id=_actor(request),
        )
    except Refused as refused:
        said = tuple(_without_number(finding, case) for finding in refused.findings)
        return _page(request, replace(shown, findings=said), status=422)
    due = format_date_fr(dispute.reply_due_on, weekday=True)
    messages.success(request, f"Lettre enregistrée. Réponse à l’ASP au plus tard le {due}.")
    return HttpResponseRedirect(reverse("conflict", args=[pk]) + "#contestation")


@require_POST
def dispute_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the answer to a letter of the ASP."""
    dispute = get_object_or_404(Dispute.objects.exclude(conflict=None), pk=pk)
    shown = _shown(_case(dispute.conflict_id or 0), request.GET)
    if not may_speak(request.user):
        return _page(request, replace(shown, findings=(speaking_refused(),)), status=403)
    form = AnswerForm(request.POST)
    shown = replace(shown, answer=form, answered=pk)
    if not form.is_valid():
        return _page(request, shown, status=422)
    try:
        answer_dispute(
            order_id=dispute.order_id,
            dispute_id=pk,
            now=timezone.now(),
            at=form.answered_at(),
            actor_id=_actor(request),
        )
    except Refused as refused:
        return _page(request, replace(shown, findings=refused.findings), status=422)
    messages.success(request, "Réponse à l’ASP enregistrée.")
    return HttpResponseRedirect(reverse("conflict", args=[dispute.conflict_id]) + "#contestation")


def _case(pk: int) -> ConflictCase:
    try:
        return conflict_case(pk)
    except Conflict.DoesNotExist as error:
        raise Http404 from error


def _shown(case: ConflictCase, given: Any) -> Page:
    """The page with the situation that was given, if any."""
    if case.conflict.kind != "am" or not any(given.get(name) for name in _SITUATION):
        known = {"situation": case.conflict.situation} if case.conflict.situation else {}
        return Page(case, SituationForm(case, initial=known))
    form = SituationForm(case, {name: given.get(name, "") for name in _SITUATION})
    return Page(case, form, propose(form.situated(), case.year) if form.is_valid() and case.year else None)


def _decide(request: HttpRequest, shown: Page, form: DecisionForm) -> None:
    choice, _, order = form.cleaned_data["decision"].partition(":")
    situated = shown.situation.is_bound and shown.situation.is_valid()
    decide_conflict(
        conflict_id=shown.case.conflict.pk,
        decision=_DECISIONS[Choice(choice)],
        reason=form.cleaned_data["reason"] + (_situation_words(shown) if situated else ""),
        now=timezone.now(),
        actor_id=_actor(request),
        order_id=int(order) if order else None,
        situation=Situation(shown.situation.cleaned_data["situation"]) if situated else None,
        version=form.cleaned_data["version"],
    )


def _situation_words(shown: Page) -> str:
    """The facts of R48 that the decision rests on, kept with its reason."""
    given = shown.situation.situated()
    names = {party.name: party.reference for party in shown.case.parties}
    facts = [given.situation.label]
    facts += [f"le {format_date_fr(given.changed_on)}"] if given.changed_on else []
    facts += [f"de {names[given.before]}"] if given.before else []
    facts += [f"vers {names[given.after]}"] if given.after else []
    return f" (Situation depuis {shown.case.year}{NBSP}: {', '.join(facts)}.)"


def _ended(case: ConflictCase) -> str:
    """What was decided, and what it changes in tranche and euros."""
    lost = [party for party in case.parties if party.state is PartyState.EXCLUDED]
    said = [words.badge_of(case.conflict)[1] + ".", *(words.loss_sentence(party) for party in lost)]
    known = [party.outlook.difference for party in lost if party.outlook and party.outlook.difference is not None]
    if known and len(known) == len(lost):
        said.append(f"Différence{NBSP}: {eur(sum(known, Decimal()))}.")
    return " ".join(said)


def _without_number(finding: Finding, case: ConflictCase) -> Finding:
    return replace(finding, message=finding.message.replace(case.conflict.value, "Ce numéro"))


def _actor(request: HttpRequest) -> int | None:
    return request.user.pk if isinstance(request.user, User) else None


def _page(request: HttpRequest, shown: Page, *, status: int = 200) -> HttpResponse:
    case = shown.case
    decides, speaks = may_decide(request.user), may_speak(request.user)
    decision = shown.decision or DecisionForm(case, initial={"version": case.conflict.version})
    chosen = str(decision.data.get("decision", "")) if decision.is_bound else ""
    context = {
        "case": case,
        "conflict": case.conflict,
        "title": words.title_of(case),
        "status": words.badge_of(case.conflict),
        "year": str(case.year),
        "kind": words.kind_of(case.conflict),
        "rule_sentence": words.rule_sentence(case),
        "stake": words.stake_words(case.stakes),
        "columns": words.columns(case),
        "facts": words.comparison(case),
        "rows": words.decision_rows(case, shown.proposal, chosen),
        "outcomes": _outcomes(case),
        "decided": minute(case.conflict.decided_at) if case.conflict.decided_at else "",
        "column_words": words.column_words(case),
        "estimated": words.is_estimated(case),
        "provisional": words.is_provisional(case),
        "situation": shown.situation,
        "situations": _situations(shown.situation),
        "proposal": shown.proposal,
        "proposal_sentence": words.proposal_sentence(case, shown.proposal) if shown.proposal else "",
        "decision": decision,
        "note": shown.note or NoteForm(case),
        "dispute": shown.dispute or DisputeForm(case, initial={"received_on": timezone.localdate()}),
        "answer": shown.answer or AnswerForm(initial={"answered_on": timezone.localdate()}),
        "answered": shown.answered,
        "findings": shown.findings,
        "decides": decides,
        "speaks": speaks,
        "refused": None if decides else decision_refused() if speaks else speaking_refused(),
        "neighbours": neighbours(case.conflict),
        "doctors": same_doctor(case),
        "disputes": disputes_of(case),
        "entries": entries(follow_up(case.conflict)),
    }
    return render(request, "orders/conflict.html", context, status=status)


def _situations(form: Form) -> list[tuple[str, str, str, bool]]:
    chosen = form["situation"].value()
    return [(each.value, each.label, each.because, each.value == chosen) for each in Situation]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a settled conflict changed for an order."""

    reference: str
    sentence: str
    difference: Decimal | None


def _outcomes(case: ConflictCase) -> list[Outcome]:
    """What the exclusion of the number changed, order by order, once the conflict is settled."""
    if case.is_open:
        return []
    return [
        Outcome(party.reference, words.loss_sentence(party), party.outlook.difference if party.outlook else None)
        for party in case.parties
        if party.state is PartyState.EXCLUDED
    ]
