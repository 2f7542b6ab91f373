"""The product's own modules, read as trees."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.processes import CHECKOUT

PACKAGES = ("segur", "orders", "funding")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that belongs to the project; without git, every file that could."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=CHECKOUT,
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split("\0")
        files = [CHECKOUT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        files = [path for path in CHECKOUT.rglob("*") if not _made(path.relative_to(CHECKOUT))]
    return tuple(sorted(path for path in files if path.is_file()))


def _made(path: Path) -> bool:
    return any(
        part == "__pycache__" or part in {".git", ".venv", ".data"} or part.endswith("_cache") for part in path.parts
    )


def modules(*, tests: bool = False) -> Iterator[Path]:
    """The Python files of the product (or of the tests), migrations left out."""
    for path in tracked():
        parts = path.relative_to(CHECKOUT).parts
        if path.suffix == ".py" and "migrations" not in parts and parts[0] in (("tests",) if tests else PACKAGES):
            yield path


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, node: ast.AST | None = None) -> str:
    """``funding/domain/pricing.py:12``, for the message of a test."""
    line = f":{node.lineno}" if node is not None and hasattr(node, "lineno") else ""
    return f"{path.relative_to(CHECKOUT)}{line}"
