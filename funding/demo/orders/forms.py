"""The parts of an order form: its lines, the answer of the calculation service, its prices."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import ROUND_DOWN, Decimal

from funding.demo.people import Doctor, Establishment
from funding.domain.tranche import TrancheResult
from orders.domain.snapshot import (
    FourInvalidLists,
    FourLists,
    InvalidNumber,
    LineActivity,
    LineFacts,
    OrderAmounts,
    OrderFacts,
    TrancheFacts,
)
from segur.regulation.ceilings import RATES, secondary_row
from segur.regulation.money import cents
from segur.regulation.schema import Amounts, Identity, Programme, Vat

_LISTS = tuple(FourLists.__dataclass_fields__)
_TEN_EUROS = Decimal(10)
# A supplier's own price: the sources publish no scale for the secondary prestation of a DRIMbox.
_UNPUBLISHED_SHARE = Decimal("0.22")


def site_line(site: Establishment) -> LineFacts:
    """An establishment, mixed where it does nuclear medicine too."""
    activity = LineActivity.MIXED if site.nuclear else LineActivity.RADIOLOGY
    return LineFacts(name=site.name, finess=site.finess, activity=activity)


def doctor_line(doctor: Doctor) -> LineFacts:
    """A doctor with the AM of every place of practice."""
    activity = LineActivity.NUCLEAR if doctor.nuclear else LineActivity.RADIOLOGY
    numbers = tuple(am for am, _ in (*doctor.radiology, *doctor.nuclear))
    return LineFacts(name=doctor.name, rpps=doctor.rpps, am=numbers, activity=activity)


def numbers_to_calculate(lists: FourLists, *, left_out: Collection[str], added: FourLists) -> FourLists:
    """The numbers of the form, without some and with others."""
    return FourLists(
        **{
            name: (*(number for number in getattr(lists, name) if number not in left_out), *getattr(added, name))
            for name in _LISTS
        }
    )


def recorded_tranche(result: TrancheResult, *, calculated_on: date, reference: str) -> TrancheFacts | None:
    """The answer of the service as the order keeps it; None when nothing counts."""
    if result.tranche is None:
        return None
    valid = {name: tuple(number.value for number in result.valid[name]) for name in _LISTS}
    invalid = {
        name: tuple(InvalidNumber(number.value, "Aucune activité en 2023.") for number in result.invalid[name])
        for name in _LISTS
    }
    return TrancheFacts(
        letter=result.tranche,
        calculated_on=calculated_on,
        reference=reference,
        valid=FourLists(**valid),
        invalid=FourInvalidLists(**invalid) if any(invalid.values()) else None,
    )


def agreed_prices(order: OrderFacts, texts: Programme, *, discount: Decimal) -> OrderAmounts:
    """The ceilings of the order's tranche, the main prestation less ``discount``; nothing without a tranche."""
    if order.tranche is None:
        return OrderAmounts()
    letter = order.tranche.letter
    principal_ht, principal_ttc = _columns(texts.prestations[order.prestation].ceilings[letter], order.vat)
    if discount:
        principal_ht = _round_down(principal_ht * (1 - discount))
        principal_ttc = cents(principal_ht * RATES[order.vat])
    row = secondary_row(texts.secondary, letter, order.identity or Identity.MASTER)
    if row.ht.value is None:
        secondary_ht = _round_down(principal_ht * _UNPUBLISHED_SHARE)
        secondary_ttc = cents(secondary_ht * RATES[order.vat])
    else:
        secondary_ht, secondary_ttc = _columns(row, order.vat)
    return OrderAmounts(principal_ht, principal_ttc, secondary_ht, secondary_ttc)


def _columns(row: Amounts, vat: Vat) -> tuple[Decimal, Decimal]:
    return row.ht.known(), row.paid(vat).known()


def _round_down(amount: Decimal) -> Decimal:
    return cents((amount / _TEN_EUROS).quantize(Decimal(1), rounding=ROUND_DOWN) * _TEN_EUROS)
