"""What runs every day on orders, on the schedule of the settings."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from orders.selectors.claims import open_conflicts
from orders.selectors.history import verify_histories
from orders.services.history import seal_histories

_log = logging.getLogger(__name__)


@shared_task(name="orders.audit_uniqueness")
def audit_uniqueness() -> int:
    """Count the open conflicts and say so in the log, without their numbers; how many there are."""
    count = open_conflicts().count()
    if count:
        _log.warning("open uniqueness conflicts: %d (manage.py audit_uniqueness)", count)
    return count


@shared_task(name="orders.seal_histories")
def seal_day() -> None:
    """Check every history, then seal the chains that moved; a broken history is reported and not sealed over."""
    report = verify_histories()
    if report.broken:
        _log.error("broken history: %d breaks (manage.py verify_events)", len(report.broken))
        return
    seal_histories(now=timezone.now())
