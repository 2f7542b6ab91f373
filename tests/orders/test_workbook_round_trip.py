"""Written as a workbook and read again, the facts are those of the order file."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from orders.domain.snapshot import OrderFile
from orders.exchange.order_file import read_order_file, write_order_file
from orders.exchange.workbook import read_sheets, write_csv, write_csv_template, write_template, write_workbook
from tests.orders.order_files import client, doctor, drimbox_order, order_file, ris_order, supplier
from tests.orders.test_order_file_round_trip import order_files, whole

LIMIT = 20_000_000


def read_back(file: OrderFile) -> OrderFile:
    parsed = read_sheets(write_workbook(file), limit=LIMIT).parsed
    assert parsed.errors == ()
    return whole(parsed)


@given(order_files)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_a_workbook_gives_the_facts_of_the_json_back(file: OrderFile) -> None:
    assert write_order_file(read_back(file)) == write_order_file(file)


def full_file() -> OrderFile:
    order: dict[str, Any] = ris_order(
        issued_on="2026-05-04",
        connectors=["drimbox", "dpi-pfi"],
        conditional_mention=True,
        amounts={"principal_ht": "11252.83", "principal_ttc": "13503.40"},
        tranche={
            "letter": "C",
            "calculated_on": "2026-04-28",
            "reference": "=1+1",
            "valid": {"am_radiology": ["011990003"]},
            "invalid": {"finess_nuclear": [{"value": "9", "reason": "-2+3"}]},
        },
        clients=[client(signed_on="2026-05-12", signature="eidas-simple", de_minimis=[
            {"granted_on": "2024-03-01", "amount": "12000.00"}])],
        events=[
            {"type": "advance_submitted", "at": "2026-09-01T10:00", "json_accepted": True},
            {"type": "journal_sent", "at": "2026-10-25T02:30:00+01:00", "semester": 1, "t": 3,
             "recipients": ["asp", "ans"]},
        ],
    )  # fmt: skip
    text = json.dumps(order_file(order, drimbox_order(), suppliers=[supplier(address="@rue\nde l’Essai")]))
    parsed = read_order_file(text)
    assert parsed.errors == ()
    return whole(parsed)


def test_every_sheet_travels() -> None:
    assert read_back(full_file()) == full_file()


def test_a_csv_gives_the_orders_back_without_their_events() -> None:
    file = full_file()
    parsed = read_sheets(write_csv(file), limit=LIMIT).parsed
    assert parsed.errors == ()
    without = [replace(it, events=(), tranche=it.tranche and replace(it.tranche, valid=None, invalid=None))
               for it in file.orders]  # fmt: skip
    assert [it.facts for it in parsed.orders] == without


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "'=", "''-"])
def test_what_a_spreadsheet_would_run_stays_a_text(start: str) -> None:
    name = f"{start}cmd|' /C calc'!A0"
    text = json.dumps(order_file(ris_order(clients=[client(name=name, lines=[doctor(name=name)])])))
    file = whole(read_order_file(text))
    assert read_back(file) == file
    assert whole(read_sheets(write_csv(file), limit=LIMIT).parsed).orders == file.orders


def test_the_csv_never_begins_a_cell_by_a_formula() -> None:
    text = json.dumps(order_file(ris_order(clients=[client(name="=1+1")])))
    assert ";'=1+1;" in write_csv(whole(read_order_file(text))).decode("utf-8-sig")


def test_the_templates_are_read_and_hold_nothing() -> None:
    for template in (write_template(), write_csv_template()):
        parsed = read_sheets(template, limit=LIMIT).parsed
        assert (parsed.orders, parsed.suppliers, parsed.errors) == ((), (), ())


@pytest.mark.parametrize("recipients", [[], None, ["asp"]])
def test_a_journal_sent_to_nobody_is_not_one_without_recipients_told(recipients: list[str] | None) -> None:
    journal = {"type": "journal_sent", "at": "2027-09-10T10:00", "semester": 1, "t": 0, "recipients": recipients}
    file = whole(read_order_file(json.dumps(order_file(ris_order(events=[journal])))))
    assert write_order_file(read_back(file)) == write_order_file(file)
