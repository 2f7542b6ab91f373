"""What a file says of a recorded order: the same, a step forward, a correction its state allows, or none of these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from orders.domain.changes import FIXED_AFTER_ISSUE, changed_paths
from orders.domain.snapshot import ClientFacts, OrderEventFacts, OrderFacts
from orders.models import Order, OrderState
from orders.selectors.facts import end_of, facts_of, programme_of
from orders.services.importing.items import ENDS, Fault, Incoming, Life, Signature
from segur.regulation.dates import format_date_fr, format_instant_fr

_ON_SCREEN = "Corrigez-la à l’écran, avec un motif, ou rétablissez le fichier."


def new_life(incoming: Incoming) -> Life:
    """An order that the database does not know."""
    facts = incoming.facts
    return Life(
        incoming,
        is_new=True,
        state=OrderState.ISSUED if facts.issued_on else OrderState.DRAFT,
        unsigned=set(range(len(facts.clients))),
        signatures=_signatures(facts),
        new_events=list(enumerate(facts.events)),
    )


def _signatures(facts: OrderFacts) -> list[Signature]:
    return [
        Signature(place, client.signed_on) for place, client in enumerate(facts.clients) if client.signed_on is not None
    ]


def known_life(incoming: Incoming, order: Order, others: Sequence[OrderEventFacts]) -> tuple[Life | None, list[Fault]]:
    """What the file would change of a recorded order; None where it says the same; faults where it may not.

    ``others``: the recorded events that the order's own machine does not keep.
    """
    recorded = replace(facts_of(order), events=(*end_of(order), *others))
    facts = incoming.facts
    new_events = _new_events(recorded, facts)
    if isinstance(new_events, Fault):
        return None, [new_events]
    if not new_events and replace(recorded, events=()) == replace(facts, events=()):
        return None, []
    life = Life(
        incoming,
        is_new=False,
        pk=order.pk,
        programme=programme_of(order),
        state=order.state,
        first_signed_on=order.first_signed_on,
        first_signed_before=order.first_signed_on,
        signature_rank=order.signature_rank,
        ended_at=order.ended_at,
        end_reason=order.end_reason,
        version=order.version,
        pages=[page.pk for page in order.clients.all()],
        new_events=new_events,
    )
    faults = _compare(life, recorded)
    return (None, faults) if faults else (life, [])


def _given(*extra: tuple[str, object]) -> tuple[tuple[str, object], ...]:
    return tuple((name, value) for name, value in extra if value is not None)


def _event_key(event: OrderEventFacts) -> tuple[object, ...]:
    return (event.type, event.at, _given(*event.extra))


def _new_events(recorded: OrderFacts, facts: OrderFacts) -> list[tuple[int, OrderEventFacts]] | Fault:
    """The events of the file that are not recorded, with their places; a fault when a recorded one is missing."""
    kept = Counter(map(_event_key, recorded.events))
    new = []
    for place, event in enumerate(facts.events):
        key = _event_key(event)
        if kept[key]:
            kept[key] -= 1
        else:
            new.append((place, event))
    missing = next((event for event in recorded.events if kept[_event_key(event)]), None)
    if missing is None:
        return new
    message = (
        f"L’événement enregistré {missing.type} du {format_instant_fr(missing.at)} manque dans le fichier ou y"
        " diffère\u00a0: un fichier ne change pas un fait enregistré. Partez d’un nouvel export."
    )
    return Fault(facts.number, "events", "recorded-event", message)


def _compare(life: Life, recorded: OrderFacts) -> list[Fault]:
    """Fill in what changes; what may not change is a fault."""
    facts = life.facts
    if life.state in ENDS.values() or recorded.first_signed_on is not None:
        return _step_forward(life, recorded)
    changed = _changed(_form(recorded, facts), _form(facts))
    is_draft = recorded.issued_on is None
    fixed = {"programme"} if is_draft else FIXED_AFTER_ISSUE
    if refused := [path for path in changed if path in fixed]:
        message = "Ce champ ne change plus. Rétablissez-le, ou annulez cette commande et saisissez-en une autre."
        return [life.fault(path, "order-fixed-field", message) for path in refused]
    life.form_changed = changed
    life.was_draft = is_draft
    if facts.issued_on is not None:
        life.state = OrderState.ISSUED
    life.unsigned = set(range(len(facts.clients)))
    life.signatures = _signatures(facts)
    return []


def _changed(before: OrderFacts, after: OrderFacts) -> tuple[str, ...]:
    if before == after:
        return ()
    return changed_paths(before, after) or ("clients",)


def _form(facts: OrderFacts, *others: OrderFacts) -> OrderFacts:
    """The form without events, nor the signatures of clients who signed, here or in ``others``."""
    signed = {place for each in (facts, *others) for place, client in enumerate(each.clients) if client.signed_on}
    clients = tuple(
        replace(client, signed_on=None, signature=None) if place in signed else client
        for place, client in enumerate(facts.clients)
    )
    return replace(facts, clients=clients, events=())


def _step_forward(life: Life, recorded: OrderFacts) -> list[Fault]:
    """A signed order takes further signatures, a first result of the service and events; nothing else of a file."""
    facts = life.facts
    ended = life.state in ENDS.values()
    before, after = _form(recorded, facts), _form(facts, recorded)
    if recorded.tranche is None and facts.tranche is not None and not ended:
        life.tranche_added = True
        after = replace(after, tranche=None)
    if changed := _changed(before, after):
        why = "est terminée" if ended else "porte une signature"
        message = f"La commande {why}\u00a0: un fichier ne change plus ce qui est enregistré ici. {_ON_SCREEN}"
        return [life.fault(path, "already-ended" if ended else "already-signed", message) for path in changed]
    faults = []
    for place, (old, new) in enumerate(zip(recorded.clients, facts.clients, strict=True)):
        fault = _signature_change(life, place, old, new)
        faults += [fault] if fault else []
    return faults


def _signature_change(life: Life, place: int, old: ClientFacts, new: ClientFacts) -> Fault | None:
    if old.signed_on is None:
        life.unsigned.add(place)
        if new.signed_on is not None:
            life.signatures.append(Signature(place, new.signed_on))
        return None
    if (old.signed_on, old.signature) == (new.signed_on, new.signature):
        return None
    name = "signed_on" if old.signed_on != new.signed_on else "signature"
    message = (
        f"La signature de {old.name} est enregistrée au {format_date_fr(old.signed_on)}\u00a0:"
        f" un fichier ne la change pas. {_ON_SCREEN}"
    )
    return life.fault(f"clients[{place}].{name}", "recorded-signature", message)
