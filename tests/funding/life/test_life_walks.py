"""Random walks: whatever happens to an order, its account balances and its stage rests on facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from funding.domain.life import STAGES, STEPS, LifeFacts, OrderState, apply, begin, replay
from orders.domain.snapshot import OrderAmounts, OrderEventFacts, OrderFacts
from segur.regulation.finding import Finding
from segur.regulation.money import CENT
from segur.regulation.schema import Identity
from tests.funding.life.lives import ADVANCE, BALANCE, DELIVERY, OTHER_SIREN, SIREN, at, box, event, state, two_clients
from tests.orders.order_forms import client, other_client, ris

START = at("2026-07-20")

amounts = st.one_of(
    st.none(), st.decimals(min_value=0, max_value=30_000, places=2), st.sampled_from([Decimal("8011.30"), CENT])
)
counts = st.one_of(st.none(), st.integers(0, 50))
flags = st.sampled_from([None, True, True, True, False])
sirens = st.sampled_from([SIREN, OTHER_SIREN])

_KEYS: dict[str, st.SearchStrategy[object]] = {
    "siren": sirens,
    "semester": st.integers(1, 6),
    "amount": amounts,
    "json_accepted": flags,
    "attachments_accepted": flags,
    "recipients": st.sampled_from([None, ("asp",), ("asp", "ans", "client"), ("ans",), ()]),
    "last_activity_on": st.one_of(st.none(), st.dates(date(2026, 8, 1), date(2031, 1, 1))),
    "about": st.just("completion"),
}
_OF = {
    "submitted": ("json_accepted", "attachments_accepted"),
    "journal_sent": ("recipients",),
    "paid": ("amount",),
    "repaid": ("amount",),
    "repayment_ordered": ("amount",),
    "terminated": ("last_activity_on",),
    "client_informed": ("siren", "about"),
}


@st.composite
def events(draw: st.DrawFn, kind: str, when: object) -> OrderEventFacts:
    keys = {key for name, given_keys in _OF.items() if kind.endswith(name) for key in given_keys}
    if "semester" in kind or "journal" in kind or kind == "ans_verification_opened":
        keys.add("semester")
    if kind.startswith(("pilot_report", "portability", "va_")):
        keys.add("siren")
    extra = {key: draw(_KEYS[key]) for key in sorted(keys)}
    if kind == "journal_sent":
        tm, te = draw(st.integers(0, 50)), draw(st.integers(0, 50))
        extra |= {"t": draw(st.sampled_from([tm + te, tm + te, None, 7])), "tm": tm, "te": te}
        extra |= {"te_qualified": te, "dm": draw(st.integers(0, tm)), "de": draw(st.integers(0, te))}
    return event(kind, when, **extra)  # type: ignore[arg-type]


#: The kinds that go far are drawn more often than the exits.
_KINDS = [kind for kind in STEPS for _ in range(1 if kind in {"cancelled", "withdrawn", "terminated"} else 4)]
steps = st.lists(st.tuples(st.sampled_from(_KINDS), st.integers(0, 40 * 86_400)), max_size=40)
orders = st.sampled_from(
    [
        two_clients(),
        ris(),
        ris(identity=Identity.SLAVE),
        ris(tranche=None),
        ris(tranche=None, amounts=OrderAmounts()),
        box(),
        ris(issued_on=None, clients=(client(signed_on=None), other_client(signed_on=None))),
    ]
)
PRELUDES: tuple[tuple[OrderEventFacts, ...], ...] = (
    (),
    ADVANCE,
    (*ADVANCE, *DELIVERY),
    (*ADVANCE, *DELIVERY, *BALANCE),
)


@st.composite
def lives(draw: st.DrawFn) -> tuple[OrderFacts, list[OrderEventFacts]]:
    """An order and what the machines let in of a random sequence, from a random point of an ordinary life."""
    facts = draw(orders)
    prelude = draw(st.sampled_from(PRELUDES)) if len(facts.clients) == 1 else ()
    life, kept = begin(facts), []
    for each in prelude:
        after = apply(life, each)
        if isinstance(after, LifeFacts):
            life = after
            kept.append(each)
    when = kept[-1].at if kept else START
    for kind, seconds in draw(steps):
        when += timedelta(seconds=seconds)
        tried = draw(events(kind, when))
        after = apply(life, tried)
        if isinstance(after, LifeFacts):
            life = after
            kept.append(tried)
    return facts, kept


def with_events(facts: OrderFacts, kept: list[OrderEventFacts]) -> OrderFacts:
    return replace(facts, events=tuple(kept))


@settings(max_examples=150, deadline=None)
@given(lives(), st.integers(0, 4 * 366))
def test_no_sequence_breaks_the_account(walk: tuple[OrderFacts, list[OrderEventFacts]], days: int) -> None:
    facts, kept = walk
    found = state(with_events(facts, kept), (kept[-1].at if kept else START) + timedelta(days=days))
    money = found.ledger
    assert found.refused is None
    assert money.is_balanced
    for part in money.parts:
        assert 0 <= part.expected <= part.ordered
        assert 0 <= part.requested <= part.ordered
        assert part.validated <= part.requested
        assert part.paid + part.expected - part.overpaid == part.due <= part.ordered
    assert money.net + money.expected == money.ordered or money.adjustments
    assert all(adjustment.reason and adjustment.rule for adjustment in money.adjustments)
    assert all(amount == amount.quantize(CENT) for amount in (money.ordered, money.expected, money.net))


@settings(max_examples=150, deadline=None)
@given(lives(), st.integers(0, 4 * 366))
def test_a_stage_is_supported_by_its_facts(walk: tuple[OrderFacts, list[OrderEventFacts]], days: int) -> None:
    facts, kept = walk
    found = state(with_events(facts, kept), (kept[-1].at if kept else START) + timedelta(days=days))
    assert found.stage in STAGES
    assert supports(found)


def supports(found: OrderState) -> bool:
    """Whether the facts alone, told another way, give the stage."""
    kinds = {each.type for each in found.order.events}
    life = found.life
    return {
        "draft": lambda: life.issued_on is None,
        "issued": lambda: life.issued_on is not None and not life.signed_by_all,
        "signed": lambda: life.signed_by_all and "advance_validated" not in kinds,
        "advance_submitted": lambda: life.advance.received_at is not None and "advance_validated" not in kinds,
        "advance_validated": lambda: "advance_validated" in kinds and not life.delivered,
        "delivered": lambda: set(life.clients) <= set(life.vas),
        "balance_submitted": lambda: life.balance.received_at is not None and "balance_validated" not in kinds,
        "balance_validated": lambda: "balance_validated" in kinds,
        "secondary": lambda: "balance_validated" in kinds and life.va_on is not None and life.va_on < found.now.date(),
        "closed": lambda: (
            "balance_validated" in kinds
            and all(view.is_settled or not view.request.is_filed for view in found.semesters)
        ),
        "cancelled": lambda: "cancelled" in kinds,
        "withdrawn": lambda: "withdrawn" in kinds,
        "rejected": lambda: bool(kinds & {"advance_rejected", "balance_rejected"}),
        "terminated": lambda: "terminated" in kinds,
    }[found.stage]()


@settings(max_examples=60, deadline=None)
@given(lives())
def test_a_life_replayed_to_an_instant_is_the_life_at_that_instant(
    walk: tuple[OrderFacts, list[OrderEventFacts]],
) -> None:
    facts, kept = walk
    whole = with_events(facts, kept)
    for place, each in enumerate(kept):
        later = {other.at for other in kept[place + 1 :]}
        if each.at not in later:
            assert replay(whole, each.at).life == replay(with_events(facts, kept[: place + 1]), each.at).life


@settings(max_examples=60, deadline=None)
@given(lives(), st.sampled_from(list(STEPS)), st.data())
def test_a_refused_event_leaves_the_life_as_it_is_and_an_accepted_one_is_written_once(
    walk: tuple[OrderFacts, list[OrderEventFacts]], kind: str, data: st.DataObject
) -> None:
    facts, kept = walk
    whole = with_events(facts, kept)
    before = replay(whole).life
    tried = data.draw(events(kind, (kept[-1].at if kept else START) + timedelta(hours=1)))
    after = apply(before, tried)
    again = replay(with_events(facts, [*kept, tried]))
    if isinstance(after, Finding):
        assert again.life == before
        assert again.refused == after.at(f"events[{len(kept)}]")
    else:
        assert (again.life, again.refused) == (after, None)


def test_an_overpayment_is_recorded_and_opens_an_adjustment() -> None:
    facts = ris(events=(*ADVANCE, event("advance_paid", "2026-10-20", amount=Decimal("0.01"))))
    found = state(facts, "2026-11-01")
    (adjustment,) = found.ledger.adjustments
    assert (adjustment.part, adjustment.amount, adjustment.rule) == ("advance", Decimal("-0.01"), "R61")
    assert found.ledger.part("advance").paid == Decimal("8011.31")
    assert found.ledger.is_balanced
    assert [finding.code for finding in found.findings] == ["R61-overpaid"]


def test_a_partial_payment_leaves_the_rest_expected() -> None:
    facts = ris(events=(*ADVANCE[:2], event("advance_paid", "2026-10-05", amount=Decimal("8000.00"))))
    found = state(facts, "2026-11-01")
    assert found.ledger.part("advance").expected == Decimal("11.30")
    settled = with_events(facts, [*facts.events, event("advance_paid", "2026-10-20", amount=None)])
    assert state(settled, "2026-11-01").ledger.part("advance").expected == 0


def test_a_repayment_is_never_counted_twice() -> None:
    life = [
        *ADVANCE,
        event("cancelled", "2026-12-01", reason="Fusion"),
        event("repayment_ordered", "2027-01-01", amount=Decimal("8011.30")),
        event("repaid", "2027-02-01", amount=Decimal("5000.00")),
    ]
    found = state(ris(events=tuple(life)), "2027-02-02")
    assert (found.ledger.net, found.ledger.repayment_due) == (Decimal("3011.30"), Decimal("3011.30"))
    assert found.ledger.is_balanced
    assert found.as_json()["amounts"]["paid"] == "3011.30"  # type: ignore[index]
    assert {finding.code for finding in found.findings} == {"R61-overpaid", "R72-repayment-due"}
