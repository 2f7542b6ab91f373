"""How a service says no: with findings, never without a reason."""

from __future__ import annotations

from collections.abc import Iterable

from segur.regulation.finding import Finding, Severity

SOURCE = "segur"


class Refused(Exception):
    """An action that is not done; ``findings`` say why, by which rule, and what to do."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(" ".join(finding.sentence for finding in self.findings))


def refusal(code: str, message: str, remedy: str, path: str = "", source: str = SOURCE) -> Refused:
    """A refusal for one reason."""
    return Refused([Finding(code, Severity.ERROR, message, source, remedy, path)])
