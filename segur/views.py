"""Pages of the foundation: the way in, the theme, the rules."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, PasswordChangeDoneView, PasswordChangeView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from segur.context import THEME_COOKIE, THEMES, navigation
from segur.demo_accounts import ACCOUNTS
from segur.forms import LoginForm
from segur.regulation import rules as texts
from segur.texts import catalogue

RULE_GROUPS = {"R": "Règles des textes", "F": "Faits des foires aux questions", "A": "Arbitrages"}
_CODES = re.compile(r"\b[RFA][0-9]{1,2}\b")
_YEAR = 365 * 24 * 3600


class Login(LoginView):
    """The way in; a demonstration shows its accounts."""

    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(accounts=ACCOUNTS if settings.SEGUR_DEMO else (), **kwargs)


class PasswordChange(PasswordChangeView):
    template_name = "registration/password.html"


class PasswordChanged(PasswordChangeDoneView):
    template_name = "registration/password_done.html"


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first place of the person's navigation."""
    links = [link for group in navigation(request.user, request.path) for link in group.links]
    return redirect(links[0].url)


@require_POST
@login_not_required
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen theme on this browser and returns to the page it was chosen on."""
    chosen = request.POST.get("theme", "")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE, chosen, max_age=_YEAR, secure=request.is_secure(), httponly=True, samesite="Lax"
        )
    return response


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule that the product cites; ``?q=`` looks in number, title, text and source, blind to accents."""
    query = request.GET.get("q", "").strip()
    words = _plain(query).split()
    found = [
        it
        for it in texts.rules()
        if all(word in _plain(f"{it.code} {it.title} {it.text} {it.source}") for word in words)
    ]
    exact = next((it for it in found if it.code.casefold() == query.casefold()), None)
    if exact:
        return redirect("rule", code=exact.code)
    groups = [(title, [it for it in found if it.code.startswith(letter)]) for letter, title in RULE_GROUPS.items()]
    return render(request, "rules/list.html", {"query": query, "groups": groups, "total": len(found)})


@require_GET
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """What one rule says and where it comes from."""
    try:
        shown = texts.rule(code)
    except LookupError as error:
        raise Http404(str(error)) from error
    ordered = texts.rules()
    place = ordered.index(shown)
    return render(
        request,
        "rules/detail.html",
        {
            "rule": shown,
            "kind": RULE_GROUPS[code[0]],
            "before": ordered[place - 1] if place else None,
            "after": ordered[place + 1] if place + 1 < len(ordered) else None,
            "citing": [it for it in ordered if it is not shown and code in _CODES.findall(f"{it.text} {it.source}")],
            "notes": [(it.id, note.text) for it in catalogue().programmes() for note in it.notes if note.rule == code],
        },
    )


def _plain(text: str) -> str:
    """Lower case without accents, with the straight apostrophe that keyboards type."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return bare.replace("’", "'").casefold()
