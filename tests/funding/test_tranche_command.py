"""The tranche of four lists on the loaded counts: the command's answer, what is kept, and what it costs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from funding.exchange.activity import import_activity
from funding.models import ActivityChoice, ActivitySource, TrancheCalculation
from funding.selectors.tranche import recent_calculations, result_of
from funding.services.activity import store_counts
from funding.services.tranche import calculate_tranche, lists_from_text
from orders.domain.snapshot import FourLists
from segur.regulation.catalogue import UnknownProgrammeError
from tests.commands import Outcome, run
from tests.funding.activity_files import CLINIC, CORSICAN, DOCTOR, HOSPITAL, NOW, REAL_SAE, number

pytestmark = pytest.mark.django_db

RIS = "IMG-RIS-Va2"
NUCLEAR_DOCTOR = number("99100005")
EMPTY = {"am_radiology": [], "am_nuclear": [], "finess_radiology": [], "finess_nuclear": []}


@pytest.fixture(autouse=True)
def counts() -> None:
    store_counts(
        counts=[
            ("any", DOCTOR, "radiology", 2_870),
            ("am", NUCLEAR_DOCTOR, "nuclear", 100),
            ("finess", HOSPITAL, "radiology", 41_820),
            ("finess", HOSPITAL, "nuclear", 1_402),
            ("finess", CLINIC, "radiology", 0),
            ("finess", CORSICAN, "radiology", 6_144),
        ],
        source=ActivitySource.CSV,
        year=2023,
        file_name="counts.csv",
        sha256="0" * 64,
        rows=6,
        identifiers=5,
        ignored=0,
        refused=0,
        now=NOW,
    )


def tranche(*arguments: str) -> Outcome:
    return run("tranche", "--programme", RIS, *arguments)


class TestCommand:
    def test_one_calculation_over_the_four_lists_nuclear_weighted_five_times(self) -> None:
        done = tranche(
            "--json",
            "--finess-radiology",
            f"{HOSPITAL}; {CORSICAN.lower()}",
            "--finess-nuclear",
            HOSPITAL,
            "--am-radiology",
            f"{DOCTOR};{DOCTOR}",
            "--am-nuclear",
            NUCLEAR_DOCTOR,
        )
        examinations = 41_820 + 6_144 + 2_870 + 5 * (1_402 + 100)
        assert (done.status, done.err) == (0, "")
        assert done.document == {
            "tranche": "C",
            "examinations": examinations,
            "authority": "estimate",
            "valid": {
                "am_radiology": [DOCTOR],
                "am_nuclear": [NUCLEAR_DOCTOR],
                "finess_radiology": [HOSPITAL, CORSICAN],
                "finess_nuclear": [HOSPITAL],
            },
            "invalid": EMPTY,
        }

    def test_a_count_of_unknown_kind_serves_whichever_list_names_it(self) -> None:
        for option in ("--am-radiology", "--finess-radiology"):
            assert tranche(option, DOCTOR, "--json").document["examinations"] == 2_870

    def test_what_does_not_count_is_named_with_its_reason(self) -> None:
        done = tranche("--json", "--finess-nuclear", f"{CORSICAN};{HOSPITAL};1,0E+07", "--am-radiology", CLINIC)
        assert done.status == 0
        reasons = {
            name: {entry["value"]: entry["reason"] for entry in entries}
            for name, entries in done.document["invalid"].items()
            if entries
        }
        assert list(reasons) == ["am_radiology", "finess_nuclear"]
        assert set(reasons["finess_nuclear"]) == {CORSICAN, "1,0E+07"}
        assert "notation de tableur" in reasons["finess_nuclear"]["1,0E+07"]
        assert "radiologie" in reasons["finess_nuclear"][CORSICAN]

    @pytest.mark.parametrize("arguments", [(), ("--finess-radiology", CLINIC), ("--am-radiology", "'; DROP TABLE x")])
    def test_nothing_that_counts_is_no_tranche_and_status_1(self, arguments: tuple[str, ...]) -> None:
        done = tranche("--json", *arguments)
        assert (done.status, done.document["tranche"], done.document["examinations"]) == (1, None, 0)

    def test_people_read_the_sum_and_where_it_comes_from(self) -> None:
        done = tranche("--finess-nuclear", HOSPITAL, "--am-radiology", "12")
        assert (done.status, done.err) == (0, "")
        lines = done.out.splitlines()
        assert lines[0] == "IMG-RIS-Va2\u00a0: tranche A, 7\u202f010 examens pondérés"
        assert lines[1] == "7\u202f009 au-dessus du seuil de la tranche, 7\u202f991 avant la suivante."
        assert f"  {HOSPITAL}\u00a0: 1\u202f402 × 5 = 7\u202f010" in lines
        assert any(line.startswith("  12\u00a0: non compté. ") for line in lines)
        assert lines[-2:] == [
            "Source\u00a0: Nombres par numéro, chargée le 24 novembre 2026.",
            "Estimation\u00a0: seul le résultat du service de calcul de l’ANS fait foi (R52).",
        ]

    def test_people_read_that_nothing_counts(self) -> None:
        done = tranche()
        assert (done.status, done.out.splitlines()[0]) == (
            1,
            "IMG-RIS-Va2\u00a0: aucune tranche, rien ne compte (R51).",
        )

    @pytest.mark.parametrize(
        ("arguments", "line"),
        [
            ((), "Il manque --programme."),
            (("--programme", "IMG-XX"), "Programme inconnu"),
            (("--programme", RIS, "--rpps", "1"), "Argument inconnu"),
        ],
    )
    def test_unusable_arguments_are_one_line_and_status_2(self, arguments: tuple[str, ...], line: str) -> None:
        done = run("tranche", *arguments)
        assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
        assert done.err.startswith(line)

    def test_a_question_is_not_kept(self) -> None:
        tranche("--finess-radiology", HOSPITAL)
        assert not TrancheCalculation.objects.exists()

    @pytest.mark.parametrize(
        ("count", "letter"), [(0, None), (1, "A"), (15_000, "A"), (15_001, "B"), (60_000, "C"), (960_001, "H")]
    )
    def test_tranches_at_their_bounds(self, tmp_path: Path, count: int, letter: str | None) -> None:
        path = tmp_path / "counts.csv"
        path.write_text(f"identifier;activity;count\n{CLINIC};radiology;{count}\n", encoding="utf-8")
        import_activity(path=path, source=ActivitySource.CSV, now=NOW + timedelta(days=1))
        assert tranche("--finess-radiology", CLINIC, "--json").document["tranche"] == letter

    def test_the_drimbox_counts_alike(self) -> None:
        done = run("tranche", "--programme", "IMG-DB-Va2", "--finess-radiology", HOSPITAL, "--json")
        assert (done.status, done.document["examinations"]) == (0, 41_820)


if REAL_SAE.exists():

    def test_the_published_sae_file_gives_fleyriat_its_tranche() -> None:
        import_activity(path=REAL_SAE, source=ActivitySource.SAE_IMAGES, now=NOW)
        document = tranche("--finess-radiology", "010000024", "--json").document
        assert (document["examinations"], document["tranche"]) == (58_490, "C")


class TestKeeping:
    def test_an_answer_is_kept_and_shown_again_as_it_was(self, django_user_model) -> None:
        person = django_user_model.objects.create_user("nora")
        lists = lists_from_text({"finess_radiology": f"{HOSPITAL} {CLINIC}", "am_radiology": f"{DOCTOR};12"})
        made = calculate_tranche(
            programme_id=RIS,
            lists=lists,
            now=NOW,
            reference="Centre Étoile",
            recipient="bureau@imagix.example",
            actor=person,
        )
        store_counts(
            counts=[("finess", HOSPITAL, "radiology", 1)],
            source=ActivitySource.CSV,
            year=2023,
            file_name="later.csv",
            sha256="1" * 64,
            rows=1,
            identifiers=1,
            ignored=0,
            refused=0,
            now=NOW + timedelta(days=1),
        )
        kept = TrancheCalculation.objects.get()
        assert made.kept == kept
        assert result_of(kept) == made.result
        assert (kept.tranche, kept.examinations, kept.activity) == ("C", 44_690, ActivityChoice.RADIOLOGY)
        assert (kept.programme, kept.regulation_version) == (made.programme.id, made.programme.version)
        assert (kept.finess_radiology, kept.am_radiology) == ([HOSPITAL, CLINIC], [DOCTOR, "12"])
        assert (kept.created_at, kept.created_by) == (NOW, person)
        assert {**kept.result, **made.result.as_json()} == kept.result
        assert kept.result["counts_loaded"] == {"csv": NOW.isoformat()}

    def test_no_tranche_is_kept_too(self) -> None:
        made = calculate_tranche(programme_id=RIS, lists=FourLists(am_nuclear=(CLINIC,)), now=NOW)
        assert made.kept is not None
        assert (made.kept.tranche, made.kept.examinations, made.kept.activity) == ("", 0, ActivityChoice.NUCLEAR)
        assert result_of(TrancheCalculation.objects.get()) == made.result

    def test_the_choice_of_the_form_is_kept(self) -> None:
        made = calculate_tranche(
            programme_id=RIS, lists=FourLists(am_radiology=(DOCTOR,)), now=NOW, activity=ActivityChoice.MIXED
        )
        assert made.kept is not None
        assert made.kept.activity == "mixed"

    @pytest.mark.parametrize("size", [1, 2_000])
    def test_two_queries_whatever_the_lists(self, size: int, django_assert_num_queries) -> None:
        lists = FourLists(am_radiology=tuple(f"{value:09d}" for value in range(1, size + 1)))
        with django_assert_num_queries(2):
            calculate_tranche(programme_id=RIS, lists=lists, now=NOW)

    def test_recent_calculations_come_latest_first_in_one_query(self, django_assert_num_queries) -> None:
        for day in range(3):
            calculate_tranche(
                programme_id=RIS, lists=FourLists(), now=NOW + timedelta(days=day), reference=f"calcul {day}"
            )
        with django_assert_num_queries(1):
            names = [(kept.reference, kept.created_by, kept.tranche) for kept in recent_calculations()[:2]]
        assert names == [("calcul 2", None, ""), ("calcul 1", None, "")]

    def test_an_unknown_programme_keeps_nothing(self) -> None:
        with pytest.raises(UnknownProgrammeError):
            calculate_tranche(programme_id="IMG-XX", lists=FourLists(), now=NOW)
        assert not TrancheCalculation.objects.exists()

    @pytest.mark.parametrize(
        "change", [{"tranche": ""}, {"examinations": 0}, {"activity": "both"}, {"tranche": "", "examinations": 3}]
    )
    def test_the_database_refuses_a_tranche_without_examinations(self, change: dict[str, object]) -> None:
        calculate_tranche(programme_id=RIS, lists=FourLists(am_radiology=(DOCTOR,)), now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            TrancheCalculation.objects.update(**change)

    def test_a_hostile_number_is_kept_as_a_value(self) -> None:
        lists = lists_from_text({"am_radiology": "<script>;\x00;' OR 1=1 --"})
        made = calculate_tranche(programme_id=RIS, lists=lists, now=NOW)
        assert result_of(TrancheCalculation.objects.get()) == made.result
        assert made.result.tranche is None
