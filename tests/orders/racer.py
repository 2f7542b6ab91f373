"""A process of its own, for races: reads one command per line, answers one JSON line each.

``prepare N`` migrates and issues N pairs of orders that share three AM; ``sign ORDER SIREN AT`` signs at an instant
of the clock; ``hold ORDER SIREN`` signs inside a transaction that the next line rolls back; ``report`` says who holds.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, date, datetime
from typing import Any

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "segur.settings")
    django.setup()
    commands = {"prepare": prepare, "sign": sign, "hold": hold, "report": report}
    for line in sys.stdin:
        name, *arguments = line.split()
        try:
            answer = commands[name](*arguments)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        say(answer)


def say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
SHARED = 3


def prepare(pairs: str) -> Any:
    from django.core.management import call_command

    from tests.orders.factories import SolutionFactory, client, doctor, record, ris_facts, siren

    call_command("migrate", verbosity=0)
    solution = SolutionFactory.create()
    made = []
    for pair in range(int(pairs)):
        shared = [pair * 10 + place for place in range(SHARED)]
        sides = []
        for side, numbers in enumerate([shared, shared[::-1]]):
            page = client(pair * 2 + side, [doctor(number) for number in numbers], signed_on=None)
            order = record(ris_facts(f"{pair}-{side}", page), solution=solution, now=NOW)
            sides.append([order.pk, siren(pair * 2 + side)])
        made.append(sides)
    return made


def sign(order: str, siren: str, at: str) -> Any:
    from orders.services.life import sign_client

    while time.time() < float(at):
        pass
    signed = sign_client(order_id=int(order), siren=siren, signed_on=date(2026, 5, 12), signature=None, now=NOW)
    return {"state": signed.state}


def hold(order: str, siren: str) -> Any:
    from django.db import transaction

    with transaction.atomic():
        answer = sign(order, siren, "0")
        say(answer)
        sys.stdin.readline()
        transaction.set_rollback(True)
    return {"state": "rolled back"}


def report() -> Any:
    from orders.models import Claim, ConflictParty, Event, Order
    from orders.selectors.history import verify_histories

    orders = {}
    for order in Order.objects.all():
        pending = ConflictParty.objects.filter(order=order, state="pending", conflict__status="open")
        orders[order.number] = {
            "state": order.state,
            "held": sorted(
                Claim.objects.filter(order=order, kind="am", released_at=None).values_list("value", flat=True)
            ),
            "claimed": sorted(pending.values_list("conflict__value", flat=True)),
            "events": list(
                Event.objects.filter(order=order, to_state__gt="").order_by("sequence").values_list("action", flat=True)
            ),
        }
    return {"orders": orders, "broken": [broken.as_json() for broken in verify_histories().broken]}


if __name__ == "__main__":
    main()
