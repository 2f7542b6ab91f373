"""Pilots (R65): three that conform, two of three, one of a DRIMbox."""

from __future__ import annotations

from datetime import date, timedelta

from funding.demo.orders import market
from funding.demo.orders.acts import Told
from funding.demo.orders.course import HALF, Course, moment
from funding.demo.orders.desk import Desk
from funding.demo.orders.ordinary import settle


def three_conforming(desk: Desk, today: date) -> Told:
    """R65: three pilots, then balances and first semesters: one at half performance, one late, one verified (R30)."""
    hospital, practice, other = desk.returning(desk.hospital()), desk.practice(), desk.hospital()
    half = Course(desk.order(market.RIS_OF_HELIORA, hospital, signed_on=date(2026, 1, 14)))
    half.advance(date(2026, 3, 24), date(2026, 4, 10), date(2026, 4, 29))
    half.verified(date(2026, 3, 27)).pilot(date(2026, 4, 1), date(2026, 4, 3), date(2026, 5, 6))
    half.invoiced(date(2026, 4, 13)).balance(date(2026, 6, 10), date(2026, 6, 30), date(2026, 7, 16))
    half.journal(1, date(2026, 10, 8), fed=HALF)
    half.semester(1, date(2026, 10, 9), date(2026, 10, 28), date(2026, 11, 17), fed=HALF).semesters(2)
    late = Course(desk.order(market.RIS_OF_HELIORA, practice, signed_on=date(2026, 1, 16)))
    late.advance(date(2026, 3, 25), date(2026, 4, 14), date(2026, 5, 4))
    late.verified(date(2026, 3, 31)).pilot(date(2026, 4, 7), date(2026, 4, 8), date(2026, 5, 27))
    late.invoiced(date(2026, 4, 16)).balance(date(2026, 6, 12), date(2026, 7, 2), date(2026, 7, 21))
    late.journal(1, moment(date(2026, 11, 2), 9, 12)).semesters(2)
    checked = Course(desk.order(market.RIS_OF_HELIORA, other, signed_on=date(2026, 1, 20)))
    checked.advance(date(2026, 3, 26), date(2026, 4, 15), date(2026, 5, 5))
    checked.verified(date(2026, 4, 14)).pilot(date(2026, 4, 16), date(2026, 4, 17), date(2026, 6, 4))
    checked.happens("pilot_published", date(2026, 6, 9))
    checked.invoiced(date(2026, 4, 20)).balance(date(2026, 6, 15), date(2026, 7, 7), date(2026, 7, 24))
    checked.journal(1, date(2026, 11, 10)).semester(1, date(2026, 11, 12), date(2026, 12, 2), date(2026, 12, 17))
    checked.happens("ans_verification_opened", date(2026, 11, 19), semester=1).semesters(2)
    return Told(orders=(half.told, late.told, checked.told))


def two_of_three(desk: Desk, today: date) -> Told:
    """R65: a third report that does not conform holds the balances of a distributor; R26: one end is attested."""
    signed = (date(2026, 2, 4), date(2026, 2, 18), date(2026, 4, 1))
    clients = (desk.returning(desk.hospital()), desk.practice(), desk.returning(desk.hospital()))
    orders = [
        desk.order(market.RIS_OF_CARENE, client, signed_on=day) for client, day in zip(clients, signed, strict=True)
    ]
    first, second, third = map(Course, orders)
    first.advance(date(2026, 4, 2), date(2026, 4, 21), date(2026, 5, 7)).verified(date(2026, 5, 19))
    first.pilot(date(2026, 5, 21), date(2026, 5, 22), date(2026, 7, 2))
    first.happens("completion_attested", date(2026, 11, 18))
    second.advance(date(2026, 4, 9), date(2026, 4, 28), date(2026, 5, 13)).verified(date(2026, 6, 24))
    second.pilot(date(2026, 7, 1), date(2026, 7, 3), date(2026, 9, 22))
    third.advance(date(2026, 5, 6), date(2026, 5, 27), date(2026, 6, 15)).verified(date(2026, 8, 27))
    third.pilot(date(2026, 9, 2), date(2026, 9, 4))
    third.happens(
        "pilot_report_nonconforming",
        date(2026, 11, 5),
        siren=clients[2].siren,
        reason="La signature du représentant légal manque en page 3.",
    )
    third.pilot(date(2026, 12, 8), date(2026, 12, 10), date(2027, 1, 20))
    invoiced = (date(2026, 5, 28), date(2026, 7, 8), date(2026, 9, 8))
    told = (
        settle(course.invoiced(day), order, rank, invoiced=day).told
        for rank, (course, order, day) in enumerate(zip((first, second, third), orders, invoiced, strict=True))
    )
    return Told(orders=tuple(told))


def one_of_a_drimbox(desk: Desk, today: date) -> Told:
    """R65: one pilot conforms, one waits for the ANS, the third is just signed."""
    signed = (date(2026, 2, 11), date(2026, 3, 10), date(2026, 4, 29))
    orders = [desk.order(market.BOX_OF_HELIORA, desk.hospital(), signed_on=day) for day in signed]
    received = (date(2026, 5, 12), date(2026, 5, 19), date(2026, 6, 2))
    verified = (date(2026, 7, 15), date(2026, 10, 29), date(2026, 11, 17))
    reports = (
        (date(2026, 7, 17), date(2026, 7, 20), date(2026, 10, 2)),
        (date(2026, 11, 9), date(2026, 11, 13), date(2027, 1, 14)),
        (date(2026, 11, 19), date(2026, 11, 27), date(2027, 2, 10)),
    )
    told = []
    for rank, order in enumerate(orders):
        course = Course(order)
        answered = received[rank] + timedelta(days=24)
        course.advance(received[rank], answered, answered + timedelta(days=18))
        course.verified(verified[rank]).pilot(*reports[rank])
        invoiced = verified[rank] + timedelta(days=5)
        told.append(settle(course.invoiced(invoiced), order, rank, invoiced=invoiced).told)
    return Told(orders=tuple(told))
