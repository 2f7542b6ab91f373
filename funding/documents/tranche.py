"""A kept calculation laid out for reading: the same sheet feeds the screen and the PDF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from funding.documents.pdf import render_pdf
from funding.documents.tranche_distance import Distance, distance_of
from funding.documents.tranche_money import (
    CeilingRow,
    NeighbourTable,
    Source,
    ceiling_rows,
    neighbour_table,
    range_text,
    sources_of,
)
from funding.domain.tranche import TrancheResult
from funding.models import ActivitySource, TrancheCalculation
from funding.selectors.lists import ListName, lists_of
from funding.selectors.tranche import result_of
from segur.regulation.catalogue import Catalogue, UnknownProgrammeError
from segur.regulation.finding import Finding
from segur.regulation.identifiers import has_shape
from segur.regulation.schema import Programme
from segur.templatetags.french import day
from segur.texts import catalogue

NBSP = "\u00a0"
# Numbers of a list in view before « Voir les autres ».
_FIRST_ROWS = 12


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number of a list: what it brings, or why it is left out; ``name`` as a loaded register has it."""

    value: str
    count: int = 0
    weight: int = 1
    weighted: int = 0
    reason: str = ""
    name: str = ""

    @property
    def valid(self) -> bool:
        return not self.reason


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """Numbers left out for one reason."""

    reason: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberList:
    """One of the four lists as the mail of the ANS gives it: valid numbers, then those left out (R54)."""

    key: str
    label: str
    valid: tuple[NumberRow, ...]
    invalid: tuple[NumberRow, ...]
    to_paste: str

    @property
    def rows(self) -> tuple[NumberRow, ...]:
        return self.valid + self.invalid

    @property
    def first_rows(self) -> tuple[NumberRow, ...]:
        """What is in view: each number left out has to be seen, so the valid ones give way."""
        return self.valid[: self._valid_in_view] + self.invalid[:_FIRST_ROWS]

    @property
    def other_valid(self) -> tuple[NumberRow, ...]:
        return self.valid[self._valid_in_view :]

    @property
    def other_invalid(self) -> tuple[ReasonGroup, ...]:
        return _by_reason(self.invalid[_FIRST_ROWS:])

    @property
    def others(self) -> int:
        """How many numbers are not in view."""
        return len(self.rows) - len(self.first_rows)

    @property
    def invalid_groups(self) -> tuple[ReasonGroup, ...]:
        """The numbers left out, those of one reason together."""
        return _by_reason(self.invalid)

    @property
    def _valid_in_view(self) -> int:
        return max(_FIRST_ROWS - len(self.invalid), _FIRST_ROWS // 2)

    @property
    def summary(self) -> str:
        """« 2 valides, 1 non valide »."""
        if not self.rows:
            return "aucun numéro saisi"
        return f"{_plural(len(self.valid), 'valide')}, {_plural(len(self.invalid), 'non valide')}"


@dataclass(frozen=True, slots=True)
class Segment:
    """One tranche on the scale; ``fill`` is the share of it that the examinations reach, 0 to 100."""

    letter: str
    lower: int
    fill: int
    current: bool


@dataclass(frozen=True, slots=True)
class TrancheSheet:
    """Everything a page says of one calculation. Without a letter (R51) there is neither scale position nor money."""

    id: int
    reference: str
    recipient: str
    programme: str
    activity: str
    author: str
    calculated_at: datetime
    version: str
    year: str
    letter: str
    examinations: int
    range: str
    weight: int
    segments: tuple[Segment, ...]
    distance: Distance | None
    lists: tuple[NumberList, ...]
    findings: tuple[Finding, ...]
    counts_source: str
    threshold_source: str
    ceilings: tuple[CeilingRow, ...]
    neighbours: NeighbourTable | None
    sources: tuple[Source, ...]
    advance_share: Decimal
    balance_share: Decimal
    semesters: int

    @property
    def weighted(self) -> bool:
        """Whether the weight of nuclear medicine plays a part in the total."""
        return any(row.weight != 1 for numbers in self.lists for row in numbers.valid)

    @property
    def to_paste(self) -> str:
        """The four lists, each under its name."""
        return "\n".join(f"{numbers.label}{NBSP}: {numbers.to_paste}" for numbers in self.lists)

    @property
    def provisional(self) -> tuple[str, ...]:
        """Why figures of the page are provisional, each reason once."""
        rows = [row.provisional for row in self.ceilings]
        near = [cell.provisional for row in self.neighbours.rows for cell in row.cells] if self.neighbours else []
        return tuple(dict.fromkeys(reason for reason in (*rows, *near) if reason))

    @property
    def slave(self) -> str:
        """What a RIS that does not master the identities is paid (forfait E), in words."""
        return next((row.slave for row in self.ceilings if row.slave), "")

    @property
    def unpublished(self) -> tuple[str, ...]:
        """Which scales are unknown, each reason once."""
        return tuple(dict.fromkeys(row.unknown for row in self.ceilings if row.unknown))


def sheet_of(calculation: TrancheCalculation, *, names: Mapping[str, str] | None = None) -> TrancheSheet:
    """Lay out a kept calculation under the texts it was made with; no query beyond the person who asked.

    ``names``: per number, what a register calls it today. The paper goes without, so that its bytes never change.
    """
    texts = catalogue()
    on = timezone.localtime(calculation.created_at).date()
    programme = _version_of(texts, calculation, on)
    others = [texts.programme(id, on=on) for id in texts.ids if id != programme.id]
    known = {programme.id: programme, **{other.id: other for other in others}}
    shown = [known[id] for id in texts.ids]
    result = result_of(calculation)
    letter = result.tranche or ""
    bound = next((bound for bound in result.bounds if bound.letter == letter), None)
    return TrancheSheet(
        id=calculation.pk,
        reference=calculation.reference,
        recipient=calculation.recipient,
        programme=programme.id,
        activity=calculation.get_activity_display(),
        author=calculation.created_by.display_name if calculation.created_by else "",
        calculated_at=calculation.created_at.replace(second=0, microsecond=0),
        version=calculation.regulation_version,
        year=str(programme.reference_year.known()),
        letter=letter,
        examinations=result.examinations,
        range=range_text(bound) if bound else "",
        weight=programme.nuclear_weight.known(),
        segments=tuple(_segments(result)),
        distance=distance_of(result, programme) if bound else None,
        lists=tuple(_number_list(calculation, result, name, names or {}) for name in lists_of(calculation.activity)),
        findings=result.findings,
        counts_source=_counts_source(calculation.result.get("counts_loaded", {})),
        threshold_source=result.bounds[0].source,
        ceilings=ceiling_rows(shown, letter) if letter else (),
        neighbours=neighbour_table([programme, *others], result.bounds, letter) if letter else None,
        sources=sources_of(shown, letter) if letter else (),
        advance_share=programme.advance_share.known(),
        balance_share=programme.balance_share.known(),
        semesters=programme.secondary.semesters.known(),
    )


def tranche_pdf(sheet: TrancheSheet) -> bytes:
    """The sheet as an A4 document, dated by its calculation: asked again, it has the same bytes."""
    reference = f", {sheet.reference}" if sheet.reference else ""
    title = f"Calcul de tranche{reference}"
    return render_pdf("documents/tranche_result.html", {"sheet": sheet}, title=title, created=sheet.calculated_at)


def _version_of(texts: Catalogue, calculation: TrancheCalculation, on: date) -> Programme:
    try:
        return texts.version(calculation.programme, calculation.regulation_version)
    except UnknownProgrammeError:
        # An operator may have withdrawn the version of an old calculation.
        return texts.programme(calculation.programme, on=on)


def _segments(result: TrancheResult) -> Iterator[Segment]:
    for bound in result.bounds:
        if bound.upper is None:
            fill = 100 if result.examinations >= bound.lower else 0
        else:
            inside = min(max(result.examinations - bound.lower + 1, 0), bound.upper - bound.lower + 1)
            fill = 100 * inside // (bound.upper - bound.lower + 1)
        yield Segment(bound.letter, bound.lower, fill, bound.letter == result.tranche)


def _by_reason(rows: Sequence[NumberRow]) -> tuple[ReasonGroup, ...]:
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(row.reason, []).append(row.value)
    return tuple(ReasonGroup(reason, tuple(values)) for reason, values in groups.items())


def _number_list(
    calculation: TrancheCalculation, result: TrancheResult, name: ListName, names: Mapping[str, str]
) -> NumberList:
    given: list[str] = getattr(calculation, name.key)
    return NumberList(
        key=name.key,
        label=name.label,
        valid=tuple(
            NumberRow(number.value, number.count, number.weight, number.examinations, name=names.get(number.value, ""))
            for number in result.valid[name.key]
        ),
        invalid=tuple(NumberRow(number.value, reason=number.reason) for number in result.invalid[name.key]),
        to_paste=";".join(value for value in dict.fromkeys(given) if has_shape(name.kind, value)),
    )


def _counts_source(loaded: Mapping[str, Any]) -> str:
    """« SAE, feuille IMAGES, chargée le 24 novembre 2026 »."""
    return f"{NBSP}; ".join(
        f"{ActivitySource(source).label}, chargés le {day(parse_datetime(at))}" for source, at in loaded.items()
    )


def _plural(count: int, word: str) -> str:
    """« 1 non valide », « 2 non valides », « 0 valide »."""
    return f"{count} {word}s" if count > 1 else f"{count} {word}"
