"""What the scenarios share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.lives import Simulator


@pytest.fixture
def simulate(db: None, tmp_path: Path) -> Simulator:
    return Simulator(tmp_path)
