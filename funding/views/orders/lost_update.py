"""Somebody else wrote meanwhile: who, when, and what differs from what was about to be written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from funding.views.orders.history import field_names, last_events, told
from orders.domain.changes import changed_paths
from orders.domain.snapshot import OrderFacts
from orders.models import Order
from segur.regulation.dates import format_date_fr
from segur.templatetags.french import eur, instant

NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Difference:
    """A part of the form that the two versions write differently."""

    label: str
    theirs: str
    mine: str


def whose_change(order: Order, now: datetime) -> str:
    """« Élise Morvan a modifié la commande il y a 2 minutes (Brouillon modifié : montants). »"""
    events, _ = last_events(order, 1)
    if not events:
        return "La commande a été modifiée entre-temps."
    (event,) = events
    who = event.actor.display_name if event.actor else "Le système"
    what = told(event, {}, {})
    return f"{who} a modifié la commande {_ago(event.recorded_at, now)} ({what[0].lower()}{what[1:]})."


def _ago(at: datetime, now: datetime) -> str:
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return "à l’instant"
    if minutes < 60:
        return f"il y a {minutes} minute{'s' if minutes > 1 else ''}"
    return f"le {instant(at)}"


def differences(theirs: OrderFacts, mine: OrderFacts) -> list[Difference]:
    """Each part of the form that differs, with both values where one line can show them."""
    found: dict[str, Difference] = {}
    for path in changed_paths(theirs, mine):
        (label,) = field_names([path])
        if path.startswith(("amounts.", "tranche.")):
            label = f"{label}, {_PARTS.get(path.partition('.')[2], 'détail')}"
        found.setdefault(label, Difference(label, _shown(theirs, path), _shown(mine, path)))
    return list(found.values())


_PARTS = {
    "principal_ht": "principale HT",
    "principal_ttc": "principale TTC",
    "secondary_ht": "secondaire HT",
    "secondary_ttc": "secondaire TTC",
    "letter": "lettre",
    "calculated_on": "date",
    "reference": "référence",
}


def _shown(facts: OrderFacts, path: str) -> str:
    value: Any = facts
    for name in path.split("."):
        if not hasattr(value, name):
            return _clients(facts) if path.startswith("clients") else "—"
        value = getattr(value, name)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Decimal):
        return eur(value)
    if isinstance(value, date):
        return format_date_fr(value)
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value) or "—"
    return str(value) if isinstance(value, str) and value else "—"


def _clients(facts: OrderFacts) -> str:
    parts = []
    for client in facts.clients:
        lines = len(client.lines)
        parts.append(f"{client.name} ({lines} ligne{'s' if lines > 1 else ''})")
    return ", ".join(parts) or "aucun"
