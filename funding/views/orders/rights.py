"""Who may write orders: everybody but readers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from segur.models import Role, User

_WRITERS = frozenset({Role.PROJECT_MANAGER, Role.BACK_OFFICE, Role.ADMIN})


def may_write(user: User | AnonymousUser) -> bool:
    """Whether this person may create, change, sign or cancel an order."""
    return isinstance(user, User) and (user.is_superuser or user.role in _WRITERS)


def writers_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The page of refusal for a reader, before anything is read or written."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not may_write(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def actor_id(request: HttpRequest) -> int:
    """The person who acts, for the history; every page but the way in has one."""
    return cast(User, request.user).pk
