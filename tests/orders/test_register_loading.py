"""Loading a register replaces what it had said, whole or not at all, and says what became of each row (domain 7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.domain.registers import Speciality
from orders.exchange.registers import RegisterReport, import_register
from orders.exchange.registers.loading import published_on
from orders.models import Register, RegisteredDoctor, RegisteredStructure, RegisterLoad
from orders.services import registers as service
from segur.exchange.source_file import UnusableFile
from tests.commands import Outcome, run
from tests.orders.register_files import (
    ANNUAIRE,
    LEGAL,
    NUCLEAR,
    OTHER,
    OTHER_SITE,
    RADIOLOGIST,
    SAE,
    SITE,
    T_FINESS,
    doctor,
    sae,
    structure,
    written,
)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=60)
Load = Callable[..., RegisterReport]
pytestmark = pytest.mark.django_db


@pytest.fixture
def finess(tmp_path: Path) -> Load:
    def load(*rows: str, now: datetime = NOW, name: str = "t-finess.csv", may_shrink: bool = False) -> RegisterReport:
        path = written(tmp_path / name, T_FINESS, rows)
        return import_register(path=path, register=Register.FINESS, now=now, may_shrink=may_shrink)

    return load


@pytest.fixture
def annuaire(tmp_path: Path) -> Load:
    def load(*rows: str, now: datetime = NOW) -> RegisterReport:
        return import_register(path=written(tmp_path / "ps.txt", ANNUAIRE, rows), register=Register.RPPS, now=now)

    return load


class TestStructures:
    def test_a_load_says_what_it_kept_and_from_which_file(self, finess: Load, django_user_model) -> None:
        report = finess(
            structure(SITE), structure(LEGAL, kind="EJ"), "12,ACTUEL,X,ET,,,,,,,,", name="t-finess-20260512.csv"
        )

        assert report.as_json() == {
            "rows": 3,
            "identifiers": 2,
            "ignored": 0,
            "errors": [{"line": 4, "code": "A5-identifier-shape", "message": report.errors[0].finding.sentence}],
            "unchanged": False,
        }
        load = RegisterLoad.objects.get()
        assert (load.register, load.published_on, load.refused, load.gone) == ("finess", date(2026, 5, 12), 1, 0)
        assert set(RegisteredStructure.objects.values_list("finess", "type", "is_open", "load")) == {
            (SITE, "ET", True, load.pk),
            (LEGAL, "EJ", True, load.pk),
        }

    def test_the_same_file_again_writes_nothing(self, finess: Load) -> None:
        first = finess(structure(SITE))
        again = finess(structure(SITE), now=LATER)

        assert again.unchanged and again.load == first.load
        assert RegisterLoad.objects.count() == 1

    def test_what_the_next_file_no_longer_has_is_gone_since_and_comes_back(self, finess: Load) -> None:
        finess(structure(SITE), structure(OTHER_SITE))
        report = finess(structure(SITE, "NOUVEAU NOM"), now=LATER)

        assert report.load.gone == 1
        assert set(RegisteredStructure.objects.values_list("finess", "name", "gone_at")) == {
            (SITE, "NOUVEAU NOM", None),
            (OTHER_SITE, "CH D’EXEMPLE", LATER),
        }
        finess(structure(SITE), structure(OTHER_SITE), now=LATER + timedelta(days=1))
        assert not RegisteredStructure.objects.filter(gone_at__isnull=False).exists()

    def test_a_file_of_establishments_alone_closes_no_legal_entity(self, finess: Load, tmp_path: Path) -> None:
        finess(structure(SITE), structure(LEGAL, kind="EJ"))
        stock = tmp_path / "etalab-cs1100502-stock-20260601-0337.csv"
        stock.write_text(f"finess;etalab;1\nstructureet;{SITE};{LEGAL};CH\n", encoding="utf-8")

        import_register(path=stock, register=Register.FINESS, now=LATER)

        assert RegisteredStructure.objects.get(finess=LEGAL).gone_at is None

    @pytest.mark.parametrize("batch", [1, 1_000])
    @pytest.mark.parametrize("open_first", [True, False])
    def test_the_current_row_of_a_number_prevails_over_its_history(
        self, finess: Load, monkeypatch: pytest.MonkeyPatch, batch: int, open_first: bool
    ) -> None:
        monkeypatch.setattr(service, "_ROWS", batch)
        rows = [structure(SITE, "ACTUEL"), structure(SITE, "ANCIEN", state="FERME")]

        finess(*(rows if open_first else rows[::-1]))

        assert RegisteredStructure.objects.values_list("name", "is_open").get() == ("ACTUEL", True)

    def test_a_file_cut_in_the_middle_is_refused_and_changes_nothing(self, finess: Load) -> None:
        finess(structure(SITE), structure(OTHER_SITE), structure(LEGAL, kind="ET"))

        with pytest.raises(UnusableFile, match=r"numéros présents, 1.; disparus depuis le chargement précédent, 2"):
            finess(structure(SITE, "NOUVEAU NOM"), now=LATER)
        assert not RegisteredStructure.objects.filter(gone_at__isnull=False).exists()
        assert RegisterLoad.objects.count() == 1

        assert finess(structure(SITE), now=LATER, may_shrink=True).load.gone == 2

    def test_the_sae_stands_beside_finess(self, finess: Load, tmp_path: Path) -> None:
        finess(structure(SITE))
        path = written(tmp_path / "ID_2023r.csv", SAE, [sae(SITE)], "cp1252")

        import_register(path=path, register=Register.SAE_IDENTITY, now=NOW)

        assert set(RegisteredStructure.objects.values_list("register", "name")) == {
            ("finess", "CH D’EXEMPLE"),
            ("sae-identity", "CH SAE"),
        }

    def test_what_does_not_fit_a_column_is_cut_not_refused(self, finess: Load) -> None:
        finess(structure(SITE, "N" * 400))
        assert RegisteredStructure.objects.get().name == "N" * 250


class TestDoctors:
    @pytest.mark.parametrize("batch", [1, 2, 1_000])
    def test_the_lines_of_a_person_are_put_together_wherever_they_stand(
        self, annuaire: Load, monkeypatch: pytest.MonkeyPatch, batch: int
    ) -> None:
        monkeypatch.setattr(service, "_ROWS", batch)
        annuaire(
            doctor(RADIOLOGIST, "Radio-diagnostic"),
            doctor(OTHER, "Gynécologie médicale"),
            doctor(RADIOLOGIST),
            doctor(RADIOLOGIST, "Médecine nucléaire"),
        )

        both = RegisteredDoctor.objects.get(rpps=RADIOLOGIST)
        assert both.specialities == {Speciality.RADIOLOGY, Speciality.NUCLEAR}
        assert {label for label in both.labels.split("|") if label} == {"Radio-diagnostic", "Médecine nucléaire"}
        assert RegisteredDoctor.objects.get(rpps=OTHER).specialities == {Speciality.OTHER}

    def test_a_refresh_replaces_the_speciality_and_keeps_who_left(self, annuaire: Load) -> None:
        annuaire(doctor(RADIOLOGIST, "Radio-diagnostic"), doctor(NUCLEAR, "Médecine nucléaire"))
        annuaire(doctor(RADIOLOGIST, "Médecine nucléaire"), now=LATER)

        assert RegisteredDoctor.objects.get(rpps=RADIOLOGIST).specialities == {Speciality.NUCLEAR}
        assert RegisteredDoctor.objects.get(rpps=NUCLEAR).gone_at == LATER

    def test_other_professions_are_counted_and_not_kept(self, annuaire: Load) -> None:
        report = annuaire(doctor(RADIOLOGIST), doctor(OTHER, profession="60"), "0|731234567|X|Y|60||")

        assert (report.load.rows, report.load.identifiers, report.load.ignored) == (3, 1, 2)
        assert report.left_out == {"autre profession que médecin": 1, "autre identifiant que le RPPS": 1}


def test_memory_and_statements_follow_batches_not_rows(
    finess: Load, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries
) -> None:
    monkeypatch.setattr(service, "_ROWS", 10)
    with django_assert_num_queries(11):  # savepoints, fingerprint, lock, load, three batches, count, gone, figures
        finess(*(structure(f"01{number:07d}") for number in range(1, 31)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("t-finess.csv", None),
        ("etalab-cs1100502-stock-20260512-0337.csv", date(2026, 5, 12)),
        ("PS_LibreAcces_Personne_activite_202611230801.txt", date(2026, 11, 23)),
        ("t-finess-2026-05-12.csv", date(2026, 5, 12)),
        ("ID_2023r.csv", None),
        ("20269999.csv", None),
    ],
)
def test_the_date_of_a_register_is_read_in_its_name(name: str, expected: date | None) -> None:
    assert published_on(name) == expected


class TestCommand:
    def command(self, path: Path | str, source: str, *more: str) -> Outcome:
        return run("import_register", str(path), "--source", source, *more)

    def test_the_answer_for_people(self, tmp_path: Path) -> None:
        path = written(tmp_path / "t-finess-20260512.csv", T_FINESS, [structure(SITE), "12,ACTUEL,X,ET,,,,,,,,"])

        outcome = self.command(path, "finess")

        assert (outcome.status, outcome.err) == (1, "")
        assert outcome.out.splitlines()[:3] == [
            "FINESS, publié le 12 mai 2026",
            "2 lignes, 1 numéro chargé",
            "1 ligne refusée\u00a0:",
        ]
        again = self.command(path, "finess")
        assert again.status == 0
        assert "le fichier est le même, rien n’est écrit." in again.out

    def test_the_answer_for_programs(self, tmp_path: Path) -> None:
        path = written(tmp_path / "ps.txt", ANNUAIRE, [doctor(RADIOLOGIST)])
        assert self.command(path, "rpps", "--json").document == {
            "rows": 1, "identifiers": 1, "ignored": 0, "errors": [], "unchanged": False,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("content", "source"),
        [
            (b"", "finess"),
            (b"a;b\n1;2\n", "finess"),
            (b"a;b\n1;2\n", "rpps"),
            (b"a;b\n1;2\n", "sae-identity"),
            (f"{SAE}\n".encode(), "sae-identity"),
            (f"{SAE}\n{sae('x')}\n".encode(), "sae-identity"),
            (b"finess;etalab\nstructureej;010780054;X\n", "finess"),
            (b"PK\x03\x04", "rpps"),
            (b"finess,etat,rs,type\n" + SITE.encode() + b',ACTUEL,"open,ET\n', "finess"),
            (b"\xff\xfe\x00a", "finess"),
            (b"finess,etat,rs,type\n\xc3\xa9\x81\xff,b\n", "finess"),
        ],
    )
    def test_what_cannot_be_used_is_refused_in_one_line(self, tmp_path: Path, content: bytes, source: str) -> None:
        path = tmp_path / "registre.csv"
        path.write_bytes(content)

        outcome = self.command(path, source)

        assert (outcome.status, outcome.out, outcome.err.count("\n")) == (2, "", 1)
        assert "registre.csv" in outcome.err
        assert not RegisterLoad.objects.exists()

    def test_an_unknown_source_is_refused(self, tmp_path: Path) -> None:
        assert self.command(tmp_path, "insee").status == 2


_HEADERS = {Register.FINESS: T_FINESS, Register.RPPS: ANNUAIRE, Register.SAE_IDENTITY: SAE}
_ROWS: dict[Register, Callable[[str], str]] = {
    Register.FINESS: lambda text: structure(SITE, text),
    Register.RPPS: lambda text: doctor(RADIOLOGIST, text, family=text),
    Register.SAE_IDENTITY: lambda text: sae(SITE, text, text),
}


class TestAnything:
    @pytest.mark.parametrize("register", Register)
    @given(content=st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused_in_a_sentence(
        self, tmp_path_factory: pytest.TempPathFactory, register: Register, content: bytes
    ) -> None:
        path = tmp_path_factory.mktemp("any") / "any.csv"
        path.write_bytes(_HEADERS[register].encode() + b"\n" + content)
        self.load(path, register)

    @pytest.mark.parametrize("register", Register)
    @given(texts=st.lists(st.text(max_size=40), min_size=1, max_size=5))
    def test_any_text_in_a_row_is_kept_or_refused(
        self, tmp_path_factory: pytest.TempPathFactory, register: Register, texts: list[str]
    ) -> None:
        path = tmp_path_factory.mktemp("any") / "any.csv"
        lines = [_HEADERS[register], *(_ROWS[register](text) for text in texts)]
        path.write_bytes("\n".join(lines).encode(errors="ignore"))
        self.load(path, register)

    def load(self, path: Path, register: Register) -> None:
        try:
            report = import_register(path=path, register=register, now=NOW, may_shrink=True)
        except UnusableFile as refused:
            assert "any.csv" in str(refused)
        else:
            kept = report.load.rows - report.load.ignored - report.load.refused
            assert 1 <= report.load.identifiers <= kept or report.unchanged
