"""The order form as sold: its clients, their lines, its amounts, and its machine."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Length, Mod
from django.db.models.lookups import Exact
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from orders.domain.snapshot import LineActivity, PrestationKey
from orders.models.choices import (
    CLIENT_KINDS,
    DB_INSTALLATIONS,
    IDENTITIES,
    LINE_ACTIVITIES,
    PRESTATIONS,
    SIGNATURE_MODES,
    VAT_REGIMES,
    OrderState,
    values,
)
from orders.models.reference import Client, Solution, Supplier

_RIS = Q(prestation__in=[PrestationKey.WAVE_2.value, PrestationKey.WAVE_1_AND_2.value])
_DRIMBOX = Q(prestation__in=[PrestationKey.DB_UPDATE.value, PrestationKey.DB_NEW.value])


def _money(label: str) -> models.DecimalField[Decimal | str | None, Decimal | None]:
    return models.DecimalField(label, max_digits=12, decimal_places=2, null=True, blank=True)


class Order(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """An order form of a supplier, for one programme.

    ``first_signed_on`` is the date of its first signature and ``signature_rank`` its place among signatures of the
    same date (the sequence in which they were recorded). ``version`` counts the writes, against lost updates.
    """

    number = models.CharField("numéro", max_length=100)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, related_name="orders", db_index=False, verbose_name="fournisseur"
    )
    solution = models.ForeignKey(Solution, on_delete=models.PROTECT, related_name="orders", verbose_name="solution")
    programme = models.CharField("programme", max_length=40)
    regulation = models.CharField("version du règlement", max_length=64, blank=True)
    prestation = models.CharField("prestation principale", max_length=12, choices=PRESTATIONS)
    vat = models.CharField("TVA", max_length=4, choices=VAT_REGIMES)
    state = FSMField("état", max_length=12, choices=OrderState.choices, default=OrderState.DRAFT, protected=True)
    version = models.PositiveIntegerField("version", default=1)
    created_at = models.DateTimeField("enregistrée le")
    issued_on = models.DateField("émise le", null=True, blank=True)
    first_signed_on = models.DateField("première signature", null=True, blank=True)
    signature_rank = models.PositiveBigIntegerField("rang de signature", null=True, blank=True, db_index=True)
    ended_at = models.DateTimeField("annulée ou retirée le", null=True, blank=True)
    end_reason = models.TextField("motif de fin", blank=True)

    instance = models.CharField("instance", max_length=200, blank=True)
    pacs = models.CharField("PACS", max_length=200, blank=True)
    identity = models.CharField("identités", max_length=8, choices=IDENTITIES, blank=True)
    db_installation = models.CharField("installation DRIMbox", max_length=16, choices=DB_INSTALLATIONS, blank=True)
    connectors = models.CharField("demi-connecteurs", max_length=100, blank=True, help_text="séparés par « ; »")
    wave1_paid_by_client = models.BooleanField("vague 1 payée par le client", null=True, blank=True)
    conditional_mention = models.BooleanField("mention conditionnelle", null=True, blank=True)
    not_conditioned = models.BooleanField("sans condition du fournisseur (R33)", null=True, blank=True)

    principal_ht = _money("prestation principale HT")
    principal_ttc = _money("prestation principale TTC")
    secondary_ht = _money("prestation secondaire HT")
    secondary_ttc = _money("prestation secondaire TTC")

    tranche_letter = models.CharField("tranche", max_length=1, blank=True)
    tranche_calculated_on = models.DateField("calculée le", null=True, blank=True)
    tranche_reference = models.CharField("référence du calcul", max_length=200, blank=True)
    tranche_valid = models.JSONField("numéros valides", null=True, blank=True)
    tranche_invalid = models.JSONField("numéros invalides", null=True, blank=True)

    search_key = models.TextField("clé de recherche", blank=True, editable=False)

    class Meta:
        verbose_name = "commande"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["supplier", "number"], name="orders_order_number"),
            models.CheckConstraint(condition=~Q(number=""), name="orders_order_number_given"),
            models.CheckConstraint(condition=~Q(programme=""), name="orders_order_programme"),
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="orders_order_state"),
            models.CheckConstraint(
                condition=Q(state=OrderState.DRAFT, issued_on__isnull=True)
                | Q(state__in=[OrderState.ISSUED, OrderState.SIGNED, OrderState.WITHDRAWN], issued_on__isnull=False)
                | Q(state=OrderState.CANCELLED),
                name="orders_order_issued",
            ),
            models.CheckConstraint(
                condition=~Q(state=OrderState.SIGNED) | Q(first_signed_on__isnull=False),
                name="orders_order_signed",
            ),
            models.CheckConstraint(
                condition=~Q(state=OrderState.DRAFT) | Q(first_signed_on__isnull=True),
                name="orders_order_draft_unsigned",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[OrderState.CANCELLED, OrderState.WITHDRAWN], ended_at__isnull=False)
                | Q(
                    state__in=[OrderState.DRAFT, OrderState.ISSUED, OrderState.SIGNED],
                    ended_at__isnull=True,
                    end_reason="",
                ),
                name="orders_order_ended",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="orders_order_version"),
            models.CheckConstraint(condition=Q(vat__in=values(VAT_REGIMES)), name="orders_order_vat"),
            models.CheckConstraint(condition=Q(identity__in=["", *values(IDENTITIES)]), name="orders_order_identity"),
            models.CheckConstraint(
                condition=Q(db_installation__in=["", *values(DB_INSTALLATIONS)]),
                name="orders_order_db_installation",
            ),
            models.CheckConstraint(
                condition=(_RIS & Q(pacs="", db_installation=""))
                | (_DRIMBOX & Q(instance="", identity="", connectors="")),
                name="orders_order_scenario",
            ),
            models.CheckConstraint(condition=Q(tranche_letter__in=["", *"ABCDEFGH"]), name="orders_order_tranche"),
            *(
                models.CheckConstraint(
                    condition=Q((f"{column}__isnull", True)) | Q((f"{column}__gte", 0)),
                    name=f"orders_order_{column}",
                )
                for column in ("principal_ht", "principal_ttc", "secondary_ht", "secondary_ttc")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        """The key of its chain of events."""
        return f"order:{self.pk}"

    @property
    def connector_list(self) -> list[str]:
        return self.connectors.split(";") if self.connectors else []

    @property
    def is_drimbox(self) -> bool:
        return self.prestation in {PrestationKey.DB_UPDATE, PrestationKey.DB_NEW}

    @property
    def is_living(self) -> bool:
        """Neither cancelled nor withdrawn."""
        return self.state not in {OrderState.CANCELLED, OrderState.WITHDRAWN}

    @transition(field=state, source=OrderState.DRAFT, target=OrderState.ISSUED)
    def issue(self) -> None:
        """The form is sent to its clients."""

    @transition(field=state, source=OrderState.ISSUED, target=OrderState.SIGNED)
    def complete_signature(self) -> None:
        """The last client has signed."""

    @transition(
        field=state, source=[OrderState.DRAFT, OrderState.ISSUED, OrderState.SIGNED], target=OrderState.CANCELLED
    )
    def cancel(self) -> None:
        """The order is given up."""

    @transition(field=state, source=[OrderState.ISSUED, OrderState.SIGNED], target=OrderState.WITHDRAWN)
    def withdraw(self) -> None:
        """The supplier withdraws the prestation."""


class OrderClient(models.Model):
    """R47: one client of an order, one page and one signature, as this form describes it."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="clients", db_index=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="order_clients", verbose_name="client")
    position = models.PositiveSmallIntegerField("rang")
    name = models.CharField("nom", max_length=200)
    kind = models.CharField("nature", max_length=16, choices=CLIENT_KINDS)
    legal_representative = models.CharField("représentant légal", max_length=200, blank=True)
    phone = models.CharField("téléphone", max_length=40, blank=True)
    email = models.CharField("courriel", max_length=254, blank=True)
    principal = models.BooleanField("principal", default=False)
    signed_on = models.DateField("signé le", null=True, blank=True)
    signature = models.CharField("mode de signature", max_length=20, choices=SIGNATURE_MODES, blank=True)

    class Meta:
        verbose_name = "client de la commande"
        verbose_name_plural = "clients de la commande"
        ordering = ["order_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "client"], name="orders_orderclient_once"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(principal=True), name="orders_orderclient_one_principal"
            ),
            models.CheckConstraint(condition=Q(kind__in=values(CLIENT_KINDS)), name="orders_orderclient_kind"),
            models.CheckConstraint(
                condition=Q(signature__in=["", *values(SIGNATURE_MODES)]), name="orders_orderclient_signature"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DeMinimisAid(models.Model):
    """An aid declared on the page of a client (domain section 5); a client's ledger is the sum over its orders."""

    order_client = models.ForeignKey(OrderClient, on_delete=models.CASCADE, related_name="de_minimis")
    position = models.PositiveSmallIntegerField("rang")
    granted_on = models.DateField("accordée le")
    amount = models.DecimalField("montant", max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = "aide de minimis"
        verbose_name_plural = "aides de minimis"
        ordering = ["order_client_id", "position"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="orders_deminimisaid_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.granted_on} {self.amount}"


class OrderLine(models.Model):
    """R39: an establishment with its FINESS, or a doctor with RPPS and AM numbers (``am``: separated by ``;``)."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    order_client = models.ForeignKey(OrderClient, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField("rang")
    name = models.CharField("nom", max_length=200)
    activity = models.CharField("activité", max_length=10, choices=LINE_ACTIVITIES)
    finess = models.CharField("FINESS", max_length=9, blank=True)
    rpps = models.CharField("RPPS", max_length=11, blank=True)
    am = models.TextField("numéros AM", blank=True)

    class Meta:
        verbose_name = "ligne"
        ordering = ["order_client_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "finess", "activity"], condition=~Q(finess=""), name="orders_orderline_finess_once"
            ),
            models.CheckConstraint(condition=Q(activity__in=values(LINE_ACTIVITIES)), name="orders_orderline_activity"),
            models.CheckConstraint(
                condition=(Exact(Length(F("finess")), 9) & Q(rpps="", am=""))
                | (Exact(Length(F("rpps")), 11) & Q(finess="") & ~Q(am="")),
                name="orders_orderline_establishment_or_doctor",
            ),
            models.CheckConstraint(
                condition=~Q(activity=LineActivity.MIXED.value) | ~Q(finess=""),
                name="orders_orderline_mixed_establishment",
            ),
            models.CheckConstraint(
                condition=Q(am="") | Q(Exact(Mod(Length(F("am")) + Value(1), Value(10)), 0)),
                name="orders_orderline_am_digits",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def am_list(self) -> list[str]:
        return self.am.split(";") if self.am else []


class NumberConfirmation(models.Model):
    """A5: a number whose check digit is wrong, that a person has checked and confirms, with the reason."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="confirmations", db_index=False)
    value = models.CharField("numéro", max_length=11)
    reason = models.TextField("motif")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="confirmé par",
    )
    confirmed_at = models.DateTimeField("confirmé le")

    class Meta:
        verbose_name = "numéro confirmé"
        verbose_name_plural = "numéros confirmés"
        ordering = ["order_id", "value"]
        constraints = [
            models.UniqueConstraint(fields=["order", "value"], name="orders_numberconfirmation_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="orders_numberconfirmation_reason"),
        ]

    def __str__(self) -> str:
        return self.value
