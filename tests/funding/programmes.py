"""The programmes that the tests compute with."""

from __future__ import annotations

from datetime import date

from segur.regulation.catalogue import Catalogue
from segur.regulation.schema import Programme

DAY = date(2026, 11, 24)
RIS: Programme = Catalogue.load().programme("IMG-RIS-Va2", on=DAY)
DRIMBOX: Programme = Catalogue.load().programme("IMG-DB-Va2", on=DAY)
LETTERS = "ABCDEFGH"
