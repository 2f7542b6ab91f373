"""A file of orders that a person sent: where its import stands and what it said."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models


class UploadState(models.TextChoices):
    """``received`` and ``confirmed`` wait for their work; ``checked`` waits for a person."""

    RECEIVED = "received", "Reçu"
    CHECKING = "checking", "Essai en cours"
    CHECKED = "checked", "Essayé"
    CONFIRMED = "confirmed", "Import demandé"
    RUNNING = "running", "Import en cours"
    DONE = "done", "Importé"
    FAILED = "failed", "Inutilisable"


class OrderUpload(models.Model):
    """One file and its import. The file itself lies in the data folder under ``token`` and is personal data: it and
    the faults of ``report`` are deleted after the retention, what remains says who imported which file and when.

    ``report``: counts, errors, conflicts and warnings, of the trial and then of the import; ``problem``: why the file
    cannot be used.
    """

    token = models.UUIDField("jeton", default=uuid.uuid4, unique=True, editable=False)
    file_name = models.CharField("fichier", max_length=255)
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("octets")
    state = models.CharField("état", max_length=10, choices=UploadState, default=UploadState.RECEIVED)
    report: models.JSONField[Any, Any] = models.JSONField("compte rendu", default=dict, blank=True)
    problem = models.TextField("problème", blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="envoyé par"
    )
    created_at = models.DateTimeField("reçu le")
    started_at = models.DateTimeField("commencé le", null=True, blank=True)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)
    purged_at = models.DateTimeField("supprimé le", null=True, blank=True)

    class Meta:
        verbose_name = "import de commandes"
        verbose_name_plural = "imports de commandes"
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["purged_at", "created_at"], name="orders_upload_to_purge")]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=UploadState.values), name="orders_upload_state"),
        ]

    def __str__(self) -> str:
        return self.file_name
