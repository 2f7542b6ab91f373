"""The order file in and out: the same facts, the same bytes, a second import that changes nothing (R42-R45)."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from funding.models import Dossier, Enrolment, LifeEvent, LifeEventChain
from funding.services.order_files import ImportReport, export_order_file, import_order_file, read_order_bytes
from orders.exchange.order_file import UnusableFile
from orders.models import Claim, Client, Conflict, Dispute, Event, EventChain, EventSeal, Order, Solution, Supplier
from orders.selectors.history import verify_histories
from segur.models.append_only import AppendOnly, install_triggers, lift_triggers
from tests.orders import order_files as made
from tests.orders.order_file_samples import sample, sample_bytes

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def imported(document: Any, **options: Any) -> ImportReport:
    return import_order_file(json.dumps(document).encode(), **{"now": NOW, **options})


def refused(report: ImportReport) -> list[tuple[str | None, str, str]]:
    return [(error.order, error.path, error.code) for error in report.errors]


def emptied() -> None:
    """The same database without a row, as one just installed."""
    connection.check_constraints()
    histories = [model for model in apps.get_models() if issubclass(model, AppendOnly)]
    for model in histories:
        lift_triggers(connection, model)
    for model in (LifeEvent, LifeEventChain, Event, EventChain, EventSeal):
        model._base_manager.all()._raw_delete(connection.alias)
    Dispute.objects.all().delete()
    for model in (Conflict, Claim, Order, Client, Enrolment, Solution, Supplier):
        model.objects.all().delete()
    for model in histories:
        install_triggers(connection, model)


def holders() -> set[tuple[Any, ...]]:
    rows = Claim.objects.filter(released_at__isnull=True)
    return set(rows.values_list("programme", "kind", "value", "activity", "order__number", "taken_at"))


def open_conflicts() -> set[tuple[Any, ...]]:
    return {
        (
            *(row.programme, row.kind, row.value, row.activity, row.holder_reference, row.holder_let_go_at is None),
            tuple(sorted((party.order.number, party.state) for party in row.parties.all())),
        )
        for row in Conflict.objects.filter(status="open")
    }


def stored() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of both apps."""
    models = [*apps.get_app_config("orders").get_models(), Enrolment, Dossier, LifeEvent, LifeEventChain]
    return {model._meta.label: list(model._base_manager.order_by("pk").values_list()) for model in models}


def test_a_file_goes_round_twice_with_the_same_bytes_holders_and_conflicts() -> None:
    report = import_order_file(sample_bytes(300, conflicts=0.2), now=NOW)
    assert (report.created, report.refused, report.errors) == (300, 0, [])
    first, held, contested = export_order_file(), holders(), open_conflicts()
    assert len(held) > 1000
    assert len(contested) > 10
    assert len(report.conflicts) == len(contested)
    emptied()
    again = import_order_file(first.encode(), now=LATER)
    assert (again.created, again.errors) == (300, [])
    assert export_order_file() == first
    assert holders() == held
    assert open_conflicts() == contested
    assert verify_histories().broken == ()


def test_the_export_follows_the_first_signatures_then_the_numbers() -> None:
    imported(sample(120, conflicts=0.1))
    orders = json.loads(export_order_file())["orders"]
    signed = [min((c["signed_on"] for c in o["clients"] if c["signed_on"]), default=None) for o in orders]
    dates = [day for day in signed if day is not None]
    assert signed == [*sorted(dates), *[None] * (len(orders) - len(dates))]
    unsigned = [order["number"] for order, day in zip(orders, signed, strict=True) if day is None]
    assert len(unsigned) > 3
    assert unsigned == sorted(unsigned)


def test_a_second_import_changes_nothing() -> None:
    data = sample_bytes(150, conflicts=0.2)
    import_order_file(data, now=NOW)
    before = stored()
    report = import_order_file(data, now=LATER)
    assert report.as_json() == {
        "created": 0, "updated": 0, "unchanged": 150, "refused": 0, "errors": [], "conflicts": [],
    }  # fmt: skip
    assert stored() == before
    exported = import_order_file(export_order_file().encode(), now=LATER)
    assert exported.unchanged == 150
    assert stored() == before


