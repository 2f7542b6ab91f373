"""What each kind of file becomes: sums, rows left out with their reason, rows refused with their line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.exchange.activity import ActivityReport, UnusableFile, import_activity
from funding.exchange.activity import reading as activity_reading
from funding.models import ActivityImport, ActivitySource, ReferenceCount
from segur.exchange import rows, source_file
from segur.regulation.schema import Activity
from segur.texts import programme
from tests.funding.activity_files import (
    CLINIC,
    CORSICAN,
    DOCTOR,
    HOSPITAL,
    NOW,
    REAL_SAE,
    SAE_HEADER,
    csv_text,
    sae_row,
)

pytestmark = pytest.mark.django_db

SAE, CSV, CCAM = ActivitySource.SAE_IMAGES, ActivitySource.CSV, ActivitySource.CCAM


@pytest.fixture
def load(tmp_path: Path):
    def load(content: str | bytes, source: ActivitySource, encoding: str = "utf-8") -> ActivityReport:
        path = tmp_path / "counts.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return import_activity(path=path, source=source, now=NOW)

    return load


def stored() -> set[tuple[str, str, str, int]]:
    return set(ReferenceCount.objects.values_list("kind", "value", "activity", "count"))


def messages(report: ActivityReport) -> list[tuple[int, str, str]]:
    return [(refused.line, refused.finding.code, refused.finding.sentence) for refused in report.errors]


class TestSae:
    def test_equipment_becomes_activity_and_counts_stay_raw(self, load) -> None:
        rows = [
            sae_row(HOSPITAL, "RADIO", "100"),
            sae_row(HOSPITAL, "SCAN", "20"),
            sae_row(HOSPITAL, "IRM", "3"),
            sae_row(HOSPITAL, "MAMM", "4"),
            sae_row(HOSPITAL, "VASC", "5"),
            sae_row(HOSPITAL, "CAM", "7"),
            sae_row(HOSPITAL, "TOMO", "8"),
            sae_row(CORSICAN, "IRM", "0"),
        ]
        report = load(csv_text(SAE_HEADER, rows), SAE, "cp1252")
        assert report.as_json() == {"rows": 8, "identifiers": 2, "ignored": 0, "errors": []}
        assert stored() == {
            ("finess", HOSPITAL, "radiology", 132),
            ("finess", HOSPITAL, "nuclear", 15),
            ("finess", CORSICAN, "radiology", 0),
        }
        assert report.totals == {Activity.RADIOLOGY: 132, Activity.NUCLEAR: 15}

    def test_what_the_mapping_leaves_out_is_said_with_its_acts(self, load) -> None:
        rows = [
            sae_row(HOSPITAL, "IRM", "100"),
            sae_row(HOSPITAL, "dtIRM1", "40"),
            sae_row(HOSPITAL, "dtIRM2", "60"),
            sae_row(CLINIC, "dtIRM2", "5"),
            sae_row(CLINIC, "LITHO", "9"),
            sae_row(CLINIC, "RADIO", ""),
        ]
        report = load(csv_text(SAE_HEADER, rows), SAE)
        assert (report.rows, report.identifiers, report.ignored, report.errors) == (6, 1, 5, ())
        assert [(out.reason, out.rows, out.acts) for out in report.left_out] == [
            ("dtIRM2, sous-ensemble de la ligne IRM déjà comptée", 2, 65),
            ("LITHO, lithotripteur\u00a0: ni radiologie ni médecine nucléaire", 1, 9),
            ("dtIRM1, sous-ensemble de la ligne IRM déjà comptée", 1, 40),
            ("sans nombre d’actes\u00a0: rien de déclaré, ce qui ne veut pas dire aucune activité", 1, 0),
        ]

    def test_columns_in_another_order_and_a_new_one_are_read(self, load) -> None:
        report = load(f"NEW;act;EQUIPIMA;FI;AN;BOR\nx;12;SCAN;{HOSPITAL};2023;IMAGES\n", SAE)
        assert report.errors == ()
        assert stored() == {("finess", HOSPITAL, "radiology", 12)}

    @pytest.mark.parametrize(
        ("row", "code", "sentence"),
        [
            (
                sae_row(HOSPITAL, "ECHO", "1"),
                "R49-equipment",
                "Équipement «\u202fECHO\u00a0» absent de la correspondance. Vérifiez EQUIPIMA.",
            ),
            (
                sae_row(HOSPITAL, "SCAN", "1", year="2022"),
                "R49-year",
                "Année «\u202f2022\u00a0» au lieu de 2023. Chargez la SAE 2023.",
            ),
            (
                sae_row(HOSPITAL, "SCAN", "1", sheet="ID"),
                "R49-sheet",
                "Feuille «\u202fID\u00a0» au lieu de IMAGES. Chargez la feuille IMAGES.",
            ),
            (
                sae_row("1,0E+07", "SCAN", "1"),
                "A5-identifier-shape",
                "«\u202f1,0E+07\u00a0» est une notation de tableur\u00a0: les derniers chiffres sont peut-être perdus. "
                "Un FINESS compte 9 chiffres (2A ou 2B au début pour la Corse).",
            ),
            (
                sae_row(HOSPITAL, "SCAN", "-5"),
                "R49-count-negative",
                "Nombre d’actes négatif\u00a0: «\u202f-5\u00a0». Corrigez-le.",
            ),
            ("IMAGES;2023;1", "row-width", "3 colonnes au lieu de 14. Vérifiez les points-virgules."),
        ],
    )
    def test_a_bad_row_is_named_and_the_good_ones_go_in(self, load, row: str, code: str, sentence: str) -> None:
        report = load(csv_text(SAE_HEADER, [sae_row(CLINIC, "SCAN", "7"), row]), SAE)
        assert messages(report) == [(3, code, sentence)]
        assert stored() == {("finess", CLINIC, "radiology", 7)}
        assert ActivityImport.objects.values_list("rows", "identifiers", "ignored", "refused").get() == (2, 1, 0, 1)


if REAL_SAE.exists():

    def test_the_published_sae_file_equals_an_independent_count() -> None:
        sums = {"radiology": 0, "nuclear": 0}
        finess, lines, without_acts, aside = set(), 0, 0, 0
        with REAL_SAE.open(encoding="iso-8859-1", newline="") as file:
            for row in csv.DictReader(file, delimiter=";"):
                lines += 1
                if row["EQUIPIMA"] in {"dtIRM1", "dtIRM2", "LITHO"}:
                    aside += 1
                elif row["ACT"] == "":
                    without_acts += 1
                else:
                    sums["nuclear" if row["EQUIPIMA"] in {"CAM", "TOMO"} else "radiology"] += int(row["ACT"])
                    finess.add(row["FI"])
        report = import_activity(path=REAL_SAE, source=SAE, now=NOW)
        assert report.as_json() == {
            "rows": lines,
            "identifiers": len(finess),
            "ignored": aside + without_acts,
            "errors": [],
        }
        for activity, total in sums.items():
            assert sum(ReferenceCount.objects.filter(activity=activity).values_list("count", flat=True)) == total
        assert set(ReferenceCount.objects.values_list("value", flat=True)) == finess


class TestCsv:
    HEADER = "identifier;activity;count"

    def test_nine_digits_serve_both_lists_and_a_corsican_number_is_a_finess(self, load) -> None:
        load(csv_text(self.HEADER, [f"{DOCTOR};radiology;12", f"{CORSICAN.lower()};nuclear;3"]), CSV)
        assert stored() == {("any", DOCTOR, "radiology", 12), ("finess", CORSICAN, "nuclear", 3)}

    def test_a_kind_column_says_what_each_number_is(self, load) -> None:
        rows = [f"am;{DOCTOR};5;radiology", f"FINESS;{HOSPITAL};6;nuclear", f";{CLINIC};7;radiology"]
        load(csv_text("kind;identifier;count;activity", rows), CSV)
        assert stored() == {
            ("am", DOCTOR, "radiology", 5),
            ("finess", HOSPITAL, "nuclear", 6),
            ("any", CLINIC, "radiology", 7),
        }

    def test_rows_of_one_number_and_activity_add_up_and_it_is_said(self, load) -> None:
        rows = [f"{DOCTOR};radiology;12", f"{DOCTOR};radiology;30", f"{DOCTOR};nuclear;1"]
        report = load(csv_text(self.HEADER, rows), CSV)
        assert stored() == {("any", DOCTOR, "radiology", 42), ("any", DOCTOR, "nuclear", 1)}
        assert (report.rows, report.identifiers, report.added_up) == (3, 1, 1)

    def test_a_wrong_check_digit_refuses_nothing(self, load) -> None:
        assert load(csv_text(self.HEADER, ["123456789;radiology;1"]), CSV).errors == ()

    @pytest.mark.parametrize(
        ("row", "code", "sentence"),
        [
            (";radiology;1", "A5-identifier-shape", "Numéro absent. Un numéro AM compte 9 chiffres."),
            (
                f"{HOSPITAL[1:]};radiology;1",
                "A5-identifier-shape",
                f"{HOSPITAL[1:]} a 8 caractères\u00a0: zéro de tête perdu dans un tableur\u202f? "
                f"Remplacer par 0{HOSPITAL[1:]}.",
            ),
            (
                "<b>1</b>;radiology;1",
                "A5-identifier-shape",
                "«\u202f<b>1</b>\u00a0» n’est ni un AM ni un FINESS. "
                "Écrivez 9 chiffres (2A ou 2B au début pour un FINESS de Corse).",
            ),
            (
                f"{DOCTOR};radiologie;1",
                "R49-activity",
                "Activité «\u202fradiologie\u00a0» inconnue. Écrivez radiology ou nuclear.",
            ),
            (f"{DOCTOR};radiology;", "R49-count-missing", "Nombre d’actes absent. Écrivez 0 s’il n’y en a aucun."),
            (
                f"{DOCTOR};radiology;1 234",
                "R49-count-space",
                "Espace dans «\u202f1 234\u00a0». Écrivez 1234.",
            ),
            (
                f"{DOCTOR};radiology;1\u202f234",
                "R49-count-space",
                "Espace dans «\u202f1\u202f234\u00a0». Écrivez 1234.",
            ),
            (
                f"{DOCTOR};radiology;12,0",
                "R49-count-decimal",
                "«\u202f12,0\u00a0» n’est pas un nombre entier. Retirez la décimale.",
            ),
            (
                f"{DOCTOR};radiology;1234567890",
                "R49-count-too-big",
                "«\u202f1234567890\u00a0» dépasse 999\u202f999\u202f999. Vérifiez ce nombre.",
            ),
            (
                f"{DOCTOR};radiology;1; DROP TABLE x",
                "row-width",
                "4 colonnes au lieu de 3. Vérifiez les points-virgules.",
            ),
            (
                f"{DOCTOR};radiology;' DROP TABLE x --",
                "R49-count-shape",
                "«\u202f' DROP TABLE x --\u00a0» n’est pas un nombre d’actes. Écrivez un nombre entier.",
            ),
            (
                f"{DOCTOR};radiology;\u0663",
                "R49-count-shape",
                "«\u202f\u0663\u00a0» n’est pas un nombre d’actes. Écrivez un nombre entier.",
            ),
            (f'{DOCTOR};radiology;"1', "row-quote", "Guillemet ouvert et jamais fermé. Fermez-le, ou retirez-le."),
        ],
    )
    def test_a_bad_row_is_named_with_its_cure(self, load, row: str, code: str, sentence: str) -> None:
        report = load(csv_text(self.HEADER, ["", row, f'"{CLINIC}";nuclear;"7"']), CSV)
        assert messages(report) == [(3, code, sentence)]
        assert stored() == {("any", CLINIC, "nuclear", 7)}

    def test_an_unknown_kind_is_refused(self, load) -> None:
        report = load(csv_text(f"{self.HEADER};kind", [f"{DOCTOR};radiology;1;rpps"]), CSV)
        assert messages(report) == [
            (2, "R49-kind", "Nature «\u202frpps\u00a0» inconnue. Écrivez am ou finess, ou laissez vide.")
        ]

    def test_a_file_of_bad_rows_alone_changes_nothing(self, load) -> None:
        report = load(csv_text(self.HEADER, ["x;radiology;1"]), CSV)
        assert (len(report.errors), ActivityImport.objects.count(), ReferenceCount.objects.count()) == (1, 0, 0)

    def test_hopeless_files_are_given_up(self, load, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rows, "MOST_REFUSED_ROWS", 2)
        with pytest.raises(UnusableFile, match="lignes refusées, dont la ligne 2"):
            load(csv_text(self.HEADER, ["x;radiology;1"] * 3), CSV)

    @given(counts=st.lists(st.integers(0, 999_999_999), min_size=1, max_size=30))
    def test_the_sum_is_the_sum_whatever_the_split(self, counts: list[int]) -> None:
        reading = activity_reading.Reading()
        key = activity_reading.CountKey("am", DOCTOR, Activity.RADIOLOGY)
        for count in counts:
            reading.add(key, activity_reading.count_of(str(count)))
        assert reading.total(Activity.RADIOLOGY) == sum(counts)
        assert reading.added_up == len(counts) - 1


class TestCcam:
    HEADER = "identifier;code;count"

    def test_the_list_of_the_texts_gives_the_activity(self, load) -> None:
        texts = programme("IMG-RIS-Va2", on=NOW.date())
        radiology, nuclear = (
            next(sorted(acts.codes)[0] for acts in texts.acts if acts.activity is activity) for activity in Activity
        )
        rows = [f"{DOCTOR};{radiology};10", f"{DOCTOR};{radiology.lower()};5", f"{DOCTOR};{nuclear};2"]
        report = load(csv_text(self.HEADER, rows), CCAM)
        assert report.errors == ()
        assert stored() == {("am", DOCTOR, "radiology", 15), ("am", DOCTOR, "nuclear", 2)}

    def test_unlisted_codes_are_reported_with_their_totals(self, load) -> None:
        rows = [f"{DOCTOR};ZZZZ999;10", f"{DOCTOR};ZZZZ999;5", f"{DOCTOR};YYYY998;1"]
        report = load(csv_text(self.HEADER, rows), CCAM)
        assert (report.rows, report.identifiers, report.ignored, report.errors) == (3, 0, 3, ())
        assert [(out.reason, out.rows, out.acts) for out in report.left_out] == [
            ("ZZZZ999, hors de la liste des actes de l’appel à financement", 2, 15),
            ("YYYY998, hors de la liste des actes de l’appel à financement", 1, 1),
        ]

    @pytest.mark.parametrize("code", ["ZBQK00210", "ZBQK", "<i>", "ZBQK00٣"])
    def test_a_code_with_phase_or_damage_is_refused(self, load, code: str) -> None:
        report = load(csv_text(self.HEADER, [f"{DOCTOR};{code};1"]), CCAM)
        assert [(refused.line, refused.finding.code) for refused in report.errors] == [(2, "R49-act-shape")]

    def test_a_corsican_finess_is_no_am(self, load) -> None:
        report = load(csv_text(self.HEADER, [f"{CORSICAN};ZBQK002;1"]), CCAM)
        assert [refused.finding.code for refused in report.errors] == ["A5-identifier-shape"]


class TestUnusableFile:
    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "counts.csv\u00a0: fichier vide. Choisissez un fichier qui a des lignes."),
            (b"\xef\xbb\xbf \r\n", "counts.csv\u00a0: fichier vide. Choisissez un fichier qui a des lignes."),
            (
                b"identifier;activity;count\r\n",
                "counts.csv n’a que son en-tête. Choisissez un fichier avec des lignes.",
            ),
            (
                b"identifier,activity,count\n1,radiology,2\n",
                "counts.csv est séparé par des virgules au lieu de points-virgules. "
                "Attendu\u00a0: identifier;activity;count.",
            ),
            (
                b"identifier\tactivity\tcount\n",
                "counts.csv est séparé par des tabulations au lieu de points-virgules. "
                "Attendu\u00a0: identifier;activity;count.",
            ),
            (
                "identifier;activity;count\n".encode("utf-16"),
                "counts.csv est un texte en UTF-16, pas un fichier CSV. "
                "Enregistrez-le en CSV, séparateur «\u202f;\u00a0», encodage UTF-8.",
            ),
            (
                "identifier;activity;count\n".encode("utf-16-le"),
                "counts.csv est un texte en UTF-16 ou un fichier binaire, pas un CSV. "
                "Enregistrez-le en CSV, séparateur «\u202f;\u00a0», encodage UTF-8.",
            ),
            (
                b"PK\x03\x04rest",
                "counts.csv est un classeur Excel (XLSX) ou une archive ZIP, pas un fichier CSV. "
                "Enregistrez-le en CSV, séparateur «\u202f;\u00a0», encodage UTF-8.",
            ),
            (
                b"\xef\xbb\xbfidentifier;activity;count\nok;x;1\n\xe9;x;1\n",
                "counts.csv, ligne 3\u00a0: ce texte s’annonce en UTF-8 et n’en est pas. "
                "Enregistrez-le en CSV, séparateur «\u202f;\u00a0», encodage UTF-8.",
            ),
            (
                b"identifier;activity;count\n\xe9\x81;x;1\n",
                "counts.csv, ligne 2\u00a0: ce texte n’est ni en UTF-8 ni en Windows-1252. "
                "Enregistrez-le en CSV, séparateur «\u202f;\u00a0», encodage UTF-8.",
            ),
            (
                b"identifier;count\n1;2\n",
                "counts.csv, en-tête\u00a0: il manque activity. Attendu\u00a0: identifier;activity;count.",
            ),
            (
                b"identifier;activity;count;count\n1;2\n",
                "counts.csv, en-tête\u00a0: colonne count répétée. Attendu\u00a0: identifier;activity;count.",
            ),
            (
                b"identifier;activity;count;note\n1;2\n",
                "counts.csv, en-tête\u00a0: colonne «\u202fnote\u00a0» inconnue. "
                "Attendu\u00a0: identifier;activity;count.",
            ),
            (
                b"hello\nworld\n",
                "counts.csv commence par «\u202fhello\u00a0»\u00a0: ce n’est pas un fichier de la source csv. "
                "Attendu\u00a0: identifier;activity;count.",
            ),
        ],
    )
    def test_says_what_it_looks_like_and_what_is_expected(self, load, content: bytes, sentence: str) -> None:
        with pytest.raises(UnusableFile) as refused:
            load(content, CSV)
        assert str(refused.value) == sentence
        assert not ReferenceCount.objects.exists()

    def test_a_file_of_another_source_is_named(self, load) -> None:
        with pytest.raises(UnusableFile, match="semble être un fichier de la source sae-images, pas csv"):
            load(csv_text(SAE_HEADER, [sae_row(HOSPITAL, "SCAN", "1")]), CSV)

    def test_a_file_over_the_limit_is_refused_before_it_is_opened(
        self, tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "big.csv"
        path.write_bytes(b"x" * 2_500_000)
        settings.SEGUR_MAX_COUNTS_BYTES = 1_000_000
        monkeypatch.setattr(source_file, "_examined", lambda *_: pytest.fail("the file was read"))
        with pytest.raises(UnusableFile) as refused:
            import_activity(path=path, source=CSV, now=NOW)
        assert str(refused.value) == (
            "big.csv pèse 2,5\u00a0Mo\u202f; la limite est 1\u00a0Mo. Découpez-le, ou relevez SEGUR_MAX_COUNTS_MB."
        )

    def test_characters_across_a_block_are_no_fault(self, load, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(source_file, "_CHUNK", 64)
        rows = [sae_row(HOSPITAL, "SCAN", "1")] * 20
        assert load(csv_text(SAE_HEADER, rows), SAE).errors == ()
        assert stored() == {("finess", HOSPITAL, "radiology", 20)}

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_every_line_end_is_read(self, load, end: str) -> None:
        load(csv_text("identifier;activity;count", [f"{DOCTOR};radiology;1"], end=end), CSV)
        assert stored() == {("any", DOCTOR, "radiology", 1)}

    def test_a_reader_that_stops_at_the_header_may_outlive_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "refused.csv"
        path.write_text("identifier,activity,count\n", encoding="utf-8")
        with source_file.opened(path, limit=None) as source:
            lines = source.lines()
            assert next(lines) == (1, "identifier,activity,count")
        lines.close()
        assert list(lines) == []

    @given(content=st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused_in_a_sentence(self, tmp_path_factory, content: bytes) -> None:
        path = tmp_path_factory.mktemp("any") / "any.csv"
        path.write_bytes(b"identifier;activity;count\n" + content)
        try:
            report = import_activity(path=path, source=CSV, now=NOW)
        except UnusableFile as refused:
            assert "any.csv" in str(refused)
        else:
            assert report.rows == len(report.errors)
