"""The shared command: exit statuses, one French line for an error, JSON or text for an answer."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandParser, OutputWrapper
from django.db import OperationalError, ProgrammingError
from psycopg.errors import SyntaxErrorOrAccessRuleViolation, UndefinedTable

from segur.management.base import SegurCommand, UsageError, one_line, whole_number
from segur.regulation.loader import RegulationError


class Sample(SegurCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--vat", choices=["20", "none"])
        parser.add_argument("--count", type=whole_number, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] == "empty":
            raise UsageError("Fichier vide.\nChoisissez un fichier de commandes.")
        if options["file"] == "no-database":
            raise OperationalError("no such table: orders_order\nmore")
        if options["file"] == "read-only":
            raise OperationalError("attempt to write a readonly database")
        if options["file"] == "locked":
            raise OperationalError("database is locked")
        if options["file"] == "ctrl-c":
            raise KeyboardInterrupt
        if options["file"] == "no-table":
            raise ProgrammingError("relation orders_order does not exist") from UndefinedTable()
        if options["file"] == "our-fault":
            raise ProgrammingError("syntax error") from SyntaxErrorOrAccessRuleViolation()
        if options["file"] == "bad-texts":
            raise RegulationError("Clé inconnue.", Path("ris.toml"), "dates[4]")
        document = {"count": options["count"], "name": "Élise"}
        self.emit(document, ["[bold]é[/bold]", f"{options['count']} ligne"], done=options["count"] > 0)


def run(*arguments: str) -> tuple[int, str, str]:
    command = Sample(stdout=OutputWrapper(io.StringIO()), stderr=OutputWrapper(io.StringIO()))
    status = command.invoke(["manage.py", "sample", *arguments])
    return status, command.stdout.getvalue(), command.stderr.getvalue()


def test_json_is_one_utf8_document() -> None:
    status, out, err = run("orders.json", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == {"count": 1, "name": "Élise"}
    assert "Élise" in out


def test_text_keeps_square_brackets() -> None:
    assert run("orders.json") == (0, "[bold]é[/bold]\n1 ligne\n", "")


def test_an_answer_with_refusals_exits_1_and_still_prints() -> None:
    status, out, err = run("orders.json", "--json", "--count", "-3")
    assert (status, json.loads(out)["count"], err) == (1, -3, "")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "Il manque file."),
        (["empty"], "Fichier vide. Choisissez un fichier de commandes."),
        (["f", "--vat", "19"], "--vat : '19' n’est pas reconnu. Valeurs possibles : '20', 'none'."),
        (["f", "--vat"], "--vat attend une valeur."),
        (["f", "--va", "20"], "Argument inconnu : --va 20."),
        (["f", "--json=1"], "--json n’attend pas de valeur."),
        (["f", "--count", "abc"], "--count : « abc » n’est pas un nombre entier."),
        (["f", "--count", "1e9999"], "--count : « 1e9999 » n’est pas un nombre entier."),
        (["f", "--count", "9" * 5000], "--count : nombre trop grand (15 chiffres au plus)."),
        (["f", "--count", "\u0663"], "--count : « \u0663 » n’est pas un nombre entier."),
        (
            ["no-database"],
            "Base de données inutilisable (no such table: orders_order). "
            "Vérifiez DATABASE_URL, puis lancez manage.py migrate.",
        ),
        (
            ["no-table"],
            "Base de données inutilisable (relation orders_order does not exist). "
            "Vérifiez DATABASE_URL, puis lancez manage.py migrate.",
        ),
        (
            ["read-only"],
            "Base de données inutilisable (attempt to write a readonly database). "
            "Donnez le droit d’écrire dans SEGUR_DATA_DIR et sur ses fichiers.",
        ),
        (
            ["locked"],
            "Base de données inutilisable (database is locked). "
            "Une autre écriture est en cours : relancez dans un instant.",
        ),
        (["bad-texts"], "Réglementation inutilisable. ris.toml, clé « dates[4] » : Clé inconnue."),
    ],
)
def test_unusable_input_is_one_french_line_and_exit_2(arguments: list[str], line: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out, err.replace("\u00a0", " ").replace("\u202f", " ")) == (2, "", line + "\n")


def test_ctrl_c_is_one_line_and_the_status_of_an_interrupt() -> None:
    assert run("ctrl-c") == (130, "", "Interrompu. Ce qui n’était pas terminé n’est pas enregistré.\n")


def test_a_fault_of_ours_in_sql_is_not_dressed_as_a_fault_of_the_installation() -> None:
    with pytest.raises(ProgrammingError):
        run("our-fault")


def test_the_command_line_exits_with_the_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segur.management.base.connections", type("None_", (), {"close_all": staticmethod(list)}))
    command = Sample(stdout=OutputWrapper(io.StringIO()), stderr=OutputWrapper(io.StringIO()))
    with pytest.raises(SystemExit) as left:
        command.run_from_argv(["manage.py", "sample", "empty"])
    assert left.value.code == 2
    command.run_from_argv(["manage.py", "sample", "orders.json"])


def test_a_hostile_text_cannot_drive_the_terminal() -> None:
    assert one_line("a\x1b[31m\r\nb") == "a\\x1b[31m b"
