"""The import wizard: send a file, read its trial, confirm, follow, read the report, correct what was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from kombu.exceptions import KombuError

from funding.forms.order_upload import OrderUploadForm
from funding.services.order_uploads import (
    RETENTION,
    advance_of,
    confirm_upload,
    corrections_of,
    is_interrupted,
    receive_upload,
    work_on_upload,
)
from funding.tasks import work_on_order_upload
from funding.views.orders.rights import may_write
from orders.exchange.order_file import UnusableFile
from orders.exchange.workbook import CellTooLong, write_csv_template, write_template
from orders.models import Order, OrderUpload, UploadState
from segur.models import User

#: Below this size a file is worked on while the person waits: a few seconds at most.
AT_ONCE_BYTES = 500_000
_RECENT = 10
_ERRORS_PER_PAGE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STEPS = ("Fichier", "Essai", "Import", "Compte rendu")
_STEP_OF = {
    UploadState.RECEIVED: 1,
    UploadState.CHECKING: 1,
    UploadState.CHECKED: 1,
    UploadState.CONFIRMED: 2,
    UploadState.RUNNING: 2,
    UploadState.DONE: 3,
    UploadState.FAILED: 0,
}


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    tone: str
    current: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of the table of errors; ``url`` leads to the order where it is recorded."""

    place: str
    message: str
    order: str
    url: str


@require_http_methods(["GET", "HEAD", "POST"])
def order_import(request: HttpRequest) -> HttpResponse:
    """The file to choose, the templates to download, the last imports."""
    if (user := _writer(request)) is None:
        return _refused(request)
    form = OrderUploadForm(request.POST, request.FILES) if request.method == "POST" else None
    if form is not None and form.is_valid():
        file = form.cleaned_data["file"]
        upload = receive_upload(data=file.read(), file_name=file.name, actor=user, now=timezone.now())
        _start(upload)
        return HttpResponseRedirect(reverse("order_import_step", args=[upload.token]))
    context = {
        "form": form or OrderUploadForm(),
        "uploads": OrderUpload.objects.select_related("actor")[:_RECENT],
        "retention": RETENTION.days,
        "steps": _steps(0, "current"),
    }
    return render(request, "orders/import.html", context, status=422 if form is not None else 200)


@require_GET
def order_import_step(request: HttpRequest, token: UUID) -> HttpResponse:
    """Where this import stands; asked again by itself while the work goes on."""
    if _writer(request) is None:
        return _refused(request)
    upload = _upload(token)
    interrupted = is_interrupted(upload)
    working = upload.state in (UploadState.CHECKING, UploadState.RUNNING) and not interrupted
    waiting = upload.state in (UploadState.RECEIVED, UploadState.CONFIRMED)
    tone = "refused" if upload.state == UploadState.FAILED else "attention" if interrupted else "current"
    context: dict[str, Any] = {
        "upload": upload,
        "report": upload.report,
        "interrupted": interrupted,
        "working": working,
        "waiting": waiting,
        "advance": advance_of(upload) if working else None,
        "page": Paginator(_faults(upload), _ERRORS_PER_PAGE).get_page(request.GET.get("page")),
        "conflicts": upload.report.get("conflicts", [])[:_ERRORS_PER_PAGE],
        "entering": sum(upload.report.get(name, 0) for name in ("created", "updated")),
        "retention": RETENTION.days,
        "steps": _steps(_STEP_OF[UploadState(upload.state)], tone),
    }
    is_asked_again = request.headers.get("HX-Request") == "true"
    return render(request, "orders/import/panel.html" if is_asked_again else "orders/import/step.html", context)


@require_POST
def order_import_confirm(request: HttpRequest, token: UUID) -> HttpResponse:
    """The import itself, of a file that was tried."""
    if _writer(request) is None:
        return _refused(request)
    upload = _upload(token)
    if confirm_upload(upload_id=upload.pk):
        _start(upload)
    return _back(upload)


@require_POST
def order_import_resume(request: HttpRequest, token: UUID) -> HttpResponse:
    """Do now what was interrupted, or what nobody takes up; nothing where somebody is at it."""
    if _writer(request) is None:
        return _refused(request)
    upload = _upload(token)
    work_on_upload(upload_id=upload.pk, now=timezone.now())
    return _back(upload)


@require_GET
def order_import_corrections(request: HttpRequest, token: UUID) -> HttpResponse:
    """The refused rows as a workbook, each with its reason."""
    if _writer(request) is None:
        return _refused(request)
    upload = _upload(token)
    try:
        data = corrections_of(upload)
    except (UnusableFile, CellTooLong) as refusal:
        return render(request, "orders/import/refused.html", {"reason": str(refusal)}, status=409)
    return _download(data, f"a-corriger-{upload.file_name.rpartition('.')[0] or upload.file_name}.xlsx", _XLSX)


@require_GET
def order_import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """The empty workbook with its help, or the headers of the CSV."""
    if kind == "xlsx":
        return _download(write_template(), "modele-commandes.xlsx", _XLSX)
    if kind != "csv":
        raise Http404
    return _download(write_csv_template(), "modele-commandes.csv", "text/csv; charset=utf-8")


def _start(upload: OrderUpload) -> None:
    """A small file at once; a bigger one through the queue, or at once where the queue does not answer."""
    if upload.size > AT_ONCE_BYTES:
        try:
            work_on_order_upload.delay(upload.pk)
            return
        except (KombuError, OSError):
            pass
    work_on_upload(upload_id=upload.pk, now=timezone.now())


def _faults(upload: OrderUpload) -> list[Fault]:
    errors = upload.report.get("errors", [])
    numbers = {error["order"] for error in errors if error["order"]}
    known: dict[str, int] = {}
    if upload.state == UploadState.DONE and len(numbers) <= _ERRORS_PER_PAGE:
        known = dict(Order.objects.filter(number__in=numbers).values_list("number", "pk"))
    return [
        Fault(
            error["path"],
            error["message"],
            error["order"] or "",
            reverse("order", args=[known[error["order"]]]) if error["order"] in known else "",
        )
        for error in errors
    ]


def _steps(current: int, tone: str) -> list[Step]:
    return [
        Step(name, "done" if place < current else tone if place == current else "", place == current)
        for place, name in enumerate(_STEPS)
    ]


def _upload(token: UUID) -> OrderUpload:
    return get_object_or_404(OrderUpload.objects.select_related("actor"), token=token)


def _back(upload: OrderUpload) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("order_import_step", args=[upload.token]))


def _writer(request: HttpRequest) -> User | None:
    user = request.user
    return user if isinstance(user, User) and may_write(user) else None


def _refused(request: HttpRequest) -> HttpResponse:
    reason = "Votre compte lit les commandes sans les modifier. Demandez à un chef de projet ou à la gestion"
    return render(
        request, "orders/import/refused.html", {"reason": f"{reason} administrative d’importer ce fichier."}, status=403
    )


def _download(data: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
