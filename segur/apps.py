from django.apps import AppConfig


class SegurConfig(AppConfig):
    """The foundation: users, roles, the append-only event, the regulation."""

    name = "segur"
    verbose_name = "Ségur"
