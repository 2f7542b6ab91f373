"""Where things are: the top level, the size of a module, the set-up commands of the README, nothing of a machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from django.template import engines

from tests.architecture.sources import modules, place, tracked, tree
from tests.processes import CHECKOUT

TOP_LEVEL = {
    *("manage.py", "pyproject.toml", "README.md", "requirements.txt"),
    *("segur", "orders", "funding", "templates", "tests"),
}
LONGEST_MODULE = 450
TEXT = {".py", ".md", ".toml", ".txt", ".html", ".css", ".js", ".json", ".yaml", ".yml", ".csv", ".svg", ""}


def test_the_top_level_holds_what_was_agreed_and_nothing_else() -> None:
    names = {path.relative_to(CHECKOUT).parts[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL
    assert names | {"templates"} >= TOP_LEVEL


def test_a_module_stays_short() -> None:
    lengths = {place(path): path.read_text(encoding="utf-8").count("\n") for path in modules()}
    too_long = {name: length for name, length in lengths.items() if length > LONGEST_MODULE}
    assert too_long == {}, "a longer module becomes a package of the same name"


def test_the_readme_has_exactly_two_set_up_commands() -> None:
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert [language for language, _ in blocks] == ["sh", "sh"]
    for _, command in blocks:
        assert command.count("\n") == 1, "one command, chained with &&"
        assert "apt-get install -y" in command
        assert "pip install --require-hashes -r requirements.txt" in command
    assert blocks[0][1].endswith("manage.py demo\n")
    assert "pytest" in blocks[1][1]


def test_nothing_tracked_names_a_machine_or_a_registry() -> None:
    forbidden = re.compile(
        r"/(?:work|opt|root)/[a-z]|/home/[a-z]+/|/tmp/[a-z]"  # places of one machine
        r"|https?://(?:[a-z0-9-]+\.)*(?:pypi\.org|pythonhosted\.org|npmjs\.org|debian\.org)"
        r"|--(?:extra-)?index-url[ =]|--find-links[ =]"
    )
    found = []
    for path in tracked():
        if path.suffix not in TEXT or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if match := forbidden.search(line):
                found.append(f"{place(path)}:{number}: {match.group()}")
    assert found == []


def test_every_pin_has_a_hash() -> None:
    text = (CHECKOUT / "requirements.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([a-z0-9._-]+)==(\S+)(.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)*)", text, re.MULTILINE)
    assert len(pins) > 50
    assert [name for name, _, rest in pins if "--hash=sha256:" not in rest] == []
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.match(r"[A-Za-z0-9._-]+", line).group().lower() for line in wanted}  # type: ignore[union-attr]
    assert names <= {name for name, _, _ in pins}


def test_the_import_contracts_are_kept() -> None:
    answer = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout
    assert "0 broken" in answer.stdout


def test_every_template_compiles() -> None:
    folder = CHECKOUT / "templates"
    names = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.suffix in {".html", ".txt", ".svg"}]
    assert names
    for name in names:
        engines["django"].get_template(name)


def test_nothing_is_left_to_be_done_later() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")
    found = [
        f"{place(path)}:{number}"
        for path in [*modules(), *modules(tests=True)]
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if unfinished.search(line)
    ]
    assert found == []


def test_no_test_is_skipped_or_cannot_fail() -> None:
    found = []
    for path in modules(tests=True):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and node.attr in {"skip", "skipif", "xfail", "importorskip"}:
                found.append(place(path, node))
            if isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant):
                found.append(place(path, node))
    assert found == []
