"""Files of orders sent on screen: kept, tried, confirmed, imported, forgotten.

The work is done under a lock on the file's own folder entry, which the kernel lifts when the process dies: an upload
whose work has begun and whose lock is free was interrupted, and may be taken up again. An import taken up again
changes nothing of what is already recorded.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from funding.services.order_files import ImportReport, import_order_file, too_big
from orders.exchange.order_file import RowError, UnusableFile
from orders.exchange.workbook import write_corrections
from orders.models import OrderUpload, UploadState
from segur.models import User
from segur.texts import catalogue

RETENTION = timedelta(days=30)
"""How long a file is kept: the time to correct its refused rows. It holds names and numbers of persons."""

MOST_KEPT_ERRORS = 20_000
_WAITING = {UploadState.RECEIVED: UploadState.CHECKING, UploadState.CONFIRMED: UploadState.RUNNING}
_BEGUN = frozenset({UploadState.CHECKING, UploadState.RUNNING})


@dataclass(frozen=True, slots=True)
class Advance:
    """How far the work is: the stage in French, and the orders done of all."""

    stage: str
    done: int
    total: int


def receive_upload(*, data: bytes, file_name: str, actor: User, now: datetime) -> OrderUpload:
    """Keep a file for its trial. Raises UnusableFile when it is empty or too big."""
    if not data:
        raise UnusableFile("Ce fichier est vide. Choisissez un fichier de commandes.")
    if len(data) > settings.SEGUR_MAX_ORDERS_BYTES:
        raise UnusableFile(too_big(len(data)))
    upload = OrderUpload(
        file_name=Path(file_name).name[-255:] or "commandes",
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        actor=actor,
        created_at=now,
    )
    path = _path(upload)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    upload.save()
    return upload


def confirm_upload(*, upload_id: int) -> bool:
    """Ask for the import of a file that was tried; False when it is not at that point any more."""
    waiting = OrderUpload.objects.filter(pk=upload_id, state=UploadState.CHECKED, purged_at=None)
    return bool(waiting.update(state=UploadState.CONFIRMED))


def work_on_upload(*, upload_id: int, now: datetime) -> None:
    """Do what the upload waits for, the trial or the import; nothing where somebody does it or it waits for nothing.

    What was begun and interrupted is begun again.
    """
    upload = OrderUpload.objects.select_related("actor").get(pk=upload_id)
    with _locked(upload) as alone:
        if not alone:
            return
        upload.refresh_from_db(fields=["state", "purged_at"])
        state = _WAITING.get(UploadState(upload.state), UploadState(upload.state))
        if state not in _BEGUN or upload.purged_at is not None:
            return
        upload.state, upload.started_at = state, now
        upload.save(update_fields=["state", "started_at"])
        try:
            report = import_order_file(
                _path(upload).read_bytes(),
                now=now,
                actor=upload.actor,
                dry_run=state == UploadState.CHECKING,
                progress=lambda stage, done, total: _tell(upload, Advance(stage, done, total)),
            )
            upload.report = _kept(report)
            upload.state = UploadState.CHECKED if state == UploadState.CHECKING else UploadState.DONE
        except (UnusableFile, OSError) as error:
            upload.state = UploadState.FAILED
            upload.problem = str(error) if isinstance(error, UnusableFile) else _GONE
        upload.ended_at = timezone.now()
        upload.save(update_fields=["state", "report", "problem", "ended_at"])


def is_interrupted(upload: OrderUpload) -> bool:
    """Whether the work has begun and nobody does it any more."""
    if upload.state not in _BEGUN:
        return False
    with _locked(upload) as alone:
        if not alone:
            return False
        upload.refresh_from_db(fields=["state"])
        return upload.state in _BEGUN


def advance_of(upload: OrderUpload) -> Advance | None:
    """How far the work is; None before its first word."""
    try:
        return Advance(**json.loads(_progress_path(upload).read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError):
        return None


def corrections_of(upload: OrderUpload) -> bytes:
    """The workbook of the refused rows. Raises UnusableFile once the file is deleted, CellTooLong."""
    try:
        data = _path(upload).read_bytes()
    except OSError as error:
        raise UnusableFile(_GONE) from error
    errors = [RowError(**error) for error in upload.report.get("errors", ())]
    return write_corrections(data, errors, limit=settings.SEGUR_MAX_ORDERS_BYTES, catalogue=catalogue())


def purge_order_uploads(*, now: datetime) -> int:
    """Delete the files older than the retention, and what their reports quote of them; how many there were."""
    old = OrderUpload.objects.filter(purged_at=None, created_at__lt=now - RETENTION)
    count = 0
    for upload in old:
        with _locked(upload) as alone:
            if not alone:
                continue
            for path in (_path(upload), _progress_path(upload)):
                path.unlink(missing_ok=True)
            upload.report = {key: value for key, value in upload.report.items() if type(value) is int}
            upload.problem, upload.purged_at = "", now
            upload.save(update_fields=["report", "problem", "purged_at"])
            count += 1
        _lock_path(upload).unlink(missing_ok=True)
    return count


_GONE = "Le fichier a été supprimé. Envoyez-le à nouveau."


def _kept(report: ImportReport) -> dict[str, Any]:
    kept = {**report.as_json(), "warnings": report.warnings, "error_count": len(report.errors)}
    return {**kept, "errors": kept["errors"][:MOST_KEPT_ERRORS]}


def _tell(upload: OrderUpload, advance: Advance) -> None:
    # Not in the database: the import holds its write lock, and its transaction hides what it says until it ends.
    path = _progress_path(upload)
    with suppress(OSError):
        fresh = path.with_suffix(".tmp")
        fresh.write_text(json.dumps({"stage": advance.stage, "done": advance.done, "total": advance.total}))
        fresh.replace(path)


@contextmanager
def _locked(upload: OrderUpload) -> Iterator[bool]:
    """Whether nobody else works on this upload, as long as the block lasts."""
    path = _lock_path(upload)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _path(upload: OrderUpload) -> Path:
    return Path(settings.DATA_DIR) / "uploads" / upload.token.hex


def _progress_path(upload: OrderUpload) -> Path:
    return _path(upload).with_suffix(".progress")


def _lock_path(upload: OrderUpload) -> Path:
    return _path(upload).with_suffix(".lock")
