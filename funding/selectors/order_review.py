"""The order form of a recorded order against the texts and the registers, with the estimate that is funding's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from funding.selectors.order_sheet import OrderSheet, estimate_for_guards
from orders.selectors.facts import solution_facts, supplier_facts
from orders.selectors.review import review_context, review_order
from segur.regulation.finding import Finding, errors

_OF_A_SIGNATURE = (".signed_on", ".signature")


def issue_blockers(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The errors that concern the issue of a form: all but those of its signatures, which come later."""
    return tuple(finding for finding in errors(findings) if not finding.path.endswith(_OF_A_SIGNATURE))


def reviewed(sheet: OrderSheet, *, now: datetime, issued_on: date | None = None) -> tuple[Finding, ...]:
    """Every finding of the order form; ``issued_on`` judges a draft as if it were issued that day."""
    facts = replace(sheet.facts, issued_on=issued_on) if issued_on else sheet.facts
    return review_order(
        facts,
        now=now,
        context=review_context(facts, estimate=estimate_for_guards(sheet.result)),
        programme=sheet.programme,
        supplier=supplier_facts(sheet.order.supplier),
        solution=solution_facts(sheet.order.solution),
    )
