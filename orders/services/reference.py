"""Suppliers and solutions, brought to what a file or a screen says; every change is an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from orders.domain.snapshot import SolutionFacts, SupplierFacts
from orders.models import Mandate, Solution, Supplier
from orders.services.history import record_events
from segur.models.events import EventDraft


@transaction.atomic
def record_supplier(*, facts: SupplierFacts, now: datetime, actor_id: int | None = None) -> tuple[Supplier, bool]:
    """Create the supplier of this SIRET or bring it to these facts; whether anything changed."""
    contact = facts.contact
    values = {
        "name": facts.name,
        "role": str(facts.role),
        "address": facts.address or "",
        "contact_name": (contact.name or "") if contact else "",
        "contact_phone": (contact.phone or "") if contact else "",
        "contact_email": (contact.email or "") if contact else "",
        "vat_liable": facts.vat_liable,
        "hosting": str(facts.hosting or ""),
        "psc_operator_authorised_on": facts.psc_operator_authorised_on,
    }
    supplier = Supplier.objects.select_for_update().filter(siret=facts.siret).first()
    is_new = supplier is None
    supplier = supplier or Supplier(siret=facts.siret)
    changed = _apply(supplier, values)
    if is_new or changed:
        supplier.save()
    changed += _write_mandates(supplier, facts)
    _record(supplier.subject, is_new=is_new, changed=changed, now=now, actor_id=actor_id)
    return supplier, is_new or bool(changed)


def _write_mandates(supplier: Supplier, facts: SupplierFacts) -> list[str]:
    wanted = [(each.editor, each.solution, each.granted_on) for each in facts.mandates]
    present = list(supplier.mandates.order_by("position", "pk").values_list("editor", "solution", "granted_on"))
    if wanted == present:
        return []
    supplier.mandates.all().delete()
    Mandate.objects.bulk_create(
        Mandate(supplier=supplier, position=position, editor=editor, solution=solution, granted_on=granted_on)
        for position, (editor, solution, granted_on) in enumerate(wanted)
    )
    return ["mandates"]


@transaction.atomic
def record_solution(
    *, facts: SolutionFacts, supplier_id: int, now: datetime, actor_id: int | None = None
) -> tuple[Solution, bool]:
    """Create the solution of this key or bring it to these facts; whether anything changed."""
    values = {
        "supplier_id": supplier_id,
        "programme": facts.programme,
        "name": facts.name,
        "version": facts.version or "",
        "ans_number": facts.ans_number or "",
        "complete_file_submitted_at": facts.complete_file_submitted_at,
        "referenced_on": facts.referenced_on,
        "refused_on": facts.refused_on,
        "withdrawn_on": facts.withdrawn_on,
    }
    solution = Solution.objects.select_for_update().filter(key=facts.key).first()
    is_new = solution is None
    solution = solution or Solution(key=facts.key)
    changed = _apply(solution, values)
    if is_new or changed:
        solution.save()
    _record(solution.subject, is_new=is_new, changed=changed, now=now, actor_id=actor_id)
    return solution, is_new or bool(changed)


def _apply(row: Supplier | Solution, values: dict[str, Any]) -> list[str]:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def record_admin_change(
    row: Supplier | Solution, *, is_new: bool, changed: list[str], now: datetime, actor_id: int | None
) -> None:
    """The event of a change that the administration screens saved."""
    _record(row.subject, is_new=is_new, changed=changed, now=now, actor_id=actor_id)


def _record(subject: str, *, is_new: bool, changed: list[str], now: datetime, actor_id: int | None) -> None:
    if is_new or changed:
        action = "created" if is_new else "changed"
        payload: dict[str, object] = {} if is_new else {"changed": sorted(changed)}
        record_events([EventDraft(subject, action, now, actor_id=actor_id, payload=payload)], now=now)
