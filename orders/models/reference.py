"""Who sells, what is sold, who buys."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from orders.domain.search import search_key
from orders.models.choices import CLIENT_KINDS, HOSTINGS, SUPPLIER_ROLES, values


class Supplier(models.Model):
    """R2: the editor of a solution, or a distributor that holds a mandate."""

    siret = models.CharField("SIRET", max_length=14, unique=True)
    name = models.CharField("dénomination sociale", max_length=200)
    role = models.CharField("rôle", max_length=12, choices=SUPPLIER_ROLES)
    address = models.CharField("adresse", max_length=400, blank=True)
    contact_name = models.CharField("responsable de la transaction", max_length=200, blank=True)
    contact_phone = models.CharField("téléphone", max_length=40, blank=True)
    contact_email = models.CharField("courriel", max_length=254, blank=True)
    vat_liable = models.BooleanField("assujetti à la TVA", null=True, blank=True)
    hosting = models.CharField("hébergement", max_length=16, choices=HOSTINGS, blank=True)
    psc_operator_authorised_on = models.DateField("habilité opérateur Pro Santé Connect le", null=True, blank=True)

    class Meta:
        verbose_name = "fournisseur"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Exact(Length(F("siret")), 14), name="orders_supplier_siret"),
            models.CheckConstraint(condition=Q(role__in=values(SUPPLIER_ROLES)), name="orders_supplier_role"),
            models.CheckConstraint(condition=Q(hosting__in=["", *values(HOSTINGS)]), name="orders_supplier_hosting"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        """The key of its chain of events."""
        return f"supplier:{self.pk}"


class Mandate(models.Model):
    """What an editor granted to a distributor (R2); ``solution`` is the key of a solution."""

    supplier = models.ForeignKey(
        Supplier, on_delete=models.CASCADE, related_name="mandates", verbose_name="distributeur"
    )
    position = models.PositiveSmallIntegerField("rang", default=0)
    editor = models.CharField("éditeur", max_length=200)
    solution = models.CharField("solution", max_length=100)
    granted_on = models.DateField("accordé le", null=True, blank=True)

    class Meta:
        verbose_name = "mandat"
        ordering = ["supplier_id", "position", "id"]

    def __str__(self) -> str:
        return f"{self.editor} ({self.solution})"


class Solution(models.Model):
    """R3: a solution that its editor brings to the referencing of a programme."""

    key = models.CharField("clé", max_length=100, unique=True)
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="solutions", verbose_name="éditeur")
    programme = models.CharField("programme", max_length=40)
    name = models.CharField("nom", max_length=200)
    version = models.CharField("version", max_length=60, blank=True)
    ans_number = models.CharField("numéro ANS", max_length=60, blank=True)
    complete_file_submitted_at = models.DateTimeField("dossier complet déposé le", null=True, blank=True)
    referenced_on = models.DateField("référencée le", null=True, blank=True)
    refused_on = models.DateField("refusée le", null=True, blank=True)
    withdrawn_on = models.DateField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "solution"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(key=""), name="orders_solution_key"),
            models.CheckConstraint(condition=~Q(programme=""), name="orders_solution_programme"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()

    @property
    def subject(self) -> str:
        """The key of its chain of events."""
        return f"solution:{self.pk}"


class Client(models.Model):
    """R1: a legal person, known by its SIREN, as last described by an order form."""

    siren = models.CharField("SIREN", max_length=9, unique=True)
    name = models.CharField("nom", max_length=200)
    kind = models.CharField("nature", max_length=16, choices=CLIENT_KINDS)
    legal_representative = models.CharField("représentant légal", max_length=200, blank=True)
    phone = models.CharField("téléphone", max_length=40, blank=True)
    email = models.CharField("courriel", max_length=254, blank=True)
    search_key = models.CharField("clé de recherche", max_length=250, blank=True, editable=False)

    class Meta:
        verbose_name = "client"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Exact(Length(F("siren")), 9), name="orders_client_siren"),
            models.CheckConstraint(condition=Q(kind__in=values(CLIENT_KINDS)), name="orders_client_kind"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_key = search_key([self.name, self.siren])[:250]
        super().save(*args, **kwargs)
