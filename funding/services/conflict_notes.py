"""What people say about a conflict while it waits: a note, or a paper asked for."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction

from orders.models import Conflict
from orders.services.conflict_records import conflict_event
from orders.services.history import record_events
from orders.services.locking import require_reason
from orders.services.refusal import refusal

NOTED = "noted"
PIECE_REQUESTED = "piece_requested"


@transaction.atomic
def add_note(
    *, conflict_id: int, text: str, now: datetime, asks_piece: bool = False, actor_id: int | None = None
) -> None:
    """Keep a note in the history of a conflict. Raises Conflict.DoesNotExist, Refused: no text, a person's number."""
    conflict = Conflict.objects.select_for_update(of=("self",), no_key=True).get(pk=conflict_id)
    given = require_reason(text, "text")
    if cites_person(given, conflict):
        raise refusal(
            "R43-number-in-history",
            "L’historique ne cite pas de numéro AM ou RPPS.",
            "Retirez le numéro\u00a0: le conflit le désigne déjà.",
            "text",
        )
    action = PIECE_REQUESTED if asks_piece else NOTED
    event = conflict_event(conflict, action, at=now, actor_id=actor_id, reason=given)
    record_events([event], now=now)


def cites_person(text: str, conflict: Conflict) -> bool:
    """Whether a text writes the contested AM, or eleven digits in a row (an RPPS), grouped or not."""
    plain = re.sub(r"(?<=\d)[\s.\u00a0\u202f-](?=\d)", "", text)
    runs = re.findall(r"\d+", plain)
    return any(len(run) == 11 for run in runs) or (conflict.kind == "am" and conflict.value in "".join(plain.split()))
