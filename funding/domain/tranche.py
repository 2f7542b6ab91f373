"""The tranche of an order, as the calculation service of the ANS computes it (R49-R54): an estimate of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import NamedTuple

from orders.domain.snapshot import FourLists
from segur.regulation.finding import Finding, Severity
from segur.regulation.identifiers import IdentifierKind, check, has_shape
from segur.regulation.schema import Activity, Programme, Tranche

#: R52: only the answer of the ANS service is authoritative.
AUTHORITY = "estimate"

NBSP = "\u00a0"
_ACTIVITY_NAMES = {Activity.RADIOLOGY: "radiologie", Activity.NUCLEAR: "médecine nucléaire"}
_OTHER_ACTIVITY = {Activity.RADIOLOGY: Activity.NUCLEAR, Activity.NUCLEAR: Activity.RADIOLOGY}
_OTHER_KIND = {IdentifierKind.AM: IdentifierKind.FINESS, IdentifierKind.FINESS: IdentifierKind.AM}
_KIND_NAMES = {IdentifierKind.AM: "AM", IdentifierKind.FINESS: "FINESS"}


#: What a reference count is of: a kind (AM or FINESS), a number, an activity.
CountKey = tuple[IdentifierKind, str, Activity]


class Reason(StrEnum):
    """Why a number is left out."""

    SHAPE = "wrong-shape"
    UNKNOWN = "unknown"
    WRONG_ACTIVITY = "wrong-activity"
    NO_ACTIVITY = "no-activity"
    WRONG_KIND = "wrong-kind"


@dataclass(frozen=True, slots=True)
class CountedNumber:
    """A number that counts: its raw count of the reference year, its weight (A3), and their product."""

    value: str
    count: int
    weight: int
    examinations: int


class RejectedNumber(NamedTuple):
    """A number left out, with its reason in French."""

    value: str
    code: Reason
    reason: str


class ListKey(NamedTuple):
    """One of the four lists of the service (R53)."""

    name: str
    kind: IdentifierKind
    activity: Activity


LISTS = (
    ListKey("am_radiology", IdentifierKind.AM, Activity.RADIOLOGY),
    ListKey("am_nuclear", IdentifierKind.AM, Activity.NUCLEAR),
    ListKey("finess_radiology", IdentifierKind.FINESS, Activity.RADIOLOGY),
    ListKey("finess_nuclear", IdentifierKind.FINESS, Activity.NUCLEAR),
)


@dataclass(frozen=True, slots=True)
class TrancheResult:
    """One calculation. ``examinations`` is the weighted sum; ``tranche`` is None when nothing counts (R51).

    ``valid`` and ``invalid`` hold the four lists by name, each number once and in the order given; a FINESS typed in
    both of its fields stands in both. ``findings`` says what was done with a number typed twice.
    """

    tranche: str | None
    examinations: int
    valid: Mapping[str, tuple[CountedNumber, ...]]
    invalid: Mapping[str, tuple[RejectedNumber, ...]]
    bounds: tuple[Tranche, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def authority(self) -> str:
        return AUTHORITY

    @property
    def to_next(self) -> int | None:
        """Examinations missing to the next tranche; None in the last one."""
        above = [bound.lower for bound in self.bounds if bound.lower > self.examinations]
        return min(above) - self.examinations if above else None

    @property
    def margin_to_previous(self) -> int | None:
        """Examinations that can be lost without leaving the tranche; None when there is none."""
        return next(
            (self.examinations - bound.lower for bound in self.bounds if bound.letter == self.tranche),
            None,
        )

    def as_json(self) -> dict[str, object]:
        """The answer of the ``tranche`` command (contract)."""
        return {
            "tranche": self.tranche,
            "examinations": self.examinations,
            "authority": self.authority,
            "valid": {name: [number.value for number in numbers] for name, numbers in self.valid.items()},
            "invalid": {
                name: [{"value": number.value, "reason": number.reason} for number in numbers]
                for name, numbers in self.invalid.items()
            },
        }

    def breakdown(self) -> dict[str, list[dict[str, str | int]]]:
        """What each number that counts brings, by list, ready for JSON."""
        return {name: [asdict(number) for number in numbers] for name, numbers in self.valid.items()}


def compute(lists: FourLists, counts: Mapping[CountKey, int], programme: Programme) -> TrancheResult:
    """The tranche of all the numbers of one order together (R50: one calculation per order).

    ``lists`` holds normalised numbers; ``counts`` the raw counts of the reference year, a number that nothing is
    known of being absent. Raises LookupError when the programme does not know the weight of nuclear medicine.
    """
    year = f"en {programme.reference_year.value}" if programme.reference_year.value else "l’année de référence"
    weights = {Activity.RADIOLOGY: 1, Activity.NUCLEAR: programme.nuclear_weight.known()}
    elsewhere, findings = _am_typed_twice(lists, counts)
    valid: dict[str, tuple[CountedNumber, ...]] = {}
    invalid: dict[str, tuple[RejectedNumber, ...]] = {}
    examinations = 0
    for name, kind, activity in LISTS:
        weight = weights[activity]
        counted: list[CountedNumber] = []
        rejected: list[RejectedNumber] = []
        for value in dict.fromkeys(getattr(lists, name)):
            if (name, value) in elsewhere:
                continue
            count = counts.get((kind, value, activity), 0)
            if count > 0 and has_shape(kind, value):
                counted.append(CountedNumber(value, count, weight, count * weight))
                examinations += count * weight
            else:
                rejected.append(_rejected(kind, value, activity, counts, year))
        valid[name], invalid[name] = tuple(counted), tuple(rejected)
    found = programme.tranche_of(examinations)
    return TrancheResult(
        found.letter if found else None, examinations, valid, invalid, programme.tranches, tuple(findings)
    )


def if_without(result: TrancheResult, value: str) -> TrancheResult:
    """The same calculation without one number, in whichever fields it was counted: what losing it would cost."""
    valid = {
        name: tuple(number for number in numbers if number.value != value) for name, numbers in result.valid.items()
    }
    examinations = sum(number.examinations for numbers in valid.values() for number in numbers)
    letter = next((bound.letter for bound in result.bounds if _holds(bound, examinations)), None)
    return TrancheResult(letter, examinations, valid, result.invalid, result.bounds, result.findings)


def _holds(bound: Tranche, examinations: int) -> bool:
    return bound.lower <= examinations and (bound.upper is None or examinations <= bound.upper)


def _am_typed_twice(
    lists: FourLists, counts: Mapping[CountKey, int]
) -> tuple[frozenset[tuple[str, str]], list[Finding]]:
    """R5: an AM belongs to one activity. Typed in both fields it stays in the one where it is known to work.

    Returns the places (list, number) where it is not looked at, and a note for each.
    """
    if not (lists.am_radiology and lists.am_nuclear):
        return frozenset(), []
    in_nuclear = set(lists.am_nuclear)
    twice = [value for value in dict.fromkeys(lists.am_radiology) if value in in_nuclear]
    places = []
    for value in twice:
        radiology, nuclear = (
            counts.get((IdentifierKind.AM, value, activity), 0) for activity in (Activity.RADIOLOGY, Activity.NUCLEAR)
        )
        places.append(("am_radiology" if nuclear > radiology else "am_nuclear", value))
    return frozenset(places), [_twice_note(name, value) for name, value in places]


def _twice_note(dropped: str, value: str) -> Finding:
    kept = Activity.NUCLEAR if dropped == "am_radiology" else Activity.RADIOLOGY
    return Finding(
        "R5-am-both-activities",
        Severity.WARNING,
        f"L’AM {value} figure dans les deux champs{NBSP}: un AM n’a qu’une activité. "
        f"Il est lu en {_ACTIVITY_NAMES[kept]}.",
        "Guide du service de calcul §4.2",
        "Gardez-le dans un seul champ.",
        path=dropped,
    )


def _rejected(
    kind: IdentifierKind, value: str, activity: Activity, counts: Mapping[CountKey, int], year: str
) -> RejectedNumber:
    if not has_shape(kind, value):
        return RejectedNumber(value, Reason.SHAPE, check(kind, value)[0].sentence)
    other = _OTHER_ACTIVITY[activity]
    name = _KIND_NAMES[kind]
    if counts.get((kind, value, other), 0) > 0:
        reason = f"{name} sans activité de {_ACTIVITY_NAMES[activity]} {year}, connu en {_ACTIVITY_NAMES[other]}."
        return RejectedNumber(value, Reason.WRONG_ACTIVITY, reason)
    if any((kind, value, known) in counts for known in Activity):
        return RejectedNumber(value, Reason.NO_ACTIVITY, f"{name} sans activité {year}.")
    stranger = _OTHER_KIND[kind]
    if any((stranger, value, known) in counts for known in Activity):
        reason = f"Connu comme {_KIND_NAMES[stranger]}, pas comme {name}."
        return RejectedNumber(value, Reason.WRONG_KIND, reason)
    return RejectedNumber(
        value, Reason.UNKNOWN, f"{name} absent des comptages chargés{NBSP}: cela ne prouve rien (F3)."
    )
