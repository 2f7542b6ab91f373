"""The rules of the order form, as small guards that return findings (R10, R13-R17, R22, R23, R33-R41, R52, R62)."""

from orders.domain.order_form.context import Form, FundedNumber, ReviewContext, TrancheEstimate
from orders.domain.order_form.parties import Headroom, de_minimis_headroom
from orders.domain.order_form.review import GUARDS, review

__all__ = [
    "GUARDS",
    "Form",
    "FundedNumber",
    "Headroom",
    "ReviewContext",
    "TrancheEstimate",
    "de_minimis_headroom",
    "review",
]
