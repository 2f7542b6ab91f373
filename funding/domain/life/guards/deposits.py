"""The requests for the advance and the balance: what the ASP asks before it pays (R23-R27, R64-R68, F1, F4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from funding.domain.life.context import conforming_pilots
from funding.domain.life.facts import CompletionState, Invoice, RequestFacts, RequestState
from funding.domain.life.guards.base import (
    NBSP,
    NNBSP,
    Case,
    Guard,
    conflicts,
    error,
    not_over,
    not_terminated,
    note,
    warning,
)
from funding.domain.life.guards.referencing import (
    authorised,
    enrolled,
    lost_referencing,
    mandated,
    on_the_market,
    referenced,
)
from segur.regulation.dates import format_date_fr, format_instant_fr, midnight, paris_date
from segur.regulation.finding import Finding
from segur.regulation.money import format_eur
from segur.regulation.schema import Vat

# The advance


def advance_to_file(case: Case) -> Iterator[Finding]:
    """A request that is received waits for its answer; one that is validated is not filed again."""
    yield from _to_file(case.life.advance, "R64-advance", "La demande d’avance")


def _to_file(request: RequestFacts, code: str, subject: str) -> Iterator[Finding]:
    if request.state is RequestState.RECEIVED:
        yield error(f"{code}-filed", f"{subject} est déjà déposée.", "Attendez la réponse de l’ASP.")
    elif request.state is RequestState.VALIDATED:
        yield error(f"{code}-validated", f"{subject} est déjà validée.", "Passez à l’étape suivante.")
    elif request.state is RequestState.INCOMPLETE:
        message = f"{subject} est incomplète{NBSP}: JSON accepté, pièces non acceptées."
        yield warning("F1-incomplete-deposit", message, "Déposez les pièces (suivi des demandes incomplètes).")
    elif request.state is RequestState.UNREAD:
        yield warning("F1-json-refused", f"{subject} n’existe pas{NBSP}: JSON refusé.", "Corrigez-le et redéposez.")


def signed_by_all(case: Case) -> Iterator[Finding]:
    """R64: the order is issued, and signed by every Client when the advance is received."""
    at = case.judged_at(case.life.advance)
    if case.life.issued_on is None:
        yield error("R64-not-issued", "La commande n’est pas émise.", "Émettez-la, puis faites-la signer.")
        return
    signatures = case.life.signatures
    missing = tuple(s for s in case.life.clients if s not in signatures or midnight(signatures[s]) > at)
    if missing:
        message = f"Signature manquante{NBSP}: {case.names_of(missing)}."
        yield error("R64-not-signed", message, "Faites signer chaque client.", "clients")
    elif not case.life.clients:
        yield error("R64-not-signed", "La commande n’a aucun client.", "Ajoutez-en un.", "clients")


def by_date_4(case: Case) -> Iterator[Finding]:
    """R24: received at Date 4 at the latest."""
    yield from _by_limit(case, case.life.advance, 4, "R24", "La demande d’avance")


def _by_limit(case: Case, request: RequestFacts, number: int, rule: str, subject: str) -> Iterator[Finding]:
    """A limit of receipt. What was received in time and sent back for a change stays in time.

    A JSON accepted in time whose attachments follow later is uncertain: a person settles it (ruling F1).
    """
    limit = case.official(number)
    if limit is None:
        yield note(f"{rule}-date-unknown", f"Non contrôlé{NBSP}: la Date {number} n’est pas dans les sources.")
        return
    received = request.received_at if request.is_filed else None
    if received is not None and received <= limit:
        if case.now > limit and request.state is not RequestState.RECEIVED and not request.is_validated:
            message = f"{subject}, reçue à temps, est modifiée après la Date {number}{NBSP}: lecture incertaine."
            yield warning(f"{rule}-changed-later", message, "Demandez l’avis de l’ASP.")
        return
    if received is None and case.now <= limit:
        return
    when = format_instant_fr(limit)
    if received is not None:
        message = f"{subject} est reçue le {format_instant_fr(received)}, après la Date {number} ({when})."
    else:
        message = f"La Date {number} est passée ({when})."
    yield error(f"{rule}-date-{number}", message, "Toute demande reçue plus tard est irrecevable.")
    yield from _incomplete_at_limit(request, limit, number)


def _incomplete_at_limit(request: RequestFacts, limit: datetime, number: int) -> Iterator[Finding]:
    json_at = request.first_json_at
    if request.state is RequestState.REJECTED or json_at is None or json_at > limit:
        return
    message = (
        f"Dépôt incomplet à la limite{NBSP}: JSON accepté le {format_instant_fr(json_at)}, pièces non acceptées à la "
        f"Date {number}. Issue incertaine."
    )
    yield error("F1-incomplete-at-limit", message, "Faites trancher l’ASP.")


def conforming_form(case: Case) -> Iterator[Finding]:
    """R64: the order form conforms; its review's notes stay on the order's page."""
    return (finding for finding in case.context.form if finding.severity != "info")


ADVANCE: tuple[Guard, ...] = (
    not_over,
    not_terminated,
    advance_to_file,
    by_date_4,
    on_the_market,
    enrolled,
    authorised,
    mandated,
    signed_by_all,
    referenced,
    conflicts,
    conforming_form,
)

# The balance


def balance_to_file(case: Case) -> Iterator[Finding]:
    yield from _to_file(case.life.balance, "R68-balance", "La demande de solde")


def advance_validated(case: Case) -> Iterator[Finding]:
    """R68: the advance is validated before the balance is received."""
    validated_at = case.life.advance.validated_at
    if validated_at is None or validated_at > case.judged_at(case.life.balance):
        yield error("R68-advance-not-validated", "L’avance n’est pas validée par l’ASP.", "Attendez sa validation.")


def va_of_all(case: Case) -> Iterator[Finding]:
    """R66, R68, A21: each Client signed its VA."""
    at = case.judged_at(case.life.balance)
    missing = tuple(s for s in case.life.clients if s not in case.life.vas or case.life.vas[s] > at)
    if missing or not case.life.clients:
        names = case.names_of(missing) or "aucun client"
        yield error("R68-va-missing", f"VA manquante{NBSP}: {names}.", "Faites signer la VA.")


def invoiced(case: Case) -> Iterator[Finding]:
    """R67, F4: one invoice, after the VA, above zero, at most the order."""
    at = case.judged_at(case.life.balance)
    invoices = [invoice for invoice in case.life.invoices if invoice.at <= at]
    if not invoices:
        ready = " Tous les clients ont signé la VA : vous pouvez l’émettre." if case.life.delivered else ""
        remedy = "Émettez-la après la VA, en une fois." if not ready else "Émettez-la en une fois."
        yield error("R67-invoice-missing", f"Facture principale absente.{ready}", remedy)
        return
    invoice = invoices[-1]
    if len(invoices) > 1:
        message = f"{len(invoices)} factures principales{NNBSP}; la dernière est retenue."
        yield warning("R67-several-invoices", message, "Annulez les autres par un avoir.")
    va_on = case.life.va_on
    if va_on is not None and paris_date(invoice.at) < va_on:
        message = f"La facture est du {format_date_fr(paris_date(invoice.at))}, avant la VA du {format_date_fr(va_on)}."
        yield error("R67-invoice-before-va", message, "Émettez-la après la VA.")
    yield from _invoice_amounts(case, invoice)


def _invoice_amounts(case: Case, invoice: Invoice) -> Iterator[Finding]:
    columns = [("HT", invoice.ht, case.order.amounts.principal_ht)]
    if case.order.vat is not Vat.NONE:
        columns.append(("TTC", invoice.ttc, case.order.amounts.principal_ttc))
    if all(amount is None for _, amount, _ in columns):
        yield warning("R67-invoice-amount", "Le montant de la facture n’est pas enregistré.", "Saisissez-le.")
    for name, amount, ordered in columns:
        if amount is not None and amount <= 0:
            message = f"Le {name} de la facture est de {format_eur(amount)}{NBSP}: elle est toujours rejetée."
            yield error("R67-invoice-zero", message, "Émettez une facture du montant de la commande.")
        elif amount is not None and ordered is not None and amount > ordered:
            message = f"Le {name} de la facture ({format_eur(amount)}) dépasse la commande ({format_eur(ordered)})."
            yield error("R67-invoice-above-order", message, "Corrigez la facture.")


def pilots_done(case: Case) -> Iterator[Finding]:
    """R65, A20, A27: three distinct Clients of the pair with a conforming report and a validated advance."""
    leaf = case.programme.pilots
    if leaf.value is None:
        yield warning(
            "R65-pilots-unknown", "Le nombre de pilotes n’est pas dans les sources.", "Vérifiez auprès de l’ANS."
        )
        return
    done = len(conforming_pilots(case.life, case.context, case.judged_at(case.life.balance)))
    if done < leaf.value:
        provisional = " (nombre provisoire)" if leaf.provisional else ""
        start = "Aucun pilote conforme" if done == 0 else f"{done} pilote{'s' * (done > 1)} conforme{'s' * (done > 1)}"
        message = f"{start} sur {leaf.value}{provisional}."
        remedy = "Obtenez les PV manquants : trois clients distincts dont l’avance est validée."
        yield error("R65-pilots", message, remedy)


def completed_by_date_5(case: Case) -> Iterator[Finding]:
    """R26: after Date 5, only an attestation sent by Date 5 opens the balance; a VA does not replace it."""
    limit, at = case.official(5), case.judged_at(case.life.balance)
    completion = case.life.completion
    if completion.state is CompletionState.IMPOSSIBLE:
        message = "La prestation est déclarée impossible à finir."
        yield error("R26-completion-impossible", message, "Attestez de sa fin si elle est finalement réalisée.")
    if limit is None or at <= limit:
        return
    attested_at = completion.attested_at
    if attested_at is None or attested_at > limit:
        when = format_instant_fr(limit)
        message = f"Aucune attestation de fin de prestation envoyée à la Date 5 ({when}). Une VA ne la remplace pas."
        yield error("R26-no-attestation", message, "Informez le client et l’ASP : l’avance est à rendre.")


def by_date_6(case: Case) -> Iterator[Finding]:
    """R27: received at Date 6 at the latest, in all cases."""
    yield from _by_limit(case, case.life.balance, 6, "R27", "La demande de solde")


def at_most_declared(case: Case) -> Iterator[Finding]:
    """F4: the balance declares at most what the advance declared."""
    declared, principal = case.context.declared, case.worth.principal
    if declared is not None and principal is not None and principal > declared:
        message = f"Le montant ({format_eur(principal)}) dépasse celui déclaré à l’avance ({format_eur(declared)})."
        yield error("F4-above-declared", message, "Revenez au montant déclaré ou déposez un avenant.")


BALANCE: tuple[Guard, ...] = (
    not_over,
    balance_to_file,
    completed_by_date_5,
    by_date_6,
    advance_validated,
    va_of_all,
    invoiced,
    pilots_done,
    at_most_declared,
    conflicts,
    lost_referencing,
)
