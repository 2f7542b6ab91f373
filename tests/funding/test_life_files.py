"""The events of the order file: in by the machines, out with the same bytes, never changed by a later file."""

from __future__ import annotations

import copy
import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from funding.models import Dossier, LifeEvent, LifeEventChain
from funding.services.order_files import ImportReport, export_order_file, import_order_file
from orders.exchange.order_file import EVENT_KEYS
from orders.models import Claim, Dispute, Order
from orders.selectors.history import verify_histories
from tests.funding.test_order_files import emptied, refused, stored
from tests.orders.order_file_samples import am, sample, siren
from tests.scenarios.lives import (
    ADVANCE,
    BALANCE,
    delivery,
    event,
    journal,
    order_file,
    ris,
    semester,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def imported(document: Any, **options: Any) -> ImportReport:
    return import_order_file(json.dumps(document).encode(), **{"now": NOW, **options})


def every_event() -> dict[str, Any]:
    """A file whose orders tell every event of the contract, with every key."""
    first = ris(
        1,
        event("advance_submitted", "2026-09-01T10:00", reference="A-1", json_accepted=True, attachments_accepted=False),
        event("advance_attachments_accepted", "2026-09-01T10:00"),
        event("advance_change_requested", "2026-09-05T10:00", reason="Une pièce"),
        event("advance_submitted", "2026-09-06T10:00", reference="A-2"),
        *ADVANCE[1:],
        event("pilot_report_signed", "2026-11-02T09:00"),
        event("pilot_report_sent", "2026-11-03T09:00"),
        event("pilot_report_nonconforming", "2026-11-04T09:00", reason="Illisible"),
        event("pilot_report_signed", "2026-11-05T09:00", siren=siren(1)),
        event("pilot_report_sent", "2026-11-06T09:00"),
        event("pilot_report_conforming", "2026-11-07T09:00"),
        event("pilot_published", "2026-11-08T09:00"),
        event("client_informed", "2026-11-09T09:00", about="120-days"),
        event("completion_impossible", "2026-11-10T09:00", reason="Retard"),
        event("completion_attested", "2026-11-11T09:00"),
        *delivery(siren(1)),
        event("balance_submitted", "2027-02-20T10:00", json_accepted=True, attachments_accepted=False),
        event("balance_attachments_accepted", "2027-02-21T10:00"),
        event("balance_change_requested", "2027-02-22T10:00", reason="Facture"),
        event("balance_submitted", "2027-02-23T10:00"),
        event("balance_rejected", "2027-02-24T10:00", reason="Facture fausse"),
        *BALANCE,
        journal(1, "2027-09-02T10:00"),
        event("journal_nonconforming", "2027-09-03T10:00", semester=1, reason="Total faux"),
        journal(1, "2027-09-04T10:00", recipients=[]),
        event("ans_verification_opened", "2027-09-05T10:00", semester=1),
        event("semester_requested", "2027-09-06T10:00", semester=1),
        event("semester_change_requested", "2027-09-07T10:00", semester=1, reason="Pièce"),
        event("semester_requested", "2027-09-08T10:00", semester=1),
        event("semester_rejected", "2027-09-09T10:00", semester=1, reason="Hors délai"),
        *semester(1)[1:],
        event("secondary_invoice_issued", "2027-09-20T10:00", number="F-9", ht="1.00", ttc="1.20"),
        event("portability_requested", "2027-10-01T10:00"),
        event("portability_delivered", "2027-10-20T10:00"),
        event("dispute_opened", "2027-11-01T10:00", kind="am", value=am(1), reason="Doublon"),
        event("dispute_answered", "2027-11-05T10:00"),
        event("dispute_opened", "2027-12-01T10:00"),
        event("terminated", "2027-12-02T10:00", last_activity_on="2027-12-31"),
        event("formal_notice", "2028-01-02T10:00", reason="Trop-perçu", answer_by="2028-02-02"),
        event("repayment_ordered", "2028-03-01T10:00", amount="100.00", reason="Trop-perçu"),
        event("repaid", "2028-03-02T10:00", amount="100.00"),
    )
    rejected = (ADVANCE[0], event("advance_rejected", "2026-09-05T10:00", reason="Pièce fausse"))
    second = ris(2, *rejected, event("closed_after_rejection", "2026-10-01T10:00", reason="Définitif"))
    third = ris(3, event("cancelled", "2026-09-01T10:00", reason="Abandon"))
    fourth = ris(4, *ADVANCE[:2], event("withdrawn", "2026-10-01T10:00"), event("advance_paid", "2026-10-01T10:00"))
    return order_file(first, second, third, fourth)


def test_every_event_goes_round_with_the_same_bytes_and_the_same_dossiers() -> None:
    document = every_event()
    told = {each["type"] for order in document["orders"] for each in order["events"]}
    assert told == set(EVENT_KEYS)
    assert refused(imported(document)) == []
    first = export_order_file()
    out = {order["number"]: order["events"] for order in json.loads(first)["orders"]}
    for order in document["orders"]:
        assert [each["type"] for each in out[order["number"]]] == [each["type"] for each in order["events"]]
    assert out["BDC-1"][0] == {
        "type": "advance_submitted",
        "at": "2026-09-01T10:00:00+02:00",
        "reference": "A-1",
        "json_accepted": True,
        "attachments_accepted": False,
    }
    stages = set(Dossier.objects.values_list("order__number", "stage", "paid", "next_code", "next_due_at"))
    emptied()
    assert refused(import_order_file(first.encode(), now=NOW)) == []
    assert export_order_file() == first
    assert set(Dossier.objects.values_list("order__number", "stage", "paid", "next_code", "next_due_at")) == stages
    assert verify_histories().broken == ()
    assert am(1) not in " ".join(LifeEvent.objects.values_list("payload_text", flat=True))


def test_a_second_import_changes_nothing() -> None:
    document = every_event()
    imported(document)
    before = stored()
    report = imported(document, now=LATER)
    assert (report.unchanged, report.created, report.updated, report.errors) == (4, 0, 0, [])
    assert stored() == before


def test_a_later_file_adds_what_has_happened_since() -> None:
    imported(order_file(ris(1, *ADVANCE[:1])))
    assert Dossier.objects.get().stage == "advance_submitted"
    report = imported(order_file(ris(1, *ADVANCE)), now=LATER)
    assert (report.updated, report.errors) == (1, [])
    assert list(LifeEvent.objects.values_list("action", "sequence")) == [
        ("advance_submitted", 1), ("advance_validated", 2), ("advance_paid", 3),
    ]  # fmt: skip
    dossier = Dossier.objects.get()
    assert (dossier.stage, str(dossier.paid), dossier.computed_at) == ("advance_validated", "8011.30", LATER)
    assert dossier.version == Order.objects.get().version


def test_a_file_that_contradicts_a_recorded_fact_is_refused_for_that_order() -> None:
    imported(order_file(ris(1, *ADVANCE), ris(2)))
    before = stored()
    changed = order_file(ris(1, *ADVANCE[:2], ADVANCE[2] | {"amount": "8011.31"}), ris(2))
    report = imported(changed, now=LATER)
    assert (report.refused, report.unchanged) == (1, 1)
    assert refused(report) == [("BDC-1", "events", "recorded-event")]
    assert stored() == before


def test_an_event_told_late_may_not_take_the_step_of_a_recorded_one() -> None:
    imported(order_file(ris(1, *ADVANCE)))
    rejected = event("advance_rejected", "2026-09-10T10:00", reason="Erreur")
    report = imported(order_file(ris(1, ADVANCE[0], rejected, *ADVANCE[1:])), now=LATER)
    assert refused(report) == [("BDC-1", "events[1]", "R64-no-such-step")]
    assert LifeEvent.objects.count() == 3


def test_events_are_judged_in_the_order_of_their_instants_whatever_their_place() -> None:
    imported(order_file(ris(1, *reversed(ADVANCE))))
    assert list(LifeEvent.objects.values_list("action", flat=True)) == [each["type"] for each in ADVANCE]


def test_an_event_refused_leaves_those_before_it_and_nothing_after() -> None:
    early = event("balance_paid", "2026-09-10T10:00", amount="1.00")
    report = imported(order_file(ris(1, early, *ADVANCE), ris(2, *ADVANCE)))
    assert (report.created, refused(report)) == (2, [("BDC-1", "events[0]", "R68-no-such-step")])
    kept = dict(Dossier.objects.values_list("order__number", "stage"))
    assert kept == {"BDC-1": "advance_submitted", "BDC-2": "advance_validated"}


def test_an_order_that_is_closed_is_not_cancelled_afterwards() -> None:
    rejected = (ADVANCE[0], event("advance_rejected", "2026-09-05T10:00", reason="Pièce fausse"))
    closing = event("closed_after_rejection", "2026-10-01T10:00", reason="Définitif")
    late = event("cancelled", "2026-10-02T10:00", reason="Trop tard")
    report = imported(order_file(ris(1, *rejected, closing, late)))
    assert refused(report) == [("BDC-1", "events[3]", "R71-no-such-step")]
    assert Order.objects.get().state == "signed"


def test_a_closing_frees_the_numbers_for_those_who_sign_after_it_only() -> None:
    rejected = (ADVANCE[0], event("advance_rejected", "2026-09-05T10:00", reason="Pièce fausse"))
    closing = event("closed_after_rejection", "2026-09-10T10:00", reason="Définitif")
    others = []
    for number, day in ((2, "2026-09-09"), (3, "2026-09-11")):
        order = ris(number)
        order["clients"][0] |= {"signed_on": day}
        order["clients"][0]["lines"][1]["am"] = [am(50 + number)]
        others.append(order)
    first = ris(1, *rejected, closing)
    first["clients"][0]["lines"][1]["am"] = [am(52), am(53)]
    report = imported(order_file(first, *others))
    assert [(each["value"], each["claimants"]) for each in report.conflicts] == [(am(52), ["BDC-2"])]
    held = Claim.objects.filter(kind="am", released_at=None)
    assert set(held.values_list("value", "order__number")) == {(am(53), "BDC-3")}


def test_a_contested_duplicate_of_a_file_is_shown_with_the_conflicts() -> None:
    opened = event("dispute_opened", "2026-10-01T10:00", kind="am", value=am(1))
    imported(order_file(ris(1, opened, event("dispute_answered", "2026-10-05T10:00"))))
    dispute = Dispute.objects.get()
    assert (dispute.kind, dispute.value) == ("am", am(1))
    assert dispute.answered_at == datetime(2026, 10, 5, 8, 0, tzinfo=UTC)


def test_every_order_of_a_file_has_its_dossier() -> None:
    imported(sample(60))
    states = dict(Order.objects.values_list("dossier__stage", "state").distinct())
    assert states == {each: each for each in ("draft", "issued", "signed", "cancelled", "withdrawn") if each in states}
    assert Dossier.objects.count() == 60


def test_the_number_of_statements_does_not_follow_the_number_of_events() -> None:
    counts = []
    for size in (100, 400):
        document = order_file(*(ris(number, *ADVANCE) for number in range(size)))
        with CaptureQueriesContext(connection) as queries:
            report = imported(document, dry_run=True)
        assert report.errors == []
        counts.append(len(queries))
    assert counts[1] - counts[0] < 20


def test_a_shuffled_file_leads_to_the_same_dossiers() -> None:
    document = every_event()
    shuffled = copy.deepcopy(document)
    chance = random.Random(4)
    seen = {}
    for content in (document, shuffled):
        imported(content)
        seen[id(content)] = set(Dossier.objects.values_list("order__number", "stage", "paid"))
        emptied()
        for order in shuffled["orders"]:
            instants = [each["at"] for each in order["events"]]
            if len(set(instants)) == len(instants):
                chance.shuffle(order["events"])
    assert len(set(map(frozenset, seen.values()))) == 1
    assert not LifeEventChain.objects.exists()
