"""What a reader makes of a file of counts: sums per number and activity, rows left out, rows refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from funding.models import CountKind
from segur.exchange.rows import RowError, RowTally, refusal
from segur.regulation.identifiers import quoted
from segur.regulation.schema import Activity

_MOST_DIGITS = 9


class CountKey(NamedTuple):
    """What a count is of: a number of some kind, in one activity."""

    kind: CountKind
    value: str
    activity: Activity


@dataclass(slots=True)
class LeftOut:
    """Rows that the mapping leaves out for one ``reason``, and the acts they carry."""

    reason: str
    rows: int = 0
    acts: int = 0

    def add(self, acts: int) -> None:
        self.rows += 1
        self.acts += acts


@dataclass(slots=True)
class Reading(RowTally):
    """A file, read. ``added_up``: rows whose count joined an earlier row's."""

    added_up: int = 0
    counts: dict[CountKey, int] = field(default_factory=dict)
    left_out: dict[str, LeftOut] = field(default_factory=dict)

    @property
    def identifiers(self) -> int:
        """How many distinct numbers have a count."""
        return len({key.value for key in self.counts})

    @property
    def ignored(self) -> int:
        return sum(reason.rows for reason in self.left_out.values())

    def add(self, key: CountKey, count: int) -> None:
        already = self.counts.get(key)
        if already is None:
            self.counts[key] = count
        else:
            self.counts[key] = already + count
            self.added_up += 1

    def leave_out(self, code: str, reason: str, acts: int) -> None:
        self.left_out.setdefault(code, LeftOut(reason)).add(acts)

    def total(self, activity: Activity) -> int:
        """The sum of the counts of an activity, as loaded (not weighted)."""
        return sum(count for key, count in self.counts.items() if key.activity is activity)


def count_of(text: str) -> int:
    """A number of acts: digits only. Raises :class:`RowError` with the cure for what spreadsheets make of it."""
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return int(text)
    raise _count_error(text.strip())


def _count_error(text: str) -> RowError:
    compact = "".join(text.split())
    if not text:
        return refusal("R49-count-missing", "Nombre d’actes absent.", "Écrivez 0 s’il n’y en a aucun.")
    if compact.startswith("-") and compact[1:].isdigit():
        return refusal("R49-count-negative", f"Nombre d’actes négatif\u00a0: {quoted(text)}.", "Corrigez-le.")
    if compact != text and compact.isdigit():
        return refusal("R49-count-space", f"Espace dans {quoted(text)}.", f"Écrivez {compact[:_MOST_DIGITS]}.")
    whole, _, decimals = compact.replace(",", ".").partition(".")
    if whole.isdigit() and decimals.isdigit():
        return refusal("R49-count-decimal", f"{quoted(text)} n’est pas un nombre entier.", "Retirez la décimale.")
    if compact.isascii() and compact.isdigit():
        return refusal("R49-count-too-big", f"{quoted(text)} dépasse 999\u202f999\u202f999.", "Vérifiez ce nombre.")
    return refusal("R49-count-shape", f"{quoted(text)} n’est pas un nombre d’actes.", "Écrivez un nombre entier.")
