"""Tranche calculations that were asked for: the question, the answer, and the texts they were made under."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class ActivityChoice(models.TextChoices):
    """The activity field of the form of the calculation service (R53)."""

    RADIOLOGY = "radiology", "Radiologie"
    NUCLEAR = "nuclear", "Médecine nucléaire"
    MIXED = "mixed", "Mixte"


class TrancheCalculation(models.Model):
    """One calculation, kept as it was answered; shown again by its id, for AM numbers never enter an address (R78).

    ``result`` is the answer of the contract with its breakdown; ``tranche`` is empty and ``examinations`` 0 when
    nothing counts (R51). Always an estimate: only the service of the ANS is authoritative (R52).
    """

    reference = models.CharField("établissement ou référence", max_length=200, blank=True)
    recipient = models.EmailField("e-mail du destinataire", blank=True)
    programme = models.CharField("programme", max_length=40)
    regulation_version = models.CharField("version des textes", max_length=40)
    activity = models.CharField("activité", max_length=9, choices=ActivityChoice)
    am_radiology = models.JSONField("AM radiologie", default=list, blank=True)
    am_nuclear = models.JSONField("AM médecine nucléaire", default=list, blank=True)
    finess_radiology = models.JSONField("FINESS radiologie", default=list, blank=True)
    finess_nuclear = models.JSONField("FINESS médecine nucléaire", default=list, blank=True)
    result = models.JSONField("résultat")
    tranche = models.CharField("tranche", max_length=1, blank=True)
    examinations = models.PositiveBigIntegerField("examens pondérés")
    created_at = models.DateTimeField("calculé le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="calculé par",
        help_text="Vide : le système.",
    )

    class Meta:
        verbose_name = "calcul de tranche"
        verbose_name_plural = "calculs de tranche"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="funding_calculation_recent")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(activity__in=ActivityChoice.values),
                name="funding_tranchecalculation_activity_known",
            ),
            # R51: no activity, no tranche; any activity has one.
            models.CheckConstraint(
                condition=models.Q(tranche="", examinations=0) | (~models.Q(tranche="") & models.Q(examinations__gt=0)),
                name="funding_tranchecalculation_tranche_or_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference or self.programme}, {self.created_at:%Y-%m-%d}"
