"""What funding does outside a request, on the schedule of the settings or when a person asks."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from funding.services.order_uploads import purge_order_uploads, work_on_upload


@shared_task(name="funding.work_on_order_upload")
def work_on_order_upload(upload_id: int) -> None:
    """Try or import a file of orders."""
    work_on_upload(upload_id=upload_id, now=timezone.now())


@shared_task(name="funding.purge_order_uploads")
def purge_old_order_uploads() -> None:
    """Delete the files of orders older than their retention."""
    purge_order_uploads(now=timezone.now())
