"""The desk where order forms are written: a client and an offer become an order with its tranche and its prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import cycle

from funding.demo.orders.forms import (
    agreed_prices,
    doctor_line,
    numbers_to_calculate,
    recorded_tranche,
    site_line,
)
from funding.demo.orders.market import BY_KEY, RIS, Offer
from funding.demo.orders.territory import Organisation, counts, organisations
from funding.domain.tranche import CountKey, compute
from orders.domain.snapshot import (
    ClientFacts,
    ClientKind,
    Connector,
    DbInstallation,
    FourLists,
    OrderEventFacts,
    OrderFacts,
    PrestationKey,
    SignatureMode,
)
from segur.regulation.dates import add_working_days
from segur.regulation.identifiers import IdentifierKind
from segur.regulation.schema import Activity, Identity, Vat
from segur.texts import catalogue

_NO_NUMBER = FourLists()
_CONNECTORS = (
    (Connector.DRIMBOX,),
    (Connector.DRIMBOX, Connector.TELERADIOLOGY),
    (Connector.DRIMBOX, Connector.DPI_PFI),
    (Connector.DRIMBOX, Connector.DPI_PFI, Connector.RI_GAM),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is agreed beside who and when; None: what is usual.

    ``discount``: the part of the ceiling that is not asked. ``left_out``: numbers that the tranche was calculated
    without; ``added``: numbers of nobody on the form that it was calculated with.
    """

    prestation: PrestationKey | None = None
    vat: Vat | None = None
    identity: Identity = Identity.MASTER
    installation: DbInstallation = DbInstallation.NATIVE_PACS
    discount: Decimal = Decimal(0)
    left_out: Collection[str] = ()
    added: FourLists = _NO_NUMBER


_USUAL = Terms()


def working_day(day: date) -> date:
    """The day itself, or the next one on which people sign."""
    return add_working_days(day - timedelta(days=1), 1)


def ended(order: OrderFacts, how: str, at: datetime, reason: str) -> OrderFacts:
    """The order ``cancelled`` or ``withdrawn`` at an instant."""
    return replace(order, events=(*order.events, OrderEventFacts(how, at, (("reason", reason),))))


