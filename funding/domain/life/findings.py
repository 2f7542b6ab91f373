"""What is to be said of an order whatever the action: limits missed for good, semesters, money that went astray."""

from __future__ import annotations

from collections.abc import Iterator

from funding.domain.life.deadlines import Deadline, Status, conditional_clients
from funding.domain.life.facts import CompletionState
from funding.domain.life.guards.base import NBSP, Case, note, warning
from funding.domain.life.ledger import Ledger
from segur.regulation.dates import format_instant_fr
from segur.regulation.finding import Finding
from segur.regulation.money import format_eur

_FORECLOSES = {
    "advance-request": ("R24", "Date 4 manquée", "Annulez la commande, ou saisissez le dépôt reçu à temps."),
    "completion": ("R26", "Date 5 manquée", f"Informez le client et l’ASP{NBSP}: l’avance est à rendre."),
    "balance-request": ("R27", "Date 6 manquée", "Retirez la prestation, ou saisissez le dépôt reçu à temps."),
}


def life_findings(case: Case, ledger: Ledger, deadlines: tuple[Deadline, ...]) -> Iterator[Finding]:
    """A missed Date 4, 5 or 6 proposes the way out and decides nothing: a person does (domain 8.10)."""
    if not case.life.is_over:
        yield from _foreclosed(case, deadlines)
        yield from _date_2(case)
        yield from _impossible(case)
        yield from _provisional_semesters(case)
        for semester in case.semesters:
            yield from semester.findings
    yield from _money(ledger)


def _foreclosed(case: Case, deadlines: tuple[Deadline, ...]) -> Iterator[Finding]:
    if case.life.balance.is_validated:
        return
    for deadline in deadlines:
        known = _FORECLOSES.get(deadline.code)
        if known is None or deadline.status is not Status.MISSED:
            continue
        code, title, remedy = known
        message = f"{title} ({format_instant_fr(deadline.due_at)}){NBSP}: forclusion proposée."
        yield warning(f"{code}-foreclosed", message, remedy)


def _told(case: Case, about: str) -> frozenset[str]:
    return frozenset(each.siren for each in case.life.informed if each.about == about)


def _date_2(case: Case) -> Iterator[Finding]:
    """R23: without a complete file at Date 2, the Clients that signed before the referencing are told."""
    limit, solution = case.official(2), case.context.solution
    if limit is None or solution is None or case.now <= limit:
        return
    filed = solution.complete_file_submitted_at
    if filed is not None and filed <= limit:
        return
    told = _told(case, "date-2")
    left = tuple(siren for siren in conditional_clients(case.life, case.context, case.now) if siren not in told)
    if left:
        message = f"Aucun dossier complet à la Date 2 ({format_instant_fr(limit)}), client non informé{NBSP}: "
        yield warning("R23-date-2", f"{message}{case.names_of(left)}.", "Informez-le, puis enregistrez l’information.")


def _impossible(case: Case) -> Iterator[Finding]:
    """R26, R72: a prestation that cannot be finished exposes the advance, and the Clients are told without delay."""
    if case.life.completion.state is not CompletionState.IMPOSSIBLE:
        return
    yield warning("R72-advance-exposed", "L’avance est exposée à un reversement.", "Prévenez l’ASP sans délai.")
    told = _told(case, "completion")
    left = tuple(siren for siren in case.life.clients if siren not in told)
    if left:
        message = f"Client non informé de l’impossibilité{NBSP}: {case.names_of(left)}."
        yield warning("R26-client-not-informed", message, "Informez-le au plus tard à la Date 5.")


def _provisional_semesters(case: Case) -> Iterator[Finding]:
    reason = case.programme.secondary.semester_months.provisional
    if case.semesters and reason:
        yield note("R28-provisional", f"Semestres provisoires. {reason}")


def _money(ledger: Ledger) -> Iterator[Finding]:
    overpaid = ledger.overpaid - ledger.repaid
    if overpaid > 0:
        yield warning("R61-overpaid", f"Trop-perçu de {format_eur(overpaid)}.", "Régularisez-le avec l’ASP.")
    if ledger.repayment_due:
        message = f"{format_eur(ledger.repayment_due)} restent à reverser à l’ASP."
        yield warning("R72-repayment-due", message, "Enregistrez le remboursement.")
