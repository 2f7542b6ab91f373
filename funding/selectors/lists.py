"""The four lists of an instance (R4), named and ordered as the form of the ANS has them (R53)."""

from __future__ import annotations

from dataclasses import dataclass

from funding.models import ActivityChoice
from segur.regulation.identifiers import IdentifierKind


@dataclass(frozen=True, slots=True)
class ListName:
    """A list: its key in the contract, its label, what its numbers are, and the activity that asks for it."""

    key: str
    label: str
    kind: IdentifierKind
    activity: ActivityChoice


LISTS = (
    ListName("finess_radiology", "FINESS radiologie", IdentifierKind.FINESS, ActivityChoice.RADIOLOGY),
    ListName("am_radiology", "AM radiologie", IdentifierKind.AM, ActivityChoice.RADIOLOGY),
    ListName("finess_nuclear", "FINESS médecine nucléaire", IdentifierKind.FINESS, ActivityChoice.NUCLEAR),
    ListName("am_nuclear", "AM médecine nucléaire", IdentifierKind.AM, ActivityChoice.NUCLEAR),
)


def lists_of(activity: str) -> tuple[ListName, ...]:
    """The lists that an activity asks for; all four for « Mixte » and for an unknown choice."""
    if activity not in (ActivityChoice.RADIOLOGY, ActivityChoice.NUCLEAR):
        return LISTS
    return tuple(name for name in LISTS if name.activity == activity)
