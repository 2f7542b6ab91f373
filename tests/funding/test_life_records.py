"""Facts and actions of one order in the database: one event each, the dossier beside, refusals that explain."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from funding.models import Dossier, LifeEvent
from funding.selectors.life import life_context, states
from funding.services.dossiers import refresh_dossiers
from funding.services.life import FACTS, perform, record_fact
from funding.services.order_files import import_order_file
from orders.models import Claim, Conflict, Dispute, Event, Order
from orders.selectors.facts import with_form
from orders.selectors.history import verify_histories
from orders.services.refusal import Refused
from segur.models.append_only import AppendOnlyError
from segur.models.events import person_reference
from segur.regulation.dates import parse_instant
from tests.orders.order_file_samples import am, siren
from tests.scenarios.lives import ADVANCE, SUPPLIER, client, delivery, event, order_file, pilots, ris

pytestmark = pytest.mark.django_db
NOW = parse_instant("2026-11-05T09:00")
LATER = parse_instant("2027-03-01T09:00")


def at(text: str) -> datetime:
    return parse_instant(text)


def recorded(*orders: dict[str, Any], now: datetime = NOW) -> Order:
    """The first of these orders, once imported."""
    report = import_order_file(json.dumps(order_file(*orders)).encode(), now=now)
    assert report.errors == []
    return Order.objects.get(number=orders[0]["number"])


def actions(order: Order) -> list[str]:
    return list(LifeEvent.objects.filter(order=order).order_by("sequence").values_list("action", flat=True))


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {finding.code for finding in refused.value.findings}


def test_an_action_is_one_event_and_moves_the_stage_beside() -> None:
    order = recorded(ris(1))
    assert order.dossier.stage == "signed"
    assert (order.dossier.next_code, order.dossier.declared) == ("advance-request", None)
    facts = perform(action="submit_advance", order_id=order.pk, now=NOW, extra={"reference": "D-1"})
    assert [each.type for each in facts.events] == ["advance_submitted"]
    (kept,) = LifeEvent.objects.all()
    assert (kept.action, kept.at, kept.payload) == ("advance_submitted", NOW, {"reference": "D-1"})
    assert (kept.subject, kept.sequence, kept.regulation) == (f"order:{order.pk}", 1, "IMG-RIS-Va2 1")
    dossier = Dossier.objects.get()
    assert (dossier.stage, dossier.declared, dossier.next_code) == (
        "advance_submitted",
        Decimal("20028.26"),
        "completion",
    )
    order.refresh_from_db()
    assert dossier.version == order.version
    assert verify_histories().broken == ()


def test_an_action_is_refused_with_every_reason_and_writes_nothing() -> None:
    order = recorded(ris(1))
    with pytest.raises(Refused) as refused:
        perform(action="submit_balance", order_id=order.pk, now=NOW)
    assert codes(refused) == {"R68-advance-not-validated", "R68-va-missing", "R65-pilots", "R67-invoice-missing"}
    assert actions(order) == []
    late = at("2026-11-10T12:00:01")
    with pytest.raises(Refused) as refused:
        perform(action="submit_advance", order_id=order.pk, now=late)
    assert codes(refused) == {"R24-date-4"}
    in_time = at("2026-11-10T12:00:00")
    assert perform(action="submit_advance", order_id=order.pk, now=late, at=in_time).events[0].at == in_time


def test_a_fact_that_broke_a_limit_is_recorded_all_the_same() -> None:
    order = recorded(ris(1))
    filed = at("2026-11-10T12:00:01")
    record_fact(order_id=order.pk, type="advance_submitted", at=filed, now=LATER)
    assert Dossier.objects.get().stage == "advance_submitted"


def test_a_fact_without_its_step_is_refused_and_writes_nothing() -> None:
    order = recorded(ris(1))
    with pytest.raises(Refused) as refused:
        record_fact(order_id=order.pk, type="advance_validated", at=NOW, now=NOW)
    assert codes(refused) == {"R64-no-such-step"}
    assert "n’est pas déposée le 5 novembre 2026 à 9\u00a0h" in str(refused.value)
    assert actions(order) == []


def test_a_fact_told_late_keeps_those_recorded_after_it_in_their_place() -> None:
    order = recorded(ris(1, *ADVANCE))
    with pytest.raises(Refused) as refused:
        record_fact(order_id=order.pk, type="advance_rejected", at=at("2026-09-10T10:00"), now=NOW)
    assert codes(refused) == {"R64-no-such-step"}
    told = {"siren": siren(1), "about": "date-2"}
    facts = record_fact(order_id=order.pk, type="client_informed", at=at("2026-09-10T10:00"), extra=told, now=NOW)
    assert [each.type for each in facts.events][:2] == ["advance_submitted", "client_informed"]
    assert actions(order)[-1] == "client_informed"


@pytest.mark.parametrize(
    ("type", "extra", "code", "path"),
    [
        ("journal_sent", {}, "missing-key", "semester"),
        ("semester_requested", {"semester": 7}, "wrong-value", "semester"),
        ("va_signed", {"siren": siren(55)}, "unknown-reference", "siren"),
        ("advance_paid", {"amount": "1,5"}, "money-shape", "amount"),
        ("client_informed", {"about": "rien"}, "unknown-value", "about"),
    ],
)
def test_a_value_that_cannot_be_read_names_its_field(type: str, extra: dict[str, Any], code: str, path: str) -> None:
    order = recorded(ris(1))
    with pytest.raises(Refused) as refused:
        record_fact(order_id=order.pk, type=type, at=NOW, extra=extra, now=NOW)
    assert [(each.code, each.path) for each in refused.value.findings] == [(code, path)]


def test_a_fact_to_come_is_not_recorded() -> None:
    order = recorded(ris(1))
    with pytest.raises(Refused, match="n’est pas encore passé"):
        record_fact(order_id=order.pk, type="advance_submitted", at=NOW + timedelta(seconds=1), now=NOW)


def test_a_stale_page_is_told_so() -> None:
    order = recorded(ris(1))
    perform(action="submit_advance", order_id=order.pk, now=NOW, version=order.version)
    with pytest.raises(Refused) as refused:
        record_fact(order_id=order.pk, type="advance_validated", at=NOW, now=NOW, version=order.version)
    assert codes(refused) == {"stale-version"}
    assert actions(order) == ["advance_submitted"]


def test_a_cancellation_ends_the_order_and_releases_what_it_holds() -> None:
    order = recorded(ris(1))
    assert Claim.objects.filter(order=order, released_at=None).exists()
    perform(action="cancel", order_id=order.pk, now=NOW, extra={"reason": "Abandon"})
    order.refresh_from_db()
    assert (order.state, order.dossier.stage, actions(order)) == ("cancelled", "cancelled", [])
    assert not Claim.objects.filter(order=order, released_at=None).exists()
    with pytest.raises(Refused) as refused:
        record_fact(order_id=order.pk, type="advance_submitted", at=NOW, now=NOW)
    assert codes(refused) == {"R71-no-such-step"}


def test_a_rejected_order_closed_by_a_person_releases_what_it_holds() -> None:
    rejection = event("advance_rejected", "2026-09-05T10:00", reason="Pièce fausse")
    order = recorded(ris(1, ADVANCE[0], rejection))
    assert Claim.objects.filter(order=order, released_at=None).exists()
    record_fact(order_id=order.pk, type="closed_after_rejection", at=NOW, extra={"reason": "Définitif"}, now=NOW)
    assert not Claim.objects.filter(order=order, released_at=None).exists()
    assert order.dossier.stage == "rejected"
    assert Event.objects.filter(order=order, action="closed_after_rejection").count() == 1


def test_a_contested_am_is_a_keyed_reference_in_the_history() -> None:
    order = recorded(ris(1))
    extra = {"kind": "am", "value": am(1), "reason": "Doublon"}
    record_fact(order_id=order.pk, type="dispute_opened", at=NOW, extra=extra, now=NOW)
    kept = LifeEvent.objects.get()
    assert am(1) not in kept.payload_text
    assert kept.payload == {"kind": "am", "reason": "Doublon", "value_reference": person_reference(am(1))}
    assert kept.person_number == am(1)
    assert Dispute.objects.get().value == am(1)
    record_fact(order_id=order.pk, type="dispute_answered", at=NOW, now=NOW)
    assert Dispute.objects.get().answered_at == NOW
    with pytest.raises(Refused) as refused:
        record_fact(order_id=order.pk, type="dispute_answered", at=NOW, now=NOW)
    assert codes(refused) == {"F2-no-such-step"}


def test_what_was_declared_with_the_advance_outlives_a_correction() -> None:
    """F4: the balance is judged on the amount that the advance declared."""
    order = recorded(ris(1, *ADVANCE))
    Order.objects.filter(pk=order.pk).update(principal_ht="10000.00", principal_ttc="12000.00")
    refresh_dossiers([order], now=NOW)
    assert Dossier.objects.get().declared == Decimal("20028.26")
    loaded = with_form(Order.objects.all()).get(pk=order.pk)
    assert life_context([loaded], now=NOW)[order.pk].declared == Decimal("20028.26")


def test_a_recorded_fact_is_never_rewritten() -> None:
    order = recorded(ris(1, *ADVANCE))
    kept = LifeEvent.objects.filter(order=order).first()
    assert kept is not None
    with pytest.raises(AppendOnlyError):
        kept.delete()
    with pytest.raises(IntegrityError if connection.vendor == "sqlite" else Exception), transaction.atomic():
        LifeEvent._base_manager.filter(pk=kept.pk)._raw_delete(connection.alias)


def test_the_database_knows_the_stages() -> None:
    order = recorded(ris(1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Dossier.objects.filter(order=order).update(stage="paid")


def test_the_states_of_many_orders_take_as_many_queries_as_those_of_one() -> None:
    others = pilots()
    shared = ris(2)
    shared["clients"][0]["lines"][1]["am"] = client(1)["lines"][1]["am"]
    recorded(
        ris(1, *ADVANCE, *delivery(siren(1))), *others, shared, *(ris(number) for number in range(3, 12)), now=LATER
    )
    counts = []
    for numbers in (["BDC-1"], None):
        rows = with_form(Order.objects.order_by("number"))
        chosen = list(rows.filter(number__in=numbers) if numbers else rows)
        with CaptureQueriesContext(connection) as queries:
            found = states(chosen, now=LATER)
        counts.append(len(queries))
        assert len(found) == len(chosen)
    assert counts[1] <= counts[0] + 2
    assert Conflict.objects.count() == 1


def test_every_action_beside_issue_and_signature_has_its_fact() -> None:
    recorded(ris(1))
    (state,) = states(list(with_form(Order.objects.all())), now=NOW)
    assert {action.name for action in state.actions} == {*FACTS, "issue", "sign"}
    assert state.order.supplier == SUPPLIER
