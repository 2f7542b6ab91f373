"""Which count serves when several sources speak of one number."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest

from funding.models import ActivitySource, CountKind
from funding.selectors.activity import activity_loaded_at, current_counts, latest_imports
from funding.services.activity import store_counts
from segur.regulation.identifiers import IdentifierKind
from segur.regulation.schema import Activity
from tests.funding.activity_files import CLINIC, DOCTOR, HOSPITAL, NOW

pytestmark = pytest.mark.django_db
_serial = count(1)


def stored(
    *counts: tuple[str, str, str, int],
    source: ActivitySource = ActivitySource.CSV,
    at: datetime = NOW,
    year: int = 2023,
) -> None:
    store_counts(
        counts=counts,
        source=source,
        year=year,
        file_name="counts.csv",
        sha256=f"{next(_serial):064d}",
        rows=len(counts),
        identifiers=len(counts),
        ignored=0,
        refused=0,
        now=at,
    )


def served(*values: str) -> dict[tuple[str, str, str], int]:
    current = current_counts(values, year=2023)
    return {(str(kind), value, str(activity)): found.count for (kind, value, activity), found in current.items()}


def test_an_unspecified_number_serves_both_lists() -> None:
    stored((CountKind.ANY, DOCTOR, "radiology", 12))
    assert served(DOCTOR) == {("am", DOCTOR, "radiology"): 12, ("finess", DOCTOR, "radiology"): 12}


def test_a_number_of_known_kind_serves_its_list_alone() -> None:
    stored((CountKind.AM, DOCTOR, "radiology", 12), (CountKind.FINESS, HOSPITAL, "nuclear", 3))
    assert served(DOCTOR, HOSPITAL) == {("am", DOCTOR, "radiology"): 12, ("finess", HOSPITAL, "nuclear"): 3}


@pytest.mark.parametrize("sae_later", [True, False])
def test_the_count_loaded_last_serves_whatever_its_source(sae_later: bool) -> None:
    later, earlier = NOW + timedelta(seconds=1), NOW
    stored((CountKind.ANY, HOSPITAL, "radiology", 1), at=earlier if sae_later else later)
    stored(
        (CountKind.FINESS, HOSPITAL, "radiology", 2),
        source=ActivitySource.SAE_IMAGES,
        at=later if sae_later else earlier,
    )
    found = current_counts([HOSPITAL], year=2023)[IdentifierKind.FINESS, HOSPITAL, Activity.RADIOLOGY]
    assert (found.count, found.source) == ((2, "sae-images") if sae_later else (1, "csv"))
    assert found.imported_at == later


def test_at_the_same_instant_the_later_import_serves() -> None:
    stored((CountKind.FINESS, HOSPITAL, "radiology", 1), source=ActivitySource.SAE_IMAGES)
    stored((CountKind.FINESS, HOSPITAL, "radiology", 2))
    assert served(HOSPITAL) == {("finess", HOSPITAL, "radiology"): 2}


def test_another_year_or_number_does_not_serve() -> None:
    stored((CountKind.ANY, DOCTOR, "radiology", 1), year=2022)
    stored((CountKind.ANY, CLINIC, "radiology", 1))
    assert served(DOCTOR) == {}


@pytest.mark.parametrize("size", [1, 3000])
def test_one_query_whatever_the_number_of_numbers(size: int, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        current_counts([f"{number:09d}" for number in range(size)], year=2023)


def test_latest_imports_are_those_of_each_source() -> None:
    assert (latest_imports(), activity_loaded_at()) == ([], None)
    stored((CountKind.ANY, DOCTOR, "radiology", 1))
    stored((CountKind.ANY, DOCTOR, "radiology", 2), at=NOW + timedelta(days=2))
    stored((CountKind.FINESS, HOSPITAL, "radiology", 2), source=ActivitySource.SAE_IMAGES, at=NOW + timedelta(days=1))
    assert [(str(last.source), last.imported_at) for last in latest_imports()] == [
        ("csv", NOW + timedelta(days=2)),
        ("sae-images", NOW + timedelta(days=1)),
    ]
    assert activity_loaded_at() == NOW + timedelta(days=2)
