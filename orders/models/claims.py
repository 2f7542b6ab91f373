"""Who valorises which identifier, and what happens when two orders would (rulings R42-R48)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django_fsm import ConcurrentTransitionMixin, FSMField, FSMModelMixin, transition

from orders.domain.uniqueness import Situation
from orders.models.choices import ACTIVITIES, ConflictStatus, IdentifierKind, PartyState, values
from orders.models.order import Order

_ACTIVITY = Q(activity__in=["", *values(ACTIVITIES)])


class FundedIdentifier(models.Model):
    """An identifier funded elsewhere: by another supplier, or in wave 1 (``RAD-RIS-Va1``)."""

    programme = models.CharField("programme", max_length=40)
    kind = models.CharField("nature", max_length=8, choices=IdentifierKind)
    value = models.CharField("valeur", max_length=250)
    activity = models.CharField("activité", max_length=10, choices=ACTIVITIES, blank=True)
    reference = models.CharField("référence", max_length=200)
    loaded_at = models.DateTimeField("chargé le")

    class Meta:
        verbose_name = "identifiant financé ailleurs"
        verbose_name_plural = "identifiants financés ailleurs"
        ordering = ["programme", "kind", "value", "activity"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "kind", "value", "activity"], name="orders_fundedidentifier_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=IdentifierKind.values), name="orders_fundedidentifier_kind"),
            models.CheckConstraint(condition=_ACTIVITY, name="orders_fundedidentifier_activity"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.kind} {self.value}"


class Claim(models.Model):
    """An identifier valorised by an order or funded elsewhere: one active claim per key, held by the database.

    ``activity`` is empty where the scope has none. ``by_decision``: a person gave it, so no later signature moves it.
    """

    programme = models.CharField("programme", max_length=40)
    kind = models.CharField("nature", max_length=8, choices=IdentifierKind)
    value = models.CharField("valeur", max_length=250)
    activity = models.CharField("activité", max_length=10, choices=ACTIVITIES, blank=True)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="claims", verbose_name="commande"
    )
    funded = models.ForeignKey(
        FundedIdentifier,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="claims",
        db_index=False,
        verbose_name="financé ailleurs",
    )
    taken_at = models.DateTimeField("pris le")
    by_decision = models.BooleanField("par décision", default=False)
    released_at = models.DateTimeField("libéré le", null=True, blank=True)
    release_reason = models.TextField("motif", blank=True)

    class Meta:
        verbose_name = "identifiant valorisé"
        verbose_name_plural = "identifiants valorisés"
        ordering = ["programme", "kind", "value", "activity", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "kind", "value", "activity"],
                condition=Q(released_at__isnull=True),
                name="orders_claim_one_holder",
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=False, funded__isnull=True) | Q(order__isnull=True, funded__isnull=False),
                name="orders_claim_holder",
            ),
            models.CheckConstraint(condition=Q(kind__in=IdentifierKind.values), name="orders_claim_kind"),
            models.CheckConstraint(condition=_ACTIVITY, name="orders_claim_activity"),
            models.CheckConstraint(condition=~Q(value=""), name="orders_claim_value"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.kind} {self.value}"


class Conflict(ConcurrentTransitionMixin, FSMModelMixin, models.Model):
    """A number that several orders would valorise. At most one open conflict per key.

    ``value`` is the key as compared, ``label`` as the form writes it. ``holder_let_go_at``: the holder no longer
    holds, and a transfer is proposed. ``stops_order``: nothing can be excluded (SIREN, PACS, instance).
    """

    programme = models.CharField("programme", max_length=40)
    kind = models.CharField("nature", max_length=8, choices=IdentifierKind)
    value = models.CharField("valeur", max_length=250)
    activity = models.CharField("activité", max_length=10, choices=ACTIVITIES, blank=True)
    label = models.CharField("numéro", max_length=200)
    rule = models.CharField("règle", max_length=8)
    stops_order = models.BooleanField("arrête la commande", default=False)
    status = FSMField(
        "statut", max_length=12, choices=ConflictStatus.choices, default=ConflictStatus.OPEN, protected=True
    )
    version = models.PositiveIntegerField("version", default=1)
    holder = models.ForeignKey(
        Order, on_delete=models.PROTECT, null=True, blank=True, related_name="held_conflicts", verbose_name="détenteur"
    )
    holder_funded = models.ForeignKey(
        FundedIdentifier,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="conflicts",
        verbose_name="financé ailleurs",
    )
    holder_let_go_at = models.DateTimeField("libéré par le détenteur le", null=True, blank=True)
    opened_at = models.DateTimeField("ouvert le")
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="décidé par",
    )
    reason = models.TextField("motif", blank=True)
    situation = models.CharField(
        "situation depuis 2023", max_length=24, choices=[(s.value, s.label) for s in Situation], blank=True
    )

    class Meta:
        verbose_name = "conflit"
        ordering = ["opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "kind", "value", "activity"],
                condition=Q(status=ConflictStatus.OPEN),
                name="orders_conflict_one_open",
            ),
            models.CheckConstraint(condition=Q(status__in=ConflictStatus.values), name="orders_conflict_status"),
            models.CheckConstraint(condition=Q(kind__in=IdentifierKind.values), name="orders_conflict_kind"),
            models.CheckConstraint(condition=_ACTIVITY, name="orders_conflict_activity"),
            models.CheckConstraint(
                condition=Q(holder__isnull=False, holder_funded__isnull=True)
                | Q(holder__isnull=True, holder_funded__isnull=False),
                name="orders_conflict_holder",
            ),
            models.CheckConstraint(
                condition=Q(status=ConflictStatus.OPEN, decided_at__isnull=True)
                | (~Q(status=ConflictStatus.OPEN) & Q(decided_at__isnull=False) & ~Q(reason="")),
                name="orders_conflict_decided",
            ),
            models.CheckConstraint(
                condition=~Q(stops_order=True, status=ConflictStatus.EXCLUDED), name="orders_conflict_excludable"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}"

    @property
    def subject(self) -> str:
        """The key of its chain of events."""
        return f"conflict:{self.pk}"

    @property
    def holder_reference(self) -> str:
        """The number of the holder's order, or the reference of the list that names it funded elsewhere."""
        if self.holder is not None:
            return self.holder.number
        return self.holder_funded.reference if self.holder_funded is not None else ""

    @transition(field=status, source=ConflictStatus.OPEN, target=ConflictStatus.EXCLUDED)
    def exclude(self) -> None:
        """Every claimant goes on without the number."""

    @transition(field=status, source=ConflictStatus.OPEN, target=ConflictStatus.RELEASED)
    def release(self) -> None:
        """One side gave the number up."""

    @transition(field=status, source=ConflictStatus.OPEN, target=ConflictStatus.TRANSFERRED)
    def transfer(self) -> None:
        """The number passed from the holder to a claimant."""

    @transition(field=status, source=ConflictStatus.OPEN, target=ConflictStatus.DISMISSED)
    def dismiss(self) -> None:
        """Reviewed: not a duplicate."""


