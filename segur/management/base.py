"""What every command of the product shares: ``--json``, exit statuses, and refusals in one French line."""

from __future__ import annotations

import argparse
import io
import json
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser, handle_default_options
from django.db import OperationalError, ProgrammingError, connections
from django.utils import timezone
from rich.console import Console, ConsoleRenderable

from segur.regulation.catalogue import UnknownProgrammeError
from segur.regulation.finding import Finding, Severity
from segur.regulation.identifiers import quoted
from segur.regulation.loader import RegulationError
from segur.regulation.money import parse_amount
from segur.regulation.schema import Programme
from segur.texts import programme

DONE = 0
DONE_WITH_REFUSALS = 1
UNUSABLE_INPUT = 2
INTERRUPTED = 130

# argparse has no French catalogue: its sentences are read here and said in the product's words.
_ARGPARSE_SENTENCES = (
    (r"the following arguments are required: (?P<names>.+)", "Il manque {names}."),
    (r"unrecognized arguments: (?P<names>.+)", "Argument inconnu\u00a0: {names}."),
    (r"argument (?P<name>[^:]+): expected (?:one|at least one) argument", "{name} attend une valeur."),
    (r"argument (?P<name>[^:]+): expected (?P<count>\d+) arguments", "{name} attend {count} valeurs."),
    (
        r"argument (?P<name>[^:]+): invalid choice: (?P<value>.+) \(choose from (?P<choices>.+)\)",
        "{name}\u00a0: {value} n’est pas reconnu. Valeurs possibles\u00a0: {choices}.",
    ),
    (
        r"argument (?P<name>[^:]+): invalid \S+ value: (?P<value>.+)",
        "{name}\u00a0: {value} n’est pas une valeur possible.",
    ),
    (
        r"argument (?P<name>[^:]+): not allowed with argument (?P<other>.+)",
        "{name} et {other} ne vont pas ensemble.",
    ),
    (r"argument (?P<name>[^:]+): ignored explicit argument (?P<value>.+)", "{name} n’attend pas de valeur."),
    (r"argument (?P<name>[^:]+): (?P<reason>.+)", "{name}\u00a0: {reason}"),
)
_LONGEST_NUMBER = 15
_UNDEFINED_TABLE = "42P01"


class UsageError(Exception):
    """The input or the arguments cannot be used: exit 2, one French line on standard error, nothing changed."""


def usage_sentence(message: str) -> str:
    """The French sentence for an error of argparse."""
    for pattern, sentence in _ARGPARSE_SENTENCES:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return sentence.format(**found.groupdict())
    return f"Arguments inutilisables\u00a0: {message}."


def one_line(text: str) -> str:
    """``text`` on one line: whatever breaks or drives a terminal is shown escaped."""
    return "".join(
        character if character.isprintable() or character in "\u00a0\u202f" else repr(character)[1:-1]
        for character in " ".join(re.split(r"[\r\n\t ]+", text.strip()))
    )


def whole_number(text: str) -> int:
    """argparse type: an integer in ASCII digits, sign allowed, of at most fifteen digits."""
    if not re.fullmatch(r"[+-]?[0-9]+", text):
        raise argparse.ArgumentTypeError(f"{quoted(text)} n’est pas un nombre entier.")
    if len(text.lstrip("+-0")) > _LONGEST_NUMBER:
        raise argparse.ArgumentTypeError(f"nombre trop grand ({_LONGEST_NUMBER} chiffres au plus).")
    return int(text)


def finding_lines(findings: Iterable[Finding]) -> list[str]:
    """One line per finding, for people: what it is, the sentence, the rule."""
    names = {Severity.ERROR: "Erreur", Severity.WARNING: "Avertissement", Severity.INFO: "Note"}
    return [
        one_line(f"{names[finding.severity]}\u00a0: {finding.sentence} ({finding.rule or finding.source})")
        for finding in findings
    ]


