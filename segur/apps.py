from django.apps import AppConfig

# Loaded with Django, so that a task queued by the web process goes to this broker.
from segur.celery import app as celery_app

__all__ = ["SegurConfig", "celery_app"]


class SegurConfig(AppConfig):
    """The foundation: users, roles, the append-only event, the regulation."""

    name = "segur"
    verbose_name = "Ségur"
