"""What the commands that load files say to people: a bar while reading, counts, the first refused rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from segur.exchange.rows import Progress, RefusedRow
from segur.management.base import SegurCommand, one_line

MOST_SHOWN = 50


@contextmanager
def reading_bar(command: SegurCommand) -> Iterator[Progress | None]:
    """A bar on standard error for a person at a terminal; nothing for a program."""
    if command.as_json or not command.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Lecture")
        yield lambda line, lines: bar.update(
            task, completed=line, total=lines, description="Lecture" if line < lines else "Enregistrement"
        )


def refused_lines(refused: Sequence[RefusedRow]) -> Iterator[str]:
    """The refused rows, the first fifty with their sentence."""
    if not refused:
        return
    yield f"{counted(len(refused), 'ligne', 'refusée')}\u00a0:"
    for row in refused[:MOST_SHOWN]:
        yield "  " + one_line(f"ligne {row.line}\u00a0: {row.finding.sentence}")
    yield from more(len(refused), "autres (--json les donne toutes)")


def more(count: int, what: str) -> Iterator[str]:
    """How many were not shown."""
    if count > MOST_SHOWN:
        yield f"  et {number(count - MOST_SHOWN)} {what}"


def counted(count: int, *words: str) -> str:
    """``1 ligne refusée``, ``1 250 lignes refusées``."""
    return " ".join((number(count), *(word + "s" * (count > 1) for word in words)))


def number(value: int) -> str:
    """A whole number, thousands apart."""
    return f"{value:,}".replace(",", "\u202f")
