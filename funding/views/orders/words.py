"""What the page of an order says of its numbers, its amounts and its life."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.urls import NoReverseMatch, reverse

from funding.selectors.order_sheet import AmountRow, NumberRow, NumberStatus, OrderSheet
from orders.models import Order, OrderState
from segur.context import address
from segur.regulation.identifiers import IdentifierKind
from segur.regulation.schema import Activity, Vat
from segur.templatetags.french import short_day, whole

NBSP = "\u00a0"
_STATUS = {
    NumberStatus.VALORISED: ("done", "Valorisé", ""),
    NumberStatus.CONTESTED: ("refused", "Contesté", "git-compare"),
    NumberStatus.EXCLUDED: ("idle", "Exclu", "circle-minus"),
    NumberStatus.TAKEN: ("attention", "Déjà pris", ""),
    NumberStatus.FREE: ("idle", "À la signature", ""),
    NumberStatus.RELEASED: ("idle", "Libéré", "circle-minus"),
    NumberStatus.LOST: ("idle", "Non valorisé", "circle-minus"),
}
_SEVERAL = {
    NumberStatus.VALORISED: "valorisés",
    NumberStatus.CONTESTED: "contestés",
    NumberStatus.EXCLUDED: "exclus",
    NumberStatus.TAKEN: "déjà pris",
    NumberStatus.FREE: "à la signature",
    NumberStatus.RELEASED: "libérés",
    NumberStatus.LOST: "non valorisés",
}
_CHECKS = {
    "missing": ("idle", "non saisi"),
    "no-tranche": ("idle", "tranche inconnue"),
    "unpublished": ("provisional", "barème non publié"),
    "above": ("refused", "au-dessus du plafond"),
    "rounding": ("attention", "un arrondi, admis"),
    "at": ("done", "au plafond"),
    "under": ("done", "sous le plafond"),
}
_KINDS = {IdentifierKind.FINESS: "FINESS géographique", IdentifierKind.AM: "AM"}
ACTIVITIES = {Activity.RADIOLOGY: "Radiologie", Activity.NUCLEAR: "Médecine nucléaire"}


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A number as the table shows it; ``url`` is the other order or the conflict."""

    name: str
    kind: str
    value: str
    activity: str
    examinations: str
    badge: tuple[str, str, str]
    because: str
    other: str
    url: str
    rule: str


@dataclass(frozen=True, slots=True)
class AmountLine:
    label: str
    ht: Decimal | None
    ttc: Decimal | None
    ceiling_ht: Decimal | None
    ceiling_ttc: Decimal | None
    check: tuple[str, str]
    provisional: str


@dataclass(frozen=True, slots=True)
class Step:
    """One of the eight steps of an order's life: ``state`` is done, refused, current or idle."""

    name: str
    state: str
    icon: str
    detail: str


def number_lines(sheet: OrderSheet) -> list[NumberLine]:
    """The numbers of the form, in its order."""
    year = sheet.programme.reference_year.value
    idle = f"Sans activité en {year}" if year else "Sans activité de référence"
    return [_number_line(row, idle) for row in sheet.numbers]


def _number_line(row: NumberRow, idle: str) -> NumberLine:
    because, url = _because(row, idle)
    line = row.line
    activity = "Mixte" if len(row.counted) > 1 else ACTIVITIES[row.counted[0].activity]
    kind = _KINDS[row.kind] if line.finess else f"RPPS {line.rpps}"
    return NumberLine(
        line.name,
        kind,
        row.value,
        activity,
        _examinations(row),
        _STATUS[row.status],
        because,
        row.other,
        url,
        row.rule if row.status in _WITH_RULE else "",
    )


_WITH_RULE = {NumberStatus.CONTESTED, NumberStatus.EXCLUDED, NumberStatus.TAKEN}


