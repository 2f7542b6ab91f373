"""The orders of the demonstration: coherent on any day, in every trouble they were told with, and in no other."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.core import serializers
from django.core.management import call_command
from stdnum import luhn

from funding.demo.data import load_demonstration
from funding.demo.orders import load_orders, market, stories
from funding.demo.orders.current import everyday
from funding.demo.orders.stories import STORIES, tell
from funding.demo.orders.territory import counts, organisations
from funding.models import Dossier, Enrolment, LifeEvent
from funding.services.order_files import export_order_file, import_order_file
from orders.domain.snapshot import OrderFacts
from orders.exchange.registers import import_register
from orders.models import (
    Claim,
    Conflict,
    ConflictParty,
    ConflictStatus,
    Dispute,
    Event,
    FundedIdentifier,
    Order,
    OrderClient,
    OrderLine,
    OrderState,
    Register,
    RegisteredDoctor,
    RegisteredStructure,
    RegisterLoad,
    Solution,
    Supplier,
)
from orders.selectors.facts import facts_of, with_form
from orders.selectors.history import verify_histories
from orders.selectors.review import review_order
from orders.services.life import cancel_order
from segur.regulation.dates import add_working_days, paris_date
from segur.regulation.finding import Severity
from tests.orders.register_files import ANNUAIRE, RADIOLOGIST, doctor, written

TODAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAYS = [
    datetime(2026, 3, 1, 9, 0, tzinfo=UTC),
    TODAY,
    datetime(2027, 7, 1, 9, 0, tzinfo=UTC),
    datetime(2028, 3, 1, 9, 0, tzinfo=UTC),
    datetime(2030, 1, 1, 0, 30, tzinfo=UTC),
]
DATE_4 = date(2026, 11, 10)
TABLES = (
    *(Supplier, Solution, Enrolment, Order, OrderClient, OrderLine, Claim, Conflict, ConflictParty, Dispute),
    *(FundedIdentifier, RegisterLoad, RegisteredStructure, RegisteredDoctor, Event, LifeEvent, Dossier),
)
day_of = pytest.mark.parametrize("day", DAYS, ids=lambda day: day.date().isoformat())


def everything() -> str:
    """Every row that the loader makes, as text."""
    return serializers.serialize("json", [row for table in TABLES for row in table._default_manager.order_by("pk")])


def recorded() -> list[OrderFacts]:
    return [facts_of(order) for order in with_form(Order.objects.order_by("pk"))]


@pytest.mark.django_db
@day_of
def test_a_second_start_changes_nothing_and_every_history_is_whole(day: datetime) -> None:
    with time_machine.travel(day, tick=False):
        assert load_demonstration(day)["orders"] == Order.objects.count() > 40
        before = everything()
        assert load_orders(day) == 0
        assert load_demonstration(day + timedelta(days=3))["orders"] == 0
    assert everything() == before
    report = verify_histories()
    assert (report.broken, report.events > 100) == ((), True)


@pytest.mark.django_db
@day_of
def test_nothing_is_dated_after_the_day(day: datetime) -> None:
    load_demonstration(day)
    today = paris_date(day)
    for order in recorded():
        assert order.issued_on is None or order.issued_on <= today
        assert all(client.signed_on is None or client.signed_on <= min(today, DATE_4) for client in order.clients)
        assert order.tranche is None or order.tranche.calculated_on is None or order.tranche.calculated_on <= today
    for solution in Solution.objects.all():
        dates = [solution.referenced_on, solution.refused_on, solution.withdrawn_on]
        assert all(each is None or each <= today for each in dates)
        assert solution.complete_file_submitted_at is None or solution.complete_file_submitted_at <= day
    for enrolment in Enrolment.objects.all():
        dates = [enrolment.submitted_on, enrolment.validated_on, enrolment.finalised_on]
        assert all(each is None or each <= today for each in dates)
    assert not Event.objects.filter(at__gt=day).exists()
    assert not Event.objects.filter(recorded_at__gt=day).exists()
    assert not LifeEvent.objects.filter(at__gt=day).exists()
    assert not LifeEvent.objects.filter(recorded_at__gt=day).exists()
    assert not Conflict.objects.filter(decided_at__gt=day).exists()
    assert not Order.objects.filter(ended_at__gt=day).exists()
    assert not any(conflict.decided_at and conflict.decided_at <= conflict.opened_at for conflict in _conflicts())


@pytest.mark.django_db
@day_of
def test_one_dispute_waits_for_its_answer_and_one_was_answered_in_time(day: datetime) -> None:
    load_demonstration(day)
    waiting = Dispute.objects.get(answered_at__isnull=True)
    answered = Dispute.objects.get(answered_at__isnull=False)
    assert waiting.reply_due_on == add_working_days(paris_date(waiting.opened_at), 10) > paris_date(day), "F2"
    assert answered.answered_at is not None
    assert paris_date(answered.answered_at) <= answered.reply_due_on < paris_date(day)
    assert waiting.conflict is not None
    assert waiting.conflict.status == ConflictStatus.OPEN


@pytest.mark.django_db
@day_of
def test_a_few_drafts_are_written_in_time_for_date_4(day: datetime) -> None:
    load_demonstration(day)
    drafts = [order for order in recorded() if order.issued_on is None]
    assert len(drafts) == 5
    last = min(paris_date(day), DATE_4)
    calculated = [order.tranche.calculated_on for order in drafts if order.tranche]
    assert len(calculated) == 4
    assert all(each is not None and last - timedelta(days=31) <= each < last for each in calculated)


@pytest.mark.parametrize("day", [DATE_4, date(2028, 2, 29)])
def test_the_same_day_tells_the_same_stories(day: date) -> None:
    assert tell(day) == tell(day)


def test_the_numbers_are_made_up_their_keys_are_right_and_nobody_shares_one() -> None:
    people = [doctor for each in organisations() for doctor in each.doctors]
    finess = [site.finess for each in organisations() for site in each.sites]
    am = [number for each in people for number, _ in (*each.radiology, *each.nuclear)]
    rpps = [each.rpps for each in people]
    siren = [each.siren for each in organisations()]
    siret = [each.siret for each in market.SUPPLIERS]
    assert all(re.fullmatch(r"(99|2A|2B)00[0-9]{5}", number) for number in finess)
    assert all(re.fullmatch(r"992[0-9]{6}", number) for number in am)
    assert all(re.fullmatch(r"199[0-9]{8}", number) for number in rpps)
    assert all(re.fullmatch(r"000[0-9]{6}", number) for number in siren)
    assert all(re.fullmatch(r"000[0-9]{11}", number) for number in siret)
    numbers = [*finess, *am, *rpps, *siren, *siret]
    assert all(luhn.is_valid(number.replace("A", "1").replace("B", "2")) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    counted = [(number, activity) for number, activity, _ in counts()]
    assert len(set(counted)) == len(counted)


@pytest.mark.django_db
def test_two_hundred_orders_of_every_kind() -> None:
    load_demonstration(TODAY)
    orders = recorded()
    assert 190 <= len(orders) <= 220
    states = Counter(Order.objects.values_list("state", flat=True))
    assert set(states) == set(OrderState)
    assert states[OrderState.SIGNED] > 150
    assert {order.tranche.letter for order in orders if order.tranche} == set("ABCDEFGH")
    assert {str(order.vat) for order in orders} == {"20", "8.5", "none"}
    assert {str(order.identity) for order in orders if order.identity} == {"master", "slave", "mixed"}
    assert {str(order.prestation) for order in orders} == {"vague-2", "vague-1-2", "db-update", "db-new"}
    assert {str(order.db_installation) for order in orders if order.pacs} == {"native-pacs", "existing-dicom", "other"}
    assert {str(client.kind) for order in orders for client in order.clients} == {"establishment", "practice"}
    assert sum(len(order.clients) > 1 for order in orders) > 5
    assert {order.supplier for order in orders} == {each.siret for each in market.SUPPLIERS}
    assert Solution.objects.filter(refused_on__isnull=False).count() == 1
    # R20: three pilots for every solution that was referenced, each another client.
    for solution in Solution.objects.filter(referenced_on__isnull=False):
        signers = {order.clients[0].siren for order in orders if order.solution == solution.key and order.signed_by_all}
        assert len(signers) >= 3


PLANTED = {
    "R37-ceiling-principal": Severity.ERROR,
    "A17-rounding": Severity.WARNING,
    "R37-zero": Severity.ERROR,
    "R37-line-missing": Severity.ERROR,
    "R23-mention": Severity.ERROR,
    "R23-120-days": Severity.ERROR,
    "R22-date-4-passed": Severity.ERROR,
    "A5-identifier-key": Severity.WARNING,
    "R10-health-centre": Severity.ERROR,
    "R10-speciality": Severity.ERROR,
    "R7-legal-entity": Severity.ERROR,
    "R35-signature-mode": Severity.WARNING,
    "R15-wave-1-funded": Severity.ERROR,
    "R15-wave-1-paid": Severity.ERROR,
    "R16-update-only": Severity.ERROR,
    "R17-drimbox": Severity.WARNING,
    "R52-other-numbers": Severity.ERROR,
    "R52-number-left-out": Severity.WARNING,
    "R52-not-recorded": Severity.WARNING,
    "F3-all-invalid": Severity.ERROR,
    "F3-invalid-number": Severity.WARNING,
    "R62-de-minimis": Severity.WARNING,
}


@pytest.mark.django_db
def test_every_planted_trouble_is_found_and_everyday_orders_are_without_error() -> None:
    load_demonstration(TODAY)
    found = {(order.supplier, order.number): review_order(order, now=TODAY) for order in recorded()}
    said = {finding.code: finding.severity for findings in found.values() for finding in findings}
    assert {code: said.get(code) for code in PLANTED} == PLANTED
    errors = {finding.code for findings in found.values() for finding in findings if finding.blocks}
    assert errors == {code for code, severity in PLANTED.items() if severity is Severity.ERROR}
    desk = stories.Desk()
    *_, ordinary = [story(desk, paris_date(TODAY)) for story in STORIES]
    assert STORIES[-1] is everyday
    assert len(ordinary.orders) > 85
    for order in ordinary.orders:
        assert [finding for finding in found[order.supplier, order.number] if finding.blocks] == []


@pytest.mark.django_db
def test_above_the_ceiling_by_two_cents_and_by_one() -> None:
    load_demonstration(TODAY)
    messages = [
        (finding.code, re.search(r"dépasse le plafond de (\S+)", finding.message))
        for order in recorded()
        for finding in review_order(order, now=TODAY)
        if finding.code in {"R37-ceiling-principal", "A17-rounding"}
    ]
    assert sorted((code, found.group(1)) for code, found in messages if found) == [
        ("A17-rounding", "0,01"),
        ("R37-ceiling-principal", "0,02"),
    ]


def _conflicts() -> list[Conflict]:
    return list(Conflict.objects.select_related("holder", "holder_funded"))


@pytest.mark.django_db
def test_conflicts_of_every_kind_open_and_decided() -> None:
    load_demonstration(TODAY)
    known = Counter(
        (row.programme, row.kind, row.activity, row.status, row.holder_funded is not None) for row in _conflicts()
    )
    assert known == {
        (market.RIS, "am", "", "open", False): 2,
        (market.RIS, "am", "", "open", True): 1,
        (market.RIS, "am", "", "excluded", False): 1,
        (market.RIS, "am", "", "released", False): 1,
        (market.RIS, "am", "", "transferred", False): 1,
        (market.RIS, "finess", "radiology", "open", False): 1,
        (market.RIS, "instance", "", "open", False): 1,
        (market.DRIMBOX, "siren", "", "open", False): 1,
        (market.DRIMBOX, "pacs", "", "open", False): 1,
        (market.DRIMBOX, "am", "", "open", False): 1,
        (market.DRIMBOX, "finess", "", "open", False): 1,
        (market.DRIMBOX, "finess", "", "open", True): 1,
        (market.DRIMBOX, "finess", "", "dismissed", False): 1,
    }
    suppliers = [
        {row.holder.supplier_id, *row.parties.values_list("order__supplier_id", flat=True)}
        for row in _conflicts()
        if row.holder
    ]
    assert any(len(of_one) > 1 for of_one in suppliers)


@pytest.mark.django_db
def test_the_file_of_the_whole_database_says_nothing_new_to_it() -> None:
    load_demonstration(TODAY)
    report = import_order_file(export_order_file().encode(), now=TODAY)
    assert (report.created, report.updated, report.refused, report.errors) == (0, 0, 0, [])
    assert report.unchanged == Order.objects.count()


@pytest.mark.django_db
def test_what_a_person_did_with_an_order_stays() -> None:
    load_demonstration(TODAY)
    order = Order.objects.filter(state=OrderState.SIGNED).order_by("pk").first()
    assert order is not None
    cancel_order(order_id=order.pk, reason="Le client renonce.", now=TODAY)
    load_demonstration(TODAY + timedelta(days=1))
    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED


@pytest.mark.django_db
def test_the_command_says_how_many_orders_it_made(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo", "--no-serve")
    assert f"  Commandes\u00a0: {Order.objects.count()}\n" in capsys.readouterr().out
    call_command("demo", "--no-serve")
    assert "Commandes" not in capsys.readouterr().out


@pytest.mark.django_db
def test_a_register_that_is_there_already_is_not_replaced(tmp_path: Path) -> None:
    path = written(tmp_path / "annuaire.txt", ANNUAIRE, [doctor(RADIOLOGIST, "Radio-diagnostic")])
    import_register(path=path, register=Register.RPPS, now=TODAY - timedelta(days=60))
    load_demonstration(TODAY)
    assert RegisterLoad.objects.get(register=Register.RPPS).file_name == "annuaire.txt"
    assert RegisterLoad.objects.filter(register=Register.FINESS).exists()
    assert RegisteredDoctor.objects.count() == 1
