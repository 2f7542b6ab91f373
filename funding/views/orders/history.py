"""The history of an order as sentences: who did what, when, why. No number of a person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from funding.models import LifeEvent
from funding.views.orders.life.sentences import LIFE_ACTIONS, life_sentence
from orders.models import Event, Order, OrderState
from segur.regulation.dates import PARIS
from segur.templatetags.french import short_day

NBSP = "\u00a0"
_FIELDS = {
    "number": "numéro",
    "supplier": "fournisseur",
    "solution": "solution",
    "programme": "programme",
    "prestation": "prestation",
    "vat": "TVA",
    "clients": "clients",
    "instance": "instance",
    "pacs": "PACS",
    "issued_on": "date d’émission",
    "identity": "identités",
    "db_installation": "installation",
    "connectors": "demi-connecteurs",
    "wave1_paid_by_client": "vague 1 payée par le client",
    "conditional_mention": "mention conditionnelle",
    "not_conditioned": "autonomie de la commande",
    "amounts": "montants",
    "tranche": "tranche",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact of the history: its sentence, when, by whom, and the reason given."""

    sentence: str
    when: str
    who: str
    reason: str


def entries(events: Iterable[Event | LifeEvent], order: Order) -> list[Entry]:
    """The events as they are read, in the order given."""
    pages = list(order.clients.all())
    clients = {page.pk: page.name for page in pages}
    by_siren = {page.client.siren: page.name for page in pages}
    return [
        Entry(
            told(event, clients, by_siren),
            _when(event.at),
            event.actor.display_name if event.actor else "le système",
            event.reason,
        )
        for event in events
    ]


def told(event: Event | LifeEvent, clients: Mapping[int, str], by_siren: Mapping[str, str]) -> str:
    """An event of the order or of its life as one sentence; clients by row and by SIREN."""
    if isinstance(event, LifeEvent) and event.action in LIFE_ACTIONS:
        return life_sentence(event.action, event.payload, by_siren)
    return sentence(event.action, event.payload, getattr(event, "to_state", ""), clients)


def last_events(order: Order, most: int) -> tuple[list[Event | LifeEvent], int]:
    """The last facts recorded of an order and of its life, the latest first, and how many there are; two queries each.

    A fact that is kept on both sides is told once.
    """
    ours = order.events.select_related("actor").order_by("-sequence")
    life = (
        LifeEvent.objects.filter(order=order)
        .exclude(action__in=_TOLD_BY_THE_ORDER)
        .select_related("actor")
        .order_by("-sequence")
    )
    found: list[Event | LifeEvent] = [*ours[:most], *life[:most]]
    found.sort(key=lambda each: (each.recorded_at, isinstance(each, LifeEvent), each.sequence), reverse=True)
    return found[:most], ours.count() + life.count()


def sentence(action: str, payload: Mapping[str, object], to_state: str, clients: Mapping[int, str]) -> str:
    """What happened, as one sentence without its date."""
    say = _SENTENCES.get(action)
    return say(payload, to_state, clients) if say else f"Fait enregistré{NBSP}: {action.replace('_', ' ')}"


Say = Callable[[Mapping[str, object], str, Mapping[int, str]], str]


def _fixed(text: str) -> Say:
    return lambda payload, to_state, clients: text


def _signed(payload: Mapping[str, object], to_state: str, clients: Mapping[int, str]) -> str:
    page = payload.get("client")
    name = clients.get(page, "un client") if isinstance(page, int) else "un client"
    end = f"{NBSP}: commande signée" if to_state == OrderState.SIGNED else ""
    return f"Bon signé par {name}{end}"


def _changed(what: str) -> Say:
    def say(payload: Mapping[str, object], to_state: str, clients: Mapping[int, str]) -> str:
        places = payload.get("changed")
        names = field_names(str(place) for place in places) if isinstance(places, list) else []
        return f"{what}{NBSP}: {', '.join(names)}" if names else what

    return say


def field_names(paths: Iterable[str]) -> list[str]:
    """The parts of the form that paths name, once each, in French."""
    heads = (re.split(r"[.\[]", path, maxsplit=1)[0] for path in paths)
    return list(dict.fromkeys(_FIELDS.get(head, head) for head in heads))


_SENTENCES: Mapping[str, Say] = {
    "created": _fixed("Commande enregistrée"),
    "issued": _fixed("Bon de commande émis"),
    "client_signed": _signed,
    "edited": _changed("Brouillon modifié"),
    "corrected": _changed("Commande corrigée"),
    "cancelled": _fixed("Commande annulée, ses numéros sont libérés"),
    "withdrawn": _fixed("Prestation retirée, ses numéros sont libérés"),
    "closed_after_rejection": _fixed("Commande rejetée close, ses numéros sont libérés"),
    "not_conditioned_declared": _fixed("Autonomie de la commande déclarée"),
    "number_confirmed": _fixed("Numéro à la clé fausse confirmé"),
    "conflict_opened": _fixed("Conflit ouvert sur un numéro"),
    "conflict_joined": _fixed("Conflit rejoint sur un numéro"),
    "conflict_excluded": _fixed("Conflit tranché : calculée sans le numéro"),
    "conflict_released": _fixed("Conflit tranché : numéro libéré"),
    "conflict_transferred": _fixed("Conflit tranché : numéro transféré"),
    "conflict_dismissed": _fixed("Conflit examiné : pas un doublon"),
    "conflict_let_go": _fixed("Numéro libéré par son détenteur : transfert proposé"),
    "conflict_left": _fixed("Conflit quitté"),
    "claim_passed": _fixed("Un numéro est passé à une commande signée plus tôt"),
    "dispute_opened": _fixed("Doublon contesté par l’ASP"),
    "dispute_answered": _fixed("Réponse envoyée à l’ASP"),
    "imported": _fixed("Commande importée d’un fichier"),
}
#: Facts of the life that the order records itself in its own history.
_TOLD_BY_THE_ORDER = ("dispute_opened", "closed_after_rejection")
KNOWN_ACTIONS = frozenset(_SENTENCES)


def _when(at: datetime) -> str:
    local = at.astimezone(PARIS)
    day = short_day(local)
    if local.time() == time():
        return day
    return f"{day}, {local.hour}{NBSP}h{NBSP}{local.minute:02d}" if local.minute else f"{day}, {local.hour}{NBSP}h"
