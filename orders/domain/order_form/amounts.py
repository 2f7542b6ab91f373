"""The two lines of the form: present, above zero, under the ceiling of their column."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from orders.domain.order_form.context import Form, error, note, unchecked, warning
from segur.regulation.ceilings import Line, check_line, secondary_row
from segur.regulation.finding import Finding, Severity
from segur.regulation.schema import Amounts, Identity, Vat


def two_lines(form: Form) -> Iterator[Finding]:
    """R14, R37: one line for the main prestation and one for the secondary, each with its columns."""
    principal, secondary = _lines(form)
    if _is_empty(principal) and _is_empty(secondary):
        message = "Les montants du bon de commande ne sont pas saisis."
        yield warning("R37-amounts-missing", message, "Saisissez les deux lignes.", "amounts")
        return
    for line in (principal, secondary):
        if _is_empty(line):
            yield _missing_line(form, line)
        elif _paid(line, form.order.vat) is None:
            column = "HT" if form.order.vat is Vat.NONE else "TTC"
            message = f"Le montant {column} de la {line.label} manque : c’est celui qui est payé."
            yield error("R37-column-missing", message, "Saisissez-le.", f"amounts.{line.key}_{column.lower()}")
        elif line.ht is None:
            message = f"Le montant HT de la {line.label} manque."
            yield warning("R37-column-missing", message, "Saisissez-le.", f"amounts.{line.key}_ht")


def _missing_line(form: Form, line: Line) -> Finding:
    message = f"La ligne « {line.label[0].upper()}{line.label[1:]} » manque."
    path = f"amounts.{line.key}_{'ht' if form.order.vat is Vat.NONE else 'ttc'}"
    scale = form.programme.secondary.forfait_master.values()
    if line.key == "secondary" and not any(leaf.value for row in scale for leaf in row):
        return warning("R37-line-missing", message, "Saisissez le montant du bon : le barème n’est pas publié.", path)
    return error("R37-line-missing", message, "Ajoutez-la : les deux prestations vont ensemble.", path)


def above_zero(form: Form) -> Iterator[Finding]:
    """R37, F4: the total is not zero although the State pays it, and an invoice of zero is always rejected."""
    for line in _lines(form):
        paid = _paid(line, form.order.vat)
        if paid == 0 or line.ht == 0:
            column = "ht" if line.ht == 0 else "ttc"
            message = f"La {line.label} est à 0,00 €. Un montant nul est toujours rejeté."
            yield error("R37-zero", message, "Saisissez le prix convenu.", f"amounts.{line.key}_{column}")


def under_ceilings(form: Form) -> Iterator[Finding]:
    """R37, R56, A17: each printed column at most its own ceiling, for the tranche, prestation and VAT regime.

    Against an estimate, which is not opposable (R52), an excess only warns.
    """
    letter = form.tranche
    if letter is None:
        yield unchecked("R56-tranche-unknown", "sans tranche, les plafonds sont inconnus.", "Calculez-la.", "tranche")
        return
    letters = [tranche.letter for tranche in form.programme.tranches]
    if letter not in letters:
        message = f"La tranche « {letter} » n’existe pas."
        yield error("R51-no-such-tranche", message, f"Choisissez de {letters[0]} à {letters[-1]}.", "tranche.letter")
        return
    for line, row in _against_rows(form, letter):
        provisional = row.paid(form.order.vat).provisional
        if provisional:
            message = f"Plafond provisoire de la tranche {letter} : {provisional}"
            yield note("A1-provisional-ceiling", message, path="tranche")
        for finding in check_line(line, row, form.order.vat):
            located = finding.at(f"amounts.{finding.path}")
            yield _on_estimate(located, letter) if form.order.tranche is None else located


def _against_rows(form: Form, letter: str) -> Iterator[tuple[Line, Amounts]]:
    """Each typed line with the row of its table."""
    principal, secondary = _lines(form)
    prestation = form.programme.prestations.get(form.order.prestation)
    if prestation is not None and not _is_empty(principal):
        yield principal, prestation.ceilings[letter]
    if not _is_empty(secondary):
        yield secondary, secondary_row(form.programme.secondary, letter, form.order.identity or Identity.MASTER)


def _on_estimate(finding: Finding, letter: str) -> Finding:
    if finding.severity is not Severity.ERROR:
        return finding
    remedy = f"La tranche {letter} est une estimation : faites le calcul."
    return replace(finding, severity=Severity.WARNING, remedy=remedy)


def vat_of_supplier(form: Form) -> Iterator[Finding]:
    """R57: a supplier that is not liable to VAT is paid the amount before tax."""
    if form.supplier and form.supplier.vat_liable is False and form.order.vat is not Vat.NONE:
        message = "Le fournisseur n’est pas assujetti à la TVA : seul le montant HT lui est versé."
        yield warning("R57-not-liable", message, "Choisissez « sans TVA » ou corrigez le fournisseur.", "vat")


def _lines(form: Form) -> tuple[Line, Line]:
    amounts = form.order.amounts
    return (
        Line("principal", amounts.principal_ht, amounts.principal_ttc),
        Line("secondary", amounts.secondary_ht, amounts.secondary_ttc),
    )


def _is_empty(line: Line) -> bool:
    return line.ht is None and line.ttc is None


def _paid(line: Line, vat: Vat) -> Decimal | None:
    return line.ht if vat is Vat.NONE else line.ttc
