"""Order files that tell whole lives, made up with valid check digits, and what ``simulate`` says of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.commands import run
from tests.orders.order_file_samples import am, finess, rpps, siren, siret

SUPPLIER = siret(0)
_COUNTS = {"t": 1000, "tm": 1000, "te": 0, "te_qualified": 0, "dm": 800, "de": 0}
#: For a VA of 12 February 2027: a day of the month in which each journal is due.
JOURNAL_DAYS = ("2027-09-10", "2028-03-10", "2028-09-10", "2029-03-10", "2029-09-10", "2030-03-10")


def event(type: str, at: str, **extra: Any) -> dict[str, Any]:
    return {"type": type, "at": at, **extra}


def client(number: int, **changes: Any) -> dict[str, Any]:
    """A client that signed after the referencing, with one hospital and one doctor."""
    return {
        "siren": siren(number),
        "name": f"CH {number}",
        "kind": "establishment",
        "principal": True,
        "signed_on": "2026-07-15",
        "signature": "eidas-simple",
        "lines": [
            {"name": f"CH {number}", "finess": finess(number), "activity": "mixed"},
            {"name": f"Dr {number}", "rpps": rpps(number), "am": [am(number)], "activity": "radiology"},
        ],
    } | changes


def ris(number: int, *events: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A RIS order of tranche D at its ceilings: 20 028,26 €, advance 8 011,30 €, balance 12 016,96 €."""
    order = {
        "number": f"BDC-{number}",
        "supplier": SUPPLIER,
        "solution": "ris",
        "programme": "IMG-RIS-Va2",
        "prestation": "vague-2",
        "instance": f"RIS-{number}",
        "issued_on": "2026-07-10",
        "vat": "20",
        "identity": "master",
        "connectors": ["drimbox"],
        "wave1_paid_by_client": False,
        "amounts": {
            "principal_ht": "16690.22",
            "principal_ttc": "20028.26",
            "secondary_ht": "4172.58",
            "secondary_ttc": "5007.06",
        },
        "tranche": {"letter": "D", "calculated_on": "2026-07-01", "reference": f"CH {number}"},
        "clients": [client(number)],
        "events": list(events),
    }
    return order | changes


