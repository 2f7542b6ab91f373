"""Keeping counts: once per source, replaced and never added; the command's answers and refusals."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from funding.exchange.activity import UnusableFile, import_activity
from funding.models import ActivityImport, ActivitySource, ReferenceCount
from funding.services.activity import store_counts
from tests.benchmarks import activity as benchmark
from tests.commands import Outcome, run
from tests.funding.activity_files import CLINIC, DOCTOR, HOSPITAL, NOW, REAL_SAE, SAE_HEADER, csv_text, sae_row

CSV = ActivitySource.CSV
HEADER = "identifier;activity;count"


@pytest.fixture
def file(tmp_path: Path):
    def file(*rows: str, header: str = HEADER, name: str = "counts.csv") -> Path:
        path = tmp_path / name
        path.write_text(csv_text(header, rows), encoding="utf-8", newline="")
        return path

    return file


def command(path: Path | str, source: str = "csv", *more: str) -> Outcome:
    return run("import_activity", str(path), "--source", source, *more)


@pytest.mark.django_db
class TestKeeping:
    def test_the_same_file_again_changes_no_count(self, file) -> None:
        path = file(f"{DOCTOR};radiology;12", f"{DOCTOR};nuclear;3")
        first = import_activity(path=path, source=CSV, now=NOW)
        before = list(ReferenceCount.objects.order_by("pk").values_list("pk", "value", "activity", "count"))
        again = import_activity(path=path, source=CSV, now=NOW + timedelta(days=1))
        assert again == first
        assert list(ReferenceCount.objects.order_by("pk").values_list("pk", "value", "activity", "count")) == before
        assert ActivityImport.objects.values_list("sha256", flat=True).distinct().count() == 1

    def test_the_same_source_replaces_its_own_count_and_leaves_the_rest(self, file) -> None:
        import_activity(path=file(f"{DOCTOR};radiology;12", f"{CLINIC};radiology;1"), source=CSV, now=NOW)
        import_activity(path=file(f"{DOCTOR};radiology;20"), source=CSV, now=NOW + timedelta(days=1))
        assert set(ReferenceCount.objects.values_list("value", "count", "imported_at")) == {
            (DOCTOR, 20, NOW + timedelta(days=1)),
            (CLINIC, 1, NOW),
        }

    def test_another_source_stands_beside(self, file) -> None:
        import_activity(path=file(f"{HOSPITAL};radiology;12"), source=CSV, now=NOW)
        sae = file(sae_row(HOSPITAL, "SCAN", "7"), header=SAE_HEADER, name="sae.csv")
        import_activity(path=sae, source=ActivitySource.SAE_IMAGES, now=NOW)
        assert set(ReferenceCount.objects.values_list("source", "kind", "count")) == {
            ("csv", "any", 12),
            ("sae-images", "finess", 7),
        }

    def test_an_import_says_who_and_what(self, file, django_user_model) -> None:
        person = django_user_model.objects.create_user("nora")
        path = file(f"{DOCTOR};radiology;12", "bad;radiology;1")
        import_activity(path=path, source=CSV, now=NOW, actor=person)
        trace = ActivityImport.objects.get()
        assert (trace.file_name, trace.rows, trace.identifiers, trace.refused) == ("counts.csv", 2, 1, 1)
        assert (trace.imported_by, trace.imported_at, len(trace.sha256)) == (person, NOW, 64)

    def test_one_statement_whatever_the_number_of_rows(self, file, django_assert_num_queries) -> None:
        path = file(*(f"{number:09d};radiology;1" for number in range(1, 400)))
        with django_assert_num_queries(4):  # savepoint, trace, counts, release
            import_activity(path=path, source=CSV, now=NOW)
        assert ReferenceCount.objects.count() == 399

    def test_progress_reaches_the_end(self, file) -> None:
        told: list[tuple[int, int]] = []
        path = file(*(f"{number:09d};radiology;1" for number in range(1, 5000)))
        import_activity(path=path, source=CSV, now=NOW, progress=lambda line, lines: told.append((line, lines)))
        assert [line for line, _ in told] == sorted(line for line, _ in told)
        assert len(told) > 2
        assert told[-1][0] == told[-1][1]

    @pytest.mark.parametrize(
        "change",
        [{"count": -1}, {"kind": "siren"}, {"activity": "mixed"}, {"source": "mail"}, {"value": ""}],
    )
    def test_the_database_refuses_what_no_count_is(self, file, change: dict[str, object]) -> None:
        import_activity(path=file(f"{DOCTOR};radiology;12"), source=CSV, now=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            ReferenceCount.objects.update(**change)

    def test_a_failure_in_the_middle_leaves_nothing(self) -> None:
        counts = [("any", DOCTOR, "radiology", 1), ("any", CLINIC, "radiology", -1)]
        with pytest.raises(IntegrityError):
            store_counts(
                counts=counts,
                source=CSV,
                year=2023,
                file_name="counts.csv",
                sha256="0" * 64,
                rows=2,
                identifiers=2,
                ignored=0,
                refused=0,
                now=NOW,
            )
        assert (ReferenceCount.objects.count(), ActivityImport.objects.count()) == (0, 0)


@pytest.mark.django_db
class TestCommand:
    def test_json(self, file) -> None:
        done = command(file(f"{DOCTOR};radiology;12", f"{CLINIC};radiology;-1"), "csv", "--json")
        assert (done.status, done.err) == (1, "")
        assert done.document == {
            "rows": 2,
            "identifiers": 1,
            "ignored": 0,
            "errors": [
                {
                    "line": 3,
                    "code": "R49-count-negative",
                    "message": "Nombre d’actes négatif\u00a0: «\u202f-1\u00a0». Corrigez-le.",
                }
            ],
        }

    def test_people_read_what_was_kept_and_why_the_rest_was_not(self, file) -> None:
        rows = [sae_row(HOSPITAL, "SCAN", "1200"), sae_row(HOSPITAL, "CAM", "30"), sae_row(HOSPITAL, "LITHO", "9")]
        done = command(file(*rows, header=SAE_HEADER), "sae-images")
        assert (done.status, done.err) == (0, "")
        assert done.out == (
            "SAE, feuille IMAGES, activité 2023\n"
            "3 lignes, 1 numéro chargé\n"
            "  radiologie\u00a0: 1\u202f200 examens avant pondération\n"
            "  médecine nucléaire\u00a0: 30 examens avant pondération\n"
            "1 ligne écartée\u00a0:\n"
            "  1 LITHO, lithotripteur\u00a0: ni radiologie ni médecine nucléaire (9 actes)\n"
        )

    def test_people_see_fifty_refused_rows_and_json_all(self, file) -> None:
        path = file(*["x;radiology;1"] * 60)
        done = command(path)
        assert done.status == 1
        assert "60 lignes refusées\u00a0:" in done.out
        assert done.out.count("  ligne ") == 50
        assert done.out.endswith("  et 10 autres (--json les donne toutes)\n")
        assert len(command(path, "csv", "--json").document["errors"]) == 60

    def test_rows_left_out_alone_are_no_refusal(self, file) -> None:
        done = command(file(f"{DOCTOR};ZZZZ999;4", header="identifier;code;count"), "ccam", "--json")
        assert (done.status, done.document["ignored"]) == (0, 1)

    def test_added_up_rows_are_said(self, file) -> None:
        out = command(file(f"{DOCTOR};radiology;12", f"{DOCTOR};radiology;1")).out
        assert "1 ligne additionnée à une autre du même numéro et de la même activité" in out

    @pytest.mark.parametrize("name", ["missing.csv", ".", "pipe", "empty.csv", "latin.csv", "utf16.csv"])
    def test_an_unusable_file_is_one_line_and_status_2(self, tmp_path: Path, name: str) -> None:
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "empty.csv").touch()
        (tmp_path / "latin.csv").write_bytes(b"identifier;activity;count\n\x81;radiology;1\n")
        (tmp_path / "utf16.csv").write_bytes("identifier;activity;count\n".encode("utf-16"))
        done = command(tmp_path / name, "csv", "--json")
        assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
        assert not ActivityImport.objects.exists()

    @pytest.mark.parametrize(
        ("name", "line"),
        [
            ("missing.csv", "missing.csv n’existe pas. Vérifiez le chemin du fichier.\n"),
            ("folder", "folder est un dossier. Indiquez un fichier.\n"),
        ],
    )
    def test_a_path_that_is_no_file(self, tmp_path: Path, name: str, line: str) -> None:
        (tmp_path / "folder").mkdir()
        assert command(tmp_path / name) == Outcome(2, "", line)

    def test_the_source_is_asked(self, file) -> None:
        assert run("import_activity", str(file())) == Outcome(2, "", "Il manque --source.\n")
        assert "Valeurs possibles\u00a0: 'sae-images', 'csv', 'ccam'" in command(file(), "xlsx").err.replace(
            " :", "\u00a0:"
        )

    @pytest.mark.parametrize("hostile", ["' OR 1=1 --", "<script>alert(1)</script>", "\x1b[31mred", "=HYPERLINK(1)"])
    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_hostile_fields_are_values_like_others(self, file, hostile: str, place: int) -> None:
        row = [DOCTOR, "radiology", "1"]
        row[place] = hostile
        done = command(file(";".join(row), f"{CLINIC};radiology;1"))
        assert (done.status, done.err) == (1, "")
        assert "\x1b" not in done.out
        assert ReferenceCount.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_written_is_what_the_floor_of_the_benchmark_writes(tmp_path: Path) -> None:
    path = REAL_SAE if REAL_SAE.exists() else benchmark.made_up(tmp_path / "IMAGES.csv", 200)
    columns = ("kind", "value", "activity", "year", "count", "source")
    benchmark.bare_import(path)
    bare = set(ReferenceCount.objects.values_list(*columns))
    ReferenceCount.objects.all().delete()
    import_activity(path=path, source=ActivitySource.SAE_IMAGES, now=NOW)
    assert set(ReferenceCount.objects.values_list(*columns)) == bare
    assert connection.in_atomic_block is False


@pytest.mark.django_db
def test_a_file_that_cannot_be_opened_is_refused(file, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file(f"{DOCTOR};radiology;1")

    opened = Path.open

    def denied(self: Path, *arguments, **options):
        if self == path:
            raise PermissionError
        return opened(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(UnusableFile, match="ne peut pas être lu"):
        import_activity(path=path, source=CSV, now=NOW)