def test_a_file_with_planted_errors_reports_exactly_those() -> None:
    document = sample(200)
    planted = {}
    for place in range(3, 200, 20):
        order = document["orders"][place]
        if place % 40 == 3:
            order["clients"][0]["lines"][0]["finess"] = "12"
            planted[order["number"]] = ("clients[0].lines[0].finess", "identifier-shape")
        else:
            order["solution"] = "inconnue"
            planted[order["number"]] = ("solution", "unknown-reference")
    report = imported(document)
    assert len(planted) == 10
    assert {(order, path, code) for order, path, code in refused(report)} == {
        (order, *where) for order, where in planted.items()
    }
    assert (report.created, report.refused) == (190, 10)
    assert not Order.objects.filter(number__in=planted).exists()


def test_a_dry_run_writes_nothing_and_says_the_same() -> None:
    document = sample(80, conflicts=0.3)
    document["orders"][7]["solution"] = "inconnue"
    before = stored()
    tried = imported(document, dry_run=True)
    assert stored() == before
    assert tried.as_json() == imported(document).as_json()
    assert tried.conflicts
    assert tried.errors


def test_all_or_nothing_leaves_nothing_when_one_row_is_refused() -> None:
    document = sample(30)
    document["orders"][7]["solution"] = "inconnue"
    report = imported(document, atomic=True)
    assert (report.created, report.refused) == (0, 1)
    assert refused(report) == [(document["orders"][7]["number"], "solution", "unknown-reference")]
    assert not Order.objects.exists()
    assert not Supplier.objects.exists()
    del document["orders"][7]
    assert imported(document, atomic=True).created == 29


def test_what_suppliers_solutions_and_enrolments_name_must_exist() -> None:
    stranger = made.keyed(made.keyed("44444440") + "0001")
    report = imported(
        made.order_file(
            made.ris_order(),
            solutions=[made.solution(), made.solution(key="x", supplier=stranger)],
            enrolments=[made.enrolment(), made.enrolment(number="E2", solution="nulle"), made.enrolment(number="E3")],
        )
    )
    assert refused(report) == [
        (None, "solutions[1].supplier", "unknown-reference"),
        (None, "enrolments[1].solution", "unknown-reference"),
    ]
    assert report.created == 1
    assert set(Enrolment.objects.values_list("number", flat=True)) == {"ENR0001", "E3"}


def test_a_solution_that_was_sold_keeps_its_programme() -> None:
    imported(made.order_file(made.ris_order()))
    report = imported(made.order_file(solutions=[made.solution(programme="IMG-DB-Va2")], enrolments=[]))
    assert refused(report) == [(None, "solutions[0].programme", "solution-in-use")]
    assert Solution.objects.get(key="imagix-ris").programme == "IMG-RIS-Va2"


def test_suppliers_solutions_and_enrolments_follow_a_later_file() -> None:
    imported(made.order_file())
    later = made.order_file(
        suppliers=[made.supplier(hosting="hds")],
        solutions=[made.solution(referenced_on="2026-07-01")],
        enrolments=[made.enrolment(finalised_on="2026-07-05")],
    )
    imported(later, now=LATER)
    document = json.loads(export_order_file())
    assert document["suppliers"][0]["hosting"] == "hds"
    assert [each["referenced_on"] for each in document["solutions"] if each["key"] == "imagix-ris"] == ["2026-07-01"]
    assert document["enrolments"][0]["finalised_on"] == "2026-07-05"
    assert Enrolment.objects.get().recorded_at == NOW


def test_one_programme_is_exported_with_what_it_concerns() -> None:
    imported(made.order_file(made.ris_order(), made.drimbox_order(clients=[made.client()])))
    document = json.loads(export_order_file(programme="IMG-DB-Va2"))
    assert [order["number"] for order in document["orders"]] == ["BDC-DB-1"]
    assert [solution["key"] for solution in document["solutions"]] == ["imagix-db"]
    assert document["enrolments"] == []
    emptied()
    assert imported(document).errors == []


