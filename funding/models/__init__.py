from funding.models.calculations import ActivityChoice, TrancheCalculation
from funding.models.counts import ActivityImport, ActivitySource, CountActivity, CountKind, ReferenceCount

__all__ = [
    "ActivityChoice",
    "ActivityImport",
    "ActivitySource",
    "CountActivity",
    "CountKind",
    "ReferenceCount",
    "TrancheCalculation",
]
