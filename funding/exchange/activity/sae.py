"""The IMAGES sheet of the SAE as the DREES publishes it: FINESS, equipment, acts (domain reference 7.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from funding.exchange.activity.numbers import number_of
from funding.exchange.activity.reading import CountKey, Reading, count_of
from funding.models import CountKind
from segur.exchange.rows import Layout, RowReader, refusal
from segur.regulation.identifiers import quoted
from segur.regulation.schema import Activity

LAYOUT = Layout(source="sae-images", required=("BOR", "AN", "FI", "EQUIPIMA", "ACT"), open_ended=True)

ACTIVITY_OF_EQUIPMENT: Mapping[str, Activity] = {
    "RADIO": Activity.RADIOLOGY,
    "SCAN": Activity.RADIOLOGY,
    "IRM": Activity.RADIOLOGY,
    "MAMM": Activity.RADIOLOGY,
    "VASC": Activity.RADIOLOGY,
    "CAM": Activity.NUCLEAR,
    "TOMO": Activity.NUCLEAR,
}
LEFT_OUT: Mapping[str, str] = {
    "dtIRM1": "dtIRM1, sous-ensemble de la ligne IRM déjà comptée",
    "dtIRM2": "dtIRM2, sous-ensemble de la ligne IRM déjà comptée",
    "LITHO": "LITHO, lithotripteur\u00a0: ni radiologie ni médecine nucléaire",
}
WITHOUT_ACTS = "sans nombre d’actes\u00a0: rien de déclaré, ce qui ne veut pas dire aucune activité"


def row_reader(reading: Reading, *, year: int) -> Callable[[Mapping[str, int]], RowReader]:
    """Makes, for a header, the function that reads one row into ``reading``."""
    wanted_year = str(year)
    finess_seen: dict[str, str] = {}

    def for_header(columns: Mapping[str, int]) -> RowReader:
        sheet, an, fi, equipment, act = (columns[name] for name in LAYOUT.required)

        def read(row: Sequence[str]) -> None:
            kind, acts = row[equipment].strip(), row[act].strip()
            if row[sheet] != "IMAGES" or row[an] != wanted_year:
                _refuse_other_sheet(row[sheet].strip(), row[an].strip(), wanted_year)
            if kind in LEFT_OUT:
                reading.leave_out(kind, LEFT_OUT[kind], count_of(acts) if acts else 0)
                return
            activity = ACTIVITY_OF_EQUIPMENT.get(kind)
            if activity is None:
                raise refusal(
                    "R49-equipment", f"Équipement {quoted(kind)} absent de la correspondance.", "Vérifiez EQUIPIMA."
                )
            if not acts:
                reading.leave_out("no-act", WITHOUT_ACTS, 0)
                return
            finess = finess_seen.get(row[fi])
            if finess is None:
                finess = finess_seen[row[fi]] = number_of(row[fi], CountKind.FINESS)[1]
            reading.add(CountKey(CountKind.FINESS, finess, activity), count_of(acts))

        return read

    return for_header


def _refuse_other_sheet(sheet: str, year: str, wanted_year: str) -> None:
    if sheet != "IMAGES":
        raise refusal("R49-sheet", f"Feuille {quoted(sheet)} au lieu de IMAGES.", "Chargez la feuille IMAGES.")
    if year != wanted_year:
        raise refusal("R49-year", f"Année {quoted(year)} au lieu de {wanted_year}.", f"Chargez la SAE {wanted_year}.")
