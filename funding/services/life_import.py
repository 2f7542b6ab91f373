"""The lives that an order file tells: judged in memory in the order of the instants, then written at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from funding.domain.life import fold
from funding.selectors.life_events import life_events, with_end
from funding.services.dossiers import Standing, write_dossiers
from funding.services.life import life_draft
from funding.services.life_chains import append_facts
from funding.services.lives import Unfolding
from orders.domain.snapshot import OrderEventFacts, OrderFacts, SolutionFacts
from orders.domain.uniqueness import scope_of
from orders.models import Dispute, Order, Solution
from orders.selectors.facts import end_of, solution_facts
from orders.services.disputes import answer_dispute, open_dispute
from orders.services.importing import Written
from segur.regulation.finding import Finding

_IMPORTED = "Contestation importée sans motif."
_Key = tuple[str, str]


class ImportedLives:
    """Keeps the events of the funding in an import of orders (``OtherEvents``); :meth:`finish` ends it."""

    def __init__(self) -> None:
        self._lives: dict[_Key, Unfolding] = {}
        self._recorded: dict[_Key, tuple[OrderEventFacts, ...]] = {}
        self._new: list[tuple[int, OrderEventFacts]] = []

    def recorded(self, order_ids: Collection[int]) -> Mapping[int, Sequence[OrderEventFacts]]:
        """The recorded facts of these orders, without the end of the order; they are judged after these."""
        found = life_events(order_ids)
        for order in Order.objects.filter(pk__in=order_ids).select_related("supplier").iterator():
            events = with_end(found.get(order.pk, ()), end_of(order))
            if events:
                self._recorded[order.supplier.siret, order.number] = events
        return found

    def judge(self, order: OrderFacts, event: OrderEventFacts) -> Finding | None:
        """Let the event into the life of its order, or say why its machine has no such step."""
        key = order.supplier, order.number
        life = self._lives.get(key)
        if life is None:
            life = self._lives[key] = Unfolding(order, self._recorded.get(key, ()))
        return life.let_in(event)

    def record(self, events: Sequence[tuple[int, OrderEventFacts]], *, now: datetime, actor_id: int | None) -> None:
        """Remember what was let in: chains are written last, by :meth:`finish`."""
        self._new += events

    def finish(self, written: Sequence[Written], *, now: datetime, actor_id: int | None) -> None:
        """Write the facts, the disputes they open and the dossiers of every order that was created or changed."""
        by_id = {each.order_id: each for each in written}
        write_dossiers(list(self._standings(written, now)), now=now)
        for order_id, event in self._new:
            if event.type.startswith("dispute_"):
                _mirror_dispute(by_id[order_id], event, now, actor_id)
        texts = {each.order_id: f"{each.facts.programme} {each.programme.version}".strip() for each in written}
        append_facts([life_draft(pk, texts[pk], event, actor_id) for pk, event in self._new], now=now)

    def _standings(self, written: Sequence[Written], now: datetime) -> Iterator[Standing]:
        solutions = _solutions()
        for each in written:
            key = each.facts.supplier, each.facts.number
            known = self._lives.get(key)
            events = tuple(known.events) if known is not None else self._recorded.get(key, ())
            facts = replace(each.facts, events=events)
            yield Standing(
                each.order_id,
                each.version,
                facts,
                fold(facts, now),
                each.programme,
                solutions.get(facts.solution),
            )


def _solutions() -> dict[str, SolutionFacts]:
    return {row.key: solution_facts(row) for row in Solution.objects.select_related("supplier")}


def _mirror_dispute(order: Written, event: OrderEventFacts, now: datetime, actor_id: int | None) -> None:
    """F2: the dispute that the conflicts show, where the fact says enough of it and it is not there yet."""
    waiting = Dispute.objects.filter(order_id=order.order_id, answered_at__isnull=True)
    if event.type == "dispute_answered":
        if waiting.filter(opened_at__lte=event.at).exists():
            answer_dispute(order_id=order.order_id, now=now, at=event.at, actor_id=actor_id)
        return
    extra = dict(event.extra)
    kind, value = str(extra.get("kind") or ""), " ".join(str(extra.get("value") or "").split()).upper()
    if not value or not _is_checked(order, kind) or waiting.filter(kind=kind, value=value).exists():
        return
    reason = str(extra.get("reason") or _IMPORTED)
    open_dispute(
        order_id=order.order_id, kind=kind, value=value, reason=reason, now=now, at=event.at, actor_id=actor_id
    )


def _is_checked(order: Written, kind: str) -> bool:
    try:
        scope_of(order.programme, kind)
    except LookupError:
        return False
    return True
