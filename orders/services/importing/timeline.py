"""Signatures and events of all orders of a file, applied in the order of their instants by the order's machine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from orders.domain.snapshot import OrderEventFacts
from orders.models import OrderState
from orders.services.importing.items import ENDS, LETS_GO, Fault, Life, OtherEvents, Signature
from segur.regulation.dates import format_instant_fr, midnight

_LIVING = (OrderState.ISSUED, OrderState.SIGNED)
_MAY_END = {
    OrderState.CANCELLED: (OrderState.DRAFT, *_LIVING),
    OrderState.WITHDRAWN: _LIVING,
}
CORRECTED = "Import d’un fichier de commandes."
_STATES = {state.value: state.label.lower() for state in OrderState}

Step = tuple[datetime, int, int, Life, Signature | OrderEventFacts]
"""Instant, place of the order in the file, place in the order, the order, and what happens."""


def steps_of(lives: Iterable[Life]) -> list[Step]:
    """Everything that happens to these orders, in the order of the instants; ties in the sequence of the file.

    A signature stands before the events of its order, as in the file; a date counts as 00:00 in Paris.
    """
    steps: list[Step] = []
    for life in lives:
        place = life.incoming.place
        for signature in life.signatures:
            steps.append((midnight(signature.day), place, signature.client, life, signature))
        first = len(life.facts.clients)
        for position, event in life.new_events:
            steps.append((event.at, place, first + position, life, event))
    steps.sort(key=lambda step: step[:3])
    return steps


def apply_steps(steps: Iterable[Step], others: OtherEvents, *, next_rank: int) -> list[Fault]:
    """Let every step change its order, and return those refused; after one, the later ones of the order are not tried.

    ``next_rank``: the place of the next first signature among all signatures.
    """
    faults = []
    rank = next_rank
    for _, _, place, life, what in steps:
        if life.stopped:
            continue
        if isinstance(what, Signature):
            fault = _sign(life, what)
            if fault is None and life.signature_rank is None:
                life.signature_rank, rank = rank, rank + 1
        else:
            fault = _happen(life, what, f"events[{place - len(life.facts.clients)}]", others)
        if fault is not None:
            life.stopped = True
            faults.append(fault)
    return faults


def _sign(life: Life, signature: Signature) -> Fault | None:
    if life.state != OrderState.ISSUED:
        path = f"clients[{signature.client}].signed_on"
        if life.state == OrderState.DRAFT:
            message = (
                "Le client a signé une commande qui n’a pas de date d’émission\u00a0: elle reste un brouillon,"
                " sans signature. Ajoutez «\u202fissued_on\u00a0»."
            )
            return life.fault(path, "signed-before-issue", message)
        here = _STATES[life.state]
        message = f"La commande est à l’état «\u202f{here}\u00a0»\u00a0: elle ne se signe plus. Vérifiez les dates."
        return life.fault(path, "no-such-step", message)
    life.unsigned.discard(signature.client)
    life.signed_here.append(signature)
    if life.first_signed_on is None or signature.day < life.first_signed_on:
        life.first_signed_on = signature.day
    if not life.unsigned:
        life.state = OrderState.SIGNED
    return None


def _happen(life: Life, event: OrderEventFacts, path: str, others: OtherEvents) -> Fault | None:
    target = ENDS.get(event.type)
    if target is None:
        return _happen_beside(life, event, path, others)
    if life.state not in _MAY_END[target]:
        done = "annulée" if target is OrderState.CANCELLED else "retirée"
        message = (
            f"La commande est à l’état «\u202f{_STATES[life.state]}\u00a0» le {format_instant_fr(event.at)}\u00a0:"
            f" elle ne peut pas être {done}. Supprimez l’événement ou corrigez son instant."
        )
        return life.fault(path, "no-such-step", message)
    if (finding := others.judge(life.facts, event)) is not None:
        return life.fault(path, finding.code, finding.sentence)
    life.state_before_end = life.state
    life.state, life.ended_at, life.ended_here = target, event.at, True
    life.end_reason = str(dict(event.extra).get("reason") or "")
    return None


def _happen_beside(life: Life, event: OrderEventFacts, path: str, others: OtherEvents) -> Fault | None:
    """An event that the order's own machine does not keep."""
    finding = others.judge(life.facts, event)
    if finding is not None:
        return life.fault(path, finding.code, finding.sentence)
    life.events_here.append(event)
    if event.type in LETS_GO:
        life.closed_at, life.close_reason = event.at, str(dict(event.extra).get("reason") or "")
    return None


def history_of(life: Life, now: datetime) -> list[tuple[str, datetime, str, str, str, dict[str, object]]]:
    """The events that this import adds to the chain of an order: action, instant, from, to, reason, detail."""
    found: list[tuple[str, datetime, str, str, str, dict[str, object]]] = []
    issued_on = life.facts.issued_on
    if life.is_new:
        found.append(("created", now, "", OrderState.DRAFT, "", {}))
    elif life.form_changed:
        action, reason = ("edited", "") if life.was_draft else ("corrected", CORRECTED)
        found.append((action, now, "", "", reason, {"changed": list(life.form_changed)}))
    if life.tranche_added:
        found.append(
            ("tranche_recorded", now, "", "", "", {"tranche": life.facts.tranche and life.facts.tranche.letter})
        )
    if issued_on is not None and (life.is_new or life.was_draft):
        found.append(("issued", midnight(issued_on), OrderState.DRAFT, OrderState.ISSUED, "", {}))
    before = OrderState.ISSUED
    left = len(life.unsigned) + len(life.signed_here)
    for signature in life.signed_here:
        left -= 1
        after = OrderState.ISSUED if left else OrderState.SIGNED
        mode = str(life.facts.clients[signature.client].signature or "")
        detail: dict[str, object] = {"client": life.pages[signature.client], "mode": mode}
        found.append(("client_signed", midnight(signature.day), before, after, "", detail))
    if life.ended_here and life.ended_at is not None:
        action = next(name for name, state in ENDS.items() if state == life.state)
        found.append((action, life.ended_at, life.state_before_end, life.state, life.end_reason, {}))
    return found