class Desk:
    """Hands out clients that nobody has taken yet, numbers and order forms; the same calls give the same forms."""

    def __init__(self) -> None:
        everybody = organisations()
        self._free = {kind: [each for each in everybody if each.kind is kind] for kind in ClientKind}
        self._numbers: Counter[str] = Counter()
        self._modes = cycle(SignatureMode)
        self._returning: list[Organisation] = []
        self._counts: Mapping[CountKey, int] = {
            (kind, number, Activity(activity)): count
            for number, activity, count in counts()
            for kind in (IdentifierKind.AM, IdentifierKind.FINESS)
        }

    def hospital(self, *, nuclear: bool = False, sites: int = 1) -> Organisation:
        """The next hospital of at least that many sites; with ``nuclear``, one that does nuclear medicine too."""
        return self._next(
            ClientKind.ESTABLISHMENT,
            lambda each: len(each.sites) >= sites and (not nuclear or any(site.nuclear for site in each.sites)),
        )

    def practice(self) -> Organisation:
        """The next practice of radiologists."""
        return self._next(ClientKind.PRACTICE, lambda each: all(doctor.radiology for doctor in each.doctors))

    def _next(self, kind: ClientKind, wanted: Callable[[Organisation], bool]) -> Organisation:
        chosen = next(each for each in self._free[kind] if wanted(each))
        self._free[kind].remove(chosen)
        return chosen

    def returning(self, client: Organisation) -> Organisation:
        """The client, who will order a DRIMbox too among the everyday orders."""
        self._returning.append(client)
        return client

    def everybody_returning(self) -> tuple[Organisation, ...]:
        """Those who have a RIS by a story and order a DRIMbox."""
        return tuple(self._returning)

    def everybody_left(self) -> tuple[Organisation, ...]:
        """Those whom no story has taken, two hospitals for one practice as long as there are both."""
        hospitals, practices = (iter(self._free[kind]) for kind in ClientKind)
        left = []
        for rank in range(sum(map(len, self._free.values()))):
            first, second = (practices, hospitals) if rank % 3 == 1 else (hospitals, practices)
            chosen = next(first, None) or next(second, None)
            if chosen is not None:
                left.append(chosen)
        return tuple(left)

    def order(
        self,
        offer: Offer,
        *clients: Organisation,
        signed_on: date | Sequence[date | None],
        terms: Terms = _USUAL,
        issued_on: date | None = None,
    ) -> OrderFacts:
        """A signed order; ``signed_on`` is the day of all clients, or of each, at least one of which has signed.

        It is issued two to four weeks before the first signature unless ``issued_on`` says when.
        """
        days = list(signed_on) if isinstance(signed_on, Sequence) else [signed_on] * len(clients)
        first = min(day for day in days if day)
        issued = issued_on or working_day(first - timedelta(days=14 + int(clients[0].siren[6:8]) % 15))
        bare = replace(self.draft(offer, *clients, drawn_on=issued, terms=terms), issued_on=issued)
        signed = tuple(
            replace(client, signed_on=day, signature=next(self._modes)) if day else client
            for client, day in zip(bare.clients, days, strict=True)
        )
        decided = BY_KEY[offer.solution].referenced_on
        conditional = any(day and (decided is None or day < decided) for day in days)
        return replace(bare, clients=signed, conditional_mention=conditional or None)

    def draft(self, offer: Offer, *clients: Organisation, drawn_on: date, terms: Terms = _USUAL) -> OrderFacts:
        """An order form that nobody issued yet, written that day."""
        month = f"{offer.prefix}-{drawn_on:%y%m}"
        self._numbers[month] += 1
        bare = OrderFacts(
            number=f"{month}-{self._numbers[month]:03d}",
            supplier=offer.supplier,
            solution=offer.solution,
            programme=offer.programme,
            prestation=terms.prestation or _usual_prestation(offer),
            vat=terms.vat or clients[0].vat,
            clients=tuple(_party(client, principal=place == 0) for place, client in enumerate(clients)),
        )
        texts = catalogue().programme(offer.programme, on=drawn_on)
        lists = numbers_to_calculate(bare.four_lists(), left_out=terms.left_out, added=terms.added)
        tranche = recorded_tranche(
            compute(lists, self._counts, texts),
            calculated_on=working_day(drawn_on - timedelta(days=9)),
            reference=clients[0].name,
        )
        form = replace(_installed(bare, clients[0], terms), tranche=tranche)
        return replace(form, amounts=agreed_prices(form, texts, discount=terms.discount))


def _usual_prestation(offer: Offer) -> PrestationKey:
    return PrestationKey.WAVE_2 if offer.programme == RIS else PrestationKey.DB_UPDATE


def _installed(order: OrderFacts, client: Organisation, terms: Terms) -> OrderFacts:
    """The scenario of the form: instance and identities of a RIS, PACS of a DRIMbox."""
    place = f"{client.town.upper()}-{client.siren[-3:]}"
    if order.programme != RIS:
        return replace(order, pacs=f"PACS-{place}", db_installation=terms.installation)
    return replace(
        order,
        instance=f"RIS-{place}",
        identity=terms.identity,
        connectors=_CONNECTORS[int(client.siren[7]) % len(_CONNECTORS)],
        wave1_paid_by_client=False,
    )


def _party(client: Organisation, *, principal: bool) -> ClientFacts:
    return ClientFacts(
        siren=client.siren,
        name=client.name,
        kind=client.kind,
        legal_representative=client.representative,
        phone="01 99 00 00 00",
        email=client.mailbox,
        principal=principal,
        lines=(*map(site_line, client.sites), *map(doctor_line, client.doctors)),
    )
