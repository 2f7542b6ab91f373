"""When the form is issued and signed (R22), and the order signed before the referencing (R23)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from orders.domain.order_form.context import Form, error, unchecked, warning
from orders.domain.snapshot import ClientFacts, SolutionFacts
from segur.regulation.dates import days_between, format_date_fr, paris_date
from segur.regulation.finding import Finding

_SIGN_AGAIN = "Faites signer un nouveau bon de commande."


def issued_after_date_0(form: Form) -> Iterator[Finding]:
    """R22: the form is issued after Date 0; nothing is known of it until a Date 0 is given."""
    date_0 = form.programme.date_at(0).value
    issued = form.order.issued_on
    if date_0 is None:
        remedy = "Saisissez la Date 0 dans les fichiers de réglementation."
        yield unchecked("R22-date-0-unknown", "la Date 0 n’est pas dans les sources.", remedy, "issued_on")
    elif issued and issued <= paris_date(date_0):
        message = f"Émise le {format_date_fr(issued)}, la Date 0 est le {format_date_fr(paris_date(date_0))}."
        yield error("R22-issued-before-date-0", message, "Émettez un nouveau bon de commande.", "issued_on")


def signed_until_date_4(form: Form) -> Iterator[Finding]:
    """R22: every Client signs on the day of Date 4 at the latest."""
    at = form.programme.date_at(4).value
    if at is None:
        yield unchecked("R22-date-4-unknown", "la Date 4 n’est pas dans les sources.")
        return
    last = paris_date(at)
    for path, client in form.clients():
        if client.signed_on and client.signed_on > last:
            message = f"Signée le {format_date_fr(client.signed_on)}, après la Date 4 ({format_date_fr(last)})."
            remedy = "Corrigez la date si elle est fausse ; sinon cette commande n’est pas finançable."
            yield error("R22-signed-after-date-4", form.about(client, message), remedy, f"{path}.signed_on")
        elif not client.signed_on and form.today > last:
            message = f"Pas de signature et la Date 4 est passée ({format_date_fr(last)})."
            remedy = "Saisissez la date si le client a signé à temps ; sinon annulez la commande."
            yield error("R22-date-4-passed", form.about(client, message), remedy, f"{path}.signed_on")


def signed_after_issue(form: Form) -> Iterator[Finding]:
    """R22: a form is issued, then signed."""
    issued = form.order.issued_on
    for path, client in form.clients():
        if issued and client.signed_on and client.signed_on < issued:
            message = f"Signée le {format_date_fr(client.signed_on)}, avant son émission le {format_date_fr(issued)}."
            remedy = "Corrigez l’une des deux dates."
            yield warning("R22-signed-before-issue", form.about(client, message), remedy, f"{path}.signed_on")


def conditional_mention(form: Form) -> Iterator[Finding]:
    """R23: a form signed before the referencing carries the sentence of the conditional order."""
    if form.order.conditional_mention or not any(_is_conditional(form, client) for _, client in form.clients()):
        return
    stated = form.order.conditional_mention is False
    message = (
        "La mention du bon de commande conditionné est absente"
        if stated
        else ("La présence de la mention du bon de commande conditionné n’est pas confirmée")
    )
    remedy = "Faites signer un bon qui la porte." if stated else "Relisez le bon signé, puis cochez la mention."
    yield error(
        "R23-mention", f"{message} ; la commande est signée avant le référencement.", remedy, "conditional_mention"
    )


def within_120_days(form: Form) -> Iterator[Finding]:
    """R23: such a signature precedes the complete file by 120 calendar days at most."""
    limit = form.programme.delays["conditional_order_days"].value
    signed = [(path, client) for path, client in form.clients() if client.signed_on]
    if not signed or limit is None:
        return
    if form.solution is None:
        yield unchecked("R23-solution-unknown", "le référencement de la solution est inconnu.", path="solution")
        return
    for path, client in signed:
        if _is_conditional(form, client):
            yield from _against_complete_file(form, form.solution, client, limit, f"{path}.signed_on")


def _against_complete_file(
    form: Form, solution: SolutionFacts, client: ClientFacts, limit: int, path: str
) -> Iterator[Finding]:
    signed = client.signed_on or form.today
    submitted = _complete_file_day(form, solution)
    if submitted is not None:
        days = days_between(signed, submitted)
        if days > limit:
            message = f"Signée {days} jours avant le dépôt du dossier complet : la limite est {limit}."
            yield error("R23-120-days", form.about(client, message), _SIGN_AGAIN, path)
    elif (decided := _referenced_day(form)) is not None:
        # The complete file came before the decision: only a longer wait leaves a doubt.
        if days_between(signed, decided) > limit:
            reason = "la date de dépôt du dossier complet est inconnue."
            yield unchecked("R23-complete-file-unknown", reason, "Saisissez-la sur la solution.", path)
    elif (days := days_between(signed, form.today)) > limit:
        message = f"Signée il y a {days} jours, sans dossier complet déposé : la limite est {limit}."
        remedy = "Informez le client, puis faites signer un nouveau bon de commande."
        yield error("R23-120-days", form.about(client, message), remedy, path)
    else:
        last = format_date_fr(signed + timedelta(days=limit))
        remedy = f"Déposez-le au plus tard le {last}, {limit}e jour."
        yield unchecked("R23-complete-file-pending", "le dossier complet n’est pas encore déposé.", remedy, path)


def _is_conditional(form: Form, client: ClientFacts) -> bool:
    """Signed before the referencing; a decision of the same day was there first."""
    if client.signed_on is None or form.solution is None:
        return False
    decided = _referenced_day(form)
    return decided is None or client.signed_on < decided


def _referenced_day(form: Form) -> date | None:
    decided = form.solution.referenced_on if form.solution else None
    return decided if decided and decided <= form.today else None


def _complete_file_day(form: Form, solution: SolutionFacts) -> date | None:
    submitted = solution.complete_file_submitted_at
    return paris_date(submitted) if submitted and submitted <= form.now else None
