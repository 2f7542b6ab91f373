"""What the demonstration loads, in its order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction

from funding.demo.accounts import load_accounts
from funding.demo.activity import load_activity

# Each loader leaves what exists as it is, and returns how many things it made. Later ones may use the earlier ones'.
LOADERS: Mapping[str, Callable[[datetime], int]] = {
    "accounts": load_accounts,
    "activity": load_activity,
}


@transaction.atomic
def load_demonstration(now: datetime) -> dict[str, int]:
    """Load everything that is missing, or nothing at all; ``now`` is the day around which the data are laid."""
    return {name: load(now) for name, load in LOADERS.items()}
