"""Issuing an order form once the texts have nothing against it; the estimate that this needs is funding's."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from funding.selectors.order_review import issue_blockers, reviewed
from funding.selectors.order_sheet import order_sheet
from orders.models import Order, OrderState
from orders.selectors.facts import with_form
from orders.services.life import issue_order
from orders.services.refusal import Refused


@transaction.atomic
def issue_reviewed_order(
    *,
    order_id: int,
    issued_on: date,
    now: datetime,
    as_it_is: bool = False,
    actor_id: int | None = None,
    version: int | None = None,
) -> Order:
    """Issue a draft that breaks no rule. ``as_it_is``: the form has left already, its errors are recorded with it.

    Raises Refused with every error of the form that does not concern its signatures, or what stops the issue.
    """
    order = with_form(Order.objects.all()).get(pk=order_id)
    if order.state == OrderState.DRAFT and not as_it_is and (version is None or version == order.version):
        blocking = issue_blockers(reviewed(order_sheet(order), now=now, issued_on=issued_on))
        if blocking:
            raise Refused(blocking)
    seen = order.version if version is None else version
    return issue_order(order_id=order_id, issued_on=issued_on, now=now, actor_id=actor_id, version=seen)
