"""Page « Barèmes et calendrier »: everything the texts of a programme fix, with source and certainty."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from funding.views.scale_lines import Scales
from funding.views.scale_words import ACTIVITIES, KINDS, SCOPES
from segur.regulation.catalogue import UnknownProgrammeError
from segur.texts import catalogue


@require_GET
def scales(request: HttpRequest) -> HttpResponse:
    """The texts of one programme in force today; ``?programme=`` chooses it, the RIS comes first."""
    texts = catalogue()
    now = timezone.localtime()
    today = now.date()
    try:
        programme = texts.programme(request.GET.get("programme") or texts.ids[0], on=today)
    except UnknownProgrammeError as error:
        raise Http404(str(error)) from error
    return render(
        request,
        "funding/scales.html",
        {
            "programme": programme,
            "choices": [(id, KINDS[texts.programme(id, on=today).kind]) for id in texts.ids],
            "coming": next((date for date in programme.dates if date.at.value and date.at.value >= now), None),
            "scales": Scales.of(programme),
            "uniqueness": [(scope, SCOPES[scope.kind]) for scope in programme.uniqueness],
            "acts": [(acts, ACTIVITIES[acts.activity]) for acts in programme.acts],
            "damaged": [(act, ACTIVITIES[act.activity]) for act in programme.damaged_acts],
        },
    )
