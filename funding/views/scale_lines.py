"""The texts of a programme as lines to read: each value in words, with its source and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from funding.views.scale_words import CONDITIONS, DELAYS, MENTIONS, SUBMISSIONS, UNITS
from segur.regulation.money import NBSP
from segur.regulation.schema import (
    Amounts,
    DocumentRequirement,
    Leaf,
    Mention,
    PerformanceStep,
    Programme,
    Tranche,
)
from segur.templatetags.french import decimal, eur, percent, whole


@dataclass(frozen=True, slots=True)
class Line:
    """One value in words; empty where the texts do not give it, and ``unknown`` then says why."""

    label: str
    value: str
    source: str
    rule: str
    provisional: str
    unknown: str


@dataclass(frozen=True, slots=True)
class TableRow:
    tranche: Tranche
    columns: Amounts
    source: str
    provisional: str


@dataclass(frozen=True, slots=True)
class Table:
    """A printed table in its three columns; ``unknown`` says why it has no rows."""

    key: str
    title: str
    subtitle: str
    rule: str
    rows: tuple[TableRow, ...]
    unknown: str
    source: str

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why some of its values are provisional, each reason once."""
        return tuple(dict.fromkeys(row.provisional for row in self.rows if row.provisional))


@dataclass(frozen=True, slots=True)
class Paper:
    requirement: DocumentRequirement
    when: str


