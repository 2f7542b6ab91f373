"""Who may order: made-up hospitals and practices, with the activity of their reference year in every tranche.

Every number is invented in ranges that no register gives out, with a valid key: SIREN that begin with 000, FINESS and
AM of a department 99, RPPS that begin with 199.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle

from funding.demo.orders.names import OVERSEAS, TOWNS, person
from funding.demo.people import DOCTORS, ESTABLISHMENTS, Doctor, Establishment, with_key
from orders.domain.snapshot import ClientKind
from segur.regulation.schema import Vat


@dataclass(frozen=True, slots=True)
class Organisation:
    """A legal person that may sign: its sites or its doctors, and the VAT of its territory."""

    siren: str
    name: str
    town: str
    kind: ClientKind
    sites: tuple[Establishment, ...] = ()
    doctors: tuple[Doctor, ...] = ()
    vat: Vat = Vat.TWENTY

    @property
    def representative(self) -> str:
        """Who signs for it."""
        return " ".join(person(int(self.siren[:8])))

    @property
    def mailbox(self) -> str:
        """An address that no mail ever reaches."""
        return f"direction.{self.siren}@segur.example"


_HOSPITALS = (
    "Centre hospitalier de {}",
    "Clinique de {}",
    "Polyclinique de {}",
    "Groupe hospitalier de {}",
    "Hôpital de {}",
)
_PRACTICES = (
    "Cabinet d’imagerie de {}",
    "Centre d’imagerie médicale de {}",
    "Radiologie de {}",
    "Scanner et IRM de {}",
)
# The tranche that each one is meant for, in the sequence of the towns; B to D are the most frequent.
_HOSPITAL_TRANCHES = "CBDCEBCDFCBDECBGDCEBDCAFCDBEHCDB"
_PRACTICE_TRANCHES = "BACBCBADBC"
_SIZES = {
    "A": (6_200, 14_900),
    "B": (15_400, 29_500),
    "C": (30_600, 58_900),
    "D": (61_000, 118_000),
    "E": (122_000, 236_000),
    "F": (243_000, 470_000),
    "G": (490_000, 930_000),
    "H": (1_010_000, 1_240_000),
}
_SITES = {"A": 1, "B": 1, "C": 1, "D": 2, "E": 3, "F": 4, "G": 6, "H": 9}
_SITE_NAMES = ("site central", "site Nord", "site des Quais", "site du Parc", "site Sud", "pavillon de la Source")
_SHARES = (5, 3, 2, 3, 2, 2, 4, 2, 3)
_WEIGHT = 5
_FIRST_RANK = 101


@cache
def organisations() -> tuple[Organisation, ...]:
    """Everybody, hospitals and practices in turn; always the same."""
    towns = (*((town, Vat.TWENTY) for town in TOWNS), *OVERSEAS.items())
    hospital_sizes, practice_sizes = cycle(_HOSPITAL_TRANCHES), cycle(_PRACTICE_TRANCHES)
    found = list(_already_known())
    for rank, (town, vat) in enumerate(towns):
        found.append(_hospital(rank, town, next(hospital_sizes), vat))
        if rank % 2 == 0:
            found.append(_practice(rank, town, next(practice_sizes), vat))
    return tuple(found)


def counts() -> Iterator[tuple[str, str, int]]:
    """Number, activity and examinations of every site and doctor, those without activity left out."""
    for organisation in organisations():
        for site in organisation.sites:
            yield from _counted((site.finess, activity, getattr(site, activity)) for activity in _ACTIVITIES)
        for doctor in organisation.doctors:
            for activity in _ACTIVITIES:
                yield from _counted((am, activity, count) for am, count in getattr(doctor, activity))


_ACTIVITIES = ("radiology", "nuclear")


def _counted(rows: Iterator[tuple[str, str, int]]) -> Iterator[tuple[str, str, int]]:
    return (row for row in rows if row[2])


def _already_known() -> Iterator[Organisation]:
    """The people whom the calculations of the demonstration are about."""
    active = [place for place in ESTABLISHMENTS if place.radiology]
    for rank, place in enumerate(active, 1):
        town = place.name.rpartition(" ")[2]
        yield Organisation(_siren(rank), place.name, town, ClientKind.ESTABLISHMENT, sites=(place,))
    by_name = {doctor.name: doctor for doctor in DOCTORS}
    for rank, (name, members) in enumerate(
        {
            "Cabinet d’imagerie de la Halle": ("Dr Anne Lescure", "Dr Karim Belhadj", "Dr Nadia Roussillon"),
            "Cabinet Vanderbeke": ("Dr Hugo Vanderbeke",),
            "Médecine nucléaire des Deux-Rives": ("Dr Bernard Ollivier", "Dr Yasmine Haddad"),
        }.items(),
        51,
    ):
        doctors = tuple(by_name[member] for member in members)
        yield Organisation(_siren(rank), name, name.rpartition(" ")[2], ClientKind.PRACTICE, doctors=doctors)


def _siren(rank: int) -> str:
    return with_key(f"000{rank:05d}")


def _size(rank: int, tranche: str) -> int:
    low, high = _SIZES[tranche]
    return low + rank * 7_919 % (high - low)


def _split(total: int, parts: int) -> list[int]:
    """``total`` in ``parts`` uneven shares."""
    shares = _SHARES[:parts]
    pieces = [total * share // sum(shares) for share in shares]
    pieces[0] += total - sum(pieces)
    return pieces


def _hospital(rank: int, town: str, tranche: str, vat: Vat) -> Organisation:
    name = _HOSPITALS[rank % len(_HOSPITALS)].format(town)
    parts = _SITES[tranche]
    sites = []
    for place, total in enumerate(_split(_size(rank, tranche), parts)):
        # Nuclear medicine on the main site of every third hospital: its examinations weigh five each.
        nuclear = total // 40 if place == 0 and rank % 3 == 0 else 0
        label = name if parts == 1 else f"{name}, {_SITE_NAMES[place % len(_SITE_NAMES)]}"
        if place >= len(_SITE_NAMES):
            label += f" {place - len(_SITE_NAMES) + 2}"
        finess = with_key(f"99{1_000 + rank * 10 + place:06d}")
        sites.append(Establishment(label, finess, total - _WEIGHT * nuclear, nuclear))
    return Organisation(_siren(_FIRST_RANK + rank), name, town, ClientKind.ESTABLISHMENT, sites=tuple(sites), vat=vat)


def _practice(rank: int, town: str, tranche: str, vat: Vat) -> Organisation:
    name = _PRACTICES[rank // 2 % len(_PRACTICES)].format(town)
    total = _size(rank, tranche)
    parts = min(6, max(2, total // 12_000))
    doctors = [_doctor(100 + rank * 4 + place, count) for place, count in enumerate(_split(total, parts))]
    if rank % 8 == 0:
        # Arrived after the reference year: the service knows no activity of theirs.
        doctors.append(_doctor(700 + rank, 0))
    return Organisation(
        _siren(_FIRST_RANK + 500 + rank), name, town, ClientKind.PRACTICE, doctors=tuple(doctors), vat=vat
    )


def _doctor(rank: int, total: int) -> Doctor:
    """A radiologist of one to three places of practice."""
    given, family = person(rank)
    places = 1 + rank % 3 if total > 3_000 else 1
    radiology = tuple(
        (with_key(f"992{rank:03d}{place:02d}"), count) for place, count in enumerate(_split(total, places), 1)
    )
    return Doctor(f"Dr {given} {family}", with_key(f"199{rank:07d}"), radiology=radiology)
