"""Small registers of the made-up world, so that an order form is checked against them as against the real ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from funding.demo.orders.territory import organisations
from funding.demo.orders.troubles import CARDIOLOGIST, HEALTH_CENTRE, LEGAL_ENTITY
from orders.exchange.registers import import_register
from orders.models import Register
from orders.services.registers import current_load
from segur.models import User

_STRUCTURES = (
    "finess,etat,rs,type,ej_finess,ej_rs,siren,siret,categ_code,categ_lib,adresse_code_postal,adresse_lib_routage"
)
_DOCTORS = "Type d'identifiant PP|Identifiant PP|Nom d'exercice|Prénom d'exercice|Code profession|Libellé savoir-faire|"


def load_registers(now: datetime) -> None:
    """Load each register, unless one is there already: a real one is never replaced."""
    admin = User.objects.filter(username="admin").first()
    files = {
        Register.FINESS: ("t-finess-demonstration.csv", [_STRUCTURES, *_structures()]),
        Register.RPPS: ("annuaire-demonstration.txt", [_DOCTORS, *_doctors()]),
    }
    with TemporaryDirectory(prefix="segur-demo-") as folder:
        for register, (name, lines) in files.items():
            if current_load(register) is None:
                file = Path(folder) / name
                file.write_text("\n".join(lines) + "\n", encoding="utf-8")
                import_register(path=file, register=register, now=now, actor=admin)


def _structures() -> Iterator[str]:
    for organisation in organisations():
        for site in organisation.sites:
            yield (
                f'{site.finess},ACTUEL,"{site.name}",ET,,"{organisation.name}",{organisation.siren},,'
                f"355,Centre Hospitalier,99000,{organisation.town.upper()}"
            )
    yield (f'{HEALTH_CENTRE.finess},ACTUEL,"{HEALTH_CENTRE.name}",ET,,,,,124,Centre de Santé,99310,PLESSAC')
    yield f'{LEGAL_ENTITY.finess},ACTUEL,"{LEGAL_ENTITY.name}",EJ,,,,,,,99200,ARGELLE'


def _doctors() -> Iterator[str]:
    for organisation in organisations():
        for doctor in organisation.doctors:
            _, given, family = doctor.name.split(" ", 2)
            speciality = "Médecine nucléaire" if doctor.nuclear else "Radio-diagnostic et imagerie médicale"
            yield f"8|{doctor.rpps}|{family}|{given}|10|{speciality}|"
    yield f"8|{CARDIOLOGIST.rpps}|{CARDIOLOGIST.family}|{CARDIOLOGIST.given}|10|Cardiologie et maladies vasculaires|"
