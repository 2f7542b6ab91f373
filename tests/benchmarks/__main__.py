"""``python -m tests.benchmarks [NAME…]``: run the benchmarks of this folder, each against its floor; no limit asserted.

They run on a test database made for them (in memory, or beside that of ``DATABASE_URL``) and thrown away.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from collections.abc import Mapping
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django
from django.conf import settings
from django.test.utils import get_runner


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name[0] != "_")


def main(asked: list[str]) -> int:
    known = names()
    if unknown := [name for name in asked if name not in known]:
        print(f"Mesure inconnue : {', '.join(unknown)}. Mesures : {', '.join(known)}.", file=sys.stderr)
        return 2
    django.setup()
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases(serialized_aliases=set())
    try:
        for name in asked or known:
            measures = importlib.import_module(f"tests.benchmarks.{name}").run()
            if measures is not None:
                print(report(name, measures), flush=True)
    finally:
        runner.teardown_databases(databases)
    return 0


def report(name: str, measures: Mapping[str, object]) -> str:
    """``tranche computations: ours 2.310 s, floor 1.020 s, ratio 2.26``, then what else was measured."""
    said = dict(measures)
    title = said.pop("name", name)
    ours, floor, ratio = (said.pop(key) for key in ("seconds", "floor_seconds", "ratio"))
    others = ", ".join(f"{key} {value}" for key, value in said.items())
    return f"{title}: ours {ours:.3f} s, floor {floor:.3f} s, ratio {ratio:.2f}" + (f" ({others})" if others else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
