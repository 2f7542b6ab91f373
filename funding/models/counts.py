"""Reference activity: how many examinations each number did in the reference year, and who says so (R49)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from segur.regulation.schema import Activity


class ActivitySource(models.TextChoices):
    """Where counts come from: the three files that can be loaded."""

    SAE_IMAGES = "sae-images", "SAE, feuille IMAGES"
    CSV = "csv", "Nombres par numéro"
    CCAM = "ccam", "Actes CCAM par numéro"


class CountKind(models.TextChoices):
    """What the number of a count is.

    An AM has nine digits, and so has a FINESS outside Corsica: a file that does not say which it names is kept
    as ``any``, and serves whichever list names the number.
    """

    AM = "am", "AM"
    FINESS = "finess", "FINESS"
    ANY = "any", "AM ou FINESS"


class CountActivity(models.TextChoices):
    RADIOLOGY = Activity.RADIOLOGY.value, "Radiologie"
    NUCLEAR = Activity.NUCLEAR.value, "Médecine nucléaire"


class ActivityImport(models.Model):
    """One file of counts that was loaded: what it was and what became of its rows.

    ``rows`` counts the data rows of the file: those whose counts were kept, ``ignored`` (left out by the
    mapping) and ``refused`` (unreadable) together.
    """

    source = models.CharField("source", max_length=20, choices=ActivitySource)
    file_name = models.CharField("fichier", max_length=255)
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    rows = models.PositiveIntegerField("lignes")
    identifiers = models.PositiveIntegerField("numéros")
    ignored = models.PositiveIntegerField("lignes écartées")
    refused = models.PositiveIntegerField("lignes refusées")
    imported_at = models.DateTimeField("chargé le", db_index=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="chargé par",
        help_text="Vide : le système.",
    )

    class Meta:
        verbose_name = "chargement d’activité"
        verbose_name_plural = "chargements d’activité"
        ordering = ["-imported_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source__in=ActivitySource.values), name="funding_activityimport_source_known"
            ),
            models.CheckConstraint(
                condition=models.Q(rows__gte=models.F("ignored") + models.F("refused")),
                name="funding_activityimport_rows_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()}, {self.file_name}"


class ReferenceCount(models.Model):
    """The examinations of one number in one activity and year, as one source gives them.

    ``count`` is what the source says: nuclear medicine is weighted when a tranche is computed, never here (A3).
    The same source loaded again replaces its own count. Each source keeps its row, so the one that does not
    serve stays visible: the count that serves is the one loaded last (``current_counts`` in the selectors).
    """

    kind = models.CharField("nature", max_length=6, choices=CountKind)
    value = models.CharField("numéro", max_length=9)
    activity = models.CharField("activité", max_length=9, choices=CountActivity)
    year = models.PositiveSmallIntegerField("année")
    count = models.PositiveBigIntegerField("examens")
    source = models.CharField("source", max_length=20, choices=ActivitySource)
    imported_at = models.DateTimeField("chargé le")
    origin = models.ForeignKey(
        ActivityImport, on_delete=models.PROTECT, related_name="counts", verbose_name="chargement"
    )

    class Meta:
        verbose_name = "activité de référence"
        verbose_name_plural = "activités de référence"
        ordering = ["value", "activity", "-imported_at"]
        constraints = [
            # Begins with the number: the one index also serves the look-up of a tranche.
            models.UniqueConstraint(
                fields=["value", "year", "kind", "activity", "source"], name="funding_referencecount_once_per_source"
            ),
            models.CheckConstraint(condition=models.Q(count__gte=0), name="funding_referencecount_not_negative"),
            models.CheckConstraint(condition=~models.Q(value=""), name="funding_referencecount_has_value"),
            models.CheckConstraint(
                condition=models.Q(kind__in=CountKind.values), name="funding_referencecount_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(activity__in=CountActivity.values), name="funding_referencecount_activity_known"
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=ActivitySource.values), name="funding_referencecount_source_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value}, {self.get_activity_display()}, {self.year}"
