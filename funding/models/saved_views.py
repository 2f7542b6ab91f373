"""The filters that a person keeps under a name on the list of orders."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class SavedView(models.Model):
    """``query`` is the address of the list without its page, never with a number of a person."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views", db_index=False
    )
    name = models.CharField("nom", max_length=60)
    query = models.CharField("filtres", max_length=500, blank=True)
    created_at = models.DateTimeField("enregistrée le")

    class Meta:
        verbose_name = "vue enregistrée"
        verbose_name_plural = "vues enregistrées"
        ordering = ["owner", "created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="funding_savedview_name"),
            models.CheckConstraint(condition=~Q(name=""), name="funding_savedview_named"),
        ]

    def __str__(self) -> str:
        return self.name
