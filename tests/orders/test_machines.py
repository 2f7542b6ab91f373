"""State × transition matrices generated from the declared machines: a new state without a decision fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import models
from django_fsm import TransitionNotAllowed

from orders.models import Conflict, ConflictStatus, Order, OrderState

ORDER = {
    "draft": {"issue": "issued", "cancel": "cancelled"},
    "issued": {"complete_signature": "signed", "cancel": "cancelled", "withdraw": "withdrawn"},
    "signed": {"cancel": "cancelled", "withdraw": "withdrawn"},
    "cancelled": {},
    "withdrawn": {},
}
CONFLICT = {
    "open": {"exclude": "excluded", "release": "released", "transfer": "transferred", "dismiss": "dismissed"},
    "excluded": {},
    "released": {},
    "transferred": {},
    "dismissed": {},
}


def declared(model: type[models.Model], field: str) -> set[str]:
    transitions = getattr(model(), f"get_all_{field}_transitions")()
    return {transition.name for transition in transitions}


def cells(
    model: type[models.Model], field: str, states: type[models.TextChoices], decided: dict[str, dict[str, str]]
) -> list[pytest.param]:
    assert set(decided) == set(states.values), "every state has its row of decisions"
    names = declared(model, field)
    return [
        pytest.param(model, field, state, name, decided[state].get(name), id=f"{model.__name__}-{state}-{name}")
        for state in states.values
        for name in sorted(names)
    ]


@pytest.mark.parametrize(
    ("model", "field", "state", "name", "target"),
    cells(Order, "state", OrderState, ORDER) + cells(Conflict, "status", ConflictStatus, CONFLICT),
)
def test_matrix(model: type[models.Model], field: str, state: str, name: str, target: str | None) -> None:
    row = model(**{field: state})
    act: Callable[[], None] = getattr(row, name)
    if target is None:
        with pytest.raises(TransitionNotAllowed):
            act()
        assert getattr(row, field) == state
    else:
        act()
        assert getattr(row, field) == target


@pytest.mark.parametrize(("model", "field", "decided"), [(Order, "state", ORDER), (Conflict, "status", CONFLICT)])
def test_every_decided_transition_is_declared(
    model: type[models.Model], field: str, decided: dict[str, dict[str, str]]
) -> None:
    assert declared(model, field) == {name for row in decided.values() for name in row}


@pytest.mark.parametrize(("model", "field"), [(Order, "state"), (Conflict, "status")])
def test_no_machine_leaves_from_everywhere(model: type[models.Model], field: str) -> None:
    assert all(transition.source != "*" for transition in getattr(model(), f"get_all_{field}_transitions")())


def test_a_state_is_not_assigned() -> None:
    order = Order()
    with pytest.raises(AttributeError):
        order.state = OrderState.SIGNED
