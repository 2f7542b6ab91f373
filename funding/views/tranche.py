"""Page « Calcul de tranche »: ask, read the answer, print it, find earlier ones again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods

from funding.documents.tranche import TrancheSheet, sheet_of, tranche_pdf
from funding.forms.tranche import ListState, TrancheForm, form_of, programme_choices, replaced
from funding.models import ActivityChoice, TrancheCalculation
from funding.selectors.activity import latest_imports
from funding.selectors.lists import LISTS
from funding.selectors.tranche import recent_calculations
from funding.services.tranche import calculate_tranche, lists_from_text
from orders.selectors.registers import structures_of
from segur.context import address
from segur.models import User
from segur.texts import catalogue, programme

_PAGE_SIZE = 25
_HINT = "Séparez par «\u00a0;\u00a0», une espace ou un retour à la ligne."


@dataclass(frozen=True, slots=True)
class ListField:
    """A list of the form with what is said beside it."""

    key: str
    activity: str
    field: BoundField
    state: ListState
    hint: str

    @property
    def widget(self) -> SafeString:
        """The field, tied to what explains it for assistive technology."""
        notes = {"error": self.field.errors, "notices": self.state.notices, "hint": self.hint}
        described = " ".join(f"{self.field.auto_id}_{part}" for part, present in notes.items() if present)
        attrs: dict[str, str | bool] = {"aria-describedby": described} if described else {}
        if self.field.errors or self.state.notices:
            attrs["aria-invalid"] = "true"
        return self.field.as_widget(attrs=attrs)


@require_http_methods(["GET", "HEAD", "POST"])
def tranche(request: HttpRequest) -> HttpResponse:
    """The empty form; a posted one is calculated, kept and answered at an address of its own."""
    if request.method == "POST":
        form = TrancheForm(replaced(request.POST, request.POST.get("replace", "")))
        if form.is_valid():
            return _calculated(request, form)
        return _page(request, form, status=422)
    user = request.user
    first = programme_choices()[0][0]
    initial = {"programme": first, "activity": ActivityChoice.MIXED, "recipient": getattr(user, "email", "")}
    return _page(request, TrancheForm(initial=initial))


@require_GET
def tranche_result(request: HttpRequest, pk: int) -> HttpResponse:
    """A kept calculation, with its form ready to be changed and asked again."""
    calculation = _kept(pk)
    finess = [*calculation.finess_radiology, *calculation.finess_nuclear]
    names = {number: structure.name for number, structure in structures_of(finess).items()}
    return _page(request, form_of(calculation), sheet_of(calculation, names=names))


@require_GET
def tranche_document(request: HttpRequest, pk: int) -> HttpResponse:
    """The kept calculation as a PDF."""
    response = HttpResponse(tranche_pdf(sheet_of(_kept(pk))), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="calcul-de-tranche-{pk}.pdf"'
    return response


@require_GET
def tranche_calculations(request: HttpRequest) -> HttpResponse:
    """« Calculs précédents », latest first."""
    page = Paginator(recent_calculations(), _PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "funding/tranche_calculations.html", {"page": page})


def _kept(pk: int) -> TrancheCalculation:
    return get_object_or_404(TrancheCalculation.objects.select_related("created_by"), pk=pk)


def _calculated(request: HttpRequest, form: TrancheForm) -> HttpResponseRedirect:
    given = form.cleaned_data
    answer = calculate_tranche(
        programme_id=given["programme"],
        lists=lists_from_text(form.numbers()),
        now=timezone.now(),
        reference=given["reference"],
        recipient=given["recipient"],
        activity=ActivityChoice(given["activity"]),
        actor=request.user if isinstance(request.user, User) else None,
    )
    calculation = cast(TrancheCalculation, answer.kept)
    if left_out := form.left_out():
        numbers = "1 numéro laissé" if left_out == 1 else f"{left_out} numéros laissés"
        chosen = calculation.get_activity_display()
        messages.info(request, f"{numbers} de côté\u00a0: l’activité choisie est {chosen}.")
    return HttpResponseRedirect(reverse("tranche_result", args=[calculation.pk]) + "#resultat")


def _page(
    request: HttpRequest, form: TrancheForm, sheet: TrancheSheet | None = None, *, status: int = 200
) -> HttpResponse:
    states = form.states()
    fields = [
        ListField(name.key, name.activity, form[name.key], states[name.key], _HINT if place == 0 else "")
        for place, name in enumerate(LISTS)
    ]
    today = timezone.localdate()
    context = {
        "form": form,
        "fields": fields,
        "sheet": sheet,
        "imports": latest_imports(),
        "year": str(programme(catalogue().ids[0], on=today).reference_year.known()),
        "counts_url": address("admin:funding_activityimport_changelist") if _is_staff(request) else "",
    }
    return render(request, "funding/tranche.html", context, status=status)


def _is_staff(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and request.user.is_staff
