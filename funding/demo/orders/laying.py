"""The stories laid in the database by the services that everybody uses, over the four weeks before a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from funding.demo.orders.acts import Contest, Decide, Funded, Told
from funding.demo.orders.known import enrolments_known, orders_known, solution_known
from funding.demo.orders.market import ENROLMENTS, HELIORA, SOLUTIONS, SUPPLIERS
from funding.demo.orders.registers import load_registers
from funding.demo.orders.stories import tell
from funding.services.order_files import import_order_file
from orders.domain.snapshot import OrderFacts, OrderFile
from orders.exchange.funded import import_funded
from orders.exchange.order_file import write_order_file
from orders.models import Conflict, ConflictStatus, Order, Supplier
from orders.services.decisions import decide_conflict
from orders.services.disputes import answer_dispute, open_dispute
from segur.models import User
from segur.regulation.dates import paris_date

# The supplier takes its orders over four weeks ago, then sends a file a week; people decide in between.
_FILES = tuple(timedelta(days=days, hours=2) for days in (28, 21, 14, 7, 0))
_LISTS_AFTER_TAKEOVER = timedelta(days=27)

Step = tuple[datetime, Callable[[datetime], None]]


def load_orders(now: datetime) -> int:
    """Lay the orders once; how many were made. What a person did with them since stays.

    Nothing of what is laid is dated after ``now``: a calendar day that is still to come has no facts yet.
    """
    if Supplier.objects.filter(siret=HELIORA).exists():
        return 0
    told = tell(paris_date(now))
    load_registers(now - _FILES[0] - timedelta(hours=1))
    for at, happen in sorted(_steps(told, now), key=lambda step: step[0]):
        happen(at)
    made: int = Order.objects.filter(supplier__siret__in=[supplier.siret for supplier in SUPPLIERS]).count()
    return made


def _steps(told: Told, now: datetime) -> Iterable[Step]:
    importing = _Importing(told)
    for ago in _FILES:
        yield now - ago, partial(importing.send, last=ago == _FILES[-1])
    programmes = dict.fromkeys(row.programme for row in told.funded)
    for programme in programmes:
        rows = [row for row in told.funded if row.programme == programme]
        yield now - _LISTS_AFTER_TAKEOVER, partial(_load_list, programme, rows)
    for decision in told.decisions:
        yield now - decision.ago, partial(_decide, decision)
    for contest in told.contests:
        yield now - contest.ago, partial(_contest, contest)
        if contest.answered_ago is not None:
            yield now - contest.answered_ago, partial(_answer, contest)


class _Importing:
    """The files that the suppliers send: each holds what is new since the one before."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._sent: dict[tuple[str, str], OrderFacts] = {}

    def send(self, at: datetime, *, last: bool) -> None:
        known = [*orders_known(self._told.orders, at), *(self._told.drafts if last else ())]
        fresh = [order for order in known if self._sent.get((order.supplier, order.number)) != order]
        file = OrderFile(
            suppliers=SUPPLIERS,
            solutions=tuple(solution_known(solution, at) for solution in SOLUTIONS),
            enrolments=tuple(enrolments_known(ENROLMENTS, at)),
            orders=tuple(fresh),
        )
        report = import_order_file(write_order_file(file).encode(), now=at, actor=_user("gestion"), atomic=True)
        if report.errors:
            raise ValueError(f"the demonstration does not import: {report.errors[0]}")
        self._sent |= {(order.supplier, order.number): order for order in fresh}


def _user(username: str) -> User | None:
    """One of the demonstration's people; None, the system, where somebody removed the account."""
    return User.objects.filter(username=username).first()


def _load_list(programme: str, rows: list[Funded], at: datetime) -> None:
    lines = [f"{row.kind};{row.value};{row.activity};{row.reference}" for row in rows]
    with TemporaryDirectory(prefix="segur-demo-") as folder:
        file = Path(folder) / f"{programme}.csv"
        file.write_text("\n".join(["kind;value;activity;reference", *lines]) + "\n", encoding="utf-8")
        import_funded(path=file, programme_id=programme, now=at, actor=_user("admin"))


def _decide(act: Decide, at: datetime) -> None:
    """Decide the conflict, where it is open by then."""
    conflicts = Conflict.objects.filter(
        programme=act.programme, kind=act.kind, value=act.value, status=ConflictStatus.OPEN
    )
    actor = _user("chef.projet")
    for conflict in conflicts.order_by("pk"):
        if act.after_let_go and conflict.holder_let_go_at is None:
            continue
        decide_conflict(
            conflict_id=conflict.pk,
            decision=act.decision,
            reason=act.reason,
            situation=act.situation,
            actor_id=actor.pk if actor else None,
            now=at,
        )


def _order_in_conflict(act: Contest) -> Order | None:
    """The contested order, once the conflict is known."""
    order: Order | None = Order.objects.filter(
        supplier__siret=act.supplier,
        number=act.order,
        conflict_parties__conflict__kind=act.kind,
        conflict_parties__conflict__value=act.value,
    ).first()
    return order


def _contest(act: Contest, at: datetime) -> None:
    order = _order_in_conflict(act)
    if order is not None:
        actor = _user("gestion")
        open_dispute(
            order_id=order.pk,
            kind=act.kind,
            value=act.value,
            reason=act.reason,
            actor_id=actor.pk if actor else None,
            now=at,
        )


def _answer(act: Contest, at: datetime) -> None:
    order = _order_in_conflict(act)
    if order is not None and order.disputes.filter(answered_at__isnull=True).exists():
        actor = _user("gestion")
        answer_dispute(order_id=order.pk, actor_id=actor.pk if actor else None, now=at)
