"""The enrolment of a supplier for one of its solutions, as the order file tells it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from orders.domain.snapshot import EnrolmentKind
from orders.models import Solution, Supplier

KINDS = [(EnrolmentKind.INITIAL.value, "Initial"), (EnrolmentKind.COMPLEMENTARY.value, "Complémentaire")]


class Enrolment(models.Model):
    """R64: an enrolment at the ASP, known by its number at its supplier.

    ``early``: asked for before the referencing, finalised once the certificate is there (R25).
    """

    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="enrolments", db_index=False, verbose_name="fournisseur"
    )
    solution = models.ForeignKey(Solution, on_delete=models.PROTECT, related_name="enrolments", verbose_name="solution")
    number = models.CharField("numéro", max_length=100)
    kind = models.CharField("nature", max_length=16, choices=KINDS)
    early = models.BooleanField("anticipé", null=True, blank=True)
    submitted_on = models.DateField("déposé le", null=True, blank=True)
    validated_on = models.DateField("validé le", null=True, blank=True)
    finalised_on = models.DateField("finalisé le", null=True, blank=True)
    recorded_at = models.DateTimeField("enregistré le")

    class Meta:
        verbose_name = "enrôlement"
        ordering = ["supplier", "number"]
        constraints = [
            models.UniqueConstraint(fields=["supplier", "number"], name="funding_enrolment_number"),
            models.CheckConstraint(condition=~Q(number=""), name="funding_enrolment_number_given"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in EnrolmentKind]), name="funding_enrolment_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.number
