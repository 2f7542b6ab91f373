"""The texts that this installation applies: the packaged programmes and those of SEGUR_REGULATION_DIRS."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from segur.regulation.catalogue import Catalogue
from segur.regulation.schema import Programme


def catalogue() -> Catalogue:
    """Every programme version at hand; raises RegulationError when an operator's file cannot be used."""
    return Catalogue.load(tuple(settings.SEGUR_REGULATION_DIRS))


def programme(id: str, *, on: date) -> Programme:
    """The version of a programme in force on a day; raises UnknownProgrammeError."""
    return catalogue().programme(id, on=on)
