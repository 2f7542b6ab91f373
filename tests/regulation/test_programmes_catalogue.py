"""Versions by date, an operator's folder, and the seal on the published files."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from segur import texts
from segur.regulation import catalogue
from segur.regulation.catalogue import Catalogue, UnknownProgrammeError, check
from segur.regulation.finding import Severity
from segur.regulation.loader import PACKAGED, RegulationError
from segur.regulation.schema import Programme, ProgrammeKind

RIS = (PACKAGED / "IMG-RIS-Va2-1.toml").read_text(encoding="utf-8")
DRIMBOX = (PACKAGED / "IMG-DB-Va2-1.toml").read_text(encoding="utf-8")


def _file(folder: Path, name: str, text: str, **changes: str) -> Path:
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


VERSION_2 = {"version": ('version = "1"', 'version = "2"'), "start": ('"2025-02-20"', '"2026-12-01"')}


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the published files that a test may damage."""
    copy = tmp_path / "regulation"
    shutil.copytree(PACKAGED.parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(catalogue, "PACKAGED", copy / "programmes")
    return copy


def test_packaged_programmes_ris_first() -> None:
    found = Catalogue.load()

    assert found.ids == ("IMG-RIS-Va2", "IMG-DB-Va2")
    assert [programme.kind for programme in found.programmes()] == [ProgrammeKind.RIS, ProgrammeKind.DRIMBOX]
    assert Catalogue.load() is found


def test_version_by_date_takes_the_latest_that_has_begun(tmp_path: Path) -> None:
    _file(tmp_path, "suite.toml", RIS, pilots=("value = 3, s", "value = 5, s"), **VERSION_2)
    found = Catalogue.load((tmp_path,))

    def pilots(day: date) -> int | None:
        return found.programme("IMG-RIS-Va2", on=day).pilots.value

    assert pilots(date(2020, 1, 1)) == 3
    assert pilots(date(2026, 11, 30)) == 3
    assert pilots(date(2026, 12, 1)) == 5
    assert pilots(date(2027, 1, 1)) == 5
    assert found.version("IMG-RIS-Va2", "1").pilots.value == 3
    assert found.version("IMG-RIS-Va2", "2").pilots.value == 5
    assert found.programme("IMG-DB-Va2", on=date(2027, 1, 1)).version == "1"


def test_operator_corrects_a_version_and_the_last_folder_wins(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder, count in ((first, "4"), (second, "5")):
        folder.mkdir()
        _file(folder, "correction.toml", RIS, pilots=("value = 3, s", f"value = {count}, s"))

    def corrected(*folders: Path) -> Programme:
        return Catalogue.load(folders).version("IMG-RIS-Va2", "1")

    assert corrected(first).pilots.value == 4
    assert corrected(first, second).pilots.value == 5
    assert corrected(second, first).pilots.value == 4
    assert len(Catalogue.load((first, second)).programmes()) == 2
    assert corrected(first).sha256 != Catalogue.load().version("IMG-RIS-Va2", "1").sha256


def test_unknown_programme_and_version_are_said_in_french() -> None:
    with pytest.raises(UnknownProgrammeError) as caught:
        Catalogue.load().programme("IMG-PACS", on=date(2026, 11, 24))
    assert str(caught.value) == (
        "Programme inconnu\u00a0: «\u202fIMG-PACS\u00a0». Programmes connus\u00a0: IMG-RIS-Va2, IMG-DB-Va2."
    )
    with pytest.raises(LookupError, match="n’a pas de version"):
        Catalogue.load().version("IMG-DB-Va2", "9")


@pytest.mark.parametrize(
    ("text", "changes", "words"),
    [
        (RIS, {"id": ('id = "IMG-RIS-Va2"', 'id = "IMG-PACS"')}, "programme inconnu"),
        (DRIMBOX, {"id": ('id = "IMG-DB-Va2"', 'id = "IMG-RIS-Va2"')}, "de type ris"),
        (RIS, {"version": ('version = "1"', 'version = "2"')}, "commence le même jour"),
        (RIS, {"pilots": ("value = 3, s", "value = 0, s")}, "au moins 1"),
    ],
)
def test_operator_file_that_cannot_be_used(
    tmp_path: Path, text: str, changes: dict[str, tuple[str, str]], words: str
) -> None:
    path = _file(tmp_path, "essai.toml", text, **changes)

    with pytest.raises(RegulationError, match=words) as caught:
        Catalogue.load((tmp_path,))
    assert caught.value.path == path
    found = check((tmp_path,))
    assert [finding.path for finding in found if finding.blocks] == ["essai.toml"]
    assert any(words in finding.message for finding in found)


def test_same_programme_twice_in_one_folder(tmp_path: Path) -> None:
    _file(tmp_path, "a.toml", RIS)
    _file(tmp_path, "b.toml", RIS)

    with pytest.raises(RegulationError, match=r"même version que a\.toml"):
        Catalogue.load((tmp_path,))


def test_folder_that_is_not_one(tmp_path: Path) -> None:
    for folder, words in ((tmp_path / "absent", "n’existe pas"), (_file(tmp_path, "x", RIS), "pas un dossier")):
        for use in (Catalogue.load, check):
            with pytest.raises(RegulationError, match=words):
                use((folder,))


def test_published_files_are_whole() -> None:
    assert check() == ()


def test_operator_files_are_noted_with_their_hash(tmp_path: Path) -> None:
    _file(tmp_path, "correction.toml", RIS)
    empty = tmp_path / "vide"
    empty.mkdir()

    note, bare = check((tmp_path, empty))

    assert (note.code, note.severity) == ("regulation-operator", Severity.INFO)
    assert Catalogue.load().version("IMG-RIS-Va2", "1").sha256 in note.message
    assert (bare.code, bare.severity) == ("regulation-empty", Severity.INFO)


def test_every_amount_of_every_published_table_is_sealed(published: Path) -> None:
    """One digit breaks the seal, even where the laws of the table still hold."""
    sealed = 0
    for name, text in (("IMG-RIS-Va2-1.toml", RIS), ("IMG-DB-Va2-1.toml", DRIMBOX)):
        target = published / "programmes" / name
        for amount in re.finditer(r"(?<=\")\d+\.\d\d(?=\")", text):
            last = (int(text[amount.end() - 1]) + 1) % 10
            target.write_text(f"{text[: amount.end() - 1]}{last}{text[amount.end() :]}", encoding="utf-8")
            assert check()[0].code == "regulation-pin", amount.group()
            sealed += 1
        target.write_text(text, encoding="utf-8")
        assert check() == ()
    assert sealed >= 4 * 24 + 2 * 24


def test_broken_seal_says_where_and_what_to_do(published: Path) -> None:
    target = published / "programmes" / "IMG-RIS-Va2-1.toml"
    target.write_text(RIS.replace("13503.40", "13503.41"), encoding="utf-8")

    (finding,) = check()

    assert (finding.blocks, finding.path) == (True, "IMG-RIS-Va2-1.toml")
    assert finding.message == "Le fichier publié programmes/IMG-RIS-Va2-1.toml a été modifié."
    assert "SEGUR_REGULATION_DIRS" in finding.remedy


@pytest.mark.parametrize("name", ["programmes/ccam-nuclear.txt", "programmes/ccam-radiology.txt", "rules.toml"])
def test_data_files_are_sealed_too(published: Path, name: str) -> None:
    path = published / name
    path.write_bytes(path.read_bytes() + b"\n")

    assert [finding.code for finding in check()] == ["regulation-pin"]


def test_broken_published_file_fails_the_seal_and_the_schema(published: Path) -> None:
    (published / "programmes" / "IMG-DB-Va2-1.toml").write_text("id = 1.5", encoding="utf-8")

    assert [finding.code for finding in check()] == ["regulation-pin", "regulation-schema"]


@pytest.mark.parametrize("content", [None, "", "[sha256]\nx = 1\n", "=", "[sha256]\n[other]\n"])
def test_seals_that_vanished_or_broke_fail_the_check(published: Path, content: str | None) -> None:
    path = published / "pins.toml"
    path.unlink() if content is None else path.write_text(content, encoding="utf-8")

    assert [(finding.code, finding.path) for finding in check()] == [("regulation-pin", "pins.toml")]


def test_broken_rules_fail_the_schema(published: Path) -> None:
    (published / "rules.toml").write_text('[R1]\ntitle = "Le Client"\n', encoding="utf-8")

    pin, schema = check()

    assert (pin.code, schema.code) == ("regulation-pin", "regulation-schema")
    assert "R1.text" in schema.message


def test_published_file_that_vanished_and_one_too_many(published: Path) -> None:
    (published / "programmes" / "ccam-nuclear.txt").rename(published / "programmes" / "ccam-2.txt")

    found = {finding.code: finding.message for finding in check() if finding.blocks}

    assert found["regulation-missing"] == "Le fichier publié programmes/ccam-nuclear.txt a disparu."
    assert found["regulation-unpinned"] == "Le fichier programmes/ccam-2.txt n’est pas un fichier publié."


def test_texts_of_this_installation(tmp_path: Path, settings: object) -> None:
    assert texts.catalogue() is Catalogue.load()
    settings.SEGUR_REGULATION_DIRS = (tmp_path,)  # type: ignore[attr-defined]
    _file(tmp_path, "suite.toml", RIS, **VERSION_2)

    day = date(2026, 12, 1)

    assert texts.programme("IMG-RIS-Va2", on=day).version == "2"
    assert texts.programme("IMG-RIS-Va2", on=day - timedelta(days=1)).version == "1"
