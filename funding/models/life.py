"""The life of an order as it was told: append-only events, and the stage they lead to, stored beside."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from funding.domain.life import STAGES
from orders.models import Order
from segur.models.events import AbstractEvent, AbstractEventChain


class LifeEventChain(AbstractEventChain):
    """Head of the chain of one order's life."""

    class Meta:
        verbose_name = "chaîne de la vie des commandes"
        verbose_name_plural = "chaînes de la vie des commandes"


class LifeEvent(AbstractEvent):
    """One fact of the order file (``action`` is its type); the payload holds its bracketed keys.

    A number that stands for a person (a contested AM) is a keyed reference in the payload. The number itself is in
    ``person_number``, outside the hash: it can be effaced without breaking the chain, and the order file gives it
    back until then.
    """

    chains = LifeEventChain

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="life_events", verbose_name="commande")
    person_number = models.CharField("numéro de personne", max_length=250, null=True, blank=True)

    class Meta(AbstractEvent.Meta):
        verbose_name = "fait de la vie d’une commande"
        verbose_name_plural = "faits de la vie des commandes"
        indexes = [models.Index(fields=["action", "order"], name="funding_lifeevent_action")]


class Dossier(models.Model):
    """Where an order stands, derived from its facts: rewritten whole by one function, never typed.

    ``stage`` is the one of ``computed_at`` (the first semester begins without any event). ``version`` is the version
    of the order that it was derived from. ``declared``: the main prestation as the advance under way declared it (F4).
    ``next_due_at`` is the earliest deadline that is open.
    """

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="dossier", verbose_name="commande")
    stage = models.CharField("étape", max_length=20, db_index=True)
    paid = models.DecimalField("payé", max_digits=14, decimal_places=2, default=0)
    declared = models.DecimalField("montant déclaré à l’avance", max_digits=14, decimal_places=2, null=True, blank=True)
    next_code = models.CharField("prochaine échéance", max_length=40, blank=True)
    next_due_at = models.DateTimeField("échéance le", null=True, blank=True, db_index=True)
    computed_at = models.DateTimeField("calculé le")
    version = models.PositiveIntegerField("version de la commande")

    class Meta:
        verbose_name = "dossier"
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=STAGES), name="funding_dossier_stage"),
            models.CheckConstraint(
                condition=Q(next_code="", next_due_at__isnull=True) | (~Q(next_code="") & Q(next_due_at__isnull=False)),
                name="funding_dossier_next",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.stage}"
