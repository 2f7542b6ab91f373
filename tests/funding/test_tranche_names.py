"""A number of the result carries the name that a loaded register gives it; the paper does not depend on it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from funding.documents.tranche import sheet_of, tranche_pdf
from funding.models import TrancheCalculation
from orders.exchange.registers import import_register
from orders.models import Register
from tests.funding.tranche_page import CENTRE, QUESTION, load_counts, signed_in

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def load_names(tmp_path: Path, number: str, name: str) -> None:
    sheet = tmp_path / "identite.csv"
    sheet.write_text(f"fi;rs;fi_ej;sir\n{number};{name};;\n", encoding="cp1252")
    import_register(path=sheet, register=Register.SAE_IDENTITY, now=NOW, actor=None)


def test_the_screen_names_an_establishment_and_the_paper_keeps_its_bytes(tmp_path: Path) -> None:
    load_counts()
    client = signed_in()
    address = client.post("/tranche/", QUESTION).headers["Location"]
    calculation = TrancheCalculation.objects.get()
    before = tranche_pdf(sheet_of(calculation))
    assert "CH DE VALBRUNE, LES AIGUES" not in client.get(address).content.decode()

    load_names(tmp_path, CENTRE, "CH DE VALBRUNE, LES AIGUES")

    assert client.get(address).content.decode().count("CH DE VALBRUNE, LES AIGUES") == 2  # radiology and nuclear
    assert tranche_pdf(sheet_of(calculation)) == before
