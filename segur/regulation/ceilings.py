"""A printed amount against its printed ceiling, column by column (R37, R56, ruling A17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from segur.regulation.finding import Finding, Severity
from segur.regulation.money import CENT, cents, format_eur
from segur.regulation.schema import Amounts, Identity, Leaf, Programme, Secondary, Vat

RATES = {Vat.TWENTY: Decimal("1.20"), Vat.EIGHT_AND_A_HALF: Decimal("1.085"), Vat.NONE: Decimal("1")}
SOURCE = "AF-IMG-RIS-Va2 §5.1 et §5.3\u202f; arbitrage A17"

_NBSP = "\u00a0"
# Ruling A17: six printed forfaits are up to this far from the rate.
_PRINTED_GAP = Decimal("0.06")


@dataclass(frozen=True, slots=True)
class Line:
    """One of the two lines of an order form: ``key`` is ``principal`` or ``secondary``; None: not typed."""

    key: str
    ht: Decimal | None
    ttc: Decimal | None

    @property
    def label(self) -> str:
        return "prestation principale" if self.key == "principal" else "prestation secondaire"


@dataclass(frozen=True, slots=True)
class Column:
    """A typed amount of one column beside the ceiling of that column."""

    name: str
    amount: Decimal
    ceiling: Decimal

    @property
    def excess(self) -> Decimal:
        """What is above the ceiling; zero or less under it."""
        return self.amount - self.ceiling


def secondary_row(secondary: Secondary, tranche: str, identity: Identity) -> Amounts:
    """The whole secondary prestation at PERF 1: one semester's forfait times their number (ruling A2).

    Provisional where the forfait or the number of semesters is; unknown where one of them is.
    """
    forfait = secondary.forfait(tranche, identity)
    ht, ttc_8_5, ttc_20 = (_times(leaf, secondary.semesters) for leaf in forfait)
    return Amounts(ht=ht, ttc_8_5=ttc_8_5, ttc_20=ttc_20)


def check_amounts(
    programme: Programme,
    prestation: str,
    tranche: str,
    vat: Vat,
    identity: Identity,
    *,
    principal: tuple[Decimal | None, Decimal | None],
    secondary: tuple[Decimal | None, Decimal | None],
) -> tuple[Finding, ...]:
    """Both lines of an order, each as (HT, TTC), against their ceilings and against the rate.

    Raises KeyError for a prestation or tranche that the programme does not have.
    """
    row = programme.prestations[prestation].ceilings[tranche]
    return (
        *check_line(Line("principal", *principal), row, vat),
        *check_line(Line("secondary", *secondary), secondary_row(programme.secondary, tranche, identity), vat),
    )


def check_line(line: Line, row: Amounts, vat: Vat) -> tuple[Finding, ...]:
    """One line against one row of a table: excess per column, distance of the two columns to the rate."""
    return (*_above(line, row, vat), *_off_the_rate(line, vat))


def exceeded(line: Line, row: Amounts, vat: Vat) -> tuple[Column, ...]:
    """The columns above their ceiling; a column that was not typed or whose ceiling is unknown is not among them."""
    columns = [("HT", line.ht, row.ht)]
    if vat is not Vat.NONE:
        columns.append(("TTC", line.ttc, row.paid(vat)))
    typed = (
        Column(name, amount, leaf.value)
        for name, amount, leaf in columns
        if amount is not None and leaf.value is not None
    )
    return tuple(column for column in typed if column.excess > 0)


def is_rounding(columns: tuple[Column, ...]) -> bool:
    """A17: one column only, and by at most one cent."""
    return len(columns) == 1 and columns[0].excess <= CENT


def _above(line: Line, row: Amounts, vat: Vat) -> Iterator[Finding]:
    if row.paid(vat).value is None:
        yield Finding(
            "R56-scale-unknown",
            Severity.WARNING,
            f"Barème non publié dans les sources{_NBSP}: le plafond de la {line.label} n’est pas contrôlé.",
            row.paid(vat).source,
            "Gardez le montant du bon de commande.",
            path=f"{line.key}_{'ht' if vat is Vat.NONE else 'ttc'}",
        )
        return
    columns = exceeded(line, row, vat)
    for column in columns:
        yield _rounding(line, column) if is_rounding(columns) else _excess(line, column)


def _excess(line: Line, column: Column) -> Finding:
    of_line = "" if line.key == "principal" else f" de la {line.label}"
    return Finding(
        f"R37-ceiling-{line.key}",
        Severity.ERROR,
        f"Le {column.name}{of_line} dépasse le plafond de {format_eur(column.excess)}{_NBSP}: "
        f"{format_eur(column.amount)} pour {format_eur(column.ceiling)}.",
        SOURCE,
        "Ramenez-le au plafond.",
        path=f"{line.key}_{column.name.lower()}",
    )


def _rounding(line: Line, column: Column) -> Finding:
    return Finding(
        "A17-rounding",
        Severity.WARNING,
        f"Le {column.name} dépasse le plafond de {format_eur(column.excess)}{_NBSP}: un arrondi, admis.",
        SOURCE,
        f"Le plafond imprimé est {format_eur(column.ceiling)}.",
        path=f"{line.key}_{column.name.lower()}",
    )


def _off_the_rate(line: Line, vat: Vat) -> Iterator[Finding]:
    """A17: never an error, the printed tables themselves are a few cents off the rate."""
    if line.ht is None or line.ttc is None:
        return
    gap = abs(cents(line.ht * RATES[vat]) - line.ttc)
    severity = _gap_severity(line, vat, gap)
    if severity is None:
        return
    if vat is Vat.NONE:
        message = f"Sans TVA, le HT et le TTC de la {line.label} sont égaux\u202f; l’écart est de {format_eur(gap)}."
    elif severity is Severity.INFO:
        message = (
            f"Le HT et le TTC de la {line.label} s’écartent du taux de {format_eur(gap)}, comme le barème imprimé."
        )
    else:
        message = f"Le HT et le TTC de la {line.label} s’écartent du taux de TVA de {format_eur(gap)}."
    yield Finding("A17-columns", severity, message, SOURCE, path=f"{line.key}_ttc")


def _gap_severity(line: Line, vat: Vat, gap: Decimal) -> Severity | None:
    if not gap:
        return None
    if vat is Vat.NONE:
        return Severity.WARNING
    if line.key == "secondary":
        return Severity.INFO if gap <= _PRINTED_GAP else Severity.WARNING
    return None if gap <= CENT else Severity.WARNING


def _times(leaf: Leaf[Decimal], semesters: Leaf[int]) -> Leaf[Decimal]:
    if leaf.value is None or semesters.value is None:
        return Leaf(None, leaf.source, unknown=leaf.unknown or semesters.unknown)
    return Leaf(leaf.value * semesters.value, leaf.source, leaf.provisional or semesters.provisional)
