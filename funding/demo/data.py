"""What the demonstration loads, in its order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction

from funding.demo.accounts import load_accounts
from funding.demo.activity import load_activity
from funding.demo.calculations import load_calculations
from funding.demo.orders import load_orders

# Each loader leaves what exists as it is, and returns how many things it made. Later ones may use the earlier ones'.
LOADERS: Mapping[str, Callable[[datetime], int]] = {
    "accounts": load_accounts,
    "activity": load_activity,
    "calculations": load_calculations,
    "orders": load_orders,
}
# The people arrive and the counts are loaded before anybody asks about them.
_SETTLED = timedelta(days=30)


@transaction.atomic
def load_demonstration(now: datetime) -> dict[str, int]:
    """Load everything that is missing, or nothing at all; ``now`` is the day around which the data are laid.

    The work of the demonstration is of the last weeks; its people and its counts are a little older.
    """
    moments = {"accounts": now - _SETTLED, "activity": now - _SETTLED}
    return {name: load(moments.get(name, now)) for name, load in LOADERS.items()}
