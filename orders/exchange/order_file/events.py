"""The events of an order: the keys of each type, read from and written to the order file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orders.domain.snapshot import OrderEventFacts
from orders.exchange.order_file.fields import (
    choice_of,
    count,
    day,
    flag,
    instant,
    long_text,
    money,
    semester,
    short_text,
    siren,
)
from orders.exchange.order_file.objects import Key, Table, read_list, read_object, refuse_missing
from orders.exchange.order_file.problems import Reading, Refused, RowError, below, kind_of, shown
from segur.regulation.money import text

RECIPIENTS = ("asp", "ans", "client")
INFORMATION = ("120-days", "date-2", "completion")
DISPUTED = ("am", "finess", "siren", "pacs", "instance")

_recipient = choice_of(RECIPIENTS)


def _recipients(raw: Any, path: str, reading: Reading) -> tuple[str, ...] | None:
    """Who was sent the journal (A7), each once, in the order of the contract."""
    found = set()
    for element, place in read_list(raw, path, reading):
        try:
            found.add(_recipient(element))
        except Refused as refused:
            reading.add(place, refused.code, refused.message)
    return tuple(recipient for recipient in RECIPIENTS if recipient in found)


_DEPOSIT: Table = {
    "reference": Key(short_text),
    "json_accepted": Key(flag),
    "attachments_accepted": Key(flag),
}
_REASON: Table = {"reason": Key(long_text)}
_PAID: Table = {"amount": Key(money)}
_CLIENT: Table = {"siren": Key(siren)}
_SEMESTER: Table = {"semester": Key(semester, required=True)}
_INVOICE: Table = {"number": Key(short_text), "ht": Key(money), "ttc": Key(money)}

#: The bracketed keys of every event type, in the order of the contract.
EVENT_KEYS: dict[str, Table] = {
    "advance_submitted": _DEPOSIT,
    "advance_attachments_accepted": {},
    "advance_change_requested": _REASON,
    "advance_rejected": _REASON,
    "advance_validated": {},
    "advance_paid": _PAID,
    "pilot_report_signed": _CLIENT,
    "pilot_report_sent": _CLIENT,
    "pilot_report_conforming": _CLIENT,
    "pilot_report_nonconforming": {**_CLIENT, **_REASON},
    "va_signed": _CLIENT,
    "invoice_issued": _INVOICE,
    "completion_attested": {},
    "completion_impossible": _REASON,
    "balance_submitted": _DEPOSIT,
    "balance_attachments_accepted": {},
    "balance_change_requested": _REASON,
    "balance_rejected": _REASON,
    "balance_validated": {},
    "balance_paid": _PAID,
    "journal_sent": {
        **_SEMESTER,
        **{name: Key(count) for name in ("t", "tm", "te", "te_qualified", "dm", "de")},
        "recipients": Key(_recipients, nested=True),
    },
    "semester_requested": _SEMESTER,
    "semester_validated": _SEMESTER,
    "semester_paid": {**_SEMESTER, **_PAID},
    "secondary_invoice_issued": _INVOICE,
    "semester_change_requested": {**_SEMESTER, **_REASON},
    "semester_rejected": {**_SEMESTER, **_REASON},
    "journal_nonconforming": {**_SEMESTER, **_REASON},
    "ans_verification_opened": _SEMESTER,
    "client_informed": {**_CLIENT, "about": Key(choice_of(INFORMATION), required=True)},
    "pilot_published": {},
    "portability_requested": _CLIENT,
    "portability_delivered": _CLIENT,
    "dispute_opened": {"kind": Key(choice_of(DISPUTED)), "value": Key(short_text), **_REASON},
    "dispute_answered": {},
    "terminated": {"last_activity_on": Key(day)},
    "cancelled": _REASON,
    "withdrawn": _REASON,
    "closed_after_rejection": _REASON,
    "formal_notice": {**_REASON, "answer_by": Key(day)},
    "repayment_ordered": {"amount": Key(money, required=True), **_REASON},
    "repaid": {"amount": Key(money, required=True)},
}

_TABLES: dict[str, Table] = {
    name: {"type": Key(short_text, required=True), "at": Key(instant, required=True), **keys}
    for name, keys in EVENT_KEYS.items()
}


def read_event(raw: Any, path: str, reading: Reading) -> OrderEventFacts | None:
    """One event, or None once its faults are reported.

    An event about a Client that names none is about the only Client; with several, the key is required.
    """
    table = _table_of(raw, path, reading)
    if table is None:
        return None
    before = len(reading.errors)
    values = read_object(raw, table, path, reading)
    if "siren" in table:
        _settle_client(raw, values, path, reading)
    if len(reading.errors) > before:
        return None
    extra = tuple((name, values[name]) for name in EVENT_KEYS[values["type"]] if name in values)
    return OrderEventFacts(type=values["type"], at=values["at"], extra=extra)


def event_from_values(
    type: str, at: datetime, values: Mapping[str, object], sirens: Sequence[str]
) -> tuple[OrderEventFacts | None, tuple[RowError, ...]]:
    """An event made up on a screen, read by the rules of the file; None with its faults, whose paths name the keys."""
    reading = Reading("", order="", sirens=list(sirens))
    raw = {name: plain(value) for name, value in values.items() if value is not None}
    return read_event({**raw, "type": type, "at": at.isoformat()}, "", reading), tuple(reading.errors)


def plain(value: object) -> object:
    """A bracketed value as JSON: money with two decimals, days and lists as the file has them."""
    if isinstance(value, Decimal):
        return text(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _table_of(raw: Any, path: str, reading: Reading) -> Table | None:
    if type(raw) is not dict:
        reading.add(path, "wrong-type", f"Attendu un objet entre accolades, trouvé {kind_of(raw)}. Corrigez la valeur.")
        return None
    kind = raw.get("type")
    if kind is None:
        refuse_missing("type", path, reading)
        return None
    table = _TABLES.get(kind) if type(kind) is str else None
    if table is None:
        reading.add(
            below(path, "type"),
            "unknown-value",
            f"« {shown(kind)} » n’est pas un type d’événement. Écrivez l’un de ces types : {', '.join(EVENT_KEYS)}.",
        )
    return table


def _settle_client(raw: dict[str, Any], values: dict[str, Any], path: str, reading: Reading) -> None:
    if raw.get("siren") is None:
        if len(reading.sirens) == 1:
            values["siren"] = reading.sirens[0]
        else:
            refuse_missing("siren", path, reading)
    elif "siren" in values and None not in reading.sirens and values["siren"] not in reading.sirens:
        reading.add(
            below(path, "siren"),
            "unknown-reference",
            f"Le SIREN {values['siren']} n’est celui d’aucun client de la commande. Corrigez-le.",
        )
