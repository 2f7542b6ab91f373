"""The one place where a PDF is made: A4, in French, embedded fonts, no access to the network or to files."""

from __future__ import annotations

import base64
import importlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

import font_source_sans_pro
from django.template.loader import render_to_string

# Tagged for assistive technology (PDF/UA), which RGAA asks of a published document.
_VARIANT = "pdf/ua-1"
_FACES = ((400, "Regular"), (600, "Semibold"), (700, "Bold"))


def render_pdf(template: str, context: Mapping[str, object], *, title: str, created: datetime) -> bytes:
    """The PDF of a document template.

    ``title`` and ``created`` (an instant with its zone) become the metadata. The same template, context and
    instant give the same bytes: nothing of the PDF depends on the clock, so a filed copy can be compared.
    An address other than ``data:`` in the template is never opened.
    """
    if created.utcoffset() is None:
        raise ValueError("the creation instant of a document carries a zone")
    html = render_to_string(template, {**context, "title": title, "created": created.isoformat(timespec="seconds")})
    # WeasyPrint takes more than a second to import: only the process that prints pays for it.
    weasyprint = importlib.import_module("weasyprint")
    fonts = importlib.import_module("weasyprint.text.fonts").FontConfiguration()
    fetcher = weasyprint.URLFetcher(allowed_protocols={"data"})
    sheet = weasyprint.CSS(string=_font_faces(), font_config=fonts, url_fetcher=fetcher)
    document = weasyprint.HTML(string=html, url_fetcher=fetcher)
    pdf: bytes = document.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant=_VARIANT)
    return pdf


@cache
def _font_faces() -> str:
    """Source Sans as data addresses: the fetcher opens nothing else."""
    folder = Path(font_source_sans_pro.font_directory)
    return "".join(
        f'@font-face{{font-family:"Source Sans";font-weight:{weight};src:url(data:font/ttf;base64,{_encoded(file)})}}'
        for weight, name in _FACES
        if (file := folder / f"SourceSansPro-{name}.ttf").exists()
    )


def _encoded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode("ascii")
