"""Acts per AM, as billing software exports them: ``identifier;code;count``; the list of the texts sorts them (R49)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from funding.exchange.activity.numbers import number_of
from funding.exchange.activity.reading import CountKey, Reading, count_of
from funding.models import CountKind
from segur.exchange.rows import Layout, RowReader, refusal
from segur.regulation.identifiers import quoted
from segur.regulation.schema import Activity

LAYOUT = Layout(source="ccam", required=("identifier", "code", "count"))

_CODE = re.compile(r"[A-Z]{4}[0-9]{3}")


def row_reader(
    reading: Reading, *, activity_of_act: Callable[[str], Activity | None]
) -> Callable[[Mapping[str, int]], RowReader]:
    """Makes, for a header, the function that reads one row into ``reading``.

    A code that ``activity_of_act`` does not know is left out, and its acts are totalled under the code.
    The number is an AM: acts per code are those of liberal doctors.
    """

    def for_header(columns: Mapping[str, int]) -> RowReader:
        identifier, code, count = (columns[name] for name in LAYOUT.required)

        def read(row: Sequence[str]) -> None:
            kind, value = number_of(row[identifier], CountKind.AM)
            act = row[code].strip().upper()
            if not _CODE.fullmatch(act):
                raise refusal(
                    "R49-act-shape",
                    f"{quoted(act)} n’est pas un code CCAM.",
                    "Écrivez quatre lettres et trois chiffres, sans activité ni phase.",
                )
            acts = count_of(row[count].strip())
            activity = activity_of_act(act)
            if activity is None:
                reading.leave_out(act, f"{act}, hors de la liste des actes de l’appel à financement", acts)
            else:
                reading.add(CountKey(kind, value, activity), acts)

        return read

    return for_header
