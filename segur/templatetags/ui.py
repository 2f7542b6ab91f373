"""The small components of the screens: icon, badge, rule chip, amount, countdown, form field, blocker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from segur.regulation.finding import Finding, Severity
from segur.templatetags.french import MINUS, eur, eur_difference, paris_day

register = template.Library()

# State of design/README.md section 1 -> its usual icon.
STATES = {
    "refused": "octagon-alert",
    "attention": "triangle-alert",
    "done": "circle-check",
    "progress": "hourglass",
    "idle": "circle-dashed",
    "provisional": "flask-conical",
}
SEVERITIES = {Severity.ERROR: "refused", Severity.WARNING: "attention", Severity.INFO: "progress"}
# Days before a limit from which its countdown is red.
URGENT_DAYS = 7


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "") -> str:
    """A Lucide icon, silent for a screen reader unless ``label`` names it."""
    if label:
        return lucide(name, size=size, role="img", aria_label=label)
    return lucide(name, size=size, aria_hidden="true")


@register.simple_tag
def badge(state: str, words: str, icon: str = "") -> SafeString:
    """``{% badge "done" "Validée" %}``: icon and word in the colours of a state."""
    return _stated("badge", state, words, icon)


@register.simple_tag
def state_line(state: str, words: str, icon: str = "") -> SafeString:
    """The same without the box, for a cell of a dense list."""
    return _stated("state-line", state, words, icon)


def _stated(shape: str, state: str, words: str, name: str) -> SafeString:
    drawn = lucide(name or STATES[state], size=14, aria_hidden="true")
    return format_html('<span class="{} is-{}">{}{}</span>', shape, state, drawn, words)


@register.simple_tag
def rule(code: str) -> SafeString:
    """The chip of a rule of the texts (``R43``), leading to what it says; nothing for an empty code."""
    if not code:
        return SafeString("")
    return format_html(
        '<a class="rule" href="{}"><span class="visually-hidden">règle </span>{}</a>',
        reverse("rule", args=[code]),
        code,
    )


@register.simple_tag
def amount(value: Decimal | None, signed: bool = False) -> SafeString:
    """Euros for a table cell; unknown is a faint dash, a difference (``signed``) has sign and colour."""
    if value is None:
        return SafeString(
            '<span class="unknown"><span aria-hidden="true">—</span><span class="visually-hidden">inconnu</span></span>'
        )
    if not signed:
        return format_html('<span class="amount">{}</span>', eur(value))
    tone = " amount-less" if value < 0 else " amount-more" if value > 0 else ""
    return format_html('<span class="amount{}">{}</span>', tone, eur_difference(value))


@register.simple_tag
def countdown(limit: date | datetime, now: datetime, target: bool = False, missed: bool = True) -> SafeString:
    """``J−7`` to ``limit``: red from seven days on and when late, amber for an internal ``target``.

    ``missed`` false: a day that has simply passed, nothing is late.
    """
    days = (paris_day(limit) - paris_day(now)).days
    if days < 0 and not missed:
        tone = "is-past"
    elif target:
        tone = "is-target"
    else:
        tone = "is-late" if days <= URGENT_DAYS else ""
    return format_html(
        '<span class="countdown {}"><span aria-hidden="true">{}</span><span class="visually-hidden">{}</span></span>',
        tone,
        _days_sign(days),
        _days_words(days, missed=missed),
    )


def _days_sign(days: int) -> str:
    if days == 0:
        return "Jour J"
    return f"J{MINUS}{days}" if days > 0 else f"J+{-days}"


def _days_words(days: int, *, missed: bool) -> str:
    if days == 0:
        return "aujourd’hui"
    unit = "jour" if abs(days) == 1 else "jours"
    if days > 0:
        return f"dans {days} {unit}"
    return f"en retard de {-days} {unit}" if missed else f"passé depuis {-days} {unit}"


@register.filter
def severity_state(finding: Finding) -> str:
    """The state whose colours a finding takes."""
    return SEVERITIES[finding.severity]


@register.filter
def severity_icon(finding: Finding) -> str:
    return STATES[SEVERITIES[finding.severity]]


@dataclass(frozen=True, slots=True)
class FieldError:
    target: str
    name: str
    message: str


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, aside: str = "", hint: str = "") -> dict[str, Any]:
    """A labelled field with its hint, its errors, and a word on the right of its label."""
    kind = bound.widget_type
    return {
        "field": bound,
        "aside": aside,
        "hint": hint,
        "group": kind in {"radioselect", "checkboxselectmultiple"},
        "check": kind == "checkbox",
    }


@register.inclusion_tag("components/errors.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """Every error of a form at its top, each leading to its field; nothing when there is none."""
    general = list(form.non_field_errors()) if form.is_bound else []
    located = [
        FieldError(bound.id_for_label or bound.auto_id, str(bound.label), str(message))
        for bound in form
        if form.is_bound
        for message in bound.errors
    ]
    return {"general": general, "located": located, "total": len(general) + len(located)}


@register.inclusion_tag("components/blocker.html")
def blocker(finding: Finding, url: str = "", label: str = "") -> dict[str, Any]:
    """What stops an action: icon, rule, what is missing, way out, and a button to the exact place."""
    return {"finding": finding, "url": url, "label": label}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: template.Context, page: Page[Any]) -> dict[str, Any]:
    """« 1 à 25 sur 38 », previous and next; keeps the other parameters of the address."""
    return {"page": page, "request": context["request"]}
