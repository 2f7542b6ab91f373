"""Reading reference activity: which count serves, where it comes from, what was loaded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, OuterRef, Subquery

from funding.domain.tranche import CountKey
from funding.models import ActivityImport, ActivitySource, CountKind, ReferenceCount
from segur.regulation.identifiers import IdentifierKind
from segur.regulation.schema import Activity

# SQLite as Debian builds it takes 250 000 values in a statement, as Python ships it 32 766.
_MOST_VALUES = 30_000
_KINDS_SERVED = {
    CountKind.AM: (IdentifierKind.AM,),
    CountKind.FINESS: (IdentifierKind.FINESS,),
    CountKind.ANY: (IdentifierKind.AM, IdentifierKind.FINESS),
}


@dataclass(frozen=True, slots=True)
class CurrentCount:
    """The count that serves, raw (nuclear medicine is not weighted), and who says so since when."""

    count: int
    source: ActivitySource
    imported_at: datetime


def current_counts(values: Collection[str], *, year: int) -> dict[CountKey, CurrentCount]:
    """The counts that serve for these numbers; a number that nothing is known of is absent.

    Where several sources speak of one number and activity, the one loaded last serves. A count whose file did not
    say whether the number is an AM or a FINESS serves for both. One query up to 30 000 numbers.
    """
    wanted = sorted(set(values))
    current: dict[CountKey, CurrentCount] = {}
    for start in range(0, len(wanted), _MOST_VALUES):
        rows = (
            ReferenceCount.objects.filter(year=year, value__in=wanted[start : start + _MOST_VALUES])
            .order_by("imported_at", "origin_id")
            .values_list("kind", "value", "activity", "count", "source", "imported_at")
        )
        for kind, value, activity, count, source, imported_at in rows:
            for served in _KINDS_SERVED[CountKind(kind)]:
                current[served, value, Activity(activity)] = CurrentCount(count, ActivitySource(source), imported_at)
    return current


def latest_imports() -> list[ActivityImport]:
    """The last import of each source, most recent first: what « activité chargée le… » says."""
    latest = ActivityImport.objects.filter(source=OuterRef("source")).order_by("-imported_at", "-pk").values("pk")[:1]
    return list(ActivityImport.objects.filter(pk=Subquery(latest)).order_by("-imported_at", "-pk"))


def activity_loaded_at() -> datetime | None:
    """When reference activity was last loaded; None when it never was."""
    last: datetime | None = ActivityImport.objects.aggregate(last=Max("imported_at"))["last"]
    return last
