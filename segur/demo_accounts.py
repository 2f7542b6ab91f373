"""The people of the demonstration: made by ``manage.py demo`` and shown on its login page, nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from segur.models import Role


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Made-up person; the password is public and only ever opens made-up data."""

    username: str
    password: str
    first_name: str
    last_name: str
    role: Role

    @property
    def role_label(self) -> str:
        return str(self.role.label)


ACCOUNTS = (
    DemoAccount("chef.projet", "valbrune-en-2026", "Nora", "Delattre", Role.PROJECT_MANAGER),
    DemoAccount("gestion", "plessac-en-2026", "Élise", "Morvan", Role.BACK_OFFICE),
    DemoAccount("admin", "argelle-en-2026", "Théo", "Kermadec", Role.ADMIN),
    DemoAccount("lecture", "orvane-en-2026", "Camille", "Bastide", Role.READER),
)
