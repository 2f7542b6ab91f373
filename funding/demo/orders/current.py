"""The everyday orders: signed from January 2026 to the eve of Date 4, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from funding.demo.orders import market
from funding.demo.orders.acts import Told
from funding.demo.orders.desk import Desk, Terms, working_day
from funding.demo.orders.ordinary import ordinary_lives
from funding.demo.orders.territory import Organisation
from orders.domain.snapshot import ClientKind, DbInstallation, DeMinimisAid, OrderFacts, PrestationKey
from segur.regulation.schema import Identity

FIRST_DAY, LAST_DAY = date(2026, 1, 13), date(2026, 11, 6)

_RIS_OFFERS = (
    market.RIS_OF_HELIORA,
    market.RIS_OF_ORPHANE,
    market.RIS_OF_HELIORA,
    market.RIS_OF_CARENE,
    market.RIS_OF_HELIORA,
)
_BOX_OFFERS = (market.BOX_OF_HELIORA, market.BOX_OF_ORPHANE, market.BOX_OF_CARENE, market.BOX_OF_HELIORA)
_DISCOUNTS = (Decimal(0), Decimal(0), Decimal("0.05"), Decimal(0), Decimal("0.12"))
# A part of the year that no count of orders divides, so that neighbours do not sign one after the other.
_STRIDE = 61
_WITHOUT_BOX = (1, 4, 8)


def everyday(desk: Desk, today: date) -> Told:
    """Whoever is left orders a RIS, and most of them a DRIMbox too; now and then two clients share a RIS."""
    return Told(orders=tuple(ordinary_lives(_orders(desk))))


def _orders(desk: Desk) -> Iterator[OrderFacts]:
    groups = list(_groups(desk.everybody_left()))
    for rank, clients in enumerate(groups):
        yield _with_aids(_ris(desk, rank, clients, _signing_day(rank, len(groups))))
    buyers = [clients[0] for rank, clients in enumerate(groups) if rank % 10 not in _WITHOUT_BOX]
    buyers += desk.everybody_returning()
    for rank, client in enumerate(buyers):
        yield _box(desk, rank, client, _signing_day(rank + 17, len(buyers)))


def _groups(everybody: tuple[Organisation, ...]) -> Iterator[tuple[Organisation, ...]]:
    waiting = list(everybody)
    while waiting:
        size = 2 if len(waiting) % 9 == 4 else 1
        yield tuple(waiting[:size])
        del waiting[:size]


def _signing_day(rank: int, count: int) -> date:
    """Few in winter, most of them in the last months before Date 4."""
    part = rank * _STRIDE % count / count
    return min(LAST_DAY, working_day(FIRST_DAY + timedelta(days=round((LAST_DAY - FIRST_DAY).days * part**0.75))))


def _ris(desk: Desk, rank: int, clients: tuple[Organisation, ...], day: date) -> OrderFacts:
    identity = Identity.SLAVE if rank % 7 == 3 else Identity.MIXED if rank % 11 == 5 else Identity.MASTER
    terms = Terms(
        prestation=PrestationKey.WAVE_1_AND_2 if rank % 4 == 2 else PrestationKey.WAVE_2,
        identity=identity,
        discount=_DISCOUNTS[rank % len(_DISCOUNTS)],
    )
    offer = _RIS_OFFERS[rank % len(_RIS_OFFERS)]
    # The second client signs a few days later.
    days = [day if place == 0 else min(LAST_DAY, working_day(day + timedelta(days=6))) for place in range(len(clients))]
    return desk.order(offer, *clients, signed_on=days, terms=terms)


def _box(desk: Desk, rank: int, client: Organisation, day: date) -> OrderFacts:
    prestation, installation = (
        (PrestationKey.DB_NEW, DbInstallation.OTHER),
        (PrestationKey.DB_UPDATE, DbInstallation.NATIVE_PACS),
        (PrestationKey.DB_UPDATE, DbInstallation.EXISTING_DICOM),
    )[rank % 3]
    terms = Terms(prestation=prestation, installation=installation, discount=_DISCOUNTS[(rank + 2) % len(_DISCOUNTS)])
    return desk.order(_BOX_OFFERS[rank % len(_BOX_OFFERS)], client, signed_on=day, terms=terms)


def _with_aids(order: OrderFacts) -> OrderFacts:
    """Some practices declare an aid of the last three years (R62)."""
    clients = tuple(
        replace(client, de_minimis=(DeMinimisAid(date(2024, 9, 17), Decimal("8500.00")),))
        if client.kind is ClientKind.PRACTICE and int(client.siren[7]) % 3 == 0
        else client
        for client in order.clients
    )
    return replace(order, clients=clients)
