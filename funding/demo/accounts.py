"""The people of the demonstration, made here and nowhere else."""

from __future__ import annotations

from datetime import datetime

from segur.demo_accounts import ACCOUNTS
from segur.models import Role, User


def load_accounts(now: datetime) -> int:
    """Create the accounts that are missing; one that exists keeps its password, its name and its role."""
    missing = [account for account in ACCOUNTS if not User.objects.filter(username=account.username).exists()]
    for account in missing:
        User.objects.create_user(
            username=account.username,
            password=account.password,
            first_name=account.first_name,
            last_name=account.last_name,
            email=f"{account.username}@segur.example",
            role=account.role,
            is_staff=account.role is Role.ADMIN,
            date_joined=now,
        )
    return len(missing)
