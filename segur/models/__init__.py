from segur.models.append_only import AppendOnly, AppendOnlyError
from segur.models.events import AbstractEvent, AbstractEventChain
from segur.models.users import Role, User

__all__ = ["AbstractEvent", "AbstractEventChain", "AppendOnly", "AppendOnlyError", "Role", "User"]