def drimbox(number: int, *events: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A DRIMbox update of tranche D; no scale of its secondary prestation is published, the form gives the amount."""
    order = ris(number, *events, solution="box", programme="IMG-DB-Va2", prestation="db-update")
    order |= {"instance": None, "identity": None, "connectors": None, "pacs": f"PACS-{number}"}
    return order | {"db_installation": "native-pacs"} | changes


ADVANCE = (
    event("advance_submitted", "2026-09-01T10:00", json_accepted=True, attachments_accepted=True),
    event("advance_validated", "2026-09-20T00:00"),
    event("advance_paid", "2026-10-05T00:00", amount="8011.30"),
)


def delivery(*sirens: str) -> tuple[dict[str, Any], ...]:
    """VA on 12 February 2027, invoice three days later."""
    signed = [event("va_signed", "2027-02-12T15:00", siren=each) for each in sirens]
    return (*signed, event("invoice_issued", "2027-02-15T00:00", number="F-1", ht="16690.22", ttc="20028.26"))


BALANCE = (
    event("balance_submitted", "2027-03-01T10:00"),
    event("balance_validated", "2027-03-20T00:00"),
    event("balance_paid", "2027-04-10T00:00", amount="12016.96"),
)


def journal(number: int, at: str, **changes: Any) -> dict[str, Any]:
    return event("journal_sent", at, semester=number, recipients=["asp", "ans", "client"], **_COUNTS) | changes


def semester(number: int) -> tuple[dict[str, Any], ...]:
    """Journal, request, validation and payment of a whole semester at PERF 1: 834,51 €."""
    day = JOURNAL_DAYS[number - 1]
    last = [event("secondary_invoice_issued", f"{day}T10:30", number="F-2", ht="4172.58", ttc="5007.06")]
    return (
        journal(number, f"{day}T10:00"),
        *(last if number == 6 else []),
        event("semester_requested", f"{day}T11:00", semester=number),
        event("semester_validated", f"{day}T12:00", semester=number),
        event("semester_paid", f"{day}T13:00", semester=number, amount="834.51"),
    )


def pilots(solution: str = "ris", make: Any = ris) -> list[dict[str, Any]]:
    """Three orders of other clients whose reports conform, the last one on 15 December 2026 at noon."""
    days = ("2026-12-01T09:00", "2026-12-10T09:00", "2026-12-15T12:00")
    return [
        make(
            900 + place,
            *ADVANCE,
            event("pilot_report_signed", "2026-11-02T09:00"),
            event("pilot_report_sent", "2026-11-03T09:00"),
            event("pilot_report_conforming", day),
        )
        for place, day in enumerate(days)
    ]


def supplier(**changes: Any) -> dict[str, Any]:
    return {
        "siret": SUPPLIER,
        "name": "Éditeur d’essai",
        "role": "editor",
        "vat_liable": True,
        "hosting": "hds",
        "psc_operator_authorised_on": "2026-02-01",
    } | changes


def solution(key: str, **changes: Any) -> dict[str, Any]:
    return {
        "key": key,
        "supplier": SUPPLIER,
        "programme": "IMG-RIS-Va2" if key == "ris" else "IMG-DB-Va2",
        "name": key.upper(),
        "complete_file_submitted_at": "2026-04-20T09:00",
        "referenced_on": "2026-07-01",
    } | changes


def enrolment(key: str, **changes: Any) -> dict[str, Any]:
    return {
        "supplier": SUPPLIER,
        "solution": key,
        "number": f"ENR-{key}",
        "kind": "initial",
        "early": True,
        "submitted_on": "2025-06-02",
        "validated_on": "2025-06-20",
        "finalised_on": "2026-07-05",
    } | changes


def order_file(*orders: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "format": "segur-order-file/1",
        "suppliers": [supplier()],
        "solutions": [solution("ris"), solution("box")],
        "enrolments": [enrolment("ris"), enrolment("box")],
        "orders": list(orders),
    } | changes


@dataclass(frozen=True)
class Told:
    """What ``simulate`` says of one order."""

    state: dict[str, Any]

    @property
    def stage(self) -> str:
        return str(self.state["stage"])

    def action(self, name: str) -> dict[str, Any]:
        return next(action for action in self.state["actions"] if action["name"] == name)

    def allowed(self, name: str) -> bool:
        return bool(self.action(name)["allowed"])

    def errors(self, name: str) -> set[str]:
        """The codes that block an action."""
        return {each["code"] for each in self.action(name)["blockers"] if each["severity"] == "error"}

    def sentence(self, name: str, code: str) -> str:
        return next(str(each["message"]) for each in self.action(name)["blockers"] if each["code"] == code)

    def deadline(self, code: str) -> dict[str, Any]:
        return next(each for each in self.state["deadlines"] if each["code"] == code)


class Simulator:
    """Runs ``simulate`` on documents, in the folder of a test."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "commandes.json"

    def document(self, content: dict[str, Any], at: str) -> dict[str, Any]:
        """The whole answer."""
        self._path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        outcome = run("simulate", str(self._path), "--at", at, "--json")
        assert outcome.status in (0, 1), outcome.err
        answer: dict[str, Any] = outcome.document
        return answer

    def orders(self, content: dict[str, Any], at: str) -> dict[str, Told]:
        """What is told of every order, by number; the file has no fault."""
        answer = self.document(content, at)
        assert answer["import"]["errors"] == []
        return {state["order"]: Told(state) for state in answer["orders"]}

    def order(self, content: dict[str, Any], at: str, number: str = "BDC-1") -> Told:
        return self.orders(content, at)[number]
