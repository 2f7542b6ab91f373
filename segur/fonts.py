"""The product's typeface, cut to the Latin letters from the wheel that ships it whole.

The files are made the first time static files are looked up or collected, and kept in the data folder.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage
from font_source_sans_pro import font_files_ttf
from fontTools import subset
from fontTools.ttLib import TTLibError

logger = logging.getLogger(__name__)

FOLDER = "segur/fonts"
STYLESHEET = f"{FOLDER}/fonts.css"
WEIGHTS = {400: "SourceSansPro", 600: "SourceSansProSemibold", 700: "SourceSansProBold"}
# Latin-1, Latin Extended-A, the dashes, quotes and spaces of French, arrows, minus, ≤ and ≥, the euro.
LETTERS = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2016),
    *range(0x2018, 0x201F),
    *(0x2009, 0x2022, 0x2026, 0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x20AC),
    *range(0x2190, 0x2194),
    *(0x2212, 0x2260, 0x2264, 0x2265),
)
FEATURES = ("ccmp", "kern", "liga", "locl", "mark", "ordn", "sups", "tnum", "lnum")
_FACE = """@font-face {{
  font-family: "Source Sans";
  font-style: normal;
  font-weight: {weight};
  font-display: swap;
  src: url("{name}") format("woff2");
}}
"""


class FontFinder(BaseFinder):
    """Adds ``segur/fonts/fonts.css`` and its WOFF2 files to the static files.

    Where the fonts cannot be made (read-only folder, damaged wheel), the stylesheet is empty and the page
    falls back on the fonts of the system.
    """

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = []
        if path.startswith(f"{FOLDER}/"):
            storage = FileSystemStorage(location=build())
            if storage.exists(path):
                found = [storage.path(path)]
        if find_all:
            return found
        return found[0] if found else []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        storage = FileSystemStorage(location=build())
        for file in sorted(Path(storage.location, FOLDER).iterdir()):
            path = f"{FOLDER}/{file.name}"
            if not matches_patterns(path, ignore_patterns or ()):
                yield path, storage


def build(data_dir: Path | None = None) -> Path:
    """The static root that holds the fonts, made if it is not there yet."""
    root = Path(data_dir or settings.DATA_DIR) / "fonts" / _recipe()
    folder = root / FOLDER
    sheet = root / STYLESHEET
    if sheet.exists():
        return root
    folder.mkdir(parents=True, exist_ok=True)
    try:
        faces = "".join(_face(weight, font, folder) for weight, font in WEIGHTS.items())
    except (OSError, KeyError, ImportError, TTLibError):
        logger.warning("Police Source Sans indisponible\u00a0: les polices du système la remplacent.", exc_info=True)
        faces = ""
    _write(sheet, faces.encode())
    return root


def _recipe() -> str:
    """A name that changes when what is cut changes."""
    return hashlib.sha256(repr((WEIGHTS, LETTERS, FEATURES, _FACE)).encode()).hexdigest()[:12]


def _face(weight: int, font: str, folder: Path) -> str:
    name = f"source-sans-{weight}.woff2"
    options = subset.Options(flavor="woff2", layout_features=list(FEATURES), notdef_outline=True)
    with subset.load_font(font_files_ttf[font], options) as face:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=LETTERS)
        cutter.subset(face)
        descriptor, made = tempfile.mkstemp(dir=folder.parent)
        os.close(descriptor)
        subset.save_font(face, made, options)
    Path(made).chmod(0o644)
    Path(made).replace(folder / name)
    return _FACE.format(weight=weight, name=name)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, even when two processes start together."""
    with tempfile.NamedTemporaryFile(dir=path.parent.parent, delete=False) as file:
        file.write(content)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
