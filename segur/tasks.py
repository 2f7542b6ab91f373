"""Housekeeping of the foundation, on the schedule of the settings."""

from __future__ import annotations

from datetime import timedelta

from axes.models import AccessAttempt, AccessLog
from celery import shared_task
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

# The CNIL recommends six months to a year for connection logs; each line holds a name and an IP address.
CONNECTION_LOG_AGE = timedelta(days=180)


@shared_task(name="segur.clear_expired_sessions")
def clear_expired_sessions() -> None:
    """Delete the sessions that no browser can use any more."""
    SessionStore.clear_expired()


@shared_task(name="segur.clear_old_login_attempts")
def clear_old_login_attempts() -> None:
    """Forget the failed logins whose lock has ended, and the connections older than six months."""
    now = timezone.now()
    AccessAttempt.objects.filter(attempt_time__lt=now - timedelta(hours=settings.AXES_COOLOFF_TIME)).delete()
    AccessLog.objects.filter(attempt_time__lt=now - CONNECTION_LOG_AGE).delete()
