"""The order form against the texts: every guard, in the sequence of the form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from orders.domain.order_form import activities, amounts, dates, parties, scope, tranche
from orders.domain.order_form.context import Form, ReviewContext
from orders.domain.snapshot import OrderFacts, SolutionFacts, SupplierFacts
from segur.regulation.finding import Finding
from segur.regulation.schema import Programme

Guard = Callable[[Form], Iterator[Finding]]

GUARDS: tuple[Guard, ...] = (
    dates.issued_after_date_0,
    dates.signed_until_date_4,
    dates.signed_after_issue,
    dates.conditional_mention,
    dates.within_120_days,
    scope.prestation_of_programme,
    scope.update_of_existing_installation,
    scope.wave_1_and_2_eligibility,
    scope.named_installation,
    scope.identities,
    scope.half_connectors,
    amounts.two_lines,
    amounts.above_zero,
    amounts.under_ceilings,
    amounts.vat_of_supplier,
    tranche.tranche_recorded,
    tranche.tranche_against_estimate,
    tranche.tranche_on_the_same_numbers,
    tranche.invalid_numbers,
    tranche.client_activity,
    parties.has_clients_and_lines,
    parties.signature_mode,
    parties.one_principal,
    parties.de_minimis,
    parties.not_conditioned,
    activities.identifier_shapes_and_keys,
    activities.unusual_am_keys,
    activities.numbers_once,
    activities.doctor_has_one_activity,
    activities.liberal_practice_counts_by_am,
    activities.eligible_structures,
    activities.eligible_doctors,
)


def review(
    order: OrderFacts,
    *,
    programme: Programme,
    supplier: SupplierFacts | None,
    solution: SolutionFacts | None,
    context: ReviewContext,
    now: datetime,
) -> tuple[Finding, ...]:
    """Everything the texts say of an order form at an instant.

    Errors block the action they concern; what could not be checked is a note. Paths are those of the order file,
    relative to the order. ``now`` is aware; facts dated later than ``now`` are those of the caller to leave out.
    """
    form = Form(order, programme, supplier, solution, context, now)
    return tuple(finding for guard in GUARDS for finding in guard(form))
