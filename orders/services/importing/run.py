"""The orders of a file, recorded first, then signed and ended in the order of the instants of all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.db import DatabaseError, OperationalError, connection, transaction

from orders.domain.snapshot import OrderFacts
from orders.models import Conflict, ConflictStatus, Order
from orders.selectors.claims import with_parties
from orders.selectors.facts import with_form
from orders.services.importing.changes import known_life, new_life
from orders.services.importing.claiming import settle_claims
from orders.services.importing.descriptions import Descriptions
from orders.services.importing.histories import begin_chains, continue_chains
from orders.services.importing.items import Fault, Incoming, Life, OtherEvents, Progress
from orders.services.importing.timeline import apply_steps, steps_of
from orders.services.importing.writing import Clients, write_orders
from orders.services.recording import next_rank
from segur.regulation.schema import Programme

_CHUNK = 1_000
_LOCK = 0x5E6_0123
_CONSTRAINT = re.compile(r"constraint (?:failed: |\")([\w.]+)")


@dataclass(frozen=True, slots=True)
class Written:
    """An order that the import created or changed: its row, its version now, what the file says, its texts."""

    order_id: int
    version: int
    facts: OrderFacts
    programme: Programme


@dataclass(slots=True)
class ImportedOrders:
    """What became of the orders: counts, what was refused and where, the open conflicts they are now in.

    ``warnings`` are French sentences about numbers that two orders describe differently.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    faults: list[Fault] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)


def one_import_at_a_time() -> None:
    """Wait for the import that is running, until the end of its transaction; call it first in the transaction.

    On SQLite the transaction itself waits when it begins.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def import_orders(
    orders: Sequence[Incoming],
    others: OtherEvents,
    *,
    now: datetime,
    actor_id: int | None = None,
    progress: Progress | None = None,
) -> ImportedOrders:
    """Record the orders of a file, in the transaction of the caller; each goes in wholly or leaves nothing.

    An order that the database refuses is reported and leaves the others in. An event without place in the life of
    its order is reported, and the order stays in with what came before.
    """
    report = ImportedOrders()
    said = progress or _silent
    lives = list(_lives(orders, others, report, said))
    report.faults += apply_steps(steps_of(lives), others, next_rank=next_rank())
    changing = [life for life in lives if life.has_changed]
    report.unchanged += len(lives) - len(changing)
    clients = Clients(list({client.siren for life in changing for client in life.facts.clients}))
    for done, chunk in _chunks(changing):
        said("Enregistrement", done, len(changing))
        _write(chunk, clients, now, report)
    written = [life for life in changing if life.written]
    report.written = [Written(life.pk, life.version + 1, life.facts, life.texts) for life in written]
    report.created = sum(life.is_new for life in written)
    report.updated = len(written) - report.created
    said("Attribution des numéros", 0, len(written))
    outcome = settle_claims(written, now=now, actor_id=actor_id)
    _record_others(written, others, now, actor_id)
    for done, chunk in _chunks([life for life in written if life.is_new]):
        said("Historique", done, len(written))
        begin_chains(chunk, now=now, actor_id=actor_id)
    continue_chains([life for life in written if not life.is_new], outcome.events, now=now, actor_id=actor_id)
    report.conflicts = _still_open(outcome.conflicts)
    report.warnings = Descriptions.differing(life.facts for life in written)
    said("Historique", len(written), len(written))
    return report


def _chunks(lives: Sequence[Life]) -> Iterator[tuple[int, Sequence[Life]]]:
    for start in range(0, len(lives), _CHUNK):
        yield start, lives[start : start + _CHUNK]


def _lives(orders: Sequence[Incoming], others: OtherEvents, report: ImportedOrders, said: Progress) -> Iterator[Life]:
    """The orders that the file creates or may change; the rest is counted in the report."""
    waiting = iter(orders)
    done = 0
    while chunk := list(islice(waiting, _CHUNK)):
        said("Comparaison", done, len(orders))
        done += len(chunk)
        known = _known(chunk)
        recorded = others.recorded([order.pk for order in known.values()]) if known else {}
        for incoming in chunk:
            order = known.get((incoming.supplier_id, incoming.facts.number))
            if order is None:
                yield new_life(incoming)
                continue
            life, faults = known_life(incoming, order, recorded.get(order.pk, ()))
            report.faults += faults
            if life is not None:
                yield life
            elif faults:
                report.refused += 1
            else:
                report.unchanged += 1


def _known(chunk: Sequence[Incoming]) -> dict[tuple[int, str], Order]:
    """The recorded orders among these, locked for change where the database can."""
    rows = Order.objects.filter(
        supplier_id__in={incoming.supplier_id for incoming in chunk},
        number__in=[incoming.facts.number for incoming in chunk],
    )
    locked = with_form(rows).select_for_update(of=("self",), no_key=True).order_by("pk")
    return {(order.supplier_id, order.number): order for order in locked}


def _write(chunk: Sequence[Life], clients: Clients, now: datetime, report: ImportedOrders) -> None:
    """Write a chunk at once; where the database refuses it, each of its orders by itself, to find which one."""
    error = _tried(chunk, clients, now)
    if error is None:
        return
    for life in chunk:
        error = _tried([life], clients, now)
        if error is not None:
            report.refused += 1
            report.faults.append(life.fault("", "database-refused", _refusal_of(error)))


def _tried(chunk: Sequence[Life], clients: Clients, now: datetime) -> DatabaseError | None:
    try:
        with transaction.atomic():
            write_orders(chunk, clients, now)
    except OperationalError:
        raise
    except DatabaseError as error:
        clients.forget()
        return error
    clients.keep()
    for life in chunk:
        life.written = True
    return None


def _refusal_of(error: DatabaseError) -> str:
    found = _CONSTRAINT.search(str(error))
    rule = f" (contrainte {found.group(1)})" if found else ""
    return (
        f"La base de données refuse cette commande{rule}\u00a0: rien n’en est enregistré."
        " Vérifiez ses valeurs, puis relancez l’import."
    )


def _record_others(lives: Sequence[Life], others: OtherEvents, now: datetime, actor_id: int | None) -> None:
    events = [
        (event.at, life.incoming.place, place, life.pk, event)
        for life in lives
        for place, event in enumerate(life.events_here)
    ]
    events.sort(key=lambda each: each[:3])
    others.record([(order_id, event) for *_, order_id, event in events], now=now, actor_id=actor_id)


def _still_open(conflicts: Sequence[Conflict]) -> list[Conflict]:
    ids = {conflict.pk for conflict in conflicts}
    found = with_parties(Conflict.objects.filter(pk__in=ids, status=ConflictStatus.OPEN))
    return list(found.order_by("programme", "kind", "value", "activity", "pk"))


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Nobody is watching."""
