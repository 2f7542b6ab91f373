"""The referencing of the solution, the exception for a late decision (R25), and the enrolment that hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum

from funding.domain.life.guards.base import Case, error, note, warning
from orders.domain.snapshot import EnrolmentFacts, SolutionFacts, SupplierRole
from segur.regulation.dates import PARIS, format_date_fr, format_instant_fr, midnight
from segur.regulation.finding import Finding
from segur.regulation.schema import Programme


class Referencing(StrEnum):
    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


def referencing(solution: SolutionFacts | None, at: datetime) -> Referencing:
    """The last decision of the ANS at an instant; one known by its date counts from 00:00 of that day."""
    if solution is None:
        return Referencing.PENDING
    decisions = (
        (solution.referenced_on, Referencing.GRANTED),
        (solution.refused_on, Referencing.REFUSED),
        (solution.withdrawn_on, Referencing.WITHDRAWN),
    )
    last, found = None, Referencing.PENDING
    for day, decision in decisions:
        if day is not None and midnight(day) <= at and (last is None or day >= last):
            last, found = day, decision
    return found


def exception_opens_at(programme: Programme) -> datetime | None:
    """R25: noon of the fifteenth day before Date 4; None where the texts do not give it."""
    date_4, days = programme.date_at(4).value, programme.delays["late_referencing_days"].value
    if date_4 is None or days is None:
        return None
    local = date_4.astimezone(PARIS)
    return datetime.combine(local.date() - timedelta(days=days), local.time(), tzinfo=PARIS)


def exception_stands(programme: Programme, solution: SolutionFacts | None, at: datetime) -> bool:
    """R25: the complete file was there by Date 2, no decision was dated at or before the fifteenth day before Date 4,
    and that day has come. It stays open when the decision comes afterwards."""
    opens_at, date_2 = exception_opens_at(programme), programme.date_at(2).value
    if opens_at is None or date_2 is None or solution is None or at < opens_at:
        return False
    filed = solution.complete_file_submitted_at
    decided = [day for day in (solution.referenced_on, solution.refused_on) if day is not None]
    return filed is not None and filed <= date_2 and not any(midnight(day) <= opens_at for day in decided)


def referenced(case: Case) -> Iterator[Finding]:
    """R64: the solution is referenced when the advance is received, or R25 opens a conditional deposit."""
    at = case.judged_at(case.life.advance)
    state = referencing(case.context.solution, at)
    if state is Referencing.REFUSED:
        yield error("R64-refused", "L’ANS a refusé le référencement de la solution.", "Annulez la commande.")
    elif state is Referencing.WITHDRAWN:
        message = "L’ANS a retiré le référencement de la solution."
        yield error("R64-referencing-withdrawn", message, "Attendez un nouveau référencement.")
    elif state is Referencing.PENDING:
        if exception_stands(case.programme, case.context.solution, at):
            yield from _conditional(case)
        else:
            yield error("R64-not-referenced", "La solution n’est pas référencée par l’ANS.", _way_out(case, at))


def _way_out(case: Case, at: datetime) -> str:
    opens_at, date_2 = exception_opens_at(case.programme), case.official(2)
    filed = case.context.solution.complete_file_submitted_at if case.context.solution else None
    in_time = filed is not None and date_2 is not None and filed <= date_2
    if opens_at is not None and at < opens_at and in_time:
        return f"Attendez sa décision ; si elle manque le {format_instant_fr(opens_at)}, le dépôt s’ouvre (R25)."
    return "Attendez sa décision, puis saisissez la date du référencement."


def _conditional(case: Case) -> Iterator[Finding]:
    message = "La décision de l’ANS manque : le dépôt est admis par exception et reste conditionné."
    yield warning("R25-conditional", message, "Finalisez l’enrôlement dès le certificat.")
    delay = case.programme.delays["late_referencing_days"]
    if delay.provisional:
        yield note("R25-provisional", f"Délai provisoire de {delay.value} jours. {delay.provisional}")
    opens_at = exception_opens_at(case.programme)
    late = [
        siren
        for siren in case.life.clients
        if opens_at is not None and siren in case.life.signatures and midnight(case.life.signatures[siren]) > opens_at
    ]
    if late and opens_at is not None:
        names, when = case.names_of(tuple(late)), format_instant_fr(opens_at)
        message = f"Signature postérieure au {when} ({names}) : lecture incertaine de l’exception."
        yield warning("R25-signed-late", message, "Demandez l’avis de l’ASP avant le dépôt.")


def lost_referencing(case: Case) -> Iterator[Finding]:
    """R72: a referencing refused or withdrawn after the advance may cost the entire amount; R25: it may still miss."""
    state = referencing(case.context.solution, case.now)
    if state is Referencing.PENDING and case.context.solution is not None:
        message = "La décision de l’ANS manque encore : le financement reste conditionné."
        yield warning("R25-conditional", message, "Suivez la décision de l’ANS.")
    if state in (Referencing.REFUSED, Referencing.WITHDRAWN):
        words = "refusé" if state is Referencing.REFUSED else "retiré"
        message = f"L’ANS a {words} le référencement : l’ASP peut réclamer tout le montant."
        yield warning("R72-referencing-withdrawn", message, "Prévenez l’ASP et le client.")


def enrolled(case: Case) -> Iterator[Finding]:
    """R64: the enrolment is validated and final when the advance is received; under R25 a validated one is enough."""
    at = case.judged_at(case.life.advance)
    order, solution = case.order, case.context.solution
    known = [
        enrolment
        for enrolment in case.context.enrolments
        if (enrolment.supplier, enrolment.solution) == (order.supplier, order.solution)
    ]
    validated = [enrolment for enrolment in known if _is_past(enrolment.validated_on, at)]
    if any(_is_final(enrolment, solution, at) for enrolment in validated):
        return
    if not known:
        message = "Aucun enrôlement du fournisseur pour cette solution."
        yield error("R64-enrolment-missing", message, "Déposez-le à l’ASP et saisissez-le.")
    elif not validated:
        message = f"L’enrôlement {known[-1].number} n’est pas validé par l’ASP."
        yield error("R64-enrolment-not-validated", message, "Attendez sa validation, puis saisissez sa date.")
    elif not exception_stands(case.programme, solution, at):
        message = f"L’enrôlement {validated[-1].number} est anticipé et n’est pas finalisé."
        yield error("R64-enrolment-not-final", message, "Déposez le certificat de référencement à l’ASP.")


def _is_past(day: date | None, at: datetime) -> bool:
    return day is not None and midnight(day) <= at


def _is_final(enrolment: EnrolmentFacts, solution: SolutionFacts | None, at: datetime) -> bool:
    """An early enrolment is final once finalised; the others are validated with the certificate."""
    if enrolment.finalised_on is not None:
        return midnight(enrolment.finalised_on) <= at
    if enrolment.early is not None:
        return not enrolment.early
    decided = solution.referenced_on if solution else None
    return decided is not None and enrolment.validated_on is not None and decided <= enrolment.validated_on


def authorised(case: Case) -> Iterator[Finding]:
    """R12: the supplier, or the editor it distributes for, is an authorised operator before its first advance.

    A date that was not recorded is a paper that was not recorded: a warning.
    """
    at = case.judged_at(case.life.advance)
    holders = (case.context.supplier, case.context.editor)
    days = [holder.psc_operator_authorised_on for holder in holders if holder]
    known = [day for day in days if day is not None]
    if any(midnight(day) <= at for day in known):
        return
    if known:
        message = f"L’habilitation Pro Santé Connect date du {format_date_fr(min(known))}, après la demande."
        yield error("R12-psc-authorisation", message, "Déposez la demande une fois habilité.")
    else:
        message = "L’habilitation Pro Santé Connect du fournisseur n’est pas enregistrée."
        yield warning("R12-psc-authorisation", message, "Saisissez sa date sur le fournisseur.")


def mandated(case: Case) -> Iterator[Finding]:
    """R2: a distributor holds the editor's mandate for this solution; a mandate not recorded is a paper missing."""
    supplier, at = case.context.supplier, case.judged_at(case.life.advance)
    if supplier is None or supplier.role is not SupplierRole.DISTRIBUTOR:
        return
    granted = [mandate.granted_on for mandate in supplier.mandates if mandate.solution == case.order.solution]
    if not any(day is None or midnight(day) <= at for day in granted):
        message = "Le mandat de l’éditeur pour cette solution n’est pas enregistré."
        yield warning("R2-mandate", message, "Saisissez-le sur le fournisseur.")


def on_the_market(case: Case) -> Iterator[Finding]:
    """R11: a solution reserved to its own editor or group is not funded."""
    if case.context.outside_market:
        message = "La solution est déclarée hors marché."
        yield error("R11-outside-market", message, "Corrigez la déclaration si elle est fausse.")
