"""The Clients, their signatures and their European aid regime."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orders.domain.order_form.context import Form, error, note, unchecked, warning
from orders.domain.snapshot import ClientFacts, ClientKind, DeMinimisAid
from segur.regulation.dates import add_months
from segur.regulation.finding import Finding
from segur.regulation.money import ZERO, format_eur
from segur.regulation.schema import Vat


def has_clients_and_lines(form: Form) -> Iterator[Finding]:
    """R1, R39: at least one Client, and at least one establishment or doctor for each."""
    if not form.order.clients:
        yield error("R1-no-client", "La commande n’a aucun client.", "Ajoutez-en un.", "clients")
    for path, client in form.clients():
        if not client.lines:
            message = form.about(client, "Aucun établissement ni médecin.")
            yield error("R39-no-line", message, "Ajoutez une ligne par FINESS ou par médecin.", f"{path}.lines")


def signature_mode(form: Form) -> Iterator[Finding]:
    """R35: how a Client signed is one of the admitted modes."""
    for path, client in form.clients():
        if client.signed_on and client.signature is None:
            message = form.about(client, "Le mode de signature n’est pas renseigné.")
            yield warning("R35-signature-mode", message, "Choisissez-le d’après le bon signé.", f"{path}.signature")


def one_principal(form: Form) -> Iterator[Finding]:
    """A19: an order of several Clients has one invoice, in the name of the principal one."""
    principals = [path for path, client in form.clients() if client.principal]
    if len(principals) > 1:
        message = f"{len(principals)} clients sont marqués principal."
        yield error(
            "A19-principal", message, "Gardez celui au nom de qui est la facture.", f"{principals[1]}.principal"
        )
    elif not principals and len(form.order.clients) > 1:
        message = "Aucun client n’est marqué principal : la facture est à son nom."
        yield warning("A19-principal", message, "Choisissez-le.", "clients")


def not_conditioned(form: Form) -> Iterator[Finding]:
    """R33: the supplier declares that nothing else conditions the order."""
    declared = form.context.not_conditioned
    if declared is None:
        reason = "aucune déclaration d’autonomie de la commande."
        yield unchecked("R33-not-declared", reason, "Déclarez que rien d’autre ne la conditionne.")
    elif not declared:
        message = "La commande dépend d’un réengagement, d’une option ou d’un autre produit payant."
        yield error("R33-conditioned", message, "Retirez cette condition du bon de commande.")


@dataclass(frozen=True, slots=True)
class Headroom:
    """De minimis aids of one SIREN over the rolling window that ends on ``until`` (domain 5), in euros."""

    since: date
    until: date
    declared: Decimal
    known: Decimal
    this_order: Decimal
    ceiling: Decimal

    @property
    def total(self) -> Decimal:
        return self.declared + self.known + self.this_order

    @property
    def remaining(self) -> Decimal:
        """What is left under the ceiling; negative above it."""
        return self.ceiling - self.total


def de_minimis_headroom(form: Form, client: ClientFacts) -> Headroom | None:
    """R62: what the Client declared, what other programmes granted it, and this order, against the ceiling.

    The window is the three years before the signature, day of the anniversary included; before the signature it ends
    today. Wave 1 funding is not asked for; funding of other programmes counts by the date it was granted. A shared
    order counts whole for each Client: the texts give no key. None when the ceiling or the amounts are unknown, or
    for an establishment, which has another regime (decision 2012/21/UE).
    """
    rules = form.programme.de_minimis
    ceiling, years, amount = rules.ceiling.value, rules.window_years.value, ordered_amount(form)
    if client.kind is not ClientKind.PRACTICE or ceiling is None or years is None or amount is None:
        return None
    until = client.signed_on or form.today
    since = add_months(until, -12 * years)
    known = (form.context.sons_funding or {}).get(client.siren, ())
    return Headroom(
        since=since,
        until=until,
        declared=_granted(client.de_minimis, since, until),
        known=_granted(known, since, until),
        this_order=amount,
        ceiling=ceiling,
    )


def ordered_amount(form: Form) -> Decimal | None:
    """Main and secondary prestation in the column that is paid; None when the form gives neither."""
    amounts = form.order.amounts
    columns = (
        (amounts.principal_ht, amounts.secondary_ht)
        if form.order.vat is Vat.NONE
        else (amounts.principal_ttc, amounts.secondary_ttc)
    )
    given = [amount for amount in columns if amount is not None]
    return sum(given, ZERO) if given else None


def de_minimis(form: Form) -> Iterator[Finding]:
    """R62: a warning only, for the groups (« entreprise unique ») are unknown."""
    practices = [(path, client) for path, client in form.clients() if client.kind is ClientKind.PRACTICE]
    if practices and form.context.sons_funding is None:
        yield unchecked("R62-sons-funding-unknown", "les aides Ségur déjà reçues par le client sont inconnues.")
    for path, client in practices:
        headroom = de_minimis_headroom(form, client)
        if headroom is None:
            reason = form.about(client, "Le montant de la commande est inconnu, les aides de minimis non sommées.")
            yield unchecked("R62-amount-unknown", f"{reason[0].lower()}{reason[1:]}", path=f"{path}.de_minimis")
        elif headroom.remaining < 0:
            message = (
                f"Avec cette commande, {format_eur(headroom.total)} d’aides de minimis en trois ans :"
                f" le plafond est {format_eur(headroom.ceiling)}."
            )
            remedy = "Vérifiez avec le client, groupe compris, avant le dépôt."
            yield warning("R62-de-minimis", form.about(client, message), remedy, f"{path}.de_minimis")
        else:
            message = (
                f"Aides de minimis : il reste {format_eur(headroom.remaining)} sous le plafond, groupe non compris."
            )
            yield note("R62-headroom", form.about(client, message), path=f"{path}.de_minimis")


def _granted(aids: Iterable[DeMinimisAid], since: date, until: date) -> Decimal:
    return sum((aid.amount for aid in aids if since <= aid.granted_on <= until), ZERO)
