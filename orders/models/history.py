"""The history of orders, conflicts, suppliers and solutions: append-only, chained, sealed every day."""

from __future__ import annotations

from django.db import models

from orders.models.order import Order
from segur.models.append_only import AppendOnly
from segur.models.events import AbstractEvent, AbstractEventChain


class EventChain(AbstractEventChain):
    """Head of the chain of one order, conflict, supplier or solution."""

    class Meta:
        verbose_name = "chaîne d’événements"
        verbose_name_plural = "chaînes d’événements"


class Event(AbstractEvent):
    """One fact. ``order`` is set when the subject is an order, and keeps it from being deleted."""

    chains = EventChain

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="events", verbose_name="commande"
    )

    class Meta(AbstractEvent.Meta):
        verbose_name = "événement"


class EventSeal(AppendOnly):
    """One day's seal over every chain of every app: which heads moved since the seal before.

    ``heads`` is canonical JSON: ``[[table, subject, length, last hash], …]``; seals are chained like events.
    """

    number = models.PositiveIntegerField("numéro", unique=True)
    at = models.DateTimeField("scellé le")
    heads = models.TextField("chaînes avancées")
    previous_hash = models.CharField("empreinte précédente", max_length=64, blank=True)
    hash = models.CharField("empreinte", max_length=64)

    class Meta:
        verbose_name = "sceau"
        verbose_name_plural = "sceaux"
        ordering = ["number"]

    def __str__(self) -> str:
        return f"sceau {self.number}"
