"""Reference tables to be kept, and what services alone write, to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from orders.models import (
    Claim,
    Client,
    Conflict,
    ConflictParty,
    Dispute,
    Event,
    EventSeal,
    FundedIdentifier,
    Mandate,
    Order,
    RegisteredDoctor,
    RegisteredStructure,
    RegisterLoad,
    Solution,
    Supplier,
)
from orders.services.reference import record_admin_change

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline


class ReadOnlyAdmin(ModelAdmin):
    """Rows that nobody adds, changes or deletes by hand."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReferenceAdmin(ModelAdmin):
    """Rows kept by hand: each change is an event, nothing is deleted."""

    list_per_page = 50
    show_full_result_count = False

    def save_related(self, request: HttpRequest, form: ModelForm[Any], formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        touched = [formset.prefix for formset in formsets if formset.has_changed()]
        record_admin_change(
            form.instance,
            is_new=not change,
            changed=[*form.changed_data, *touched],
            now=timezone.now(),
            actor_id=request.user.pk,
        )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class MandateInline(TabularInline):
    model = Mandate
    extra = 0
    fields = ("editor", "solution", "granted_on")


@admin.register(Supplier)
class SupplierAdmin(ReferenceAdmin):
    list_display = ("name", "siret", "role", "vat_liable", "hosting", "psc_operator_authorised_on")
    list_filter = ("role", "hosting")
    search_fields = ("name", "siret")
    inlines = (MandateInline,)


@admin.register(Solution)
class SolutionAdmin(ReferenceAdmin):
    list_display = ("name", "version", "key", "programme", "supplier", "referenced_on", "withdrawn_on")
    list_filter = ("programme",)
    list_select_related = ("supplier",)
    search_fields = ("name", "key", "ans_number")


@admin.register(Client)
class ClientAdmin(ReadOnlyAdmin):
    list_display = ("name", "siren", "kind", "legal_representative")
    list_filter = ("kind",)
    search_fields = ("search_key",)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ("number", "supplier", "programme", "prestation", "state", "issued_on", "first_signed_on")
    list_filter = ("programme", "state")
    list_select_related = ("supplier",)
    search_fields = ("search_key",)


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    list_display = ("programme", "kind", "value", "activity", "order", "funded", "taken_at", "released_at")
    list_filter = ("programme", "kind")
    list_select_related = ("order", "funded")
    search_fields = ("value", "order__number")


class ConflictPartyInline(TabularInline):
    model = ConflictParty
    extra = 0


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyAdmin):
    list_display = ("programme", "kind", "label", "activity", "status", "holder", "holder_funded", "opened_at")
    list_filter = ("programme", "status", "kind")
    list_select_related = ("holder", "holder_funded")
    search_fields = ("value", "holder__number")
    inlines = (ConflictPartyInline,)


@admin.register(FundedIdentifier)
class FundedIdentifierAdmin(ReadOnlyAdmin):
    list_display = ("programme", "kind", "value", "activity", "reference", "loaded_at")
    list_filter = ("programme", "kind")
    search_fields = ("value", "reference")


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    list_display = ("order", "kind", "value", "opened_at", "reply_due_on", "answered_at")
    list_select_related = ("order",)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("subject", "sequence", "action", "at", "actor", "from_state", "to_state", "reason")
    list_filter = ("action",)
    list_select_related = ("actor",)
    search_fields = ("subject", "order__number")
    ordering = ("-id",)


@admin.register(EventSeal)
class EventSealAdmin(ReadOnlyAdmin):
    list_display = ("number", "at", "hash")


@admin.register(RegisterLoad)
class RegisterLoadAdmin(ReadOnlyAdmin):
    list_display = ("loaded_at", "register", "published_on", "file_name", "identifiers", "gone", "refused", "loaded_by")
    list_filter = ("register",)
    list_select_related = ("loaded_by",)


@admin.register(RegisteredStructure)
class RegisteredStructureAdmin(ReadOnlyAdmin):
    list_display = ("finess", "register", "type", "name", "legal_finess", "siren", "department", "is_open", "gone_at")
    list_filter = ("register", "type", "is_open")
    search_fields = ("finess", "legal_finess", "siren", "name")


@admin.register(RegisteredDoctor)
class RegisteredDoctorAdmin(ReadOnlyAdmin):
    # Found through the filters: a number searched for would stand in the address (R78).
    list_display = ("rpps", "family_name", "given_name", "radiology", "nuclear", "labels", "gone_at")
    list_filter = ("radiology", "nuclear")
