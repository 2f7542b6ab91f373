"""Numbers that two orders name (R42 to R48): open, decided, contested, funded elsewhere.

The order that holds a number lives on; the one that waits for it files nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from funding.demo.orders import market
from funding.demo.orders.acts import Contest, Decide, Funded, Told
from funding.demo.orders.desk import Desk, Terms, ended
from funding.demo.orders.ordinary import ordinary_life
from funding.demo.orders.territory import Organisation
from funding.demo.people import Establishment
from orders.domain.uniqueness import Situation
from orders.services.decisions import Decision
from segur.regulation.dates import PARIS


def doctor_of_two_practices(desk: Desk, today: date) -> Told:
    """R43: an AM on the orders of two suppliers. One waits and is contested by the ASP, whose answer is due (F2)."""
    first, second = desk.practice(), desk.practice()
    held = desk.order(market.RIS_OF_HELIORA, first, signed_on=date(2026, 1, 14))
    claiming = desk.order(market.RIS_OF_ORPHANE, _counting_doctor(second, first), signed_on=date(2026, 1, 21))
    contest = Contest(
        supplier=claiming.supplier,
        order=claiming.number,
        kind="am",
        value=_main_am(first),
        reason="Un numéro AM figure sur les commandes de deux fournisseurs : l’ASP demande qui le valorise.",
        ago=timedelta(days=6, hours=3),
    )
    return Told(orders=(ordinary_life(held, 1), claiming), contests=(contest,))


def answered_contest(desk: Desk, today: date) -> Told:
    """F2: contested four weeks ago, answered within ten working days; the conflict itself still waits."""
    first, second = desk.practice(), desk.practice()
    held = desk.order(market.RIS_OF_CARENE, first, signed_on=date(2026, 1, 15))
    claiming = desk.order(market.RIS_OF_HELIORA, _counting_doctor(second, first), signed_on=date(2026, 1, 27))
    contest = Contest(
        supplier=claiming.supplier,
        order=claiming.number,
        kind="am",
        value=_main_am(first),
        reason="L’ASP conteste un numéro AM valorisé par deux cabinets.",
        ago=timedelta(days=26, hours=4),
        answered_ago=timedelta(days=17, hours=2),
    )
    return Told(orders=(ordinary_life(held, 1), claiming), contests=(contest,))


def radiology_and_mixed(desk: Desk, today: date) -> Told:
    """R43: one order counts a site for both activities, another for radiology alone: radiology is contested."""
    mixed, other = desk.hospital(nuclear=True), desk.hospital()
    held = desk.order(market.RIS_OF_HELIORA, mixed, signed_on=date(2026, 1, 20))
    radiology_only = replace(mixed.sites[0], nuclear=0)
    claiming = desk.order(market.RIS_OF_ORPHANE, _counting_site(other, radiology_only), signed_on=date(2026, 2, 10))
    return Told(orders=(ordinary_life(held, 4), claiming))


def one_instance_twice(desk: Desk, today: date) -> Told:
    """R42: one installation of a RIS is funded once; nothing can be excluded, one of the two orders stops."""
    held = desk.order(market.RIS_OF_HELIORA, desk.hospital(), signed_on=date(2026, 3, 17))
    claiming = desk.order(market.RIS_OF_CARENE, desk.hospital(), signed_on=date(2026, 5, 5))
    return Told(orders=(ordinary_life(held, 6), replace(claiming, instance=held.instance)))


def boxes_of_one_client(desk: Desk, today: date) -> Told:
    """R44: a second DRIMbox of one SIREN, on other sites; R45: one PACS on two orders."""
    client = desk.hospital(sites=2)
    main, *annexes = client.sites
    held = desk.order(market.BOX_OF_HELIORA, replace(client, sites=(main,)), signed_on=date(2026, 3, 3))
    annex = replace(client, sites=tuple(annexes))
    same_siren = desk.order(market.BOX_OF_ORPHANE, annex, signed_on=date(2026, 6, 30))
    same_siren = replace(same_siren, pacs=f"{same_siren.pacs}-ANNEXE")
    shared = desk.order(market.BOX_OF_HELIORA, desk.hospital(), signed_on=date(2026, 4, 15))
    same_pacs = desk.order(market.BOX_OF_CARENE, desk.hospital(), signed_on=date(2026, 7, 2))
    same_pacs = replace(same_pacs, pacs=shared.pacs)
    return Told(orders=(ordinary_life(held, 2), same_siren, ordinary_life(shared, 5), same_pacs))


def numbers_of_two_boxes(desk: Desk, today: date) -> Told:
    """R44, R45: a FINESS, and an AM, on two DRIMbox orders."""
    hospital, practice = desk.hospital(), desk.practice()
    first = desk.order(market.BOX_OF_HELIORA, hospital, signed_on=date(2026, 2, 5))
    neighbour = _counting_site(desk.hospital(), hospital.sites[0])
    second = desk.order(market.BOX_OF_ORPHANE, neighbour, signed_on=date(2026, 3, 26))
    third = desk.order(market.BOX_OF_CARENE, practice, signed_on=date(2026, 5, 28))
    colleagues = _counting_doctor(desk.practice(), practice)
    fourth = desk.order(market.BOX_OF_ORPHANE, colleagues, signed_on=date(2026, 9, 1))
    return Told(orders=(ordinary_life(first, 7), second, ordinary_life(third, 8), fourth))


def funded_elsewhere(desk: Desk, today: date) -> Told:
    """R43: a number that another supplier's order was paid for; it cannot be transferred, only left out."""
    practice, hospital = desk.practice(), desk.hospital()
    ris = desk.order(market.RIS_OF_HELIORA, practice, signed_on=date(2026, 2, 12))
    box = desk.order(market.BOX_OF_ORPHANE, hospital, signed_on=date(2026, 5, 21))
    return Told(
        orders=(ris, box),
        funded=(
            Funded(market.RIS, "am", _main_am(practice), "", "Commande ALT-2026-0088 d’un autre fournisseur"),
            Funded(market.DRIMBOX, "finess", hospital.sites[0].finess, "", "Commande NX-1120 d’un autre fournisseur"),
        ),
    )


