"""Counts per number, as an editor or a centre writes them: ``identifier;activity;count``, and ``kind`` if known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from funding.exchange.activity.numbers import number_of
from funding.exchange.activity.reading import CountKey, Reading, count_of
from funding.models import CountKind
from segur.exchange.rows import Layout, RowReader, refusal
from segur.regulation.identifiers import quoted
from segur.regulation.schema import Activity

LAYOUT = Layout(source="csv", required=("identifier", "activity", "count"), optional=("kind",))

_ACTIVITIES = {activity.value: activity for activity in Activity}
_KINDS = {"am": CountKind.AM, "finess": CountKind.FINESS, "": CountKind.ANY}


def row_reader(reading: Reading) -> Callable[[Mapping[str, int]], RowReader]:
    """Makes, for a header, the function that reads one row into ``reading``.

    Without ``kind`` nine digits may be an AM or a FINESS, and no check digit settles it: the count is kept for both
    lists. A Corsican FINESS (2A, 2B) says what it is.
    """

    def for_header(columns: Mapping[str, int]) -> RowReader:
        identifier, activity, count = (columns[name] for name in LAYOUT.required)
        kind = columns.get("kind")

        def read(row: Sequence[str]) -> None:
            key = CountKey(
                *number_of(row[identifier], _kind(row[kind]) if kind is not None else CountKind.ANY),
                _activity(row[activity]),
            )
            reading.add(key, count_of(row[count].strip()))

        return read

    return for_header


def _activity(text: str) -> Activity:
    activity = _ACTIVITIES.get(text.strip().lower())
    if activity is None:
        raise refusal("R49-activity", f"Activité {quoted(text)} inconnue.", "Écrivez radiology ou nuclear.")
    return activity


def _kind(text: str) -> CountKind:
    kind = _KINDS.get(text.strip().lower())
    if kind is None:
        raise refusal("R49-kind", f"Nature {quoted(text)} inconnue.", "Écrivez am ou finess, ou laissez vide.")
    return kind
