"""Enrolments as the order file tells them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from funding.models import Enrolment
from orders.domain.snapshot import EnrolmentFacts, EnrolmentKind

_COLUMNS = ("solution_id", "kind", "early", "submitted_on", "validated_on", "finalised_on")


def record_enrolments(
    given: Iterable[EnrolmentFacts],
    suppliers: Mapping[str, int],
    solutions: Mapping[str, int],
    *,
    now: datetime,
) -> tuple[int, int]:
    """Create or update enrolments, known by supplier and number; how many were created and how many changed.

    ``suppliers``: primary keys by SIRET; ``solutions``: primary keys by key. Must run in the caller's transaction.
    """
    known = {
        (row.supplier_id, row.number): row for row in Enrolment.objects.select_for_update().order_by("pk").iterator()
    }
    created, changed = [], []
    for facts in given:
        supplier_id = suppliers[facts.supplier]
        values = {
            "solution_id": solutions[facts.solution],
            "kind": str(facts.kind),
            "early": facts.early,
            "submitted_on": facts.submitted_on,
            "validated_on": facts.validated_on,
            "finalised_on": facts.finalised_on,
        }
        row = known.get((supplier_id, facts.number))
        if row is None:
            created.append(Enrolment(supplier_id=supplier_id, number=facts.number, recorded_at=now, **values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changed.append(row)
    Enrolment.objects.bulk_create(created)
    Enrolment.objects.bulk_update(changed, [name.removesuffix("_id") for name in _COLUMNS], batch_size=500)
    return len(created), len(changed)


def enrolments_of(programme: str | None) -> Iterator[EnrolmentFacts]:
    """The enrolments of every solution, or of those of one programme, in a stable sequence."""
    rows = Enrolment.objects.select_related("supplier", "solution").order_by("supplier__siret", "number")
    if programme is not None:
        rows = rows.filter(solution__programme=programme)
    for row in rows:
        yield EnrolmentFacts(
            supplier=row.supplier.siret,
            solution=row.solution.key,
            number=row.number,
            kind=EnrolmentKind(row.kind),
            early=row.early,
            submitted_on=row.submitted_on,
            validated_on=row.validated_on,
            finalised_on=row.finalised_on,
        )
