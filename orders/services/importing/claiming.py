"""What the signed orders of a file take and what the ended ones let go, in the order of the instants.

Nearly every key is named by one order alone: those go in by one statement, whatever their sequence. The others, and
those that somebody already holds, are taken and released step by step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from orders.domain.uniqueness import ClaimKey, claim_keys
from orders.models import Claim, Conflict, ConflictStatus
from orders.selectors.claims import excluded_keys_many
from orders.services.claims import ClaimOutcome, ClaimRequest, release_claims, take_claims
from orders.services.importing.bulk import insert_missing, update_rows
from orders.services.importing.items import Life
from segur.regulation.dates import midnight

_COLUMNS = (
    *("programme", "kind", "value", "activity", "order_id", "funded_id", "taken_at", "by_decision"),
    *("released_at", "release_reason"),
)
_ACTIVE = "(programme, kind, value, activity) WHERE released_at IS NULL"
_NO_REASON = "Fin de la commande, sans motif dans le fichier."
_MANY = 5_000

Key = tuple[str, str, str, str]


class _Wish(NamedTuple):
    """An order and the keys it names; ``takes``: it signs for the first time (or earlier) in this import."""

    life: Life
    keys: tuple[ClaimKey, ...]
    takes: bool


def settle_claims(lives: Sequence[Life], *, now: datetime, actor_id: int | None) -> ClaimOutcome:
    """Take and release for all orders that were written; the events of the outcome are the caller's to append."""
    wishes = list(_wishes(lives))
    shared = _shared(wishes)
    outcome = ClaimOutcome()
    alone, together = _divided(wishes, shared)
    outcome.join(take_claims(_take_alone(alone), now=now, actor_id=actor_id))
    released: set[int] = set()
    for takes, life in _runs(together, wishes, shared):
        outcome.join(take_claims(takes, now=now, actor_id=actor_id))
        if life is not None:
            outcome.join(_release([life], now, actor_id))
            released.add(life.pk)
    ended = [wish.life for wish in wishes if wish.life.gone_at and wish.life.pk not in released]
    outcome.join(_release_apart(ended, now, actor_id))
    return outcome


def _wishes(lives: Sequence[Life]) -> Iterator[_Wish]:
    concerned = [life for life in lives if life.first_signed_on and (life.signed_here or life.gone_at)]
    excluded = excluded_keys_many([life.pk for life in concerned if not life.is_new])
    for life in concerned:
        keys = claim_keys(life.facts, life.texts, excluded.get(life.pk, frozenset()))
        earlier = life.first_signed_before is None or life.first_signed_on != life.first_signed_before
        if earlier and life.first_signed_before is not None and life.first_signed_on is not None:
            moved = Claim.objects.filter(order_id=life.pk, released_at__isnull=True, by_decision=False)
            moved.update(taken_at=midnight(life.first_signed_on))
        yield _Wish(life, keys, takes=earlier)


def _shared(wishes: Sequence[_Wish]) -> set[Key]:
    """The keys that several orders of the file name, and those whose holder let go: they wait for a decision."""
    named = Counter(_tuple(key) for wish in wishes for key in wish.keys)
    shared = {key for key, count in named.items() if count > 1}
    reserved = Conflict.objects.filter(status=ConflictStatus.OPEN, holder_let_go_at__isnull=False)
    shared.update(reserved.values_list("programme", "kind", "value", "activity"))
    return shared


def _tuple(key: ClaimKey) -> Key:
    return key.programme, key.kind, key.value, key.activity


def _request(life: Life, key: ClaimKey) -> ClaimRequest:
    return ClaimRequest(life.pk, key, _signed_at(life), life.signature_rank or 0)


def _signed_at(life: Life) -> datetime:
    assert life.first_signed_on is not None  # noqa: S101
    return midnight(life.first_signed_on)


def _divided(
    wishes: Sequence[_Wish], shared: set[Key]
) -> tuple[list[tuple[Key, Life, ClaimKey]], list[tuple[Life, ClaimKey]]]:
    """The keys to take that one order names, and those that several do."""
    alone: list[tuple[Key, Life, ClaimKey]] = []
    together: list[tuple[Life, ClaimKey]] = []
    for life, keys, takes in wishes:
        if not takes:
            continue
        for key in keys:
            compared = _tuple(key)
            if compared in shared:
                together.append((life, key))
            else:
                alone.append((compared, life, key))
    return alone, together


