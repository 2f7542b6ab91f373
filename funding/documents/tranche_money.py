"""The money of a tranche: ceilings in their three columns, payments, and what the neighbouring tranches would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from funding.domain.pricing import ceilings, price
from segur.regulation.schema import Amounts, Identity, Programme, ProgrammeKind, Tranche, Vat
from segur.templatetags.french import eur, whole

NBSP = "\u00a0"
_NAMES = {ProgrammeKind.RIS: "RIS", ProgrammeKind.DRIMBOX: "DRIMbox"}


@dataclass(frozen=True, slots=True)
class CeilingRow:
    """A main prestation in one tranche: printed ceilings, and payments at the ceiling in TTC 20 %.

    ``semester`` and ``all_semesters`` are the forfait of a RIS that masters the identities (R40); None, with
    ``unknown``, where the scale is not published. ``provisional`` says why the ceilings are.
    """

    label: str
    ht: Decimal | None
    ttc_8_5: Decimal | None
    ttc_20: Decimal | None
    advance: Decimal
    balance: Decimal
    semester: Decimal | None
    all_semesters: Decimal | None
    slave: str
    provisional: str
    unknown: str


@dataclass(frozen=True, slots=True)
class NeighbourCell:
    """The ceiling of a column in one tranche; ``provisional`` says why it is."""

    column: str
    ceiling: Decimal | None
    provisional: str


@dataclass(frozen=True, slots=True)
class NeighbourRow:
    letter: str
    range: str
    current: bool
    difference: Decimal
    cells: tuple[NeighbourCell, ...]


@dataclass(frozen=True, slots=True)
class NeighbourTable:
    """The tranche and those beside it; the difference is that of the first column."""

    columns: tuple[str, ...]
    rows: tuple[NeighbourRow, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the figures of one programme come from."""

    programme: str
    text: str


def ceiling_rows(programmes: Sequence[Programme], letter: str) -> tuple[CeilingRow, ...]:
    """Every main prestation of the programmes in one tranche."""
    return tuple(_ceiling_row(programme, key, letter) for programme in programmes for key in programme.prestations)


def neighbour_table(programmes: Sequence[Programme], bounds: Sequence[Tranche], letter: str) -> NeighbourTable:
    """The first prestation of each programme in the tranche and its neighbours."""
    place = [bound.letter for bound in bounds].index(letter)
    firsts = [(programme, next(iter(programme.prestations))) for programme in programmes]
    here = ceilings(*firsts[0], letter).ttc_20.known()
    rows = []
    for bound in bounds[max(place - 1, 0) : place + 2]:
        cells = tuple(_neighbour_cell(programme, key, bound.letter) for programme, key in firsts)
        there = ceilings(*firsts[0], bound.letter).ttc_20.known()
        rows.append(NeighbourRow(bound.letter, range_text(bound), bound.letter == letter, there - here, cells))
    return NeighbourTable(tuple(_label(programme, key) for programme, key in firsts), tuple(rows))


def sources_of(programmes: Sequence[Programme], letter: str) -> tuple[Source, ...]:
    """One line per programme: where its ceilings, its forfaits and its shares are printed."""
    return tuple(Source(_NAMES[programme.kind], _source_text(programme, letter)) for programme in programmes)


def _ceiling_row(programme: Programme, key: str, letter: str) -> CeilingRow:
    row = ceilings(programme, key, letter)
    paid = price(programme, key, letter, Vat.TWENTY)
    forfait = programme.secondary.forfait(letter, Identity.MASTER).ttc_20
    return CeilingRow(
        label=_label(programme, key),
        ht=row.ht.value,
        ttc_8_5=row.ttc_8_5.value,
        ttc_20=row.ttc_20.value,
        advance=paid.advance,
        balance=paid.balance,
        semester=paid.semester_forfait,
        all_semesters=paid.secondary_ceiling,
        slave=_slave(programme, key, letter),
        provisional=_provisional(row),
        unknown=forfait.unknown,
    )


def _slave(programme: Programme, key: str, letter: str) -> str:
    """« 417,26 € par semestre, 2 503,56 € en tout »; empty where the scale is not published."""
    paid = price(programme, key, letter, Vat.TWENTY, identity=Identity.SLAVE)
    if paid.semester_forfait is None:
        return ""
    return f"{eur(paid.semester_forfait)} par semestre, {eur(paid.secondary_ceiling)} en tout"


def _neighbour_cell(programme: Programme, key: str, letter: str) -> NeighbourCell:
    row = ceilings(programme, key, letter)
    return NeighbourCell(_label(programme, key), row.ttc_20.value, _provisional(row))


def _provisional(row: Amounts) -> str:
    return next((leaf.provisional for leaf in row if leaf.provisional), "")


def _source_text(programme: Programme, letter: str) -> str:
    printed = dict.fromkeys(row.ceilings[letter].ttc_20.source for row in programme.prestations.values())
    forfait = programme.secondary.forfait(letter, Identity.MASTER).ttc_20
    parts = [f"plafonds, {' et '.join(printed)}"]
    if forfait.value is not None:
        parts.append(f"forfaits, {forfait.source}")
    parts.append(f"avance et solde, {programme.advance_share.source}")
    return f"{NBSP}; ".join(parts)


def _label(programme: Programme, key: str) -> str:
    return f"{_NAMES[programme.kind]} · {programme.prestations[key].label}"


def range_text(bound: Tranche) -> str:
    """« 60 001 à 120 000 », « 960 001 et plus »."""
    return f"{whole(bound.lower)} et plus" if bound.upper is None else f"{whole(bound.lower)} à {whole(bound.upper)}"
