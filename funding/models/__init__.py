from funding.models.calculations import ActivityChoice, TrancheCalculation
from funding.models.counts import ActivityImport, ActivitySource, CountActivity, CountKind, ReferenceCount
from funding.models.enrolment import Enrolment
from funding.models.life import Dossier, LifeEvent, LifeEventChain
from funding.models.saved_views import SavedView

__all__ = [
    "ActivityChoice",
    "ActivityImport",
    "ActivitySource",
    "CountActivity",
    "CountKind",
    "Dossier",
    "Enrolment",
    "LifeEvent",
    "LifeEventChain",
    "ReferenceCount",
    "SavedView",
    "TrancheCalculation",
]
