"""Who decides a conflict, who may say something about it."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from segur.models import Role, User
from segur.regulation.finding import Finding, Severity

NBSP = "\u00a0"
_SPEAKERS = frozenset({Role.PROJECT_MANAGER, Role.BACK_OFFICE, Role.ADMIN})
_SOURCE = "segur"

Person = User | AnonymousUser


def may_decide(user: Person) -> bool:
    """The administration decides."""
    return isinstance(user, User) and (user.is_superuser or user.role == Role.ADMIN)


def may_speak(user: Person) -> bool:
    """Everybody but readers leaves notes, asks for papers and records letters."""
    return isinstance(user, User) and (user.is_superuser or user.role in _SPEAKERS)


def decision_refused() -> Finding:
    """Why this person does not decide, and who does."""
    names = [person.display_name for person in User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk")[:3]]
    asked = f" ({', '.join(names)})" if names else ""
    return Finding(
        "R43-administration-decides",
        Severity.ERROR,
        "Seule l’administration tranche un conflit.",
        _SOURCE,
        f"Demandez-le à l’administration{asked}, avec une note sur cette page.",
    )


def speaking_refused() -> Finding:
    """Why a reader only reads."""
    return Finding(
        "R43-reading-only",
        Severity.ERROR,
        "Votre compte lit les conflits sans les modifier.",
        _SOURCE,
        "Demandez à un chef de projet ou à la gestion administrative de le faire.",
    )
