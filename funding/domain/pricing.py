"""What a main prestation is paid: ceilings, amount, advance, balance, and the secondary's ceiling (R56-R58, A16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from segur.regulation.ceilings import RATES, SOURCE, Line, check_line, secondary_row
from segur.regulation.finding import Finding, Severity
from segur.regulation.identifiers import quoted
from segur.regulation.money import advance_and_balance, cents, format_eur, text
from segur.regulation.schema import Amounts, Identity, Leaf, Programme, Vat

NBSP = "\u00a0"


class NotInScaleError(LookupError):
    """The programme has no such prestation or tranche; the message is a French sentence."""


@dataclass(frozen=True, slots=True)
class Price:
    """One order's figures, in the column that is paid: TTC of the rate, HT where no VAT applies.

    ``semester_forfait`` and ``secondary_ceiling`` are None where the scale is not published.
    ``provisional`` when a figure used is marked so in the regulation.
    """

    ceiling_ht: Decimal
    ceiling_ttc: Decimal
    amount: Decimal
    advance: Decimal
    balance: Decimal
    semester_forfait: Decimal | None
    secondary_ceiling: Decimal | None
    provisional: bool
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, object]:
        """The answer of the ``price`` command (contract)."""
        return {
            "ceiling_ht": text(self.ceiling_ht),
            "ceiling_ttc": text(self.ceiling_ttc),
            "amount": text(self.amount),
            "advance": text(self.advance),
            "balance": text(self.balance),
            "semester_forfait": None if self.semester_forfait is None else text(self.semester_forfait),
            "secondary_ceiling": None if self.secondary_ceiling is None else text(self.secondary_ceiling),
            "provisional": self.provisional,
            "findings": [finding.as_json() for finding in self.findings],
        }


def price(
    programme: Programme,
    prestation: str,
    tranche: str,
    vat: Vat,
    *,
    identity: Identity = Identity.MASTER,
    agreed_ht: Decimal | None = None,
    agreed_ttc: Decimal | None = None,
) -> Price:
    """Ceilings and what is paid: the smaller of the agreed price and the ceiling, the ceiling when none is agreed.

    The agreed price is compared in the column that is paid. Where only the other column is given, the paid one is
    deduced from the rate (the printed ceiling itself when the other one is its ceiling), and a note says so.
    Raises NotInScaleError; LookupError where the regulation does not know a ceiling or the advance share.
    """
    row = ceilings(programme, prestation, tranche)
    paid, share = row.paid(vat), programme.advance_share
    forfait = programme.secondary.forfait(tranche, identity).paid(vat)
    whole = secondary_row(programme.secondary, tranche, identity).paid(vat)
    agreed, notes = _agreed(row, vat, agreed_ht, agreed_ttc)
    amount = paid.known() if agreed is None else min(agreed, paid.known())
    advance, balance = advance_and_balance(amount, share.known())
    used = (row.ht, paid, share, *((forfait, whole) if whole.value is not None else ()))
    return Price(
        ceiling_ht=row.ht.known(),
        ceiling_ttc=paid.known(),
        amount=amount,
        advance=advance,
        balance=balance,
        semester_forfait=forfait.value,
        secondary_ceiling=whole.value,
        provisional=any(leaf.provisional for leaf in used),
        findings=(
            *check_line(Line("principal", agreed_ht, agreed_ttc), row, vat),
            *notes,
            *_provisional_notes(used),
            *_unpublished(forfait),
        ),
    )


def ceilings(programme: Programme, prestation: str, tranche: str) -> Amounts:
    """The printed row of a main prestation; raises NotInScaleError."""
    known = programme.prestations.get(prestation)
    if known is None:
        raise NotInScaleError(
            f"La prestation {quoted(prestation)} n’est pas du programme {programme.id}. "
            f"Valeurs possibles{NBSP}: {', '.join(programme.prestations)}."
        )
    check_tranche(programme, tranche)
    return known.ceilings[tranche]


def check_tranche(programme: Programme, tranche: str) -> None:
    """Raises NotInScaleError for a letter that is not one of the programme's tranches."""
    letters = [known.letter for known in programme.tranches]
    if tranche not in letters:
        raise NotInScaleError(
            f"La tranche {quoted(tranche)} n’existe pas. Valeurs possibles{NBSP}: {', '.join(letters)}."
        )


def secondary_ceiling(programme: Programme, tranche: str, vat: Vat, identity: Identity) -> Decimal | None:
    """The most that the secondary prestation may bring over all its semesters (A2); None where not published."""
    check_tranche(programme, tranche)
    return secondary_row(programme.secondary, tranche, identity).paid(vat).value


def _agreed(
    row: Amounts, vat: Vat, agreed_ht: Decimal | None, agreed_ttc: Decimal | None
) -> tuple[Decimal | None, tuple[Finding, ...]]:
    """The agreed price in the column that is paid, and what had to be said about it."""
    agreed, other = (agreed_ht, agreed_ttc) if vat is Vat.NONE else (agreed_ttc, agreed_ht)
    notes: list[Finding] = []
    if agreed is None and other is not None:
        agreed = _deduced(row, vat, other)
        name = "HT" if vat is Vat.NONE else "TTC"
        message = f"Le prix {name} n’est pas donné{NBSP}: {format_eur(agreed)} est déduit de l’autre colonne."
        notes.append(Finding("A16-column-deduced", Severity.INFO, message, SOURCE, f"Donnez le prix {name} du bon."))
    if agreed == 0:
        message = f"Le prix convenu est de {format_eur(agreed)}. Un montant nul est toujours rejeté."
        notes.append(Finding("R37-zero", Severity.ERROR, message, "AF-IMG-RIS-Va2 §4.3", "Saisissez le prix convenu."))
    return agreed, tuple(notes)


def _deduced(row: Amounts, vat: Vat, other: Decimal) -> Decimal:
    if vat is not Vat.NONE and other == row.ht.value:
        return row.paid(vat).known()
    return cents(other * RATES[vat])


def _provisional_notes(used: Iterable[Leaf[Decimal]]) -> tuple[Finding, ...]:
    reasons = dict.fromkeys((leaf.provisional, leaf.source) for leaf in used if leaf.provisional)
    return tuple(
        Finding("A1-provisional", Severity.INFO, f"Montant provisoire. {reason}", source) for reason, source in reasons
    )


def _unpublished(forfait: Leaf[Decimal]) -> tuple[Finding, ...]:
    if forfait.value is not None:
        return ()
    message = f"Prestation secondaire{NBSP}: barème non publié dans les sources."
    return (
        Finding(
            "R56-scale-unknown", Severity.WARNING, message, forfait.source, "Saisissez le montant du bon à la main."
        ),
    )