class SegurCommand(BaseCommand):
    """A command of the contract.

    A subclass writes ``add_arguments`` and ``handle``; ``handle`` calls services, then :meth:`emit` once.
    It raises :class:`UsageError` for an input that cannot be used. ``--json`` is added here.
    """

    requires_system_checks = ()

    as_json: bool = False
    exit_status: int = DONE

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, allow_abbrev=False, **kwargs)
        parser.add_argument("--json", action="store_true", help="un document JSON sur la sortie standard")
        parser.error = _refuse  # type: ignore[method-assign]
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        self.as_json = options["json"]
        self.exit_status = DONE
        return super().execute(*args, **options)

    def emit(
        self,
        document: Mapping[str, Any],
        human: str | ConsoleRenderable | Sequence[str | ConsoleRenderable],
        *,
        done: bool = True,
    ) -> None:
        """Print the answer, as JSON or for people; ``done=False`` when it holds a refusal or no result (exit 1).

        ``human``: text, a rich renderable, or several, printed one under the other; square brackets are text.
        """
        self.exit_status = DONE if done else DONE_WITH_REFUSALS
        if self.as_json:
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
            return
        parts = [human] if isinstance(human, str | ConsoleRenderable) else human
        self.stdout.write(self._rendered(parts))

    def run_from_argv(self, argv: list[str]) -> None:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        try:
            status = self.invoke(argv)
        finally:
            connections.close_all()
        if status:
            sys.exit(status)

    def invoke(self, argv: list[str]) -> int:
        """Run with the arguments of a command line and return the exit status of the contract."""
        self._called_from_command_line = True
        try:
            options = vars(self.create_parser(argv[0], argv[1]).parse_args(argv[2:]))
            arguments = options.pop("args", ())
            handle_default_options(argparse.Namespace(**options))
            self.execute(*arguments, **options)
        except UsageError as error:
            self.stderr.write(one_line(str(error)), self.style.ERROR)
            return UNUSABLE_INPUT
        except RegulationError as error:
            self.stderr.write(one_line(f"Réglementation inutilisable. {error}"), self.style.ERROR)
            return UNUSABLE_INPUT
        except (OperationalError, ProgrammingError) as error:
            if isinstance(error, ProgrammingError) and not _lacks_a_table(error):
                raise
            reason = one_line(str(error).split("\n", 1)[0])
            self.stderr.write(f"Base de données inutilisable ({reason}). {_remedy(reason)}", self.style.ERROR)
            return UNUSABLE_INPUT
        except KeyboardInterrupt:
            self.stderr.write("Interrompu. Ce qui n’était pas terminé n’est pas enregistré.", self.style.ERROR)
            return INTERRUPTED
        return self.exit_status

    def _rendered(self, parts: Sequence[str | ConsoleRenderable]) -> str:
        terminal = self.stdout.isatty()
        console = Console(
            file=io.StringIO(),
            force_terminal=terminal,
            no_color=not terminal,
            width=shutil.get_terminal_size((120, 24)).columns if terminal else 160,
            markup=False,
            highlight=False,
            emoji=False,
        )
        with console.capture() as captured:
            for part in parts:
                console.print(part)
        return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _remedy(reason: str) -> str:
    """What to do about the database, from the words of SQLite where they say it."""
    if "readonly database" in reason:
        return "Donnez le droit d’écrire dans SEGUR_DATA_DIR et sur ses fichiers."
    if "database is locked" in reason:
        return "Une autre écriture est en cours\u202f: relancez dans un instant."
    return "Vérifiez DATABASE_URL, puis lancez manage.py migrate."


def _lacks_a_table(error: ProgrammingError) -> bool:
    """PostgreSQL says so in its code; SQLite's missing table is an OperationalError already."""
    return getattr(error.__cause__, "sqlstate", None) == _UNDEFINED_TABLE


def _refuse(message: str) -> NoReturn:
    raise UsageError(usage_sentence(message))


def programme_named(id: str) -> Programme:
    """The version of a programme in force today in Paris; raises UsageError."""
    try:
        return programme(id, on=timezone.localdate())
    except UnknownProgrammeError as refusal:
        raise UsageError(str(refusal)) from None


def euros(text: str) -> Decimal:
    """argparse type: an amount of euros, zero or more, to the cent."""
    try:
        return parse_amount(text)
    except ValueError as refusal:
        raise argparse.ArgumentTypeError(str(refusal)) from None
