"""Tasks travel through a real broker to a real worker; the housekeeping forgets what is old and nothing else."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic, sleep

import pytest
import time_machine
from axes.models import AccessAttempt, AccessLog
from celery.contrib.testing.worker import start_worker
from celery.schedules import crontab
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from segur.celery import app
from segur.tasks import clear_expired_sessions, clear_old_login_attempts


def session(*, days: int) -> str:
    store = SessionStore()
    store.set_expiry(timezone.now() + timedelta(days=days))
    store.create()
    return str(store.session_key)


@pytest.mark.django_db
def test_only_expired_sessions_are_cleared() -> None:
    live, dead = session(days=1), session(days=-1)
    clear_expired_sessions()
    assert list(Session.objects.values_list("pk", flat=True)) == [live]
    assert dead != live


@pytest.mark.django_db
@time_machine.travel("2026-11-24T03:20:00+01:00", tick=False)
def test_a_failed_login_is_kept_while_its_lock_lasts() -> None:
    now = timezone.now()
    cooloff = timedelta(hours=settings.AXES_COOLOFF_TIME)
    for name, age in (("before", cooloff + timedelta(seconds=1)), ("at", cooloff), ("after", timedelta(0))):
        with time_machine.travel(now - age, tick=False):
            AccessAttempt.objects.create(username=name, ip_address="192.0.2.1", failures_since_start=1)
    clear_old_login_attempts()
    assert set(AccessAttempt.objects.values_list("username", flat=True)) == {"at", "after"}


@pytest.mark.django_db
@time_machine.travel("2026-11-24T03:20:00+01:00", tick=False)
def test_connections_older_than_six_months_are_forgotten() -> None:
    now = timezone.now()
    for name, days in (("old", 181), ("recent", 180)):
        with time_machine.travel(now - timedelta(days=days), tick=False):
            AccessLog.objects.create(username=name, ip_address="192.0.2.1")
    clear_old_login_attempts()
    assert list(AccessLog.objects.values_list("username", flat=True)) == ["recent"]


@pytest.mark.django_db(transaction=True)
def test_a_queued_task_reaches_a_worker_through_the_broker() -> None:
    session(days=-1)
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        clear_expired_sessions.delay()
        deadline = monotonic() + 20
        while Session.objects.exists() and monotonic() < deadline:
            sleep(0.05)
    assert not Session.objects.exists()


def test_every_scheduled_task_is_registered() -> None:
    app.loader.import_default_modules()
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        assert entry["task"] in app.tasks, name
        assert isinstance(entry["schedule"], crontab), name
    assert str(app.timezone) == "Europe/Paris"
