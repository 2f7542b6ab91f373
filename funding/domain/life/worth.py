"""What an order is worth: main prestation, advance, balance, and each semester at PERF 1 (R56-R59, A2, A16)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from funding.domain.pricing import price, secondary_ceiling
from orders.domain.snapshot import OrderAmounts, OrderFacts
from segur.regulation.money import ZERO, advance_and_balance
from segur.regulation.schema import Identity, Programme, Vat


@dataclass(frozen=True, slots=True)
class Worth:
    """Euros in the column that is paid. None: neither the form nor the scale gives it.

    ``secondary`` is the ordered maximum, ``forfaits`` its share per semester, empty where no forfait is known
    (DRIMbox, or no tranche): the secondary prestation is then one amount.
    """

    principal: Decimal | None
    advance: Decimal | None
    balance: Decimal | None
    secondary: Decimal | None
    forfaits: tuple[Decimal, ...]
    provisional: bool


def worth(order: OrderFacts, programme: Programme) -> Worth:
    """The amounts of an order under a version of the texts."""
    letter = order.tranche.letter if order.tranche else None
    return _worth(
        _Texts(programme),
        str(order.prestation),
        letter,
        order.vat,
        order.identity or Identity.MASTER,
        order.amounts,
    )


class _Texts:
    """A programme as a cache key: one version is one object in memory, or the same fingerprint."""

    __slots__ = ("key", "programme")

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.key = (programme.id, programme.version, programme.sha256)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Texts) and self.key == other.key


@lru_cache(maxsize=4096)
def _worth(
    texts: _Texts, prestation: str, letter: str | None, vat: Vat, identity: Identity, amounts: OrderAmounts
) -> Worth:
    programme = texts.programme
    agreed = amounts.principal_ht if vat is Vat.NONE else amounts.principal_ttc
    typed = amounts.secondary_ht if vat is Vat.NONE else amounts.secondary_ttc
    try:
        known = (
            price(
                programme,
                prestation,
                letter,
                vat,
                identity=identity,
                agreed_ht=amounts.principal_ht,
                agreed_ttc=amounts.principal_ttc,
            )
            if letter
            else None
        )
        ceiling = secondary_ceiling(programme, letter, vat, identity) if letter else None
    except LookupError:
        known, ceiling = None, None
    principal = known.amount if known else agreed
    share = programme.advance_share.value
    advance, balance = (None, None) if principal is None or share is None else advance_and_balance(principal, share)
    secondary = _smaller(typed, ceiling)
    forfait = known.semester_forfait if known else None
    return Worth(
        principal,
        advance,
        balance,
        secondary,
        _forfaits(programme, forfait, secondary),
        known.provisional if known else False,
    )


def _smaller(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)


def _forfaits(programme: Programme, forfait: Decimal | None, secondary: Decimal | None) -> tuple[Decimal, ...]:
    """One forfait per semester, the last ones shortened where the agreed secondary price is under their sum."""
    semesters = programme.secondary.semesters.value
    if forfait is None or semesters is None or secondary is None:
        return ()
    left = secondary
    shares = []
    for _ in range(semesters):
        shares.append(max(ZERO, min(forfait, left)))
        left -= shares[-1]
    return tuple(shares)
