"""Every machine, cell by cell: what is declared happens, and everything else is refused with its rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from funding.domain.life import MACHINES, STEPS, LifeFacts, Machine, apply, begin, fold, replay
from funding.domain.life.facts import DisputeState, PilotFacts, PortabilityFacts, VaState
from funding.domain.life.machines import AFTER_THE_END
from orders.domain.snapshot import OrderEventFacts
from orders.exchange.order_file.events import EVENT_KEYS
from segur.regulation.finding import Finding
from tests.funding.life.lives import at, euros, event, order, plain
from tests.orders.order_files import SIREN
from tests.orders.order_forms import client

NOW = "2026-10-01T09:00"
MACHINE = {machine.key: machine for machine in MACHINES}

_BOTH = {"json_accepted": True, "attachments_accepted": True}
_ONE = {"json_accepted": True, "attachments_accepted": False}
_UNREAD = {"json_accepted": False, "attachments_accepted": False}


def _request_events(prefix: str, **extra: Any) -> dict[str, OrderEventFacts]:
    filing = "requested" if prefix == "semester" else "submitted"
    found = {"submitted": event(f"{prefix}_{filing}", NOW, **(extra or _BOTH))}
    if prefix != "semester":
        found["submitted_without_attachments"] = event(f"{prefix}_submitted", NOW, **_ONE)
        found["submitted_unread"] = event(f"{prefix}_submitted", NOW, **_UNREAD)
        found["attachments_accepted"] = event(f"{prefix}_attachments_accepted", NOW)
    for step in ("change_requested", "rejected", "validated", "paid"):
        found[step] = event(f"{prefix}_{step}", NOW, **extra)
    return found


#: How each input of each machine is told.
EVENTS: dict[str, dict[str, OrderEventFacts]] = {
    "advance": _request_events("advance"),
    "balance": _request_events("balance"),
    "semester": _request_events("semester", semester=2),
    "pilot_report": {
        step: event(f"pilot_report_{step}", NOW, siren=SIREN)
        for step in ("signed", "sent", "conforming", "nonconforming")
    },
    "va": {"signed": event("va_signed", NOW, siren=SIREN)},
    "journal": {
        "sent": event("journal_sent", NOW, semester=2),
        "nonconforming": event("journal_nonconforming", NOW, semester=2),
        "verification_opened": event("ans_verification_opened", NOW, semester=2),
    },
    "completion": {step: event(f"completion_{step}", NOW) for step in ("attested", "impossible")},
    "portability": {step: event(f"portability_{step}", NOW, siren=SIREN) for step in ("requested", "delivered")},
    "dispute": {step: event(f"dispute_{step}", NOW) for step in ("opened", "answered")},
    "recovery": {
        "noticed": event("formal_notice", NOW),
        "ordered": event("repayment_ordered", NOW, amount=euros("10.00")),
        "repaid": event("repaid", NOW, amount=euros("10.00")),
    },
    "order": {step: event(step, NOW) for step in ("cancelled", "withdrawn", "terminated", "closed_after_rejection")},
}

#: The inputs that lead to each state.
PATHS: dict[str, dict[str, tuple[str, ...]]] = {
    **{
        key: {
            "draft": (),
            "unread": ("submitted_unread",),
            "incomplete": ("submitted_without_attachments",),
            "received": ("submitted",),
            "change-requested": ("submitted", "change_requested"),
            "rejected": ("submitted", "rejected"),
            "validated": ("submitted", "validated"),
        }
        for key in ("advance", "balance", "semester")
    },
    "pilot_report": {
        "absent": (),
        "signed": ("signed",),
        "sent": ("signed", "sent"),
        "conforming": ("signed", "sent", "conforming"),
        "nonconforming": ("signed", "sent", "nonconforming"),
    },
    "va": {"unsigned": (), "signed": ("signed",)},
    "journal": {
        "absent": (),
        "sent": ("sent",),
        "nonconforming": ("sent", "nonconforming"),
        "verification": ("sent", "verification_opened"),
    },
    "completion": {"undeclared": (), "attested": ("attested",), "impossible": ("impossible",)},
    "portability": {"none": (), "requested": ("requested",), "delivered": ("requested", "delivered")},
    "dispute": {"none": (), "opened": ("opened",), "answered": ("opened", "answered")},
    "recovery": {"none": (), "noticed": ("noticed",), "ordered": ("ordered",)},
    "order": {
        "living": (),
        "terminated": ("terminated",),
        "cancelled": ("cancelled",),
        "withdrawn": ("withdrawn",),
    },
}


def state_of(machine: Machine, life: LifeFacts) -> str:
    """The present state of a machine."""
    if machine.key in {"advance", "balance"}:
        return str(getattr(life, machine.key).state)
    if machine.key == "dispute":
        if not life.disputes:
            return DisputeState.NONE
        waits = any(dispute.answered_at is None for dispute in life.disputes)
        return DisputeState.OPENED if waits else DisputeState.ANSWERED
    readers = {
        "semester": lambda: life.semester(2).request.state,
        "pilot_report": lambda: life.pilots.get(SIREN, PilotFacts()).state,
        "va": lambda: VaState.SIGNED if SIREN in life.vas else VaState.UNSIGNED,
        "journal": lambda: life.semester(2).journal.state,
        "completion": lambda: life.completion.state,
        "portability": lambda: life.portability.get(SIREN, PortabilityFacts()).state,
        "recovery": lambda: life.recovery,
        "order": lambda: life.standing,
    }
    return str(readers[machine.key]())


def in_state(machine: Machine, state: str) -> LifeFacts:
    """A life whose machine is in that state."""
    if machine.key == "order" and state in {"draft", "rejected", "closed"}:
        life = begin(order(issued_on=None) if state == "draft" else order())
        steps = [] if state == "draft" else [EVENTS["advance"]["submitted"], EVENTS["advance"]["rejected"]]
        steps += [EVENTS["order"]["closed_after_rejection"]] if state == "closed" else []
    else:
        life = begin(order())
        steps = [EVENTS[machine.key][step] for step in PATHS[machine.key][state]]
    for each in steps:
        after = apply(life, each)
        assert isinstance(after, LifeFacts)
        life = after
    assert state_of(machine, life) == state
    return life


CELLS = [
    pytest.param(machine, step, state, target, id=f"{machine.key}: {step} × {state}")
    for machine in MACHINES
    for step, state, target in machine.cells()
]


@pytest.mark.parametrize(("machine", "step", "state", "target"), CELLS)
def test_each_cell_of_each_machine(machine: Machine, step: str, state: str, target: str | None) -> None:
    before = in_state(machine, state)
    after = apply(before, EVENTS[machine.key][step])
    if target is None:
        assert isinstance(after, Finding)
        assert after.blocks
        assert after.rule == ("F1" if (step, state) == ("validated", "incomplete") else machine.rule)
        assert after.remedy
    else:
        assert isinstance(after, LifeFacts)
        assert state_of(machine, after) == target
        assert after != before or (machine.key, step) == ("journal", "sent")


def test_every_input_and_every_target_is_declared() -> None:
    for machine in MACHINES:
        assert set(EVENTS[machine.key]) == set(machine.steps)
        for step, moves in machine.steps.items():
            assert set(moves) | set(moves.values()) <= set(machine.states), (machine.key, step)


def test_the_matrix_has_allowed_and_refused_cells_for_each_machine() -> None:
    counted = {
        machine.key: (
            sum(target is not None for *_, target in machine.cells()),
            sum(target is None for *_, target in machine.cells()),
        )
        for machine in MACHINES
    }
    assert counted["advance"] == (23, 33)
    assert counted["order"] == (10, 18)
    assert all(allowed for allowed, _ in counted.values())


def test_the_events_are_those_of_the_order_file() -> None:
    assert set(STEPS) == set(EVENT_KEYS)
    assert set(STEPS) >= AFTER_THE_END


@pytest.mark.parametrize("end", ["cancelled", "withdrawn", "closed"])
@pytest.mark.parametrize("kind", sorted(set(EVENT_KEYS) - AFTER_THE_END))
def test_nothing_more_is_filed_once_an_order_is_given_up(end: str, kind: str) -> None:
    life = in_state(MACHINE["order"], end)
    extra = {"semester": 1} if "semester" in EVENT_KEYS[kind] else {}
    refused = apply(life, event(kind, "2026-11-01", **extra))
    assert isinstance(refused, Finding)
    assert refused.code == "R71-no-such-step"


def test_a_refusal_says_what_when_and_what_to_do() -> None:
    refused = apply(begin(order()), event("advance_validated", "2026-09-20"))
    assert isinstance(refused, Finding)
    assert refused.code == "R64-no-such-step"
    assert plain(refused.sentence) == (
        "La demande d’avance n’est pas déposée le 20 septembre 2026 à 0 h : une validation n’y a pas sa place. "
        "Ajoutez le fait qui précède ou corrigez l’instant."
    )


def test_a_fact_is_never_refused_for_a_missed_date_nor_an_amount() -> None:
    late = order(
        event("advance_submitted", "2027-01-01"),
        event("advance_validated", "2027-01-02"),
        event("advance_paid", "2027-01-03", amount=euros("999999.99")),
        event("va_signed", "2028-01-01", siren=SIREN),
        event("balance_submitted", "2029-01-01"),
        event("balance_validated", "2029-01-02"),
        event("journal_sent", "2031-01-01", semester=1),
        event("semester_requested", "2031-01-02", semester=1),
    )
    assert replay(late).refused is None


def test_the_events_after_a_refused_one_are_not_tried() -> None:
    facts = order(
        event("advance_submitted", "2026-09-01"),
        event("advance_paid", "2026-09-02"),
        event("advance_validated", "2026-09-03"),
    )
    done = replay(facts)
    assert done.refused is not None
    assert (done.refused.path, done.life.advance.is_validated) == ("events[1]", False)


def test_events_are_taken_by_instant_then_by_their_place() -> None:
    facts = order(
        event("advance_validated", "2026-09-02"),
        event("advance_submitted", "2026-09-01"),
        event("advance_paid", "2026-09-02"),
    )
    assert replay(facts).refused is None
    swapped = replace(facts, events=(facts.events[2], facts.events[1], facts.events[0]))
    assert replay(swapped).refused is not None


def test_what_is_dated_later_is_left_out() -> None:
    facts = order(event("advance_submitted", "2026-09-01T10:00"), clients=(client(signed_on=date(2026, 8, 1)),))
    assert fold(facts, at("2026-07-09T23:59:59")).issued_on is None
    assert fold(facts, at("2026-07-31T23:59:59")).signatures == {}
    assert fold(facts, at("2026-08-01")).signed_by_all
    assert fold(facts, at("2026-09-01T09:59:59")).advance.deposits == ()
    assert fold(facts, at("2026-09-01T10:00")).advance.received_at == at("2026-09-01T10:00")


def test_a_deposit_keeps_the_instants_of_its_two_parts() -> None:
    facts = order(
        event("advance_submitted", "2026-09-01T10:00", reference="D-1", attachments_accepted=False),
        event("advance_attachments_accepted", "2026-09-03T11:00"),
    )
    (deposit,) = fold(facts).advance.deposits
    assert deposit.json_accepted_at == at("2026-09-01T10:00")
    assert deposit.received_at == deposit.attachments_accepted_at == at("2026-09-03T11:00")
    assert deposit.reference == "D-1"


def test_a_new_request_after_a_rejection_counts_from_its_own_instant() -> None:
    facts = order(
        event("advance_submitted", "2026-09-01"),
        event("advance_rejected", "2026-09-10"),
        event("advance_submitted", "2026-09-20"),
    )
    assert fold(facts).advance.received_at == at("2026-09-20")


def test_an_event_that_names_no_client_is_about_the_only_one() -> None:
    assert fold(order(event("va_signed", "2027-02-12"))).va_on == date(2027, 2, 12)
