"""The people of the workspace and what each may do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    """One role per person; the admin of the product is not Django's superuser."""

    PROJECT_MANAGER = "project_manager", "Chef de projet"
    BACK_OFFICE = "back_office", "Gestion administrative"
    ADMIN = "admin", "Administration"
    READER = "reader", "Lecture seule"


class User(AbstractUser):
    """A person who logs in. The role decides: the administration page is for ``Role.ADMIN``, and whole."""

    role = models.CharField("rôle", max_length=20, choices=Role, default=Role.READER)

    class Meta:
        verbose_name = "utilisateur"
        verbose_name_plural = "utilisateurs"
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="segur_user_role_known"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.is_staff = self.is_superuser or self.role == Role.ADMIN
        super().save(*args, **kwargs)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self._administers or super().has_perm(perm, obj)

    def has_module_perms(self, app_label: str) -> bool:
        return self._administers or super().has_module_perms(app_label)

    @property
    def _administers(self) -> bool:
        return self.is_active and self.role == Role.ADMIN

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.get_username()

    @property
    def initials(self) -> str:
        words = self.display_name.split()
        return "".join(word[0] for word in words[:2]).upper()
