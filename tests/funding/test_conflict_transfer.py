"""R42-R45: a claimant that is funded while another merely holds the number is proposed its transfer."""

from __future__ import annotations

import pytest

from funding.selectors.conflicts import conflict_case
from funding.services.life import record_fact
from funding.views.conflict_words import comparison, decision_rows
from orders.models import Conflict, Order
from segur.regulation.dates import parse_instant
from tests.funding.conflict_pages import FIRST, SECOND, contested

pytestmark = pytest.mark.django_db
FILED, VALIDATED = parse_instant("2026-09-01T10:00"), parse_instant("2026-09-20T00:30")


def fund(order: Order) -> None:
    for type, at in (("advance_submitted", FILED), ("advance_validated", VALIDATED)):
        record_fact(order_id=order.pk, type=type, at=at, now=parse_instant("2026-11-24T09:00"))


def proposed(conflict: Conflict) -> list[str]:
    return [row.key for row in decision_rows(conflict_case(conflict.pk), None, "") if row.is_proposed]


def test_nothing_is_proposed_while_nobody_is_funded() -> None:
    _, _, conflict = contested()
    assert proposed(conflict) == []
    assert "Avance validée le" not in [row.label for row in comparison(conflict_case(conflict.pk))]


def test_the_transfer_to_the_funded_claimant_is_proposed_with_its_reason() -> None:
    _, second, conflict = contested()
    fund(second)
    assert proposed(conflict) == [f"transfer:{second.pk}"]
    case = conflict_case(conflict.pk)
    (row,) = [row for row in decision_rows(case, None, "") if row.is_proposed]
    assert row.is_chosen
    assert row.details.startswith(
        f"L’avance de {SECOND} est validée depuis le 20 septembre 2026\u00a0: son financement passe avant."
    )
    (told,) = [row for row in comparison(case) if row.label == "Avance validée le"]
    assert [cell.text for _, cell in told.cells] == ["—", "20 sept. 2026"]
    conflict.refresh_from_db()
    assert (conflict.status, conflict.holder.number) == ("open", FIRST)


def test_a_choice_of_the_person_goes_before_the_proposal() -> None:
    _, second, conflict = contested()
    fund(second)
    rows = decision_rows(conflict_case(conflict.pk), None, "keep")
    assert [row.key for row in rows if row.is_chosen] == ["keep"]


def test_a_holder_that_is_funded_too_keeps_the_number_until_somebody_decides() -> None:
    first, second, conflict = contested()
    fund(first)
    fund(second)
    assert proposed(conflict) == []