@dataclass(frozen=True, slots=True)
class Submission:
    title: str
    papers: tuple[Paper, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    mention: Mention
    title: str
    when: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value to be read with care, and where it stands on the page."""

    anchor: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scales:
    """One programme, ready to be shown."""

    programme: Programme
    ceilings: tuple[Table, ...]
    forfaits: tuple[Table, ...]
    payments: tuple[Line, ...]
    performance: tuple[Line, ...]
    delays: tuple[Line, ...]
    mentions: tuple[Sentence, ...]
    submissions: tuple[Submission, ...]

    @classmethod
    def of(cls, programme: Programme) -> Scales:
        return cls(
            programme,
            _ceilings(programme),
            _forfaits(programme),
            _payments(programme),
            _performance(programme),
            _delays(programme),
            tuple(Sentence(mention, MENTIONS[mention.key], CONDITIONS[mention.when]) for mention in programme.mentions),
            tuple(
                Submission(SUBMISSIONS[kind], tuple(Paper(paper, CONDITIONS[paper.when]) for paper in papers))
                for kind, papers in programme.documents.items()
            ),
        )

    @property
    def provisional(self) -> tuple[Doubt, ...]:
        """What must still be confirmed, each reason once per section."""
        return _once(
            (*self._provisional_tables(), *self._provisional_lines(), *self._provisional_papers()),
        )

    @property
    def unknown(self) -> tuple[Doubt, ...]:
        """What the sources do not give, each reason once per section."""
        dates = (Doubt("calendrier", f"Date {it.number}", it.at.unknown) for it in self.programme.dates)
        tables = (Doubt(table.key, table.title, table.unknown) for table in (*self.ceilings, *self.forfaits))
        lines = (Doubt(anchor, line.label, line.unknown) for anchor, line in self._lines())
        return _once((*dates, *tables, *lines))

    def _lines(self) -> Iterator[tuple[str, Line]]:
        for anchor, lines in (("paiements", self.payments), ("perf", self.performance), ("delais", self.delays)):
            for line in lines:
                yield anchor, line

    def _provisional_tables(self) -> Iterator[Doubt]:
        for table in (*self.ceilings, *self.forfaits):
            letters = [row.tranche.letter for row in table.rows if row.provisional]
            for reason in table.reasons:
                yield Doubt(table.key, f"{table.title}, tranches {', '.join(letters)}", reason)

    def _provisional_lines(self) -> Iterator[Doubt]:
        return (Doubt(anchor, line.label, line.provisional) for anchor, line in self._lines())

    def _provisional_papers(self) -> Iterator[Doubt]:
        yield from (Doubt("mentions", it.title, it.mention.provisional) for it in self.mentions)
        reasons = [paper.requirement.provisional for it in self.submissions for paper in it.papers]
        for reason in dict.fromkeys(filter(None, reasons)):
            yield Doubt("pieces", f"{reasons.count(reason)} pièces à fournir", reason)


def _once(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    """Without the certain ones, and one per section and reason."""
    kept: dict[tuple[str, str], Doubt] = {}
    for doubt in doubts:
        if doubt.reason:
            kept.setdefault((doubt.anchor, doubt.reason), doubt)
    return tuple(kept.values())


def _ceilings(programme: Programme) -> tuple[Table, ...]:
    return tuple(
        _table(programme, key, prestation.label, f"«\u202f{prestation.order_line}\u00a0»", "R56", prestation.ceilings)
        for key, prestation in programme.prestations.items()
    )


def _forfaits(programme: Programme) -> tuple[Table, ...]:
    secondary = programme.secondary
    return (
        _table(programme, "forfait-m", "Forfait M", "un semestre, RIS maître", "R59", secondary.forfait_master),
        _table(programme, "forfait-e", "Forfait E", "un semestre, RIS esclave", "R59", secondary.forfait_slave),
    )


def _table(
    programme: Programme, key: str, title: str, subtitle: str, rule: str, amounts: Mapping[str, Amounts]
) -> Table:
    cells = [cell for row in amounts.values() for cell in row]
    unknown = cells[0].unknown if all(cell.unknown for cell in cells) else ""
    rows = () if unknown else tuple(_row(tranche, amounts[tranche.letter]) for tranche in programme.tranches)
    return Table(key, title, subtitle, rule, rows, unknown, _sources(cells))


def _row(tranche: Tranche, amounts: Amounts) -> TableRow:
    reason = next((cell.provisional for cell in amounts if cell.provisional), "")
    return TableRow(tranche, amounts, _sources(amounts), reason)


def _sources(leaves: Iterable[Leaf[Decimal]]) -> str:
    return " ; ".join(dict.fromkeys(leaf.source for leaf in leaves))


def _payments(programme: Programme) -> tuple[Line, ...]:
    aid = programme.de_minimis
    weight = programme.nuclear_weight
    return (
        _line("Avance, part du montant payé", programme.advance_share, percent(programme.advance_share.value), "R58"),
        _line("Solde, part du montant payé", programme.balance_share, percent(programme.balance_share.value), "R58"),
        _line("Pilotes conformes avant un solde", programme.pilots, whole(programme.pilots.value), "R65"),
        _line("Année de référence des examens", programme.reference_year, str(programme.reference_year.value), "R49"),
        _line("Poids d’un acte de médecine nucléaire", weight, f"×{NBSP}{whole(weight.value)}", "A3"),
        _line("Plafond des aides de minimis", aid.ceiling, eur(aid.ceiling.value), "R62"),
        _line("Période des aides de minimis", aid.window_years, _period(aid.window_years, "years"), "R62"),
    )


def _performance(programme: Programme) -> tuple[Line, ...]:
    it = programme.secondary
    return (
        _line("Durée de la prestation secondaire", it.duration_months, _period(it.duration_months, "months"), "R28"),
        _line("Nombre de semestres", it.semesters, whole(it.semesters.value), "R28"),
        _line("Durée d’un semestre", it.semester_months, _period(it.semester_months, "months"), "R28"),
        _line("PERFm, selon Dm / Tm", it.perf_master, _steps(it.perf_master), "R59"),
        _line("PERFe, selon De / dénominateur", it.perf_slave, _steps(it.perf_slave), "R59"),
        _line("Dénominateur de PERFe", it.perf_slave_denominator, str(it.perf_slave_denominator.value), "A2"),
    )


def _delays(programme: Programme) -> tuple[Line, ...]:
    return tuple(
        _line(DELAYS[key].label, leaf, _period(leaf, DELAYS[key].unit), DELAYS[key].rule)
        for key, leaf in programme.delays.items()
    )


def _line(label: str, leaf: Leaf[Any], value: str, rule: str) -> Line:
    return Line(label, "" if leaf.unknown else value, leaf.source, rule, leaf.provisional, leaf.unknown)


def _period(leaf: Leaf[int], unit: str) -> str:
    one, many = UNITS[unit]
    return f"{whole(leaf.value)}{NBSP}{one if leaf.value == 1 else many}"


def _steps(leaf: Leaf[tuple[PerformanceStep, ...]]) -> str:
    """``1 dès 70 %, 0,5 dès 55 %, 0 en dessous``."""
    return ", ".join(
        f"{decimal(step.value)} dès {percent(step.ratio)}" if step.ratio else f"{decimal(step.value)} en dessous"
        for step in leaf.value or ()
    )