def test_an_event_without_its_step_is_refused_where_it_stands_and_nothing_after_it_is_tried() -> None:
    signed = made.client(signed_on="2026-05-12", signature="cpx")
    events = [
        {"type": "cancelled", "at": "2026-12-01", "reason": "Abandon"},
        {"type": "advance_submitted", "at": "2026-09-01T10:00"},
        {"type": "balance_validated", "at": "2026-09-02T10:00"},
    ]
    document = made.order_file(made.ris_order(issued_on="2026-05-04", clients=[signed], events=events))
    report = imported(document)
    assert (report.created, report.refused) == (1, 0)
    assert refused(report) == [("BDC-1", "events[2]", "R68-no-such-step")]
    assert Order.objects.get().state == "signed"
    assert list(LifeEvent.objects.values_list("action", flat=True)) == ["advance_submitted"]
    again = imported(document, now=LATER)
    assert (again.unchanged, refused(again)) == (1, refused(report))


def test_a_history_names_no_person_and_no_client() -> None:
    document = sample(40, conflicts=0.5)
    imported(document)
    changed = copy.deepcopy(document)
    for order in changed["orders"]:
        if not any(client.get("signed_on") for client in order["clients"]) and not order.get("events"):
            order["clients"][0]["email"] = "autre@exemple.test"
            order["clients"][0]["lines"][-1]["am"] = [made.AM]
    imported(changed, now=LATER)
    told = " ".join(Event.objects.values_list("payload_text", flat=True))
    clients = [client for order in document["orders"] for client in order["clients"]]
    secrets = {made.AM, "exemple.test", *(client["name"] for client in clients)}
    secrets |= {number for client in clients for line in client["lines"] for number in line.get("am", [])}
    assert Event.objects.filter(action="opened").exists()
    assert Event.objects.filter(action__in=["edited", "corrected"]).exists()
    assert [secret for secret in secrets if secret in told] == []


def test_the_number_of_statements_does_not_follow_the_number_of_orders() -> None:
    counts = []
    for size in (200, 800):
        with CaptureQueriesContext(connection) as queries:
            import_order_file(sample_bytes(size), now=NOW, dry_run=True)
        counts.append(len(queries))
    assert counts[1] - counts[0] < 10


def test_a_client_described_twice_is_kept_with_each_order_and_said() -> None:
    other = made.client(name="Centre hospitalier du Test")
    other["lines"] = [made.establishment(name="CH du test", finess=made.OTHER_FINESS)]
    report = imported(
        made.order_file(made.ris_order(), made.ris_order(number="BDC-2", instance="I-2", clients=[other]))
    )
    assert report.errors == []
    assert report.all_good
    assert report.warnings == [
        f"Le SIREN {made.SIREN} s’appelle «\u202fCH du Test\u00a0» dans la commande BDC-1 et"
        " «\u202fCentre hospitalier du Test\u00a0» dans la commande BDC-2. Chaque commande garde son nom."
    ]
    names = {order["number"]: order["clients"][0]["name"] for order in json.loads(export_order_file())["orders"]}
    assert names == {"BDC-1": "CH du Test", "BDC-2": "Centre hospitalier du Test"}
    assert Client.objects.get(siren=made.SIREN).name == "Centre hospitalier du Test"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Fichier vide."),
        (b"pas du JSON", "n’est pas du JSON"),
        (b"[]", "doit contenir un objet JSON"),
        (b'{"format": "autre"}', "n’est pas un"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(content: bytes, sentence: str) -> None:
    with pytest.raises(UnusableFile, match=sentence):
        import_order_file(content, now=NOW)
    assert not Supplier.objects.exists()


def test_a_file_too_big_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "commandes.json"
    path.write_bytes(b" " * 1_500_001)
    monkeypatch.setattr(settings, "SEGUR_MAX_ORDERS_BYTES", 1_500_000)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read"))
    with pytest.raises(UnusableFile, match="pèse 1,5\u00a0Mo\u202f; la limite est 1,5\u00a0Mo"):
        read_order_bytes(path)
    with pytest.raises(UnusableFile, match="SEGUR_MAX_ORDERS_MB"):
        import_order_file(b" " * 1_500_001, now=NOW)
