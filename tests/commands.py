"""Runs a command of the product in the process, as its command line would."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

from django.core.management import get_commands, load_command_class


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What ``--json`` printed."""
        return json.loads(self.out)


def run(name: str, *arguments: str) -> Outcome:
    """``manage.py name arguments…``: exit status, standard output, standard error."""
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    command.stdout, command.stderr = type(command.stdout)(io.StringIO()), type(command.stderr)(io.StringIO())
    status = command.invoke(["manage.py", name, *arguments])
    return Outcome(status, command.stdout.getvalue(), command.stderr.getvalue())
