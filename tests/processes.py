"""The product in a process of its own: environment emptied, data in a folder of the test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
_KEPT = {"PATH", "HOME", "TMPDIR", "LANG", "LC_ALL"}


def environment(data_dir: Path, **variables: str) -> dict[str, str]:
    """An environment that holds nothing of the caller's configuration of segur.

    Coverage's own variables go through: a process started by a test is measured like the test.
    """
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("COVERAGE")}
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "SEGUR_DATA_DIR": str(data_dir), **variables}


def manage(*arguments: str, data_dir: Path, timeout: float = 120, **variables: str) -> subprocess.CompletedProcess[str]:
    """``manage.py`` with ``arguments``, as a person would run it."""
    return subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), *arguments],
        env=environment(data_dir, **variables),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
