"""The made-up territory of the demonstration: establishments, doctors, and the activity of their reference year.

Every number is invented in ranges that no register gives out, with a valid key, so that nothing here can be
mistaken for somebody: FINESS and AM of a department 99, RPPS that begin with 199.
"""

from __future__ import annotations

from dataclasses import dataclass

from stdnum import luhn


def with_key(stem: str) -> str:
    """``stem`` followed by its Luhn key; letters of Corsican departments count as digits, A as 1, B as 2."""
    return stem + luhn.calc_check_digit(stem.replace("A", "1").replace("B", "2"))


@dataclass(frozen=True, slots=True)
class Establishment:
    """A site with its FINESS and the examinations of its reference year, unweighted."""

    name: str
    finess: str
    radiology: int
    nuclear: int = 0


@dataclass(frozen=True, slots=True)
class Doctor:
    """A doctor with one AM number per place of practice, each with its examinations."""

    name: str
    rpps: str
    radiology: tuple[tuple[str, int], ...] = ()
    nuclear: tuple[tuple[str, int], ...] = ()


def _establishment(rank: int, name: str, radiology: int, nuclear: int = 0, *, department: str = "99") -> Establishment:
    return Establishment(name, with_key(f"{department}{rank:06d}"), radiology, nuclear)


def _am(rank: int, place: int) -> str:
    return with_key(f"992{rank:03d}{place:02d}")


def _radiologist(rank: int, name: str, *counts: int) -> Doctor:
    places = tuple((_am(rank, place), count) for place, count in enumerate(counts, 1))
    return Doctor(name, with_key(f"199{rank:07d}"), radiology=places)


def _nuclear_physician(rank: int, name: str, *counts: int) -> Doctor:
    places = tuple((_am(rank, place), count) for place, count in enumerate(counts, 1))
    return Doctor(name, with_key(f"199{rank:07d}"), nuclear=places)


ESTABLISHMENTS = (
    _establishment(1, "Centre hospitalier de Valmont", 48_210, 2_460),
    _establishment(2, "Centre hospitalier de Brévigny", 29_640),
    _establishment(3, "CHU de Montferrand-sur-Lys", 211_870, 14_320),
    _establishment(4, "Hôpital Saint-Aubin", 14_980),
    _establishment(5, "Clinique des Tilleuls", 61_505),
    _establishment(6, "Clinique de la Corniche", 7_312),
    _establishment(7, "Institut du cancer des Deux-Rives", 9_044, 11_876),
    _establishment(8, "Hôpital de Castelvieux", 33_118),
    _establishment(9, "Polyclinique du Val d’Orne", 118_402, 1_905),
    _establishment(10, "Centre hospitalier de Port-Lannic", 0),
    _establishment(1, "Centre hospitalier de Serra di Mare", 21_390, department="2A"),
    _establishment(2, "Clinique de l’Étang", 12_077, department="2B"),
)

DOCTORS = (
    _radiologist(1, "Dr Anne Lescure", 11_204, 2_310),
    _radiologist(2, "Dr Paul Orsini", 9_871),
    _radiologist(3, "Dr Mireille Tanguy", 14_056),
    _radiologist(4, "Dr Karim Belhadj", 12_733, 4_118, 950),
    _radiologist(5, "Dr Solène Marchetti", 8_402),
    _radiologist(6, "Dr Hugo Vanderbeke", 15_001),
    _radiologist(7, "Dr Claire Dufresnoy", 10_590),
    _radiologist(8, "Dr Olivier Pasquet", 13_247),
    _radiologist(9, "Dr Inès Carvalho", 7_966, 6_204),
    _radiologist(10, "Dr Thomas Guillerm", 16_330),
    _radiologist(11, "Dr Nadia Roussillon", 0),
    _nuclear_physician(12, "Dr Bernard Ollivier", 4_812),
    _nuclear_physician(13, "Dr Yasmine Haddad", 3_659, 1_204),
)
