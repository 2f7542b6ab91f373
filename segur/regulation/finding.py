"""The one shape of everything the product has to say about a fact: refusal, warning, note."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

_CODE = re.compile(r"[RFA]\d+[a-z]?(-[a-z0-9]+)+|[a-z][a-z0-9]*(-[a-z0-9]+)*")
_RULE = re.compile(r"[RFA]\d+")


class Severity(StrEnum):
    """Errors block an action; warnings and notes never do."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence of the product about a fact, with where it comes from and what to do.

    ``code`` begins with the rule of the domain reference (``R64-enrolment``, ``A5-finess-shape``) or, where no
    rule of the texts is at stake (a file that cannot be read), is a plain English slug.
    ``message`` and ``remedy`` are French sentences; ``path`` names the place inside a file or form.
    """

    code: str
    severity: Severity
    message: str
    source: str
    remedy: str = ""
    path: str = ""

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise ValueError(f"malformed finding code: {self.code!r}")
        if not self.message:
            raise ValueError(f"finding {self.code} has no message")

    @property
    def rule(self) -> str:
        """The rule number that the chip on screen shows, or an empty string."""
        found = _RULE.match(self.code)
        return found.group() if found else ""

    @property
    def blocks(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def sentence(self) -> str:
        """Message and way out, as one text."""
        return f"{self.message} {self.remedy}".strip()

    def at(self, path: str) -> Finding:
        """The same finding, located."""
        return replace(self, path=path)

    def as_json(self) -> dict[str, str]:
        """The FINDING object of the command contract."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.sentence,
            "source": self.source,
        }


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that block, in their order."""
    return tuple(finding for finding in findings if finding.blocks)
