"""The catalogue shows every shared component, and no screen wears a class that the stylesheets do not know."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory

from segur.models import Role, User
from segur.regulation.dates import PARIS
from segur.regulation.finding import Finding, Severity

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "tests" / "catalogue" / "components.html"
SHEETS = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "segur" / "static" / "segur").glob("*.css"))
KNOWN = set(re.findall(r"\.(-?[a-z][a-z0-9-]*)", re.sub(r"/\*.*?\*/", "", SHEETS, flags=re.DOTALL)))
SHARED = (
    "card", "table", "badge", "rule", "note", "queue-row", "blocker", "countdown", "segmented", "field", "btn",
    "breadcrumb", "page-actions", "tabs", "chip", "bulk", "lifecycle", "deadline", "pairs", "history", "pager", "empty",
    "drop", "steps", "bar", "strip", "parts", "choice",
)  # fmt: skip
# Names of one page's own parts.
OWN = ("tranche-",)

# The frame counts the open conflicts beside their entry of the menu.
pytestmark = pytest.mark.django_db


def catalogue() -> str:
    request = RequestFactory().get("/commandes/", {"tranche": "D"})
    request.user = User(username="nora", first_name="Nora", last_name="Delattre", role=Role.PROJECT_MANAGER)
    findings = [
        Finding("R65-pilots", Severity.ERROR, "Deux pilotes conformes sur trois", "§6.3", "Refaites le PV."),
        Finding("R43-am", Severity.WARNING, "Un numéro AM est contesté", "§4.2", "Voyez le conflit."),
    ]
    context = {
        "findings": findings,
        "now": datetime(2026, 11, 23, 9, 0, tzinfo=PARIS),
        "d1": date(2026, 11, 30),
        "d2": date(2027, 9, 22),
        "none": None,
        "diff": Decimal("-8156.08"),
        "page": Paginator(range(80), 25).page(2),
    }
    return engines["django"].from_string(CATALOGUE.read_text(encoding="utf-8")).render(context, request)


@pytest.mark.parametrize("name", SHARED)
def test_catalogue_shows_the_component(name: str) -> None:
    assert name in KNOWN
    assert re.search(rf'class="[^"]*\b{name}\b', catalogue())


def test_catalogue_says_each_state_in_words() -> None:
    html = catalogue()
    for state in ("refused", "attention", "done", "progress", "idle", "provisional"):
        assert re.search(rf'class="badge is-{state}"><svg.*?</svg>[^<]+</span>', html, flags=re.DOTALL)


@pytest.mark.parametrize(
    "path",
    [path for path in sorted((ROOT / "templates").rglob("*.html")) if "documents" not in path.parts] + [CATALOGUE],
    ids=lambda path: path.name,
)
def test_every_class_is_styled(path: Path) -> None:
    text = re.sub(r"{%.*?%}", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"{{.*?}}", "\0", text)
    worn = {name for classes in re.findall(r'class="([^"]*)"', text) for name in classes.split() if "\0" not in name}
    shared = {name for name in worn if not name.startswith(OWN)}
    assert shared - KNOWN == set()
