"""Order forms with something wrong on them, each with the rule that says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from funding.demo.orders import market
from funding.demo.orders.acts import Funded, Told
from funding.demo.orders.desk import Desk, Terms, ended
from funding.demo.people import with_key
from orders.domain.snapshot import (
    ClientFacts,
    DbInstallation,
    DeMinimisAid,
    FourInvalidLists,
    FourLists,
    InvalidNumber,
    LineActivity,
    LineFacts,
    OrderFacts,
    PrestationKey,
)
from segur.regulation.dates import PARIS

WAVE_1 = "RAD-RIS-Va1"


@dataclass(frozen=True, slots=True)
class OddStructure:
    """A line of the FINESS register that an order should not name."""

    name: str
    finess: str


@dataclass(frozen=True, slots=True)
class OddDoctor:
    """A line of the Annuaire santé that an order should not name."""

    given: str
    family: str
    rpps: str
    am: str


HEALTH_CENTRE = OddStructure("Centre de santé municipal de Plessac", with_key("99900001"))
LEGAL_ENTITY = OddStructure("Centre hospitalier intercommunal d’Argelle, entité juridique", with_key("99900002"))
CARDIOLOGIST = OddDoctor("Hélène", "Trouvadelle", with_key("1990009001"), with_key("99299901"))
STRANGER_AM = with_key("99299802")


def wrong_prices(desk: Desk, today: date) -> Told:
    """R37, A17: two cents above the ceiling are refused, one is a rounding; zero is always rejected (F4)."""
    cent = Decimal("0.01")
    two = _above(desk.order(market.RIS_OF_HELIORA, desk.hospital(), signed_on=date(2026, 5, 12)), 2 * cent)
    one = _above(desk.order(market.RIS_OF_CARENE, desk.hospital(), signed_on=date(2026, 6, 4)), cent)
    zero = desk.order(market.RIS_OF_HELIORA, desk.practice(), signed_on=date(2026, 7, 7))
    nil = Decimal("0.00")
    zero = replace(zero, amounts=replace(zero.amounts, secondary_ht=nil, secondary_ttc=nil))
    missing = desk.order(market.RIS_OF_HELIORA, desk.hospital(), signed_on=date(2026, 9, 8))
    missing = replace(missing, amounts=replace(missing.amounts, secondary_ht=None, secondary_ttc=None))
    return Told(orders=(two, one, zero, missing))


def _above(order: OrderFacts, excess: Decimal) -> OrderFacts:
    amounts = order.amounts
    assert amounts.principal_ttc is not None  # noqa: S101
    return replace(order, amounts=replace(amounts, principal_ttc=amounts.principal_ttc + excess))


def wrong_dates(desk: Desk, today: date) -> Told:
    """R23: the mention is missing, or not confirmed; 131 days before the complete file; R22: one never signed."""
    without = desk.order(market.RIS_OF_ORPHANE, desk.hospital(), signed_on=date(2026, 2, 17))
    unread = desk.order(market.RIS_OF_HELIORA, desk.practice(), signed_on=date(2026, 2, 3))
    early = desk.order(market.RIS_OF_ORPHANE, desk.hospital(), signed_on=date(2025, 12, 31))
    half = desk.order(
        market.RIS_OF_HELIORA,
        desk.hospital(),
        desk.practice(),
        signed_on=(date(2026, 10, 6), None),
    )
    return Told(
        orders=(
            replace(without, conditional_mention=False),
            replace(unread, conditional_mention=None),
            early,
            half,
        )
    )


def wrong_people(desk: Desk, today: date) -> Told:
    """A5: a wrong key; R10: a health centre, a cardiologist; R7: a legal entity; R35: no mode of signature."""
    mistyped = desk.order(market.RIS_OF_HELIORA, desk.practice(), signed_on=date(2026, 3, 24))
    centre = desk.order(market.RIS_OF_CARENE, desk.hospital(), signed_on=date(2026, 4, 14))
    heart = desk.order(market.RIS_OF_HELIORA, desk.practice(), signed_on=date(2026, 4, 28))
    entity = desk.order(market.BOX_OF_HELIORA, desk.hospital(), signed_on=date(2026, 6, 23))
    silent = desk.order(market.BOX_OF_ORPHANE, desk.hospital(), signed_on=date(2026, 8, 18))
    doctor = LineFacts(
        name=f"Dr {CARDIOLOGIST.given} {CARDIOLOGIST.family}",
        rpps=CARDIOLOGIST.rpps,
        am=(CARDIOLOGIST.am,),
        activity=LineActivity.RADIOLOGY,
    )
    return Told(
        orders=(
            _mistyped(mistyped),
            _with_line(centre, LineFacts(HEALTH_CENTRE.name, LineActivity.RADIOLOGY, finess=HEALTH_CENTRE.finess)),
            _with_line(heart, doctor),
            _with_line(entity, LineFacts(LEGAL_ENTITY.name, LineActivity.RADIOLOGY, finess=LEGAL_ENTITY.finess)),
            _with_client(silent, replace(silent.clients[0], signature=None)),
        )
    )


def _mistyped(order: OrderFacts) -> OrderFacts:
    """The RPPS of the first doctor with its last digit raised by one."""
    client = order.clients[0]
    first = client.lines[0]
    assert first.rpps is not None  # noqa: S101
    wrong = replace(first, rpps=first.rpps[:-1] + str((int(first.rpps[-1]) + 1) % 10))
    return _with_client(order, replace(client, lines=(wrong, *client.lines[1:])))


def wrong_scope(desk: Desk, today: date) -> Told:
    """R15: wave 1 was funded, or paid by the client; R16: a DRIMbox in the PACS is an update; R17: no connector."""
    both = Terms(prestation=PrestationKey.WAVE_1_AND_2)
    practice = desk.practice()
    funded = desk.order(market.RIS_OF_HELIORA, practice, signed_on=date(2026, 3, 31), terms=both)
    paid = desk.order(market.RIS_OF_CARENE, desk.hospital(), signed_on=date(2026, 5, 19), terms=both)
    bought = Terms(prestation=PrestationKey.DB_NEW, installation=DbInstallation.NATIVE_PACS)
    box = desk.order(market.BOX_OF_ORPHANE, desk.hospital(), signed_on=date(2026, 7, 15), terms=bought)
    bare = desk.order(market.RIS_OF_HELIORA, desk.practice(), signed_on=date(2026, 6, 16))
    am, _ = practice.doctors[0].radiology[0]
    return Told(
        orders=(funded, replace(paid, wave1_paid_by_client=True), box, replace(bare, connectors=())),
        funded=tuple(_wave_1_list(am)),
    )


def _wave_1_list(am: str) -> Iterator[Funded]:
    yield Funded(WAVE_1, "am", am, "radiology", "Liste de vague 1, couloir radiologie")
    # Of practices that are no client here.
    for rank in range(1, 25):
        yield Funded(WAVE_1, "am", with_key(f"992990{rank:02d}"), "radiology", "Liste de vague 1, couloir radiologie")


def wrong_tranche(desk: Desk, today: date) -> Told:
    """R52: calculated with a number that is not on the form, or without one; F3: all invalid; none recorded."""
    more = Terms(added=FourLists(am_radiology=(STRANGER_AM,)))
    stranger = _counting_stranger(
        desk.order(market.RIS_OF_HELIORA, desk.practice(), signed_on=date(2026, 5, 26), terms=more)
    )
    short = desk.practice()
    forgotten = Terms(left_out=[am for am, _ in short.doctors[-1].radiology])
    less = desk.order(market.RIS_OF_ORPHANE, short, signed_on=date(2026, 6, 9), terms=forgotten)
    void = desk.order(market.RIS_OF_CARENE, desk.practice(), signed_on=date(2026, 7, 21))
    unasked = desk.order(market.BOX_OF_HELIORA, desk.hospital(), signed_on=date(2026, 9, 22))
    return Told(orders=(stranger, less, _all_invalid(void), replace(unasked, tranche=None)))


def _counting_stranger(order: OrderFacts) -> OrderFacts:
    """The service counted the number, of which no count is loaded here."""
    tranche = order.tranche
    assert tranche is not None and tranche.valid is not None  # noqa: S101
    counted = replace(tranche.valid, am_radiology=(*tranche.valid.am_radiology, STRANGER_AM))
    return replace(order, tranche=replace(tranche, valid=counted, invalid=None))


def _all_invalid(order: OrderFacts) -> OrderFacts:
    tranche = order.tranche
    assert tranche is not None  # noqa: S101
    refused = tuple(
        InvalidNumber(am, "Numéro inconnu du service de calcul.") for _, line in order.lines() for am in line.am
    )
    invalid = FourInvalidLists(am_radiology=refused)
    return replace(order, tranche=replace(tranche, valid=FourLists(), invalid=invalid))


def too_much_aid(desk: Desk, today: date) -> Told:
    """R62: a practice near the ceiling of de minimis aids."""
    order = desk.order(market.RIS_OF_HELIORA, desk.practice(), signed_on=date(2026, 4, 7))
    aids = (DeMinimisAid(date(2024, 6, 12), Decimal("180000.00")), DeMinimisAid(date(2025, 3, 3), Decimal("119500.00")))
    return Told(orders=(_with_client(order, replace(order.clients[0], de_minimis=aids)),))


def refused_solution(desk: Desk, today: date) -> Told:
    """R23: three orders conditioned on a certificate that the ANS refused; one is withdrawn since."""
    days = (date(2026, 2, 24), date(2026, 4, 21), date(2026, 7, 28))
    first, *others = (desk.order(market.BRIDGE_OF_ORPHANE, desk.hospital(), signed_on=day) for day in days)
    reason = "Solution refusée par l’ANS : la commande était conditionnée à son certificat."
    return Told(orders=(ended(first, "withdrawn", datetime(2026, 9, 21, 11, 30, tzinfo=PARIS), reason), *others))


def _with_line(order: OrderFacts, line: LineFacts) -> OrderFacts:
    client = order.clients[0]
    return _with_client(order, replace(client, lines=(*client.lines, line)))


def _with_client(order: OrderFacts, client: ClientFacts) -> OrderFacts:
    return replace(order, clients=(client, *order.clients[1:]))
