"""After the delivery: journals, a termination, data to hand over; and money that the ASP asks back (R26, R29, R72)."""

from __future__ import annotations

from datetime import date, timedelta

from funding.demo.orders import market
from funding.demo.orders.acts import Told
from funding.demo.orders.course import Course
from funding.demo.orders.desk import Desk, working_day
from funding.demo.orders.ordinary import after_advance


def first_journals(desk: Desk, today: date) -> Told:
    """R29: journals due on 30/11/2026: to be sent, refused by the ANS and to send again, sent with its request."""
    due = _in_secondary(desk, date(2026, 1, 26), va_on=date(2026, 4, 21))
    due.journal(1, date(2026, 11, 26)).semester(1, date(2026, 11, 27), date(2026, 12, 16), date(2027, 1, 5))
    refused = _in_secondary(desk, date(2026, 1, 28), va_on=date(2026, 4, 23))
    refused.journal(1, date(2026, 11, 4))
    refused.happens("journal_nonconforming", date(2026, 11, 17), semester=1, reason="T n’est pas Tm + Te.")
    refused.journal(1, date(2026, 11, 26)).semester(1, date(2026, 11, 27), date(2026, 12, 17), date(2027, 1, 6))
    sent = _in_secondary(desk, date(2026, 1, 29), va_on=date(2026, 4, 28))
    sent.journal(1, date(2026, 11, 5)).semester(1, date(2026, 11, 6))
    sent.happens("semester_change_requested", date(2026, 11, 18), semester=1, reason="Le RIB joint a expiré.")
    sent.semester(1, date(2026, 11, 27), date(2026, 12, 15), date(2027, 1, 5))
    return Told(orders=(due.semesters(2).told, refused.semesters(2).told, sent.semesters(2).told))


def terminations(desk: Desk, today: date) -> Told:
    """R71: a client leaves in its second semester, another one in its first; what was begun is claimed."""
    second = _in_secondary(desk, date(2026, 2, 2), va_on=date(2026, 4, 15))
    second.journal(1, date(2026, 11, 3)).semester(1, date(2026, 11, 4), date(2026, 11, 19), date(2026, 12, 8))
    second.happens("terminated", date(2026, 11, 20), last_activity_on=date(2026, 11, 13))
    second.journal(2, date(2026, 12, 3)).closing_invoice(date(2026, 12, 3))
    second.semester(2, date(2026, 12, 4), date(2026, 12, 21), date(2027, 1, 12))
    first = _in_secondary(desk, date(2026, 3, 4), va_on=date(2026, 9, 23))
    first.happens("terminated", date(2027, 2, 10), last_activity_on=date(2027, 1, 31))
    first.journal(1, date(2027, 2, 15)).closing_invoice(date(2027, 2, 15))
    first.semester(1, date(2027, 2, 16), date(2027, 3, 9), date(2027, 3, 24))
    return Told(orders=(second.told, first.told))


def portability(desk: Desk, today: date) -> Told:
    """R19: a client asks for its data, which are due within 45 days."""
    order = desk.order(market.RIS_OF_HELIORA, desk.hospital(), signed_on=date(2026, 5, 28))
    course = Course(order).advance(date(2026, 6, 16), date(2026, 7, 8), date(2026, 7, 27))
    siren = order.clients[0].siren
    course.happens("portability_requested", date(2026, 11, 3), siren=siren)
    course.happens("portability_delivered", date(2026, 12, 10), siren=siren)
    return Told(orders=(after_advance(course, order, 3, validated=date(2026, 7, 8)).told,))


def ends_declared(desk: Desk, today: date) -> Told:
    """R26: an end attested before a balance that comes after Date 5, and one that cannot be: the advance goes back."""
    order = desk.order(market.RIS_OF_HELIORA, desk.returning(desk.hospital()), signed_on=date(2026, 4, 22))
    attested = Course(order).advance(date(2026, 5, 18), date(2026, 6, 11), date(2026, 6, 29))
    attested.verified(date(2026, 11, 19)).happens("completion_attested", date(2026, 11, 20))
    attested.invoiced(date(2027, 6, 1)).balance(date(2027, 7, 5), date(2027, 7, 28), date(2027, 8, 17)).semesters()
    given_up = desk.order(market.RIS_OF_CARENE, desk.hospital(), signed_on=date(2026, 6, 10))
    impossible = Course(given_up).advance(date(2026, 7, 1), date(2026, 7, 24), date(2026, 8, 11))
    reason = "Le PACS du site ne peut pas être remplacé avant la Date 5."
    impossible.happens("completion_impossible", date(2026, 11, 17), reason=reason)
    impossible.happens("client_informed", date(2026, 11, 18), siren=given_up.clients[0].siren, about="completion")
    noticed = {"reason": "Prestation principale non réalisée à la Date 5.", "answer_by": date(2027, 7, 28)}
    impossible.happens("formal_notice", date(2027, 6, 28), **noticed)
    _ordered(impossible, date(2027, 9, 15), "Avance sans prestation réalisée.")
    impossible.happens("repaid", date(2027, 10, 20), amount=impossible.advance_amount)
    return Told(orders=(attested.told, impossible.told))


def withdrawn_solution(desk: Desk, today: date) -> Told:
    """R72: the ANS withdraws a solution once advances are paid; the ASP asks them back, one is returned already."""
    days = (date(2026, 1, 20), date(2026, 2, 3), date(2026, 2, 16))
    first, second, third = (Course(desk.order(market.BOX_WITHDRAWN, desk.hospital(), signed_on=day)) for day in days)
    first.advance(date(2026, 4, 1), date(2026, 4, 22), date(2026, 5, 11))
    second.advance(date(2026, 4, 7), date(2026, 4, 29), date(2026, 5, 18))
    third.advance(date(2026, 4, 20), date(2026, 5, 13))
    third.happens("withdrawn", date(2026, 10, 27), reason="L’ANS a retiré le référencement de la solution.")
    for course in (first, second):
        noticed = {"reason": "Référencement de la solution retiré par l’ANS.", "answer_by": date(2026, 11, 6)}
        course.happens("formal_notice", date(2026, 10, 16), **noticed)
        _ordered(course, date(2026, 11, 12), "Référencement retiré : totalité de l’avance.")
    second.happens("repaid", date(2026, 11, 20), amount=second.advance_amount)
    return Told(orders=(first.told, second.told, third.told))


def _ordered(course: Course, day: date, reason: str) -> None:
    course.happens("repayment_ordered", day, amount=course.advance_amount, reason=reason)


def _in_secondary(desk: Desk, signed_on: date, *, va_on: date) -> Course:
    """An order of the first months, delivered, whose balance is paid."""
    order = desk.order(market.RIS_OF_HELIORA, desk.returning(desk.hospital()), signed_on=signed_on)
    course = Course(order).advance(date(2026, 3, 30), date(2026, 4, 20), date(2026, 5, 7))
    invoiced = working_day(max(va_on + timedelta(days=5), date(2026, 6, 10)))
    received = working_day(invoiced + timedelta(days=6))
    validated = working_day(received + timedelta(days=20))
    paid = working_day(validated + timedelta(days=16))
    return course.verified(va_on).invoiced(invoiced).balance(received, validated, paid)
