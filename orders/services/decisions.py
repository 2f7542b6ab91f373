"""What a person decides about a conflict: exclude, release, transfer, dismiss. Nothing moves by itself."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from orders.domain.uniqueness import ClaimKey, Situation
from orders.models import Claim, Conflict, ConflictParty, ConflictStatus, Order, PartyState
from orders.selectors.claims import signature_sequence
from orders.services.claims import ClaimOutcome, ClaimRequest, take_claims
from orders.services.conflict_records import Contest, close, conflict_event, number_payload, record_contests, set_state
from orders.services.history import order_event, record_events
from orders.services.locking import locked_conflict, require_reason
from orders.services.refusal import refusal
from segur.models.events import EventDraft
from segur.regulation.dates import midnight


class Decision(StrEnum):
    """How a person ends a conflict."""

    EXCLUDE = "exclude"
    EXCLUDE_ALL = "exclude-all"
    RELEASE = "release"
    TRANSFER = "transfer"
    DISMISS = "dismiss"


@transaction.atomic
def decide_conflict(
    *,
    conflict_id: int,
    decision: Decision,
    reason: str,
    now: datetime,
    actor_id: int | None = None,
    order_id: int | None = None,
    situation: Situation | None = None,
    version: int | None = None,
) -> Conflict:
    """Decide an open conflict, with a reason; ``situation`` is the 2023 situation of R48 for an AM.

    - exclude: the claimant ``order_id`` (default: every claimant) is calculated without the number; the conflict
      ends when no claimant waits any more.
    - exclude-all: nobody valorises the number, neither the holder nor any claimant, for as long as it is contested.
    - release: the holder gives the number up, to the claimant ``order_id`` (default: the earliest signature).
    - transfer: the number passes to the claimant, whose funding goes before, or because the holder let go.
    - dismiss: reviewed, not a duplicate; it stays settled between these orders.

    After a release or a transfer the former holder, if it still stands, is calculated without the number; where
    nothing can be excluded (SIREN, PACS, instance), or others still wait, a new conflict opens against the new
    holder. Raises Refused.
    """
    conflict = locked_conflict(conflict_id, version)
    given = require_reason(reason)
    if conflict.status != ConflictStatus.OPEN:
        raise refusal(
            "R43-conflict-closed",
            f"Ce conflit est déjà tranché\u00a0: {ConflictStatus(conflict.status).label.lower()}.",
            "Aucune action n’est nécessaire.",
        )
    decide = {
        Decision.EXCLUDE: _exclude,
        Decision.EXCLUDE_ALL: _exclude_all,
        Decision.RELEASE: _hand_over,
        Decision.TRANSFER: _hand_over,
        Decision.DISMISS: _dismiss,
    }[decision]
    events = decide(_Case(conflict, decision, given, now, actor_id, order_id, str(situation or "")))
    record_events(events, now=now)
    return conflict


class _Case:
    """A decision being made: the conflict, its waiting claimants, who decides, why."""

    def __init__(
        self,
        conflict: Conflict,
        decision: Decision,
        reason: str,
        now: datetime,
        actor_id: int | None,
        order_id: int | None,
        situation: str,
    ) -> None:
        self.conflict, self.decision, self.reason = conflict, decision, reason
        self.now, self.actor_id, self.situation = now, actor_id, situation
        waiting = conflict.parties.filter(state=PartyState.PENDING).select_related("order")
        self.waiting = sorted(waiting, key=lambda party: signature_sequence(party.order))
        self.chosen = [party for party in self.waiting if order_id in (None, party.order_id)]
        if not self.chosen:
            raise refusal(
                "R43-not-a-claimant", "Cette commande n’attend pas ce numéro.", "Choisissez une commande du conflit."
            )

    @property
    def key(self) -> ClaimKey:
        row = self.conflict
        return ClaimKey(
            row.programme, row.kind, row.value, row.activity, row.label, row.rule, stops_order=row.stops_order
        )

    def close(self, status: ConflictStatus) -> None:
        close(
            self.conflict,
            status,
            reason=self.reason,
            now=self.now,
            actor_id=self.actor_id,
            situation=self.situation,
        )

    def event(self, action: str, orders: list[Order]) -> list[EventDraft]:
        """The decision in the history of the conflict and of the orders it changes."""
        payload: dict[str, object] = {
            **number_payload(self.conflict),
            "orders": [order.subject for order in orders],
            "situation": self.situation,
        }
        drafts = [
            conflict_event(
                self.conflict,
                action,
                at=self.now,
                actor_id=self.actor_id,
                from_state=ConflictStatus.OPEN,
                reason=self.reason,
                payload=payload,
            )
        ]
        for order in orders:
            details: dict[str, object] = {"conflict": self.conflict.subject}
            drafts.append(
                order_event(
                    order,
                    f"conflict_{action}",
                    at=self.now,
                    actor_id=self.actor_id,
                    reason=self.reason,
                    payload=details,
                )
            )
        return drafts


def _require_excludable(conflict: Conflict) -> None:
    if conflict.stops_order:
        raise refusal(
            f"{conflict.rule}-not-excludable",
            f"{conflict.get_kind_display()} {conflict.label} ne peut pas être exclu du calcul.",
            "Libérez-le, transférez-le, corrigez ou annulez l’une des deux commandes.",
        )


def _exclude(case: _Case) -> list[EventDraft]:
    _require_excludable(case.conflict)
    for party in case.chosen:
        set_state(party, PartyState.EXCLUDED, case.now)
    if len(case.chosen) == len(case.waiting):
        case.close(ConflictStatus.EXCLUDED)
    else:
        case.conflict.version += 1
        case.conflict.save(update_fields=["version"])
    return case.event("excluded", [party.order for party in case.chosen])


def _exclude_all(case: _Case) -> list[EventDraft]:
    conflict = case.conflict
    _require_excludable(conflict)
    if conflict.holder is None or conflict.holder_let_go_at is not None:
        raise refusal(
            "R43-nobody-holds",
            "Aucune commande en cours ne détient ce numéro.",
            "Excluez-le des commandes qui l’attendent.",
        )
    _release_claim(case, conflict.holder)
    _exclude_holder(case, conflict.holder)
    for party in case.waiting:
        set_state(party, PartyState.EXCLUDED, case.now)
    case.close(ConflictStatus.EXCLUDED)
    return case.event("excluded", [conflict.holder, *(party.order for party in case.waiting)])


def _release_claim(case: _Case, holder: Order) -> None:
    conflict = case.conflict
    Claim.objects.filter(
        order=holder,
        programme=conflict.programme,
        kind=conflict.kind,
        value=conflict.value,
        activity=conflict.activity,
        released_at__isnull=True,
    ).update(released_at=case.now, release_reason=case.reason)


def _exclude_holder(case: _Case, holder: Order) -> None:
    ConflictParty.objects.update_or_create(
        conflict=case.conflict, order=holder, defaults={"state": PartyState.EXCLUDED, "since": case.now}
    )


def _dismiss(case: _Case) -> list[EventDraft]:
    if case.conflict.holder_let_go_at is not None:
        raise refusal(
            "R43-holder-let-go",
            "Le détenteur a libéré ce numéro\u00a0: il n’y a plus de doublon à écarter.",
            "Transférez le numéro à la commande qui l’attend.",
        )
    for party in case.waiting:
        set_state(party, PartyState.DISMISSED, case.now)
    case.close(ConflictStatus.DISMISSED)
    return case.event("dismissed", [party.order for party in case.waiting])


def _hand_over(case: _Case) -> list[EventDraft]:
    conflict = case.conflict
    if conflict.holder is None:
        raise refusal(
            "R43-funded-elsewhere",
            f"Ce numéro est financé ailleurs ({conflict.holder_reference})\u00a0: il ne peut pas être transféré.",
            "Excluez-le du calcul, ou écartez le conflit si ce n’est pas un doublon.",
        )
    former, winner = conflict.holder, case.chosen[0]
    _release_claim(case, former)
    set_state(winner, PartyState.TOOK, case.now)
    former_stands = former.is_living and conflict.holder_let_go_at is None
    if former_stands and not conflict.stops_order:
        _exclude_holder(case, former)
    released = case.decision is Decision.RELEASE
    case.close(ConflictStatus.RELEASED if released else ConflictStatus.TRANSFERRED)
    outcome = _give(case, winner.order)
    losers = [party.order_id for party in case.waiting if party is not winner]
    if former_stands and conflict.stops_order:
        losers.append(former.pk)
    contests = [Contest(case.key, winner.order_id, None, order_id) for order_id in losers]
    _, opened = record_contests(contests, now=case.now, actor_id=case.actor_id)
    action = "released" if released else "transferred"
    return [*case.event(action, [winner.order, former]), *outcome.events, *opened]


def _give(case: _Case, order: Order) -> ClaimOutcome:
    at = midnight(order.first_signed_on) if order.first_signed_on else case.now
    request = ClaimRequest(order.pk, case.key, at, by_decision=True)
    outcome = take_claims([request], now=case.now, actor_id=case.actor_id)
    if not outcome.taken:
        raise refusal(
            "R43-held-meanwhile",
            "Une autre commande vient de prendre ce numéro.",
            "Rechargez la page et recommencez.",
        )
    return outcome
