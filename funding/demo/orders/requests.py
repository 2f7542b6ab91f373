"""Requests that the ASP received, sent back, refused, or received too late (F1, R24, R64 to R68)."""

from __future__ import annotations

from datetime import date

from funding.demo.orders import market
from funding.demo.orders.acts import Told
from funding.demo.orders.course import Course, moment
from funding.demo.orders.desk import Desk
from funding.demo.orders.ordinary import after_advance, settle

DATE_4 = date(2026, 11, 10)


def incomplete_deposits(desk: Desk, today: date) -> Told:
    """F1: papers never accepted; papers accepted two weeks later; a JSON that was not read the first time."""
    never = Course(desk.order(market.BOX_OF_HELIORA, desk.hospital(), signed_on=date(2026, 9, 24)))
    never.happens("advance_submitted", date(2026, 11, 6), json_accepted=True, attachments_accepted=False)
    never.happens("advance_rejected", date(2026, 12, 16), reason="Pièces non acceptées à la Date 4.")
    never.happens("closed_after_rejection", date(2027, 1, 11), reason="La demande ne peut plus être déposée.")
    second = desk.order(market.RIS_OF_CARENE, desk.hospital(), signed_on=date(2026, 10, 2))
    later = Course(second)
    later.happens("advance_submitted", date(2026, 10, 22), json_accepted=True, attachments_accepted=False)
    later.happens("advance_attachments_accepted", date(2026, 11, 4))
    later.advance_answered(date(2026, 12, 2), date(2026, 12, 18))
    third = desk.order(market.RIS_OF_HELIORA, desk.practice(), signed_on=date(2026, 9, 29))
    unread = Course(third)
    unread.happens("advance_submitted", date(2026, 10, 20), json_accepted=False, attachments_accepted=False)
    unread.advance(date(2026, 10, 27), date(2026, 11, 20), date(2026, 12, 8))
    return Told(
        orders=(
            never.told,
            after_advance(later, second, 3, validated=date(2026, 12, 2)).told,
            after_advance(unread, third, 5, validated=date(2026, 11, 20)).told,
        )
    )


def changes_asked(desk: Desk, today: date) -> Told:
    """R64: the ASP asks for a change; one answer is being prepared, the other was accepted."""
    waiting = desk.order(market.BOX_OF_ORPHANE, desk.hospital(), signed_on=date(2026, 9, 10))
    first = Course(waiting).advance(date(2026, 10, 5))
    first.happens("advance_change_requested", date(2026, 11, 13), reason="Le SIREN du JSON n’est pas celui du bon.")
    first.advance(date(2026, 11, 30), date(2026, 12, 18), date(2027, 1, 8))
    answered = desk.order(market.RIS_OF_HELIORA, desk.hospital(), signed_on=date(2026, 8, 6))
    second = Course(answered).advance(date(2026, 9, 8))
    second.happens("advance_change_requested", date(2026, 10, 1), reason="La page 2 du bon de commande est illisible.")
    second.advance(date(2026, 10, 12), date(2026, 11, 3), date(2026, 11, 19))
    return Told(
        orders=(
            after_advance(first, waiting, 8, validated=date(2026, 12, 18)).told,
            after_advance(second, answered, 2, validated=date(2026, 11, 3)).told,
        )
    )


def rejected(desk: Desk, today: date) -> Told:
    """R64: an advance refused, another one closed after that, a third filed again and accepted."""
    stays = Course(desk.order(market.BOX_OF_CARENE, desk.hospital(), signed_on=date(2026, 8, 27)))
    stays.advance(date(2026, 9, 17))
    stays.happens("advance_rejected", date(2026, 11, 5), reason="Le bon de commande n’est pas au nom du client.")
    stays.happens("closed_after_rejection", date(2027, 1, 15), reason="La Date 4 est passée.")
    closed = Course(desk.order(market.RIS_OF_HELIORA, desk.practice(), signed_on=date(2026, 7, 9)))
    closed.advance(date(2026, 7, 29))
    closed.happens("advance_rejected", date(2026, 8, 27), reason="Le cabinet n’exerce pas d’activité éligible.")
    closed.happens("closed_after_rejection", date(2026, 10, 14), reason="Le cabinet ne conteste pas le rejet.")
    again = desk.order(market.RIS_OF_HELIORA, desk.hospital(), signed_on=date(2026, 6, 18))
    third = Course(again).advance(date(2026, 7, 3))
    third.happens("advance_rejected", date(2026, 7, 21), reason="La signature d’un client manque.")
    third.advance(date(2026, 8, 17), date(2026, 9, 9), date(2026, 9, 25))
    return Told(orders=(stays.told, closed.told, after_advance(third, again, 4, validated=date(2026, 9, 9)).told))


