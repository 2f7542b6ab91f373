"""A process of its own, for races on one order: reads one command per line, answers one JSON line each.

``prepare N`` migrates and imports N signed orders; ``submit ORDER VERSION AT`` files the advance at an instant of the
clock (VERSION 0: whatever it is); ``report`` says what is recorded.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segur.settings")
    django.setup()
    commands = {"prepare": prepare, "submit": submit, "report": report}
    for line in sys.stdin:
        name, *arguments = line.split()
        try:
            answer = commands[name](*arguments)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def prepare(count: str) -> Any:
    from django.core.management import call_command

    from funding.services.order_files import import_order_file
    from orders.models import Order
    from segur.regulation.dates import parse_instant
    from tests.scenarios.lives import order_file, ris

    call_command("migrate", verbosity=0)
    document = order_file(*(ris(number) for number in range(int(count))))
    report = import_order_file(json.dumps(document).encode(), now=parse_instant("2026-10-01T09:00"))
    if report.errors:
        return {"error": [error.message for error in report.errors]}
    return list(Order.objects.order_by("pk").values_list("pk", "version"))


def submit(order: str, version: str, at: str) -> Any:
    from funding.services.life import perform
    from orders.services.refusal import Refused
    from segur.regulation.dates import parse_instant

    while time.time() < float(at):
        pass
    try:
        perform(
            action="submit_advance",
            order_id=int(order),
            now=parse_instant("2026-11-05T09:00"),
            version=int(version) or None,
        )
    except Refused as refused:
        return {"refused": [finding.code for finding in refused.findings], "told": str(refused)}
    return {"refused": []}


def report() -> Any:
    from funding.models import Dossier, LifeEvent
    from orders.selectors.history import verify_histories

    return {
        "events": list(LifeEvent.objects.order_by("order_id", "sequence").values_list("order_id", "action")),
        "stages": list(Dossier.objects.values_list("stage", flat=True).distinct()),
        "broken": [broken.as_json() for broken in verify_histories().broken],
    }


if __name__ == "__main__":
    main()
