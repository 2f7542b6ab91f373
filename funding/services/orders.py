"""What screens do to an order form: the service of the order, and the dossier that follows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import ParamSpec, cast

from django.db import transaction

from funding.selectors.order_review import issue_blockers, reviewed
from funding.selectors.order_sheet import order_sheet
from funding.services.dossiers import refresh_dossiers
from orders.models import Order, OrderState
from orders.selectors.facts import with_form
from orders.services import edition, life, recording
from orders.services.life import issue_order
from orders.services.refusal import Refused

P = ParamSpec("P")


def followed(act: Callable[P, Order]) -> Callable[P, Order]:
    """A service that changes an order at ``now``, and the order's dossier in the same transaction."""

    @wraps(act)
    def done(*args: P.args, **given: P.kwargs) -> Order:
        with transaction.atomic():
            order = act(*args, **given)
            refresh_dossiers([order], now=cast(datetime, given["now"]))
        return order

    return done


create_order = followed(recording.create_order)
update_draft = followed(edition.update_draft)
correct_order = followed(edition.correct_order)
sign_client = followed(life.sign_client)
cancel_order = followed(life.cancel_order)
withdraw_order = followed(life.withdraw_order)


@followed
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
