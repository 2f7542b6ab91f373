"""How near the neighbouring tranches are, in words, and what losing one number would cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from funding.domain.pricing import price
from funding.domain.tranche import TrancheResult, if_without
from segur.regulation.schema import Programme, Vat
from segur.templatetags.french import eur_difference, whole

NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Distance:
    """How far the neighbouring tranches are; ``at_risk`` when losing one number leaves the tranche."""

    headline: str
    text: str
    at_risk: bool


def distance_of(result: TrancheResult, programme: Programme) -> Distance:
    """The distance to both thresholds of a calculation that has a tranche."""
    letters = [bound.letter for bound in result.bounds]
    place = letters.index(result.tranche or "")
    loss = _loss(result, programme)
    upward = "C’est la dernière tranche."
    if result.to_next is not None:
        upward = f"Il en faudrait {whole(result.to_next)} de plus pour {letters[place + 1]}."
    headline = "Première tranche."
    if place:
        over = (result.margin_to_previous or 0) + 1
        headline = f"À {whole(over)} {'examen' if over == 1 else 'examens'} du seuil {letters[place - 1]}."
    return Distance(headline, f"{loss} {upward}".strip(), bool(loss))


def _loss(result: TrancheResult, programme: Programme) -> str:
    """What losing the least active decisive number costs; empty when no number decides, or there is only one."""
    brought: Counter[str] = Counter()
    for numbers in result.valid.values():
        for number in numbers:
            brought[number.value] += number.examinations
    margin = result.margin_to_previous or 0
    decisive = sorted((count, value) for value, count in brought.items() if count > margin)
    if not decisive or len(brought) == 1:
        return ""
    count, value = decisive[0]
    after = if_without(result, value).tranche
    if after is None or after == result.tranche:
        return ""
    cost = _whole_amount(programme, after) - _whole_amount(programme, result.tranche or "")
    lost = f"ferait passer en {after}{NBSP}: {eur_difference(cost)} (plafond et forfaits publiés, TTC 20{NBSP}%)."
    if len(decisive) == 1:
        return f"Perdre {value} ({whole(count)} examens) {lost}"
    return f"{len(decisive)} numéros sont décisifs. Perdre le moins actif, {value} ({whole(count)} examens), {lost}"


def _whole_amount(programme: Programme, letter: str) -> Decimal:
    """Ceiling of the first main prestation and of its semesters, as far as they are published."""
    found = price(programme, next(iter(programme.prestations)), letter, Vat.TWENTY)
    return found.amount + (found.secondary_ceiling or 0)
