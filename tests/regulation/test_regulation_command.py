"""``regulation`` and ``regulation --check`` as their command line answers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from segur.regulation import catalogue
from segur.regulation.loader import PACKAGED
from tests.commands import run

RIS = (PACKAGED / "IMG-RIS-Va2-1.toml").read_text(encoding="utf-8")


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    copy = tmp_path / "regulation"
    shutil.copytree(PACKAGED.parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(catalogue, "PACKAGED", copy / "programmes")
    catalogue._load.cache_clear()
    yield copy / "programmes"
    catalogue._load.cache_clear()


def test_json_holds_both_programmes_with_their_sources() -> None:
    outcome = run("regulation", "--json")

    assert (outcome.status, outcome.err) == (0, "")
    assert list(outcome.document) == ["programmes"]
    ris, drimbox = outcome.document["programmes"]
    assert (ris["id"], drimbox["id"]) == ("IMG-RIS-Va2", "IMG-DB-Va2")
    assert ris["prestations"]["vague-2"]["ceilings"]["C"]["ttc_20"] == {
        "value": "13503.40",
        "source": "AF-IMG-RIS-Va2 §5.3",
    }
    assert ris["dates"][4]["at"]["value"] == "2026-11-10T12:00:00+01:00"
    assert ris["valid_from"] == "2025-02-20"
    assert ris["tranches"][7] == {"letter": "H", "lower": 960001, "upper": None, "source": "AF-IMG-RIS-Va2 §5.3"}
    assert [len(acts["codes"]) for acts in ris["acts"]] == [403, 117]
    assert ris["secondary"]["perf_master"]["value"][0] == {"ratio": "0.70", "value": "1"}
    assert ris["provisional"] == []
    assert [entry["path"] for entry in ris["unknown"]] == ["dates.0.at"]


def test_json_says_what_is_provisional_and_unknown() -> None:
    drimbox = run("regulation", "--json").document["programmes"][1]

    ceiling = drimbox["prestations"]["db-update"]["ceilings"]["E"]["ttc_20"]
    assert ceiling["value"] == "28641.76" and "A1" in ceiling["provisional"]
    forfait = drimbox["secondary"]["forfait_master"]["C"]["ttc_20"]
    assert forfait["value"] is None and forfait["unknown"].startswith("Barème non publié dans les sources")
    assert {"pilots", "secondary.semesters"} <= {entry["path"] for entry in drimbox["provisional"]}
    assert {"secondary.perf_master", "secondary.forfait_slave.H.ht"} <= {entry["path"] for entry in drimbox["unknown"]}


def test_human_answer_is_french_and_complete() -> None:
    outcome = run("regulation")
    plain = outcome.out.replace("\u202f", " ").replace("\u00a0", " ")

    assert outcome.status == 0
    for words in (
        "RIS vague 2 (IMG-RIS-Va2), version 1",
        "mardi 10 novembre 2026 à 12 h",
        "mercredi 9 juin 2027 à 12 h",
        "mercredi 15 décembre 2027 à 12 h",
        "Plafonds « Mise à jour vague 1 et vague 2 »",
        "13 503,40 €",
        "120 001 à 240 000",
        "1 dès 70 % ; 0,5 dès 55 % ; 0 en dessous",
        "Forfait M par semestre (maître des identités) : inconnu.",
        "Provisoire · Le webinaire imprime des montants impossibles (A1)",
        "Inconnu · Le jour de parution au Journal officiel n’est pas dans les sources.",
        "300 000,00 €",
    ):
        assert words in plain
    assert plain.count("provisoire") >= 4


def test_check_of_the_published_files() -> None:
    outcome = run("regulation", "--check")

    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.rstrip().endswith("Réglementation conforme.")
    document = run("regulation", "--check", "--json").document
    assert document["findings"] == [] and len(document["programmes"]) == 2


def test_one_digit_of_a_packaged_table_fails_the_check(published: Path) -> None:
    path = published / "IMG-RIS-Va2-1.toml"
    path.write_text(RIS.replace("13503.40", "13503.41"), encoding="utf-8")

    outcome = run("regulation", "--check")

    assert (outcome.status, outcome.err) == (1, "")
    assert "Erreur · Le fichier publié programmes/IMG-RIS-Va2-1.toml a été modifié." in outcome.out
    assert outcome.out.rstrip().endswith("Réglementation à corriger.")
    (finding,) = run("regulation", "--check", "--json").document["findings"]
    assert (finding["code"], finding["severity"]) == ("regulation-pin", "error")


def test_packaged_file_that_cannot_be_read(published: Path) -> None:
    (published / "IMG-RIS-Va2-1.toml").write_text(RIS.replace('"13503.40"', "13503.40"), encoding="utf-8")

    checked = run("regulation", "--check", "--json")
    shown = run("regulation")

    assert checked.status == 1 and checked.document["programmes"] == []
    assert [finding["code"] for finding in checked.document["findings"]] == ["regulation-pin", "regulation-schema"]
    assert "prestations.vague-2.ceilings.C.ttc_20" in checked.document["findings"][1]["message"]
    assert (shown.status, shown.out, shown.err.count("\n")) == (2, "", 1)
    assert "nombre à virgule" in shown.err


def test_operator_folder_adds_a_version(tmp_path: Path, settings: object) -> None:
    text = RIS.replace('version = "1"', 'version = "2"').replace('"2025-02-20"', '"2027-01-01"')
    (tmp_path / "suite.toml").write_text(text, encoding="utf-8")
    settings.SEGUR_REGULATION_DIRS = (tmp_path,)  # type: ignore[attr-defined]

    shown = [(entry["id"], entry["version"]) for entry in run("regulation", "--json").document["programmes"]]
    checked = run("regulation", "--check")

    assert shown == [("IMG-RIS-Va2", "1"), ("IMG-RIS-Va2", "2"), ("IMG-DB-Va2", "1")]
    assert checked.status == 0
    assert "Note · suite.toml est un fichier de l’exploitant, non scellé" in checked.out


@pytest.mark.parametrize("arguments", [[], ["--check"], ["--json"], ["--check", "--json"]])
def test_operator_folder_that_does_not_exist(tmp_path: Path, settings: object, arguments: list[str]) -> None:
    settings.SEGUR_REGULATION_DIRS = (tmp_path / "absent",)  # type: ignore[attr-defined]

    outcome = run("regulation", *arguments)

    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.strip().startswith("Réglementation inutilisable.")
    assert "le dossier n’existe pas." in outcome.err and outcome.err.count("\n") == 1


def test_operator_file_that_is_wrong(tmp_path: Path, settings: object) -> None:
    (tmp_path / "faux.toml").write_text("id = 3", encoding="utf-8")
    settings.SEGUR_REGULATION_DIRS = (tmp_path,)  # type: ignore[attr-defined]

    assert run("regulation").status == 2
    checked = run("regulation", "--check")
    assert checked.status == 1 and "faux.toml" in checked.out


def test_argument_that_is_not_one() -> None:
    outcome = run("regulation", "--verify")

    assert outcome.status == 2
    assert outcome.err.startswith("Argument inconnu") and "--verify" in outcome.err
