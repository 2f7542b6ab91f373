"""Import on screen: a trial first, then the import asked for, a report, and what was refused to correct."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError
from openpyxl import load_workbook

from funding.services.order_uploads import RETENTION, is_interrupted, purge_order_uploads, work_on_upload
from funding.tasks import work_on_order_upload
from funding.views import imports
from orders.models import Order, OrderUpload, UploadState
from segur.models import Role, User
from tests.orders.order_files import client as made_client
from tests.orders.order_files import establishment, order_file, ris_order

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def file_of(*orders: Any, name: str = "commandes.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, json.dumps(order_file(*orders)).encode())


GOOD = ris_order(clients=[made_client(lines=[establishment()])])
BAD = ris_order(number="BDC-2", clients=[made_client(lines=[establishment(finess="10000024")])])


def browser(role: Role) -> Client:
    person = User.objects.create_user(f"{role}-person", password="x", role=role)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def office() -> Client:
    return browser(Role.BACK_OFFICE)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Every file is big enough for the queue; what was queued."""
    asked: list[int] = []
    monkeypatch.setattr(imports, "AT_ONCE_BYTES", 0)
    monkeypatch.setattr(work_on_order_upload, "delay", asked.append)
    yield asked


def send(client: Client, file: SimpleUploadedFile) -> OrderUpload:
    answer = client.post(reverse("order_import"), {"file": file})
    assert answer.status_code == 302, answer.content
    upload = OrderUpload.objects.latest("pk")
    assert answer.url == reverse("order_import_step", args=[upload.token])
    return upload


def page_of(client: Client, upload: OrderUpload, **headers: str) -> str:
    answer = client.get(reverse("order_import_step", args=[upload.token]), headers=headers)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", answer.content.decode())))


def act(client: Client, upload: OrderUpload, step: str) -> OrderUpload:
    answer = client.post(reverse(f"order_import_{step}", args=[upload.token]))
    assert answer.status_code == 302
    upload.refresh_from_db()
    return upload


def stored(upload: OrderUpload) -> Path:
    return Path(settings.DATA_DIR) / "uploads" / upload.token.hex


def test_the_trial_writes_nothing_and_says_what_would_enter_and_what_is_refused(office: Client) -> None:
    upload = send(office, file_of(GOOD, BAD))
    page = page_of(office, upload)
    assert "1 commande entrerait" in page
    assert "clients[0].lines[0].finess" in page
    assert "zéro de tête perdu" in page
    assert "Classeur des refus" in page
    assert not Order.objects.exists()
    assert upload.actor.role == Role.BACK_OFFICE
    assert stored(upload).stat().st_mode & 0o777 == 0o600


def test_confirming_imports_and_doing_it_twice_changes_nothing_more(office: Client) -> None:
    upload = act(office, send(office, file_of(GOOD, BAD)), "confirm")
    assert upload.state == UploadState.DONE
    assert [order.number for order in Order.objects.all()] == ["BDC-1"]
    assert "1 commande enregistrée" in page_of(office, upload)
    report = upload.report
    assert act(office, upload, "confirm").report == report
    assert act(office, send(office, file_of(GOOD)), "confirm").report["unchanged"] == 1


