"""Orders that went no further, and those that are being written now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from funding.demo.orders import market
from funding.demo.orders.acts import Told
from funding.demo.orders.desk import Desk, Terms, ended, working_day
from orders.domain.snapshot import OrderAmounts, PrestationKey
from segur.regulation.dates import PARIS

# The last working days on which somebody still prepares an order: a form is signed by Date 4 (10/11/2026).
_LAST_PREPARATION = date(2026, 11, 5)


def cancelled(desk: Desk, today: date) -> Told:
    """Given up before or after the signature; what they held is free again."""
    never_signed = replace(
        desk.draft(market.RIS_OF_HELIORA, desk.hospital(), drawn_on=date(2026, 3, 9)), issued_on=date(2026, 3, 9)
    )
    budget = desk.order(market.RIS_OF_CARENE, desk.practice(), signed_on=date(2026, 4, 2))
    other_editor = desk.order(market.BOX_OF_HELIORA, desk.hospital(), signed_on=date(2026, 6, 11))
    return Told(
        orders=(
            ended(never_signed, "cancelled", _at(2026, 6, 8, 9, 40), "Sans réponse du client depuis trois mois."),
            ended(budget, "cancelled", _at(2026, 8, 25, 14, 5), "Le cabinet reporte le changement de son RIS."),
            ended(other_editor, "cancelled", _at(2026, 10, 12, 16, 30), "Le client garde la DRIMbox de son PACS."),
        )
    )


def withdrawn(desk: Desk, today: date) -> Told:
    """The prestation is withdrawn: the site closes, the client merges."""
    closing = desk.order(market.RIS_OF_ORPHANE, desk.hospital(), signed_on=date(2026, 3, 5))
    merging = desk.order(market.BOX_OF_CARENE, desk.practice(), signed_on=date(2026, 5, 13))
    return Told(
        orders=(
            ended(closing, "withdrawn", _at(2026, 9, 15, 10, 0), "Fermeture du service d’imagerie en 2027."),
            ended(merging, "withdrawn", _at(2026, 10, 27, 11, 45), "Fusion avec un cabinet déjà équipé."),
        )
    )


def in_preparation(desk: Desk, today: date) -> Told:
    """Drafts of these days and two forms sent to their clients; after Date 4, those that nobody signed in time."""
    now = min(today, _LAST_PREPARATION)
    offers = (
        (market.RIS_OF_ORPHANE, desk.hospital(), PrestationKey.WAVE_2),
        (market.RIS_OF_HELIORA, desk.practice(), PrestationKey.WAVE_1_AND_2),
        (market.BOX_OF_HELIORA, desk.hospital(), PrestationKey.DB_UPDATE),
        (market.BOX_OF_CARENE, desk.practice(), PrestationKey.DB_UPDATE),
        (market.RIS_OF_CARENE, desk.hospital(), PrestationKey.WAVE_2),
    )
    drafts = [
        desk.draft(offer, client, drawn_on=now - timedelta(days=place), terms=Terms(prestation=prestation))
        for place, (offer, client, prestation) in enumerate(offers)
    ]
    # The last one waits for the answer of the calculation service.
    drafts[-1] = replace(drafts[-1], tranche=None, amounts=OrderAmounts())
    sent_on = working_day(now - timedelta(days=12))
    sent = (
        desk.draft(market.RIS_OF_HELIORA, desk.practice(), drawn_on=sent_on),
        desk.draft(market.BOX_OF_ORPHANE, desk.hospital(), drawn_on=sent_on),
    )
    return Told(orders=tuple(replace(order, issued_on=sent_on) for order in sent), drafts=tuple(drafts))


def _at(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)