def around_date_4(desk: Desk, today: date) -> Told:
    """R24: received at Date 4 on the second, and one second later."""
    in_time = desk.order(market.RIS_OF_HELIORA, desk.hospital(), signed_on=date(2026, 10, 30))
    first = Course(in_time).advance(moment(DATE_4, 12), date(2026, 12, 14), date(2027, 1, 5))
    too_late = Course(desk.order(market.RIS_OF_CARENE, desk.practice(), signed_on=date(2026, 11, 4)))
    too_late.advance(moment(DATE_4, 12, 0, 1))
    too_late.happens("advance_rejected", date(2026, 12, 9), reason="Demande reçue après la Date 4.")
    too_late.happens("closed_after_rejection", date(2027, 1, 20), reason="La demande est irrecevable.")
    return Told(orders=(after_advance(first, in_time, 1, validated=date(2026, 12, 14)).told, too_late.told))


def deliveries(desk: Desk, today: date) -> Told:
    """R66: two clients share a RIS; one of them has not signed its VA yet, elsewhere both have."""
    half = desk.order(market.RIS_OF_HELIORA, desk.hospital(), desk.practice(), signed_on=date(2026, 7, 16))
    first = Course(half).advance(date(2026, 8, 4), date(2026, 8, 28), date(2026, 9, 14))
    first.verified(date(2026, 11, 12), date(2026, 12, 4)).invoiced(date(2026, 12, 8))
    whole = desk.order(market.RIS_OF_HELIORA, desk.hospital(), desk.hospital(), signed_on=date(2026, 6, 25))
    second = Course(whole).advance(date(2026, 7, 20), date(2026, 8, 13), date(2026, 8, 31))
    second.verified(date(2026, 11, 5), date(2026, 11, 13)).invoiced(date(2026, 11, 19))
    return Told(
        orders=(
            settle(first, half, 1, invoiced=date(2026, 12, 8)).told,
            settle(second, whole, 2, invoiced=date(2026, 11, 23)).told,
        )
    )


def balances(desk: Desk, today: date) -> Told:
    """R68: balances received, validated and not paid yet, sent back, and refused."""
    signed = (date(2026, 5, 6), date(2026, 5, 20), date(2026, 6, 2), date(2026, 6, 9))
    courses = []
    for day, month in zip(signed, (5, 6, 6, 7), strict=True):
        course = Course(desk.order(market.RIS_OF_HELIORA, desk.returning(desk.hospital()), signed_on=day))
        courses.append(course.advance(date(2026, month, 25), date(2026, month + 1, 20), date(2026, month + 2, 6)))
    received, validated, changed, refused = courses
    received.verified(date(2026, 10, 20)).invoiced(date(2026, 11, 9))
    received.balance(date(2026, 11, 16), date(2026, 12, 7), date(2026, 12, 22)).semesters()
    validated.verified(date(2026, 11, 3)).invoiced(date(2026, 11, 5))
    validated.balance(date(2026, 11, 6), date(2026, 11, 20), date(2026, 12, 10)).semesters()
    changed.verified(date(2026, 9, 24)).invoiced(date(2026, 9, 29)).balance(date(2026, 10, 6))
    changed.happens("balance_change_requested", date(2026, 11, 12), reason="La facture est au nom d’un autre site.")
    changed.balance(date(2026, 11, 26), date(2026, 12, 15), date(2027, 1, 7)).semesters()
    refused.verified(date(2026, 9, 17)).invoiced(date(2026, 9, 22)).balance(date(2026, 9, 30))
    refused.happens("balance_rejected", date(2026, 11, 17), reason="La VA jointe est celle d’un autre client.")
    refused.balance(date(2026, 12, 1), date(2026, 12, 21), date(2027, 1, 12)).semesters()
    return Told(orders=tuple(course.told for course in courses))
