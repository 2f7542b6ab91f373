"""The PDF of a calculation, read back: what it says, that it is stable, tagged, and reaches nothing outside."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader

from funding.documents import pdf as documents
from funding.documents.pdf import render_pdf
from funding.documents.tranche import sheet_of, tranche_pdf
from funding.models import TrancheCalculation
from tests.funding.activity_files import number
from tests.funding.tranche_page import CENTRE, LOST_ZERO, RADIOLOGISTS, STRANGER, ask, latest, load_counts, signed_in

CREATED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DOCUMENT = "documents/tranche_result.html"


@pytest.fixture
def client(db: None) -> Client:
    load_counts()
    return signed_in()


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def words_of(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in read(pdf).pages))


def asked(client: Client, **changes: str) -> bytes:
    ask(client, **changes)
    response = client.get(f"/tranche/{latest().pk}/pdf/")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="calcul-de-tranche-{latest().pk}.pdf"'
    return response.content


def test_the_pdf_says_what_the_page_says(client: Client) -> None:
    words = words_of(asked(client))
    for said in (
        "Centre hospitalier de Valbrune · IMG-RIS-Va2 · Mixte",
        "Tranche D, 61 234 examens pondérés",
        "60 001 à 120 000 · médecine nucléaire × 5 (A3)",
        "À 1 234 examens du seuil C.",
        "FINESS radiologie : 2 valides, 1 non valide",
        f"{CENTRE} (41 820)",
        f"{CENTRE} (1 402 × 5)",
        f"{LOST_ZERO[1:]} : {LOST_ZERO[1:]} a 8 caractères",
        f"{STRANGER} : AM absent des comptages chargés",
        "16 690,22 € 18 108,89 € 20 028,26 € 8 011,30 € 12 016,96 € 834,51 € 5 007,06 €",
        "barème non publié",
        "−6 524,86 €",
        "provisoire",
        "Seuils : AF-IMG-RIS-Va2 §5.3.",
        "Estimation : le service de l’ANS fait foi (R52)",
        "Page 1 sur",
    ):
        assert said in words, said


def test_the_pdf_is_a4_french_tagged_and_dated_by_its_calculation(client: Client) -> None:
    reader = read(asked(client))
    width, height = (float(side) / 72 * 25.4 for side in reader.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Calcul de tranche, Centre hospitalier de Valbrune"
    created = latest().created_at.replace(second=0, microsecond=0)
    assert reader.metadata.creation_date == created


def test_the_pdf_embeds_the_typeface_of_the_product(client: Client) -> None:
    reader = read(asked(client))
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    families = {str(font["/BaseFont"]) for font in fonts}
    assert families
    assert all("Source" in family for family in families), families


def test_the_same_calculation_gives_the_same_bytes_on_another_day(client: Client) -> None:
    ask(client)
    pk = latest().pk
    first = tranche_pdf(sheet_of(TrancheCalculation.objects.get(pk=pk)))
    with time_machine.travel(datetime(2031, 3, 1, tzinfo=UTC), tick=False):
        second = tranche_pdf(sheet_of(TrancheCalculation.objects.get(pk=pk)))
    assert first == second


def test_nothing_that_counts_is_printed_too(client: Client) -> None:
    words = words_of(asked(client, finess_radiology="999999999", am_radiology="", finess_nuclear="", am_nuclear=""))
    assert "Aucune tranche" in words
    assert "sans activité en 2023, pas de financement (R51)" in words
    assert "Plafonds" not in words


def test_hundreds_of_numbers_run_over_pages_without_a_loss(client: Client) -> None:
    many = [number(f"{n:08d}") for n in range(1, 401)]
    load_counts(*(("finess", value, "radiology", 1_000) for value in many))
    pdf = asked(client, activity="radiology", finess_radiology=";".join(many), am_radiology="")
    assert len(read(pdf).pages) > 1
    words = words_of(pdf)
    assert all(value in words for value in many)


def test_a_reference_cannot_bring_markup_into_the_pdf(client: Client) -> None:
    words = words_of(asked(client, reference="<img src=x><b>Valbrune</b> & fils"))
    assert "<img src=x><b>Valbrune</b> & fils" in words


def test_am_numbers_stay_out_of_title_and_file_name(client: Client) -> None:
    ask(client)
    response = client.get(f"/tranche/{latest().pk}/pdf/")
    metadata = str(read(response.content).metadata)
    assert not any(value in metadata + response["Content-Disposition"] for value in RADIOLOGISTS)


def test_a_document_reaches_neither_network_nor_files(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []

    def noted(*arguments: object, **_: object) -> None:
        opened.append(arguments)
        raise OSError

    addresses = ("http://127.0.0.1:9/a.png", "https://exemple.fr/a.png", "file:///a.png", "ftp://exemple.fr/a.png")
    images = "".join(f'<img alt="x" src="{address}">' for address in addresses)
    page = f'<html lang="fr"><head><title>x</title></head><body>{images}</body></html>'
    monkeypatch.setattr("urllib.request.OpenerDirector.open", noted)
    monkeypatch.setattr(documents, "render_to_string", lambda *_, **__: page)
    monkeypatch.setattr(documents, "_font_faces", lambda: "")
    assert render_pdf(DOCUMENT, {}, title="x", created=CREATED).startswith(b"%PDF")
    assert opened == []


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        render_pdf(DOCUMENT, {}, title="x", created=datetime(2026, 11, 24))  # noqa: DTZ001