def _because(row: NumberRow, idle: str) -> tuple[str, str]:
    url = reverse("order", args=[row.other_id]) if row.other_id else ""
    if row.status in {NumberStatus.CONTESTED, NumberStatus.TAKEN} and row.other:
        return ("Aussi dans" if row.status is NumberStatus.CONTESTED else "Valorisé par"), url
    if row.status is NumberStatus.EXCLUDED:
        return "Calculée sans lui, par décision", ""
    if row.has_no_activity:
        return idle, ""
    if len(row.counted) > 1:
        return "Une fois par activité", ""
    return "", ""


def _examinations(row: NumberRow) -> str:
    known = [each for each in row.counted if each.count is not None]
    if not known:
        return ""
    parts = [whole(each.count) + (f" × {each.weight}" if each.weight > 1 else "") for each in known if each.count]
    return " + ".join(parts) or "0"


def status_counts(sheet: OrderSheet) -> list[tuple[str, str, str]]:
    """How many numbers stand where, in a stable order: state, words, icon."""
    found = [row.status for row in sheet.numbers]
    lines = []
    for status, (state, one, icon) in _STATUS.items():
        if total := found.count(status):
            lines.append((state, f"{total} {one.lower() if total == 1 else _SEVERAL[status]}", icon))
    return lines


def amount_lines(sheet: OrderSheet) -> list[AmountLine]:
    """The two lines of the form beside their ceilings."""
    return [_amount_line(row, sheet.facts.vat) for row in sheet.amounts]


def _amount_line(row: AmountRow, vat: Vat) -> AmountLine:
    leaves = [leaf for leaf in (row.ceiling_ht, row.ceiling_ttc) if leaf is not None]
    return AmountLine(
        row.label,
        row.ht,
        None if vat is Vat.NONE else row.ttc,
        row.ceiling_ht.value if row.ceiling_ht else None,
        row.ceiling_ttc.value if row.ceiling_ttc else None,
        _CHECKS[row.check],
        next((leaf.provisional for leaf in leaves if leaf.provisional), ""),
    )


def payment_names(sheet: OrderSheet) -> tuple[str, str, str]:
    """« Avance 40 % », « Solde 60 % », « Semestres 1 à 6 », with the shares of the texts."""
    shares = (sheet.programme.advance_share.value, sheet.programme.balance_share.value)
    advance, balance = (f" {int(share * 100)}{NBSP}%" if share is not None else "" for share in shares)
    semesters = sheet.programme.secondary.semesters.value
    return f"Avance{advance}", f"Solde{balance}", f"Semestres 1 à {semesters}" if semesters else "Semestres"


def referencing_step(order: Order) -> Step:
    """The decision of the ANS on the solution."""
    solution = order.solution
    if solution.withdrawn_on:
        return Step("Référencement", "refused", "circle-alert", f"retiré {short_day(solution.withdrawn_on)}")
    if solution.referenced_on:
        return Step("Référencement", "done", "check", short_day(solution.referenced_on))
    if solution.refused_on:
        return Step("Référencement", "refused", "circle-alert", f"refusé {short_day(solution.refused_on)}")
    return Step("Référencement", "idle", "circle-dashed", "à venir")


def ordered_step(order: Order) -> Step:
    """From the draft to the last signature, or the end."""
    name = "Commande"
    if not order.is_living:
        word = "annulée" if order.state == OrderState.CANCELLED else "retirée"
        return Step(name, "refused", "circle-minus", f"{word} {short_day(order.ended_at)}")
    days = [page.signed_on for page in order.clients.all() if page.signed_on]
    if order.state == OrderState.SIGNED:
        return Step("Commande signée", "done", "check", short_day(max(days, default=order.first_signed_on)))
    if order.state == OrderState.ISSUED:
        signed, total = len(days), len(order.clients.all())
        return Step(name, "current", "play", f"émise, {signed} signature{'s' if signed > 1 else ''} sur {total}")
    return Step(name, "current", "play", "brouillon")


def conflict_url(pk: int) -> str:
    """The page of a conflict, or of all conflicts; empty as long as neither exists."""
    return address_of("conflict", pk) or address("conflicts")


def address_of(name: str, pk: int) -> str:
    """Where a named page of one row is, or an empty string as long as nobody built it."""
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""
