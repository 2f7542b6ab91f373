"""Computing the tranche of four lists on the loaded counts, and keeping the answer (R49-R55)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from funding.domain.tranche import LISTS, CountKey, RejectedNumber, TrancheResult, compute
from funding.models import ActivityChoice, ActivitySource, TrancheCalculation
from funding.selectors.activity import CurrentCount, current_counts
from orders.domain.snapshot import FourLists
from segur.models import User
from segur.regulation.identifiers import normalise, split_list
from segur.regulation.schema import Activity, Programme
from segur.texts import programme as programme_in_force

_PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Calculation:
    """An answer, the texts it was made under, and when the counts that served were loaded, per source.

    ``kept`` is None when it was not saved.
    """

    result: TrancheResult
    programme: Programme
    counts_loaded: Mapping[ActivitySource, datetime]
    kept: TrancheCalculation | None = None


def lists_from_text(texts: Mapping[str, str]) -> FourLists:
    """The four lists as people type them: numbers separated by ``;``, a space or a line break.

    ``texts`` is by the names of the contract (``am_radiology``…); a missing one is empty. A number that is no number
    is kept, for the answer names it.
    """
    return FourLists(
        **{
            name: tuple(normalise(kind, number.replace("\x00", "\ufffd")) for number in split_list(texts.get(name, "")))
            for name, kind, _ in LISTS
        }
    )


def calculate_tranche(
    *,
    programme_id: str,
    lists: FourLists,
    now: datetime,
    reference: str = "",
    recipient: str = "",
    activity: ActivityChoice | None = None,
    actor: User | None = None,
    save: bool = True,
) -> Calculation:
    """The tranche of all the numbers together, with the counts and the texts of the day.

    One query for the counts, and one more to keep the answer when ``save``. ``activity`` is the choice of the form
    (R53), read from the lists where it is not given; ``actor`` None is the system. Raises UnknownProgrammeError (a
    LookupError, with a French sentence).
    """
    programme = programme_in_force(programme_id, on=now.astimezone(_PARIS).date())
    current = current_counts(
        [number for name, _, _ in LISTS for number in getattr(lists, name)], year=programme.reference_year.known()
    )
    result = compute(lists, {key: found.count for key, found in current.items()}, programme)
    loaded = _counts_loaded(result, current)
    kept = None
    if save:
        kept = TrancheCalculation.objects.create(
            reference=reference,
            recipient=recipient,
            programme=programme.id,
            regulation_version=programme.version,
            activity=activity or _activity_of(lists),
            **{name: list(getattr(lists, name)) for name, _, _ in LISTS},
            result=_as_kept(result, loaded),
            tranche=result.tranche or "",
            examinations=result.examinations,
            created_at=now,
            created_by=actor,
        )
    return Calculation(result, programme, loaded, kept)


def _counts_loaded(result: TrancheResult, current: Mapping[CountKey, CurrentCount]) -> dict[ActivitySource, datetime]:
    loaded: dict[ActivitySource, datetime] = {}
    for name, kind, activity in LISTS:
        for number in result.valid[name]:
            found = current[kind, number.value, activity]
            loaded[found.source] = max(found.imported_at, loaded.get(found.source, found.imported_at))
    return loaded


def _activity_of(lists: FourLists) -> ActivityChoice:
    filled = {activity for name, _, activity in LISTS if getattr(lists, name)}
    if filled == {Activity.RADIOLOGY}:
        return ActivityChoice.RADIOLOGY
    return ActivityChoice.NUCLEAR if filled == {Activity.NUCLEAR} else ActivityChoice.MIXED


def _as_kept(result: TrancheResult, loaded: Mapping[ActivitySource, datetime]) -> dict[str, Any]:
    """Everything the answer says: it is shown again without the counts and the texts of another day."""
    return {
        **result.as_json(),
        "breakdown": result.breakdown(),
        "rejected": {name: [_rejected(number) for number in numbers] for name, numbers in result.invalid.items()},
        "bounds": [asdict(bound) for bound in result.bounds],
        "findings": [asdict(found) for found in result.findings],
        "counts_loaded": {source.value: at.isoformat() for source, at in loaded.items()},
    }


def _rejected(number: RejectedNumber) -> dict[str, str]:
    return {"value": number.value, "code": number.code.value, "reason": number.reason}
