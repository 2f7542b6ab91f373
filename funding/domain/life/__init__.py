"""The life of an order, pure: facts, machines, guards, stage, semesters, money and deadlines.

Start from :func:`order_state` for the whole answer, :func:`apply` to let one event in, :func:`blockers` to ask about
one action.
"""

from funding.domain.life.context import LifeContext, OpenConflict, PilotRecord, pilot_records, pilots_of
from funding.domain.life.deadlines import Deadline, Status
from funding.domain.life.facts import LifeFacts
from funding.domain.life.folding import begin, fold, replay
from funding.domain.life.guards import ACTIONS, blockers
from funding.domain.life.ledger import Ledger, ledger
from funding.domain.life.machines import MACHINES, Machine
from funding.domain.life.semesters import Semester, semesters
from funding.domain.life.stage import STAGES, stage
from funding.domain.life.state import OrderState, order_state
from funding.domain.life.steps import STEPS, apply
from funding.domain.life.worth import Worth, worth

__all__ = [
    "ACTIONS",
    "MACHINES",
    "STAGES",
    "STEPS",
    "Deadline",
    "Ledger",
    "LifeContext",
    "LifeFacts",
    "Machine",
    "OpenConflict",
    "OrderState",
    "PilotRecord",
    "Semester",
    "Status",
    "Worth",
    "apply",
    "begin",
    "blockers",
    "fold",
    "ledger",
    "order_state",
    "pilot_records",
    "pilots_of",
    "replay",
    "semesters",
    "stage",
    "worth",
]
