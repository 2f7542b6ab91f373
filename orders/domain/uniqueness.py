"""Which identifiers an order valorises, and who holds one that two orders name (R42-R48)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from orders.domain.snapshot import FourLists, OrderFacts
from segur.regulation.schema import Activity, Programme, UniquenessScope


@dataclass(frozen=True, slots=True, order=True)
class ClaimKey:
    """What at most one order of a programme valorises at a time.

    ``value`` is the identifier as compared, ``activity`` is empty where the scope has none, ``label`` is the
    identifier as the form writes it; ``rule`` and ``stops_order`` are those of the scope. Keys sort by what they
    compare, so that writers take them in one order.
    """

    programme: str
    kind: str
    value: str
    activity: str = ""
    label: str = field(default="", compare=False)
    rule: str = field(default="", compare=False)
    stops_order: bool = field(default=False, compare=False)


def claim_keys(
    order: OrderFacts, programme: Programme, excluded: Collection[ClaimKey] = frozenset()
) -> tuple[ClaimKey, ...]:
    """Every key that the order valorises, once, sorted, without the ``excluded`` ones.

    The scopes are those of the regulation: for a RIS AM, FINESS per activity (a mixed line has both) and
    instance; for a DRIMbox AM, FINESS, SIREN and PACS.
    """
    keys = {key for scope in programme.uniqueness for key in _scope_keys(order, programme.id, scope)}
    return tuple(sorted(keys.difference(excluded)))


def _scope_keys(order: OrderFacts, programme: str, scope: UniquenessScope) -> Iterator[ClaimKey]:
    for value, activities in _identifiers(order, scope.kind):
        yield from keys_of(programme, scope, value, activities)


def keys_of(
    programme: str, scope: UniquenessScope, value: str, activities: Iterable[Activity] = ()
) -> tuple[ClaimKey, ...]:
    """The keys of one identifier in one scope; without activities, a scope per activity gives both."""
    compared = " ".join(value.split()).upper()
    named = [str(each) for each in tuple(activities) or Activity] if scope.per_activity else [""]
    return tuple(
        ClaimKey(programme, scope.kind, compared, activity, value, scope.rule, scope.stops_order) for activity in named
    )


def _identifiers(order: OrderFacts, kind: str) -> Iterator[tuple[str, tuple[Activity, ...]]]:
    if kind == "siren":
        yield from ((client.siren, ()) for client in order.clients)
    elif kind in {"pacs", "instance"}:
        named = order.pacs if kind == "pacs" else order.instance
        if named:
            yield named, ()
    else:
        for _, line in order.lines():
            if kind == "am":
                yield from ((number, line.activity.activities) for number in line.am)
            elif line.finess:
                yield line.finess, line.activity.activities


def scope_of(programme: Programme, kind: str) -> UniquenessScope:
    """The uniqueness scope of a kind of identifier; LookupError when the programme has none."""
    for scope in programme.uniqueness:
        if scope.kind == kind:
            return scope
    raise LookupError(f"{programme.id} has no uniqueness for {kind}")


def lists_without(lists: FourLists, excluded: Collection[ClaimKey]) -> FourLists:
    """The four lists to calculate once the excluded numbers are left out (R43).

    A key without activity leaves the number out of both lists of its kind.
    """
    gone = {(key.kind, key.value, key.activity) for key in excluded}

    def kept(kind: str, activity: Activity, numbers: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(
            number
            for number in numbers
            if gone.isdisjoint({(kind, number.upper(), ""), (kind, number.upper(), str(activity))})
        )

    return FourLists(
        am_radiology=kept("am", Activity.RADIOLOGY, lists.am_radiology),
        am_nuclear=kept("am", Activity.NUCLEAR, lists.am_nuclear),
        finess_radiology=kept("finess", Activity.RADIOLOGY, lists.finess_radiology),
        finess_nuclear=kept("finess", Activity.NUCLEAR, lists.finess_nuclear),
    )


class Situation(StrEnum):
    """What happened to a doctor or a practice since 2023 (R48, table of S2)."""

    LEGAL_CHANGE = "legal-change"
    TAKEOVER = "takeover"
    CLOSED_SITE = "closed-site"
    LEFT_TO_ANOTHER = "left-to-another"
    ARRIVED_AFTER = "arrived-after-2023"
    CREATED_AFTER = "created-after-2023"

    @property
    def label(self) -> str:
        return _SITUATIONS[self][0]

    @property
    def because(self) -> str:
        return _SITUATIONS[self][1]


_SITUATIONS = {
    Situation.LEGAL_CHANGE: (
        "Changement juridique (forme, SIRET)",
        "La structure garde les AM des médecins qui y exerçaient en 2023, même si sa forme ou son SIRET a changé.",
    ),
    Situation.TAKEOVER: (
        "Rachat ou regroupement",
        "La structure qui reprend valorise les AM de 2023 de toutes les structures regroupées.",
    ),
    Situation.CLOSED_SITE: (
        "Site fermé",
        "Les AM du site fermé comptent avec ceux des autres sites de la même structure.",
    ),
    Situation.LEFT_TO_ANOTHER: (
        "Parti vers un autre cabinet",
        "L’AM de 2023 est valorisé par le cabinet que le médecin a quitté.",
    ),
    Situation.ARRIVED_AFTER: (
        "Arrivé après 2023, sans activité en 2023",
        "Un médecin sans activité en 2023 n’ouvre pas de financement là où il est arrivé.",
    ),
    Situation.CREATED_AFTER: (
        "Cabinet créé après 2023",
        "Un cabinet créé après 2023 n’a pas de financement ; l’AM de 2023 revient au cabinet quitté.",
    ),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who should valorise a contested AM: an order's reference, or nobody; ``because`` is a French sentence."""

    holder: str | None
    because: str
    rule: str = "R48"


def propose_holder(situation: Situation, structure_of_2023: str | None) -> Proposal:
    """The holder by the table of S2.

    ``structure_of_2023`` is the order of the structure where the doctor practised in 2023, or of the one that
    succeeds it (legal change, takeover, closed site); None when none of the orders in conflict is.
    """
    if structure_of_2023 is None:
        return Proposal(None, f"{situation.because} Aucune des commandes en conflit ne vient de la structure de 2023.")
    return Proposal(structure_of_2023, situation.because)
