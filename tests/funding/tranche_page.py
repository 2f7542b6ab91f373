"""What the tests of the page share: an instance of 61 234 weighted examinations, and how a person asks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

from django.http import HttpResponse
from django.test import Client

from funding.models import ActivitySource, TrancheCalculation
from funding.services.activity import store_counts
from segur.models import Role, User
from tests.funding.activity_files import number

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

CENTRE = number("73000214")
ANNEXE = number("73078131")
LOST_ZERO = number("01000093")
RADIOLOGISTS = tuple(number(f"73{body}") for body in ("114207", "118850", "109316"))
NUCLEAR_DOCTOR = number("73121964")
OTHER_RADIOLOGIST = number("73118851")
STRANGER = number("73199999")

COUNTS = (
    ("finess", CENTRE, "radiology", 41_820),
    ("finess", CENTRE, "nuclear", 1_402),
    ("finess", ANNEXE, "radiology", 6_144),
    ("finess", LOST_ZERO, "radiology", 500),
    ("am", RADIOLOGISTS[0], "radiology", 2_870),
    ("am", RADIOLOGISTS[1], "radiology", 1_926),
    ("am", RADIOLOGISTS[2], "radiology", 1_464),
    ("am", OTHER_RADIOLOGIST, "radiology", 700),
    ("am", NUCLEAR_DOCTOR, "nuclear", 12),
)
# 41 820 + 6 144 + 2 870 + 1 926 + 1 464 + 5 x 1 402
EXAMINATIONS = 61_234
QUESTION = {
    "reference": "Centre hospitalier de Valbrune",
    "recipient": "bureau@imagix.example",
    "programme": "IMG-RIS-Va2",
    "activity": "mixed",
    "finess_radiology": f"{CENTRE}; {ANNEXE}; {LOST_ZERO[1:]}",
    "am_radiology": "\n".join((*RADIOLOGISTS, STRANGER)),
    "finess_nuclear": f"{CENTRE} {ANNEXE}",
    "am_nuclear": OTHER_RADIOLOGIST,
}


def load_counts(*counts: tuple[str, str, str, int], source: ActivitySource = ActivitySource.SAE_IMAGES) -> None:
    store_counts(
        counts=counts or COUNTS,
        source=source,
        year=2023,
        file_name="counts.csv",
        sha256=f"{len(counts):064d}",
        rows=len(counts or COUNTS),
        identifiers=len(counts or COUNTS),
        ignored=0,
        refused=0,
        now=NOW,
    )


def signed_in(role: Role = Role.BACK_OFFICE) -> Client:
    client = Client()
    person = User.objects.create_user(f"u-{role}", first_name="Élise", last_name="Morvan", role=role)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def ask(client: Client, **changes: str) -> HttpResponse:
    """Post the question, changed, and read what the person then sees."""
    return client.post("/tranche/", {**QUESTION, **changes}, follow=True)


def plain(text: str) -> str:
    """Every space of French typography as one ordinary space."""
    return re.sub(r"\s+", " ", unescape(text)).strip()


def text_of(response: HttpResponse) -> str:
    """The words of a page, in their order, without the markup."""
    return plain(re.sub(r"<[^>]*>", " ", response.content.decode()))


def latest() -> TrancheCalculation:
    return TrancheCalculation.objects.latest("pk")