def test_the_refused_rows_are_corrected_and_sent_again(office: Client) -> None:
    upload = act(office, send(office, file_of(GOOD, BAD)), "confirm")
    answer = office.get(reverse("order_import_corrections", args=[upload.token]))
    assert 'filename="a-corriger-commandes.xlsx"' in answer["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.content))
    header = [cell.value for cell in book["Lignes"][1]]
    book["Lignes"].cell(2, header.index("FINESS") + 1).value = "010000024"
    stream = io.BytesIO()
    book.save(stream)
    again = act(office, send(office, SimpleUploadedFile("corrigé.xlsx", stream.getvalue())), "confirm")
    assert again.report["errors"] == []
    assert sorted(Order.objects.values_list("number", flat=True)) == ["BDC-1", "BDC-2"]


def test_an_unusable_file_says_why_and_the_way_out(office: Client) -> None:
    upload = send(office, SimpleUploadedFile("ancien.xls", b"\xd0\xcf\x11\xe0" + bytes(600)))
    assert upload.state == UploadState.FAILED
    assert "Ancien classeur Excel (.xls)" in page_of(office, upload)


@pytest.mark.parametrize("file", [None, SimpleUploadedFile("vide.csv", b"")])
def test_no_file_or_an_empty_one_is_a_fault_of_the_field(office: Client, file: Any) -> None:
    answer = office.post(reverse("order_import"), {"file": file} if file else {})
    assert answer.status_code == 422
    assert "Choisissez un fichier" in answer.content.decode()
    assert not OrderUpload.objects.exists()


def test_a_file_beyond_the_limit_is_refused_before_it_is_kept(office: Client, settings: Any) -> None:
    settings.SEGUR_MAX_ORDERS_BYTES = 100
    answer = office.post(reverse("order_import"), {"file": file_of(GOOD)})
    assert answer.status_code == 422
    assert "la limite est" in answer.content.decode()


@pytest.mark.parametrize("name", ["order_import", "step", "confirm", "resume", "corrections"])
def test_a_reader_is_refused_with_a_sentence(office: Client, name: str) -> None:
    upload = send(office, file_of(GOOD))
    reader = browser(Role.READER)
    if name == "order_import":
        answer = reader.post(reverse(name), {"file": file_of(GOOD)})
    else:
        call = reader.post if name in ("confirm", "resume") else reader.get
        answer = call(reverse(f"order_import_{name}", args=[upload.token]))
    assert answer.status_code == 403
    assert "lit les commandes sans les modifier" in answer.content.decode()
    assert not Order.objects.exists()


@pytest.mark.parametrize("role", [Role.PROJECT_MANAGER, Role.ADMIN])
def test_those_who_write_orders_import_them(role: Role) -> None:
    assert send(browser(role), file_of(GOOD)).state == UploadState.CHECKED


def test_looking_at_an_import_never_works_on_it(office: Client, queued: list[int]) -> None:
    upload = send(office, file_of(GOOD))
    assert queued == [upload.pk]
    assert "Lancer maintenant" in page_of(office, upload)
    upload.refresh_from_db()
    assert upload.state == UploadState.RECEIVED
    assert office.get(reverse("order_import_confirm", args=[upload.token])).status_code == 405


def test_the_queue_does_the_work_and_the_page_asks_for_it_again(office: Client, queued: list[int]) -> None:
    upload = send(office, file_of(GOOD))
    answer = office.get(reverse("order_import_step", args=[upload.token]), headers={"HX-Request": "true"})
    assert b'hx-trigger="every 2s"' in answer.content
    assert b"<html" not in answer.content
    work_on_order_upload(upload.pk)
    answer = office.get(reverse("order_import_step", args=[upload.token]), headers={"HX-Request": "true"})
    assert b"hx-trigger" not in answer.content
    act(office, upload, "confirm")
    assert queued == [upload.pk, upload.pk]
    work_on_order_upload(upload.pk)
    assert Order.objects.count() == 1


def test_a_task_that_cannot_be_queued_runs_at_once(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(imports, "AT_ONCE_BYTES", 0)
    monkeypatch.setattr(work_on_order_upload, "delay", refuse)
    assert send(office, file_of(GOOD)).state == UploadState.CHECKED


def test_work_that_nobody_takes_up_is_done_on_demand(office: Client, queued: list[int]) -> None:
    assert act(office, send(office, file_of(GOOD)), "resume").state == UploadState.CHECKED


@pytest.mark.parametrize("recorded", [False, True])
def test_an_interrupted_import_is_shown_and_taken_up_again(office: Client, recorded: bool) -> None:
    """Killed before it was recorded, or after: the second time changes nothing of what is in."""
    upload = send(office, file_of(GOOD))
    if recorded:
        act(office, upload, "confirm")
    OrderUpload.objects.filter(pk=upload.pk).update(state=UploadState.RUNNING)
    assert "Le travail a été interrompu." in page_of(office, upload)
    assert act(office, upload, "resume").state == UploadState.DONE
    assert (upload.report["created"], upload.report["unchanged"]) == ((0, 1) if recorded else (1, 0))
    assert Order.objects.count() == 1


def test_work_that_somebody_does_is_neither_interrupted_nor_done_twice(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(office, file_of(GOOD))
    seen: list[Any] = []

    def meanwhile(data: bytes, **options: Any) -> Any:
        options["progress"]("Enregistrement", 3, 8)
        other = OrderUpload.objects.get(pk=upload.pk)
        work_on_upload(upload_id=upload.pk, now=NOW)
        seen.append((other.state, is_interrupted(other), page_of(office, upload)))
        raise OSError

    monkeypatch.setattr("funding.services.order_uploads.import_order_file", meanwhile)
    act(office, upload, "confirm")
    ((state, interrupted, page),) = seen
    assert (state, interrupted) == (UploadState.RUNNING, False)
    assert "Enregistrement" in page
    assert "3 sur 8" in page


def test_files_are_deleted_after_the_retention_with_what_reports_quote(office: Client) -> None:
    upload = act(office, send(office, file_of(GOOD, BAD)), "confirm")
    assert purge_order_uploads(now=upload.created_at + RETENTION) == 0
    assert purge_order_uploads(now=upload.created_at + RETENTION + timedelta(seconds=1)) == 1
    upload.refresh_from_db()
    assert not stored(upload).exists()
    assert "errors" not in upload.report
    assert upload.report["created"] == 1
    page = page_of(office, upload)
    assert "supprimés après 30 jours" in page
    assert "Classeur des refus" not in page
    assert office.get(reverse("order_import_corrections", args=[upload.token])).status_code == 409


@pytest.mark.parametrize(("kind", "start"), [("xlsx", b"PK"), ("csv", b"\xef\xbb\xbfNum")])
def test_the_templates_are_there_to_download(office: Client, kind: str, start: bytes) -> None:
    answer = office.get(reverse("order_import_template", args=[kind]))
    assert answer.content.startswith(start)
    assert f"modele-commandes.{kind}" in answer["Content-Disposition"]


def test_the_first_page_lists_the_last_imports(office: Client) -> None:
    send(office, file_of(GOOD, name="mai.json"))
    page = office.get(reverse("order_import")).content.decode()
    assert "mai.json" in page
    assert 'enctype="multipart/form-data"' in page
