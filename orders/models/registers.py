"""What was last loaded of the public registers: structures by FINESS, doctors by RPPS."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from orders.domain.registers import Speciality, StructureType


class Register(models.TextChoices):
    """The registers that can be loaded."""

    FINESS = "finess", "FINESS"
    RPPS = "rpps", "Annuaire santé"
    SAE_IDENTITY = "sae-identity", "SAE, fiche d’identité"


STRUCTURE_REGISTERS = (Register.FINESS, Register.SAE_IDENTITY)
"""Those that describe structures; of two that describe one number, the first prevails."""

_STRUCTURE_TYPES = [
    (StructureType.ESTABLISHMENT.value, "Établissement géographique"),
    (StructureType.LEGAL_ENTITY.value, "Entité juridique"),
]


class RegisterLoad(models.Model):
    """One file of a register that was loaded. ``published_on``: the date that the file's name carries."""

    register = models.CharField("registre", max_length=12, choices=Register)
    file_name = models.CharField("fichier", max_length=255)
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    published_on = models.DateField("publié le", null=True, blank=True)
    rows = models.PositiveIntegerField("lignes", default=0)
    identifiers = models.PositiveIntegerField("numéros", default=0)
    ignored = models.PositiveIntegerField("lignes écartées", default=0)
    refused = models.PositiveIntegerField("lignes refusées", default=0)
    gone = models.PositiveIntegerField("numéros disparus", default=0)
    loaded_at = models.DateTimeField("chargé le")
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="chargé par",
        help_text="Vide : le système.",
    )

    class Meta:
        verbose_name = "chargement de registre"
        verbose_name_plural = "chargements de registres"
        ordering = ["-loaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(register__in=Register.values), name="orders_registerload_register"),
        ]

    def __str__(self) -> str:
        return f"{self.get_register_display()}, {self.file_name}"


class RegisteredStructure(models.Model):
    """A FINESS number as one register describes it.

    ``is_open``: what the register says. ``gone_at``: a later load of the same register no longer had it.
    """

    register = models.CharField("registre", max_length=12, choices=Register)
    finess = models.CharField("FINESS", max_length=9)
    type = models.CharField("type", max_length=2, choices=_STRUCTURE_TYPES)
    name = models.CharField("nom", max_length=250, blank=True)
    legal_finess = models.CharField("FINESS juridique", max_length=9, blank=True, db_index=True)
    legal_name = models.CharField("entité juridique", max_length=250, blank=True)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    category_code = models.CharField("code de catégorie", max_length=10, blank=True)
    category = models.CharField("catégorie", max_length=250, blank=True)
    department = models.CharField("département", max_length=3, blank=True)
    postcode = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("ville", max_length=100, blank=True)
    is_open = models.BooleanField("ouvert", default=True)
    load = models.ForeignKey(
        RegisterLoad, on_delete=models.PROTECT, related_name="structures", db_index=False, verbose_name="chargement"
    )
    gone_at = models.DateTimeField("disparu du registre le", null=True, blank=True)

    class Meta:
        verbose_name = "structure"
        ordering = ["finess", "register"]
        constraints = [
            # Begins with the number: the one index also serves the look-up of a line.
            models.UniqueConstraint(fields=["finess", "register"], name="orders_registeredstructure_once"),
            models.CheckConstraint(
                condition=Q(register__in=[register.value for register in STRUCTURE_REGISTERS]),
                name="orders_registeredstructure_register",
            ),
            models.CheckConstraint(
                condition=Q(type__in=[kind.value for kind in StructureType]), name="orders_registeredstructure_type"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finess} {self.name}"


class RegisteredDoctor(models.Model):
    """A physician of the Annuaire santé, its lines of activity put together.

    ``labels``: the register's own words, separated by ``|``. A physician who left the register keeps his entry: his
    activity of 2023 still counts (R48).
    """

    rpps = models.CharField("RPPS", max_length=11, unique=True)
    family_name = models.CharField("nom", max_length=100, blank=True)
    given_name = models.CharField("prénom", max_length=100, blank=True)
    radiology = models.BooleanField("radiologue", default=False)
    nuclear = models.BooleanField("médecin nucléaire", default=False)
    other = models.BooleanField("autre spécialité", default=False)
    labels = models.TextField("spécialités", blank=True)
    load = models.ForeignKey(
        RegisterLoad, on_delete=models.PROTECT, related_name="doctors", db_index=False, verbose_name="chargement"
    )
    gone_at = models.DateTimeField("disparu du registre le", null=True, blank=True)

    class Meta:
        verbose_name = "médecin"
        ordering = ["rpps"]

    def __str__(self) -> str:
        return f"{self.family_name} {self.given_name}".strip()

    @property
    def specialities(self) -> frozenset[Speciality]:
        flags = {
            Speciality.RADIOLOGY: self.radiology,
            Speciality.NUCLEAR: self.nuclear,
            Speciality.OTHER: self.other,
        }
        return frozenset(speciality for speciality, has in flags.items() if has)
