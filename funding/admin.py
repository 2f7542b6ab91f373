"""Reference activity, its imports and the calculations, to be looked at: services alone write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from funding.models import ActivityImport, ReferenceCount, TrancheCalculation

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


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


@admin.register(ActivityImport)
class ActivityImportAdmin(ReadOnlyAdmin):
    list_display = ("imported_at", "source", "file_name", "rows", "identifiers", "ignored", "refused", "imported_by")
    list_filter = ("source",)
    list_select_related = ("imported_by",)


@admin.register(ReferenceCount)
class ReferenceCountAdmin(ReadOnlyAdmin):
    # Found through the filters: a number searched for would stand in the address (R78).
    list_display = ("value", "kind", "activity", "year", "count", "source", "imported_at")
    list_filter = ("source", "activity", "kind", "year")
    list_select_related = ("origin",)


@admin.register(TrancheCalculation)
class TrancheCalculationAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "reference", "programme", "activity", "tranche", "examinations", "created_by")
    list_filter = ("programme", "tranche", "activity")
    list_select_related = ("created_by",)