def excluded(desk: Desk, today: date) -> Told:
    """R43, R48: the doctor left for another practice after 2023; the one he left counts him."""
    left, joined = desk.practice(), desk.practice()
    held = desk.order(market.RIS_OF_HELIORA, left, signed_on=date(2026, 1, 16))
    claiming = desk.order(
        market.RIS_OF_CARENE,
        _counting_doctor(joined, left),
        signed_on=date(2026, 1, 29),
        terms=Terms(left_out=(_main_am(left),)),
    )
    decision = Decide(
        programme=market.RIS,
        kind="am",
        value=_main_am(left),
        decision=Decision.EXCLUDE,
        reason="Parti en 2024 : le cabinet quitté valorise son activité de 2023.",
        situation=Situation.LEFT_TO_ANOTHER,
        ago=timedelta(days=19, hours=5),
    )
    return Told(orders=(held, claiming), decisions=(decision,))


def dismissed(desk: Desk, today: date) -> Told:
    """R44: looked at, and no duplicate: two DRIMbox of one site, one for each of its PACS."""
    hospital = desk.hospital()
    held = desk.order(market.BOX_OF_HELIORA, hospital, signed_on=date(2026, 1, 19))
    neighbour = _counting_site(desk.hospital(), hospital.sites[0])
    second = desk.order(market.BOX_OF_CARENE, neighbour, signed_on=date(2026, 1, 28))
    decision = Decide(
        programme=market.DRIMBOX,
        kind="finess",
        value=hospital.sites[0].finess,
        decision=Decision.DISMISS,
        reason="Vérifié avec les deux directions : le site a été scindé, l’ANS a confirmé les deux installations.",
        ago=timedelta(days=15, hours=6),
    )
    return Told(orders=(held, second), decisions=(decision,))


def transferred(desk: Desk, today: date) -> Told:
    """R43: the holder is withdrawn; the order that waits for the number takes it by decision."""
    first, second = desk.practice(), desk.practice()
    held = desk.order(market.RIS_OF_ORPHANE, first, signed_on=date(2026, 1, 22))
    held = ended(
        held,
        "withdrawn",
        datetime(2026, 7, 6, 15, 20, tzinfo=PARIS),
        "Le cabinet rejoint le regroupement voisin et renonce à son projet.",
    )
    claiming = desk.order(market.RIS_OF_HELIORA, _counting_doctor(second, first), signed_on=date(2026, 5, 7))
    decision = Decide(
        programme=market.RIS,
        kind="am",
        value=_main_am(first),
        decision=Decision.TRANSFER,
        reason="Commande retirée : le regroupement valorise l’activité de 2023.",
        situation=Situation.TAKEOVER,
        ago=timedelta(days=12, hours=2),
        after_let_go=True,
    )
    return Told(orders=(held, claiming), decisions=(decision,))


def released(desk: Desk, today: date) -> Told:
    """R43, R48: the holder gives the number up to the practice that took the other one over."""
    bought, buyer = desk.practice(), desk.practice()
    held = desk.order(
        market.RIS_OF_HELIORA, bought, signed_on=date(2026, 1, 23), terms=Terms(left_out=(_main_am(bought),))
    )
    claiming = desk.order(market.RIS_OF_ORPHANE, _counting_doctor(buyer, bought), signed_on=date(2026, 1, 30))
    decision = Decide(
        programme=market.RIS,
        kind="am",
        value=_main_am(bought),
        decision=Decision.RELEASE,
        reason="Accord des deux cabinets : le repreneur valorise le médecin.",
        situation=Situation.TAKEOVER,
        ago=timedelta(days=9, hours=7),
    )
    return Told(orders=(held, claiming), decisions=(decision,))


def _main_am(practice: Organisation) -> str:
    """The AM of the first doctor at the first place of practice."""
    am, _ = practice.doctors[0].radiology[0]
    return am


def _counting_doctor(practice: Organisation, other: Organisation) -> Organisation:
    """``practice`` as it counts the first doctor of another one, by the AM of one place."""
    doctor = other.doctors[0]
    shared = replace(doctor, radiology=doctor.radiology[:1])
    return replace(practice, doctors=(*practice.doctors, shared))


def _counting_site(hospital: Organisation, site: Establishment) -> Organisation:
    """``hospital`` as it counts a site of another one."""
    return replace(hospital, sites=(*hospital.sites, site))
