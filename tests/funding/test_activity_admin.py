"""The admin shows reference activity and lets nobody write it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import RequestFactory

from funding.exchange.activity import import_activity
from funding.models import ActivityImport, ActivitySource, ReferenceCount, TrancheCalculation
from tests.funding.activity_files import DOCTOR, NOW, csv_text

pytestmark = pytest.mark.django_db
MODELS = [ActivityImport, ReferenceCount, TrancheCalculation]


@pytest.fixture
def asked(rf: RequestFactory, django_user_model) -> Callable[[str], HttpRequest]:
    """A request of a superuser, who holds every permission that Django gives."""
    person = django_user_model.objects.create_superuser("root")

    def asked(method: str) -> HttpRequest:
        request = rf.generic(method, "/admin/")
        request.user = person
        request._dont_enforce_csrf_checks = True
        return request

    return asked


@pytest.fixture(autouse=True)
def counts(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text(csv_text("identifier;activity;count", [f"{DOCTOR};radiology;1234"]), encoding="utf-8")
    import_activity(path=path, source=ActivitySource.CSV, now=NOW)
    TrancheCalculation.objects.create(
        reference="Centre Étoile",
        programme="IMG-RIS-Va2",
        regulation_version="1",
        activity="radiology",
        am_radiology=[DOCTOR],
        result={"tranche": "A"},
        tranche="A",
        examinations=1234,
        created_at=NOW,
    )


@pytest.mark.parametrize("model", MODELS)
def test_rows_are_listed_and_shown(asked, model) -> None:
    shown = site.get_model_admin(model)
    listed = shown.changelist_view(asked("GET")).context_data["cl"]
    assert list(listed.result_list) == [model.objects.get()]
    page = shown.change_view(asked("GET"), str(model.objects.get().pk))
    assert (page.status_code, page.context_data["has_change_permission"]) == (200, False)


@pytest.mark.parametrize("model", MODELS)
def test_nobody_adds_changes_or_deletes(asked, model) -> None:
    shown, key = site.get_model_admin(model), str(model.objects.get().pk)
    for write in (
        lambda request: shown.add_view(request),
        lambda request: shown.change_view(request, key),
        lambda request: shown.delete_view(request, key),
    ):
        with pytest.raises(PermissionDenied):
            write(asked("POST"))
    assert "delete_selected" not in shown.get_actions(asked("GET"))


def test_a_number_is_never_searched_for_in_an_address() -> None:
    assert site.get_model_admin(ReferenceCount).search_fields == ()
