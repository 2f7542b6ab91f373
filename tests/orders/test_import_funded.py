"""Identifiers funded elsewhere: holders for a programme of the product, A28 for wave 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from orders.models import Claim, Conflict, Event, FundedIdentifier
from orders.selectors.claims import conflict_json, open_conflicts
from tests.commands import Outcome, run
from tests.orders.factories import am, client, doctor, finess, record, ris_facts, siren

AM, OTHER_AM, FINESS, SIREN = am(1), am(2), finess(1), siren(1)

pytestmark = pytest.mark.django_db
HEADER = "kind;value;activity;reference"


@pytest.fixture
def load(tmp_path: Path):
    def load(
        *rows: str, programme: str = "IMG-RIS-Va2", header: str = HEADER, more: tuple[str, ...] = ("--json",)
    ) -> Outcome:
        path = tmp_path / "finances.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return run("import_funded", str(path), "--programme", programme, *more)

    return load


def holders() -> set[tuple[str, str, str]]:
    active = Claim.objects.filter(released_at__isnull=True, funded__isnull=False)
    return set(active.values_list("kind", "value", "activity"))


def test_the_answer_is_that_of_import_activity(load) -> None:
    outcome = load(f"am;{AM};radiology;BDC-AUTRE", "am;12;radiology;BDC-AUTRE", f"siren;{SIREN};;BDC-AUTRE")

    assert outcome.status == 1
    (error,) = outcome.document["errors"]
    assert (error["line"], error["code"]) == (3, "A5-identifier-shape")
    assert {key: value for key, value in outcome.document.items() if key != "errors"} == {
        "rows": 3,
        "identifiers": 1,
        "ignored": 1,
    }


def test_numbers_of_a_programme_are_held_once_per_activity_of_its_uniqueness(load) -> None:
    outcome = load(f"am;{AM};radiology;L1", f"am;{OTHER_AM};;L1", f"finess;{FINESS};mixed;L1", "instance;Ris  Nord;;L1")

    assert outcome.status == 0
    assert holders() == {
        ("am", AM, ""),
        ("am", OTHER_AM, ""),
        ("finess", FINESS, "radiology"),
        ("finess", FINESS, "nuclear"),
        ("instance", "RIS NORD", ""),
    }


def test_a_drimbox_finess_has_no_activity_and_a_siren_counts(load) -> None:
    load(f"finess;{FINESS};radiology;L1", f"finess;{FINESS};nuclear;L1", f"siren;{SIREN};;L1", programme="IMG-DB-Va2")
    assert holders() == {("finess", FINESS, ""), ("siren", SIREN, "")}


def test_the_same_list_again_changes_nothing(load) -> None:
    rows = [f"am;{AM};radiology;L1", f"finess;{FINESS};mixed;L1"]
    first = load(*rows)
    before = list(Claim.objects.values()), list(FundedIdentifier.objects.values()), Event.objects.count()

    again = load(*rows)

    assert (again.status, again.document) == (0, first.document)
    assert (list(Claim.objects.values()), list(FundedIdentifier.objects.values()), Event.objects.count()) == before


def test_a_number_that_an_order_holds_opens_a_conflict_in_its_name_only_once(load) -> None:
    order = record(ris_facts("BDC-1", client(1, [doctor(1)])))

    load(f"am;{AM};;BDC-AUTRE")
    load(f"am;{AM};;BDC-AUTRE")

    assert [conflict_json(conflict) for conflict in open_conflicts()] == [
        {
            "programme": "IMG-RIS-Va2",
            "kind": "am",
            "value": AM,
            "activity": None,
            "holder": "BDC-AUTRE",
            "claimants": [order.number],
            "status": "open",
            "rule": "R43",
        }
    ]
    assert not [event for event in Event.objects.all() if AM in event.payload_text]


def test_an_order_that_comes_after_is_in_conflict_with_the_list(load) -> None:
    load(f"am;{AM};;BDC-AUTRE")
    record(ris_facts("BDC-1", client(1, [doctor(1)])))
    assert Conflict.objects.get().holder_reference == "BDC-AUTRE"


def test_wave_1_holds_nothing_and_keeps_its_activity(load) -> None:
    outcome = load(
        f"am;{AM};radiology;V1", f"finess;{FINESS};nuclear;V1", f"siren;{SIREN};;V1", programme="RAD-RIS-Va1"
    )

    assert (outcome.status, outcome.document["ignored"]) == (0, 1)
    assert not Claim.objects.exists()
    assert set(FundedIdentifier.objects.values_list("kind", "value", "activity", "reference")) == {
        ("am", AM, "radiology", "V1"),
        ("finess", FINESS, "nuclear", "V1"),
    }


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("rpps;10100000008;;L1", "R43-kind"),
        ("am;1234;;L1", "A5-identifier-shape"),
        ("siren;732829321;;L1", "A5-identifier-key"),
        ("finess;;;L1", "A5-identifier-shape"),
        (f"am;{AM};mixed;L1", "R39-mixed"),
        (f"am;{AM};dentaire;L1", "R44-activity"),
        (f"am;{AM};;", "R43-reference"),
        (f"am;{AM};;{'x' * 201}", "R43-reference"),
        ("instance;;;L1", "R43-value"),
        ("instance;a\x07b;;L1", "R43-value"),
        (f"am;{AM};L1", "row-width"),
    ],
)
def test_a_bad_row_is_named_by_its_line_and_the_others_go_in(load, row: str, code: str) -> None:
    outcome = load(row, f"am;{OTHER_AM};;L1")

    assert [(error["line"], error["code"]) for error in outcome.document["errors"]] == [(2, code)]
    assert holders() == {("am", OTHER_AM, "")}


def test_the_answer_for_people(load) -> None:
    record(ris_facts("BDC-1", client(1, [doctor(1)])))
    outcome = load(f"am;{AM};;BDC-AUTRE", "x;1;;L", f"siren;{SIREN};;L", more=())

    assert outcome.out.splitlines() == [
        "IMG-RIS-Va2, identifiants financés ailleurs",
        "3 lignes, 1 identifiant (1 nouveau)",
        "1 conflit ouvert avec les commandes enregistrées",
        "1 ligne écartée\u00a0: SIREN, sans unicité dans ce programme",
        "1 ligne refusée\u00a0:",
        "  ligne 3\u00a0: Nature «\u202fx\u00a0» inconnue. Attendu\u00a0: am, finess, siren, pacs, instance.",
    ]


@pytest.mark.parametrize("content", [b"", b"kind;value\n", f"{HEADER}\n".encode(), b"PK\x03\x04", b"a\x00b"])
def test_a_file_that_is_no_list_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "finances.csv"
    path.write_bytes(content)

    outcome = run("import_funded", str(path), "--programme", "IMG-RIS-Va2")

    assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert "finances.csv" in outcome.err


def test_an_unknown_programme_and_a_missing_file_are_refused(load, tmp_path: Path) -> None:
    outcome = load(f"am;{AM};;L1", programme="IMG-XX")
    assert (outcome.status, outcome.err) == (
        2,
        "Programme «\u202fIMG-XX\u00a0» inconnu. Attendu\u00a0: RAD-RIS-Va1, IMG-RIS-Va2, IMG-DB-Va2.\n",
    )
    assert run("import_funded", str(tmp_path / "rien.csv"), "--programme", "IMG-RIS-Va2").status == 2
