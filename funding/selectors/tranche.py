"""Reading the calculations that were kept, with the texts and the counts they were made with."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from funding.domain.tranche import LISTS, CountedNumber, Reason, RejectedNumber, TrancheResult
from funding.models import TrancheCalculation
from segur.regulation.finding import Finding, Severity
from segur.regulation.schema import Tranche


def recent_calculations() -> QuerySet[TrancheCalculation]:
    """« Calculs précédents », latest first, without the lists and their results; the caller bounds it."""
    heavy = ("result", *(name for name, _, _ in LISTS))
    return TrancheCalculation.objects.select_related("created_by").defer(*heavy)


def result_of(calculation: TrancheCalculation) -> TrancheResult:
    """The answer as it was given, even where counts or texts have changed since."""
    kept: dict[str, Any] = calculation.result
    return TrancheResult(
        tranche=calculation.tranche or None,
        examinations=calculation.examinations,
        valid={
            name: tuple(CountedNumber(**number) for number in numbers) for name, numbers in kept["breakdown"].items()
        },
        invalid={
            name: tuple(RejectedNumber(number["value"], Reason(number["code"]), number["reason"]) for number in numbers)
            for name, numbers in kept["rejected"].items()
        },
        bounds=tuple(Tranche(**bound) for bound in kept["bounds"]),
        findings=tuple(Finding(**{**found, "severity": Severity(found["severity"])}) for found in kept["findings"]),
    )
