"""Record one fact of an order's life: what the ASP, the ANS or a client did, or what the supplier files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from funding.domain.life import OrderState
from funding.forms.orders.facts import FactForm
from funding.selectors.order_life import order_life
from funding.services.life import perform, record_fact
from funding.views.orders.detail import loaded_order
from funding.views.orders.life.kinds import ACTIONS, KINDS, Accepted, Kind, accepted, next_semester
from funding.views.orders.life.ways import life_place
from funding.views.orders.lost_update import whose_change
from funding.views.orders.places import Placed
from funding.views.orders.rights import actor_id, writers_only
from orders.models import Order
from orders.services.refusal import Refused
from segur.regulation.finding import Finding, Severity

_STALE = "stale-version"
_GRAVEST = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What came of a post: nothing left to say, or the findings that refuse it and the status of the page."""

    refused: tuple[Finding, ...] = ()
    status: int = 200
    is_done: bool = False


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def fact(request: HttpRequest, pk: int, type: str) -> HttpResponse:
    """The small form of one type of fact; its guard, where it is the supplier's own act, decides at its instant."""
    kind = KINDS.get(type)
    if kind is None:
        raise Http404
    found, now = loaded_order(pk), timezone.now()
    state = order_life(found, now=now).state
    facts = accepted(state)
    taken = next((each for each in facts if each.kind is kind), None)
    form = _form(request, found, state, kind, taken, now)
    outcome = _recorded(request, found, kind, form, now) if request.method == "POST" else _Recorded()
    if outcome.is_done:
        messages.success(request, kind.done)
        return HttpResponseRedirect(reverse("order", args=[found.pk]))
    is_stale = any(each.code == _STALE for each in outcome.refused)
    context = {
        "order": found,
        "kind": kind,
        "form": form,
        "offered": taken is not None or request.method == "POST",
        "refused": _placed(found, kind, outcome.refused or _known(request, state, kind), facts),
        "change": whose_change(found, now) if is_stale else "",
    }
    return render(request, "orders/fact.html", context, status=outcome.status)


def _form(
    request: HttpRequest, found: Order, state: OrderState, kind: Kind, taken: Accepted | None, now: datetime
) -> FactForm:
    """On a post every client and semester is offered: the machine says at the typed instant whether it fits."""
    names = {client.siren: client.name for client in state.order.clients}
    posted = request.method == "POST"
    sirens = state.life.clients if posted or taken is None else taken.sirens
    semesters = [view.number for view in state.semesters] if posted or taken is None else list(taken.semesters)
    return FactForm(
        request.POST if posted else None,
        keys=kind.keys,
        required=kind.required,
        clients=[(siren, names[siren]) for siren in sirens],
        semesters=semesters,
        initial={"version": found.version, "at": now, "semester": next_semester(state, kind, semesters)},
    )


def _recorded(request: HttpRequest, found: Order, kind: Kind, form: FactForm, now: datetime) -> _Recorded:
    if not form.is_valid():
        return _Recorded(status=422)
    given = form.cleaned_data
    try:
        if action := ACTIONS.get(kind.type):
            perform(
                action=action,
                order_id=found.pk,
                now=now,
                at=given["at"],
                extra=form.extra(),
                actor_id=actor_id(request),
                version=given["version"],
            )
        else:
            record_fact(
                order_id=found.pk,
                type=kind.type,
                at=given["at"],
                now=now,
                extra=form.extra(),
                actor_id=actor_id(request),
                version=given["version"],
            )
    except Refused as no:
        return _Recorded(no.findings, 409)
    return _Recorded(is_done=True)


def _known(request: HttpRequest, state: OrderState, kind: Kind) -> tuple[Finding, ...]:
    """What the guard of the supplier's act says now, errors before warnings; the instant typed may say otherwise."""
    action = ACTIONS.get(kind.type) if request.method != "POST" else None
    found = state.action(action).blockers if action else ()
    return tuple(sorted(found, key=lambda each: _GRAVEST.index(each.severity)))


def _placed(found: Order, kind: Kind, findings: tuple[Finding, ...], facts: Sequence[Accepted]) -> list[Placed]:
    action, taken = ACTIONS.get(kind.type, ""), {each.kind.type for each in facts}
    return [Placed(each, *life_place(found, each, action, taken)) for each in findings if each.code != _STALE]
