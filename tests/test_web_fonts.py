"""The typeface: cut once, small, in the static files, and never a broken page without it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.management import call_command
from fontTools.ttLib import TTFont
from pytest_django import Settings

from segur import fonts


def test_fonts_are_small_and_hold_the_letters_of_the_screens(tmp_path: Path) -> None:
    root = fonts.build(tmp_path)
    files = sorted((root / fonts.FOLDER).glob("*.woff2"))
    assert [file.stem for file in files] == ["source-sans-400", "source-sans-600", "source-sans-700"]
    for file in files:
        assert file.stat().st_size < 40_000
        with TTFont(file) as face:
            assert {ord(sign) for sign in "éÉœŒ’«»—−→€§×≤ 09\u00a0\u202f"} <= face.getBestCmap().keys()
    sheet = (root / fonts.STYLESHEET).read_text(encoding="utf-8")
    assert sheet.count("@font-face") == 3


def test_second_build_keeps_the_files_of_the_first(tmp_path: Path) -> None:
    font = fonts.build(tmp_path) / fonts.FOLDER / "source-sans-400.woff2"
    before = font.stat().st_mtime_ns
    fonts.build(tmp_path)
    assert font.stat().st_mtime_ns == before


def test_without_the_typeface_the_stylesheet_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "font_files_ttf", {})
    root = fonts.build(tmp_path)
    assert (root / fonts.STYLESHEET).read_bytes() == b""
    assert list((root / fonts.FOLDER).glob("*.woff2")) == []


def test_finder_serves_only_its_own_files() -> None:
    assert finders.find(fonts.STYLESHEET)
    assert finders.find("segur/fonts/source-sans-700.woff2")
    assert finders.find("segur/fonts/unknown.woff2") is None
    assert finders.find("segur/tokens.css")


@pytest.mark.filterwarnings("default")
def test_collected_files_carry_their_digest(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", "--noinput", verbosity=0)
    storage = ManifestStaticFilesStorage(location=tmp_path)
    sheet = (tmp_path / storage.stored_name(fonts.STYLESHEET)).read_text(encoding="utf-8")
    font = Path(storage.stored_name("segur/fonts/source-sans-400.woff2")).name
    assert f'url("{font}")' in sheet
