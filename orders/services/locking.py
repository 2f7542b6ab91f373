"""Rows taken for a change: locked where the database can, and checked against lost updates everywhere."""

from __future__ import annotations

from collections.abc import Collection

from orders.models import Conflict, Order, OrderState
from orders.services.refusal import refusal

_STALE = (
    "stale-version",
    "Cette fiche a été modifiée entre-temps par quelqu’un d’autre.",
    "Rechargez la page et recommencez.",
)


def locked_order(order_id: int, version: int | None) -> Order:
    """An order locked for change; raises Order.DoesNotExist, or Refused when it is no longer at ``version``."""
    order: Order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order_id)
    if version is not None and order.version != version:
        raise refusal(*_STALE)
    return order


def locked_conflict(conflict_id: int, version: int | None) -> Conflict:
    """A conflict locked for a decision; raises Conflict.DoesNotExist, or Refused."""
    conflict: Conflict = Conflict.objects.select_for_update(of=("self",), no_key=True).get(pk=conflict_id)
    if version is not None and conflict.version != version:
        raise refusal(*_STALE)
    return conflict


def require_state(order: Order, allowed: Collection[str], action: str) -> None:
    """Refuse an action that the machine does not offer in this state; ``action`` is a French infinitive."""
    if order.state in allowed:
        return
    here = OrderState(order.state).label.lower()
    wanted = " ou ".join(OrderState(state).label.lower() for state in allowed)
    raise refusal(
        "order-state",
        f"Impossible de {action}\u00a0: la commande {order.number} est à l’état «\u00a0{here}\u00a0».",
        f"L’action demande l’état «\u00a0{wanted}\u00a0».",
    )


def require_reason(reason: str, path: str = "reason") -> str:
    """The reason without blanks around; refused when empty."""
    given = reason.strip()
    if not given:
        raise refusal("reason-missing", "Le motif manque.", "Écrivez le motif\u00a0: il reste dans l’historique.", path)
    return given


def bump(order: Order) -> None:
    """Count a write and save the order."""
    order.version += 1
    order.save()
