"""From the place that a finding names to the field where a person corrects it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.urls import reverse

from orders.models import Order, OrderState
from segur.regulation.finding import Finding, Severity

_CLIENT = re.compile(r"clients\[(\d+)\](?:\.lines(?:\[(\d+)\])?)?(?:\.(\w+))?(?:\[\d+\])?")
_NAMES = {
    "tranche": "tranche_letter",
    "tranche.letter": "tranche_letter",
    "tranche.valid": "valid_am_radiology",
    "tranche.invalid": "invalid_am_radiology",
    "amounts": "principal_ht",
    "clients": "clients-0-name",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A finding with the way to the field it speaks of."""

    finding: Finding
    url: str
    label: str


def placed(order: Order, findings: tuple[Finding, ...], *, writes: bool) -> tuple[Placed, ...]:
    """Findings with the way to their field, for a person who may write."""
    return tuple(Placed(finding, *(place_of(order, finding) if writes else ("", ""))) for finding in findings)


def place_of(order: Order, finding: Finding) -> tuple[str, str]:
    """The address of the field and the words of its button; empty where nothing on a screen corrects it."""
    if not order.is_living or (finding.path == "issued_on" and finding.severity is Severity.INFO):
        return "", ""
    if finding.path == "issued_on" and order.state == OrderState.DRAFT:
        return reverse("order_issue", args=[order.pk]), "Voir la date"
    if finding.path.endswith((".signed_on", ".signature")):
        if order.state == OrderState.ISSUED:
            return reverse("order_sign", args=[order.pk]), "Voir la signature"
        return "", ""
    if finding.code.startswith("R33-"):
        return reverse("order_declare", args=[order.pk]), "Déclarer"
    if finding.code == "A5-identifier-key" and finding.severity is Severity.WARNING:
        return reverse("order_confirm", args=[order.pk]), "Confirmer"
    field = field_of(finding.path)
    return (f"{reverse('order_edit', args=[order.pk])}#id_{field}", "Voir le champ") if field else ("", "")


def field_of(path: str) -> str:
    """The name of the field of the form that a path of the order file is typed in; empty when none is."""
    if path in _NAMES:
        return _NAMES[path]
    if found := _CLIENT.fullmatch(path):
        client, line, name = found.groups()
        if line is not None:
            return f"clients-{client}-lines-{line}-{name or 'name'}"
        return f"clients-{client}-{'name' if name in (None, 'lines') else name}"
    if path.startswith("amounts."):
        return path.removeprefix("amounts.")
    if path.startswith("tranche."):
        head, _, rest = path.removeprefix("tranche.").partition(".")
        name = rest.partition("[")[0]
        return f"{head}_{name}" if name and head in {"valid", "invalid"} else f"tranche_{head}"
    return path if re.fullmatch(r"[a-z0-9_]+", path) else ""