class ConflictParty(models.Model):
    """An order in a conflict, beside the holder. ``state`` excluded: it is calculated without the number."""

    conflict = models.ForeignKey(Conflict, on_delete=models.CASCADE, related_name="parties", db_index=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="conflict_parties")
    state = models.CharField("position", max_length=10, choices=PartyState, default=PartyState.PENDING)
    since = models.DateTimeField("depuis le")

    class Meta:
        verbose_name = "partie au conflit"
        verbose_name_plural = "parties au conflit"
        ordering = ["conflict_id", "id"]
        constraints = [
            models.UniqueConstraint(fields=["conflict", "order"], name="orders_conflictparty_once"),
            models.CheckConstraint(condition=Q(state__in=PartyState.values), name="orders_conflictparty_state"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.state}"


class Dispute(models.Model):
    """F2: a contested duplicate; both suppliers answer the ASP within ten working days."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="disputes")
    conflict = models.ForeignKey(
        Conflict, on_delete=models.PROTECT, null=True, blank=True, related_name="disputes", verbose_name="conflit"
    )
    kind = models.CharField("nature", max_length=8, choices=IdentifierKind)
    value = models.CharField("valeur", max_length=250)
    reason = models.TextField("motif")
    opened_at = models.DateTimeField("ouvert le")
    reply_due_on = models.DateField("réponse attendue le")
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)

    class Meta:
        verbose_name = "contestation"
        ordering = ["opened_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=IdentifierKind.values), name="orders_dispute_kind"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=models.F("opened_at")),
                name="orders_dispute_answered",
            ),
            models.UniqueConstraint(
                fields=["order", "kind", "value"],
                condition=Q(answered_at__isnull=True),
                name="orders_dispute_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
