"""The order file as it stood at an instant: what happened later is not in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from orders.domain.snapshot import ClientFacts, EnrolmentFacts, OrderFacts, SolutionFacts
from segur.regulation.dates import paris_date


def orders_known(orders: Iterable[OrderFacts], at: datetime) -> Iterator[OrderFacts]:
    """The orders issued by then, with the signatures and events of that time."""
    today = paris_date(at)
    for order in orders:
        if order.issued_on is None or order.issued_on > today:
            continue
        yield replace(
            order,
            clients=tuple(_client(client, today) for client in order.clients),
            events=tuple(event for event in order.events if event.at <= at),
        )


def solution_known(solution: SolutionFacts, at: datetime) -> SolutionFacts:
    """A solution with the decisions of that time."""
    today = paris_date(at)
    submitted = solution.complete_file_submitted_at
    return replace(
        solution,
        complete_file_submitted_at=submitted if submitted and submitted <= at else None,
        referenced_on=_until(solution.referenced_on, today),
        refused_on=_until(solution.refused_on, today),
        withdrawn_on=_until(solution.withdrawn_on, today),
    )


def enrolments_known(enrolments: Iterable[EnrolmentFacts], at: datetime) -> Iterator[EnrolmentFacts]:
    """The enrolments asked for by then, with the decisions of that time."""
    today = paris_date(at)
    for enrolment in enrolments:
        if _until(enrolment.submitted_on, today):
            yield replace(
                enrolment,
                validated_on=_until(enrolment.validated_on, today),
                finalised_on=_until(enrolment.finalised_on, today),
            )


def _client(client: ClientFacts, today: date) -> ClientFacts:
    if client.signed_on is not None and client.signed_on > today:
        return replace(client, signed_on=None, signature=None)
    return client


def _until(day: date | None, today: date) -> date | None:
    return day if day is not None and day <= today else None
