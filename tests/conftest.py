"""What every test gets: hypothesis at a steady pace, and the number of rounds of an endurance run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings

_SHARED = {"deadline": None, "print_blob": True, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("usual", max_examples=60, **_SHARED)
settings.register_profile("endurance", max_examples=2000, **_SHARED)


def _at_full_number(config: pytest.Config) -> bool:
    asked = config.getoption("markexpr") == "endurance"
    return asked and os.environ.get("SEGUR_ENDURANCE", "full") != "few"


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("endurance" if _at_full_number(config) else "usual")


@pytest.fixture(scope="session")
def rounds(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """``rounds(few, full)``: the full number under ``-m endurance``, unless ``SEGUR_ENDURANCE=few``."""
    full_number = _at_full_number(request.config)
    return lambda few, full: full if full_number else few


@pytest.fixture(scope="session", autouse=True)
def _history_can_be_flushed() -> Iterator[None]:
    """Lift the triggers of the histories while a transactional test is cleaned up; ``flush`` puts them back."""
    from django.apps import apps
    from django.db import connection
    from django.test import TransactionTestCase

    from segur.models.append_only import AppendOnly, lift_triggers

    tear_down = TransactionTestCase._fixture_teardown

    def lift_and_tear_down(case: TransactionTestCase) -> None:
        for model in apps.get_models():
            if issubclass(model, AppendOnly):
                lift_triggers(connection, model)
        tear_down(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lift_and_tear_down)
        yield
