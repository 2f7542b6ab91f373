"""What is to be said of an order whatever the action: limits missed for good, semesters, money that went astray."""

from __future__ import annotations

from collections.abc import Iterator

from funding.domain.life.deadlines import Deadline, Status
from funding.domain.life.facts import LifeFacts
from funding.domain.life.ledger import Ledger
from funding.domain.life.semesters import Semester
from segur.regulation.dates import format_instant_fr
from segur.regulation.finding import Finding, Severity
from segur.regulation.money import format_eur
from segur.regulation.rules import rule

_FORECLOSES = {
    "advance-request": ("R24", "Date 4 manquée", "Annulez la commande, ou saisissez le dépôt reçu à temps."),
    "completion": ("R26", "Date 5 manquée", "Informez le client et l’ASP : l’avance est à rendre."),
    "balance-request": ("R27", "Date 6 manquée", "Retirez la prestation, ou saisissez le dépôt reçu à temps."),
}


def life_findings(
    life: LifeFacts, ledger: Ledger, deadlines: tuple[Deadline, ...], semesters: tuple[Semester, ...]
) -> Iterator[Finding]:
    """A missed Date 4, 5 or 6 proposes the way out and decides nothing: a person does (domain 8.10)."""
    yield from _foreclosed(life, deadlines)
    for semester in semesters:
        yield from semester.findings
    yield from _money(ledger)


def _foreclosed(life: LifeFacts, deadlines: tuple[Deadline, ...]) -> Iterator[Finding]:
    if life.is_over or life.balance.is_validated:
        return
    for deadline in deadlines:
        known = _FORECLOSES.get(deadline.code)
        if known is None or deadline.status is not Status.MISSED:
            continue
        code, title, remedy = known
        message = f"{title} ({format_instant_fr(deadline.due_at)}) : forclusion proposée."
        yield _warning(f"{code}-foreclosed", message, remedy)


def _money(ledger: Ledger) -> Iterator[Finding]:
    overpaid = ledger.overpaid - ledger.repaid
    if overpaid > 0:
        message = f"Trop-perçu de {format_eur(overpaid)}."
        yield _warning("R61-overpaid", message, "Régularisez-le avec l’ASP.")
    if ledger.repayment_due:
        message = f"{format_eur(ledger.repayment_due)} restent à reverser à l’ASP."
        yield _warning("R72-repayment-due", message, "Enregistrez le remboursement.")


def _warning(code: str, message: str, remedy: str) -> Finding:
    return Finding(code, Severity.WARNING, message, rule(code.partition("-")[0]).source, remedy)