def _take_alone(wanted: list[tuple[Key, Life, ClaimKey]]) -> list[ClaimRequest]:
    """Insert the keys that one order names, in key order; the requests for those that somebody holds."""
    wanted.sort(key=lambda each: each[0])
    rows = [(*key, life.pk, None, _signed_at(life), False, None, "") for key, life, _ in wanted]
    if insert_missing(Claim, _COLUMNS, rows, unless=_ACTIVE) == len(rows):
        return []
    held = set(_held_by({life.pk for _, life, _ in wanted}))
    return [_request(life, key) for compared, life, key in wanted if (*compared, life.pk) not in held]


def _held_by(orders: Iterable[int]) -> Iterator[tuple[str, str, str, str, int]]:
    for part in _parts(sorted(orders)):
        rows = Claim.objects.filter(released_at__isnull=True, order_id__in=part)
        yield from rows.values_list("programme", "kind", "value", "activity", "order_id")


def _runs(
    together: Sequence[tuple[Life, ClaimKey]], wishes: Sequence[_Wish], shared: set[Key]
) -> Iterator[tuple[list[ClaimRequest], Life | None]]:
    """The shared keys taken before each release that may free one of them, in the order of the instants."""
    takes = sorted(
        ((_signed_at(life), life.incoming.place, life, key) for life, key in together), key=lambda each: each[:2]
    )
    releases = sorted(
        (
            (life.gone_at, life.incoming.place, life)
            for life, keys, _ in wishes
            if life.gone_at and any(_tuple(key) in shared for key in keys)
        ),
        key=lambda each: each[:2],
    )
    waiting = iter(takes)
    following = next(waiting, None)
    for gone_at, place, life in releases:
        requests = []
        while following is not None and following[:2] <= (gone_at, place):
            requests.append(_request(following[2], following[3]))
            following = next(waiting, None)
        yield requests, life
    rest = [following, *waiting] if following is not None else []
    yield [_request(each[2], each[3]) for each in rest], None


def _release_apart(lives: Sequence[Life], now: datetime, actor_id: int | None) -> ClaimOutcome:
    """Orders that share no key with another one of the file: those without an open conflict let go by one statement."""
    ids = [life.pk for life in lives]
    disputed = set(_in_conflict(ids))
    rows = [
        (life.gone_at, life.gone_reason or _NO_REASON, pk)
        for life, claims in zip(lives, _claims_of(ids), strict=True)
        if life.pk not in disputed
        for pk in claims
    ]
    update_rows(Claim, ("released_at", "release_reason"), rows)
    return _release([life for life in lives if life.pk in disputed], now, actor_id)


def _in_conflict(ids: Sequence[int]) -> Iterator[int]:
    for part in _parts(ids):
        of_open = Conflict.objects.filter(status=ConflictStatus.OPEN)
        yield from of_open.filter(holder_id__in=part).values_list("holder_id", flat=True)
        yield from of_open.filter(parties__order_id__in=part).values_list("parties__order_id", flat=True)


def _claims_of(ids: Sequence[int]) -> list[list[int]]:
    held: dict[int, list[int]] = {order_id: [] for order_id in ids}
    for part in _parts(ids):
        rows = Claim.objects.filter(released_at__isnull=True, order_id__in=part).order_by("pk")
        for order_id, pk in rows.values_list("order_id", "pk"):
            held[order_id].append(pk)
    return list(held.values())


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _MANY):
        yield ids[start : start + _MANY]


def _release(lives: Sequence[Life], now: datetime, actor_id: int | None) -> ClaimOutcome:
    """Orders of one reason together."""
    outcome = ClaimOutcome()
    reasons: dict[str, dict[int, datetime]] = {}
    for life in lives:
        if life.gone_at is not None:
            reasons.setdefault(life.gone_reason or _NO_REASON, {})[life.pk] = life.gone_at
    for reason, orders in reasons.items():
        outcome.join(release_claims(orders, reason=reason, now=now, actor_id=actor_id))
    return outcome
