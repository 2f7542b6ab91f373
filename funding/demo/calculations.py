"""The calculations of the demonstration: one of each kind of answer, asked over the last weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from funding.demo.people import DOCTORS, ESTABLISHMENTS
from funding.models import TrancheCalculation
from funding.services.tranche import calculate_tranche
from orders.domain.snapshot import FourLists
from segur.models import User

_FINESS = {place.name: place.finess for place in ESTABLISHMENTS}
_AM = {doctor.name: tuple(am for am, _ in (*doctor.radiology, *doctor.nuclear)) for doctor in DOCTORS}


@dataclass(frozen=True, slots=True)
class DemoCalculation:
    """A question to the calculation service, ``age`` before the demonstration is laid."""

    reference: str
    programme: str
    username: str
    age: timedelta
    lists: FourLists


CALCULATIONS = (
    DemoCalculation(
        "CHU de Montferrand-sur-Lys",
        "IMG-RIS-Va2",
        "chef.projet",
        timedelta(days=26, hours=3),
        FourLists(
            finess_radiology=(_FINESS["CHU de Montferrand-sur-Lys"],),
            finess_nuclear=(_FINESS["CHU de Montferrand-sur-Lys"],),
        ),
    ),
    # Two doctors of one practice; the third had no activity in the reference year.
    DemoCalculation(
        "Cabinet d’imagerie de la Halle",
        "IMG-RIS-Va2",
        "gestion",
        timedelta(days=12, hours=5),
        FourLists(am_radiology=(*_AM["Dr Anne Lescure"], *_AM["Dr Karim Belhadj"], *_AM["Dr Nadia Roussillon"])),
    ),
    # One examination above the threshold of tranche B: losing any would cost a tranche.
    DemoCalculation(
        "Cabinet Vanderbeke",
        "IMG-RIS-Va2",
        "chef.projet",
        timedelta(days=5, hours=1),
        FourLists(am_radiology=_AM["Dr Hugo Vanderbeke"]),
    ),
    # The same establishment and its nuclear physicians, for a DRIMbox.
    DemoCalculation(
        "Institut du cancer des Deux-Rives",
        "IMG-DB-Va2",
        "chef.projet",
        timedelta(days=2, hours=4),
        FourLists(
            am_nuclear=_AM["Dr Yasmine Haddad"],
            finess_radiology=(_FINESS["Institut du cancer des Deux-Rives"],),
            finess_nuclear=(_FINESS["Institut du cancer des Deux-Rives"],),
        ),
    ),
    # No activity at all: no tranche.
    DemoCalculation(
        "Centre hospitalier de Port-Lannic",
        "IMG-DB-Va2",
        "gestion",
        timedelta(hours=6),
        FourLists(finess_radiology=(_FINESS["Centre hospitalier de Port-Lannic"],)),
    ),
)


def load_calculations(now: datetime) -> int:
    """Ask each question that is not there yet; returns how many were asked."""
    asked = set(TrancheCalculation.objects.values_list("reference", "programme"))
    missing = [question for question in CALCULATIONS if (question.reference, question.programme) not in asked]
    for question in missing:
        calculate_tranche(
            programme_id=question.programme,
            lists=question.lists,
            reference=question.reference,
            recipient=f"{question.username}@segur.example",
            actor=User.objects.filter(username=question.username).first(),
            now=now - question.age,
        )
    return len(missing)
