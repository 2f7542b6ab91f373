"""Issue, signature, attestation and exits of an order (R22, R23, R26, R71, R72)."""

from __future__ import annotations

from collections.abc import Iterator

from funding.domain.life.facts import CompletionState, ExitState
from funding.domain.life.guards.base import (
    NBSP,
    Case,
    Guard,
    conflicts_noted,
    error,
    not_over,
    not_terminated,
    note,
    warning,
)
from funding.domain.life.guards.referencing import Referencing, on_the_market, referencing
from segur.regulation.dates import format_date_fr, format_instant_fr, paris_date
from segur.regulation.finding import Finding, Severity
from segur.regulation.money import format_eur

#: Findings of the form's review that speak of signatures: they concern the deposit, not the issue.
_ABOUT_SIGNATURES = ("R22-signed", "R22-date-4", "R23-", "R35-", "R33-")

# Issue and signature


def not_issued_yet(case: Case) -> Iterator[Finding]:
    issued_on = case.life.issued_on
    if issued_on is not None:
        message = f"La commande est déjà émise, le {format_date_fr(issued_on)}."
        yield error("R22-issued", message, "Faites-la signer.", "issued_on")


def form_is_whole(case: Case) -> Iterator[Finding]:
    """R34-R41: what is wrong with the form blocks its issue, signatures apart."""
    if not case.life.clients:
        yield error("R39-no-client", "La commande n’a aucun client.", "Ajoutez-en un.", "clients")
    for finding in case.context.form:
        if finding.severity is not Severity.INFO and not finding.code.startswith(_ABOUT_SIGNATURES):
            yield finding


def before_date_4(case: Case) -> Iterator[Finding]:
    """R22: signed on the day of Date 4 at the latest, so an issue after it is of no use."""
    limit = case.official(4)
    if limit is None or case.life.signed_by_all:
        return
    if paris_date(case.now) > paris_date(limit):
        message = (
            f"La Date 4 est passée ({format_date_fr(paris_date(limit))}){NBSP}: plus aucune signature n’est admise."
        )
        yield error("R22-date-4-passed", message, "Annulez la commande, ou saisissez la signature donnée à temps.")


def is_issued(case: Case) -> Iterator[Finding]:
    if case.life.issued_on is None:
        yield error("R22-not-issued", "La commande n’est pas émise.", "Émettez-la d’abord.", "issued_on")


def to_sign(case: Case) -> Iterator[Finding]:
    signed_on = case.life.signed_on
    if signed_on is not None:
        message = f"Tous les clients ont signé, le dernier le {format_date_fr(signed_on)}."
        yield error("R22-signed", message, "Déposez la demande d’avance.")


def conditional_mention(case: Case) -> Iterator[Finding]:
    """R23: signed before the referencing, the form carries the sentence of the conditional order."""
    if referencing(case.context.solution, case.now) is Referencing.GRANTED or case.order.conditional_mention:
        return
    if case.life.signed_by_all:
        return
    message = "La solution n’est pas référencée et la mention du bon conditionné "
    if case.order.conditional_mention is False:
        remedy = "Ajoutez-la au bon avant la signature."
        yield error("R23-mention", f"{message}est absente.", remedy, "conditional_mention")
    else:
        yield warning("R23-mention", f"{message}n’est pas confirmée.", "Vérifiez le bon.", "conditional_mention")


ISSUE: tuple[Guard, ...] = (not_over, not_issued_yet, before_date_4, on_the_market, form_is_whole)
SIGN: tuple[Guard, ...] = (not_over, is_issued, to_sign, before_date_4, conditional_mention, conflicts_noted)

# Attestation of completion


def to_attest(case: Case) -> Iterator[Finding]:
    """R26: for an order whose advance is validated and whose balance is not filed, by Date 5."""
    life = case.life
    if not life.advance.is_validated:
        yield error("R26-advance-not-validated", "L’avance n’est pas validée par l’ASP.", "Attendez sa validation.")
    if life.balance.is_filed:
        yield error("R26-balance-filed", "La demande de solde est déposée.", "Aucune attestation n’est nécessaire.")
    if life.completion.state is CompletionState.ATTESTED and life.completion.at is not None:
        message = f"La fin de la prestation est attestée le {format_instant_fr(life.completion.at)}."
        yield error("R26-attested", message, "Déposez le solde.")
    limit = case.official(5)
    if limit is not None and case.now > limit and life.completion.attested_at is None:
        message = f"La Date 5 est passée ({format_instant_fr(limit)})."
        yield error("R26-date-5", message, "Informez le client et l’ASP.")


ATTEST: tuple[Guard, ...] = (not_over, to_attest)

# Exits


def money_at_stake(case: Case) -> Iterator[Finding]:
    """R72: what was paid is to be given back."""
    paid = sum(
        (payment.amount or 0) for request in (case.life.advance, case.life.balance) for payment in request.payments
    )
    if paid:
        message = f"{format_eur(paid)} déjà payés sont à rendre."
        yield warning("R72-paid", message, "Prévenez l’ASP.")
    elif case.life.advance.payments or case.life.balance.payments:
        yield warning("R72-paid", "Les sommes déjà payées sont à rendre.", "Prévenez l’ASP.")


def releases(case: Case) -> Iterator[Finding]:
    """R42-R45: an order given up releases what it holds."""
    if case.life.signatures and not case.life.is_over:
        yield note("R42-releases", "Les numéros que cette commande valorise seront libérés.")


def balance_not_validated(case: Case) -> Iterator[Finding]:
    """Once the main prestation is paid for, the way out is the termination (R71)."""
    if case.life.balance.is_validated:
        message = "Le solde est validé : la prestation principale est faite."
        yield error("R71-balance-validated", message, "Résiliez la prestation secondaire.")


def in_secondary(case: Case) -> Iterator[Finding]:
    """R71: what a Client terminates is the secondary prestation; before the VA, the order is withdrawn."""
    if not case.life.delivered:
        message = "La VA de chaque client n’est pas signée : il n’y a rien à résilier."
        yield error("R71-not-delivered", message, "Annulez ou retirez la commande.")
    elif case.semesters and paris_date(case.now) > case.semesters[-1].period.ends_on:
        message = f"La prestation secondaire a pris fin le {format_date_fr(case.semesters[-1].period.ends_on)}."
        yield error("R71-secondary-over", message, "Soldez les semestres.")


def is_rejected_or_living(case: Case) -> Iterator[Finding]:
    """R71: a draft is not terminated nor withdrawn."""
    if case.life.standing is ExitState.DRAFT:
        yield error("R71-draft", "La commande est en brouillon.", "Annulez-la.")


CANCEL: tuple[Guard, ...] = (not_over, not_terminated, balance_not_validated, money_at_stake, releases)
WITHDRAW: tuple[Guard, ...] = (not_over, not_terminated, is_rejected_or_living, money_at_stake, releases)
TERMINATE: tuple[Guard, ...] = (not_over, not_terminated, is_rejected_or_living, in_secondary)
