"""Made-up registers, written as their publishers write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stdnum import luhn


def keyed(stem: str) -> str:
    """A number with its key (A5: Corsica's letters count as 1 and 2)."""
    return stem + luhn.calc_check_digit(stem.replace("A", "1").replace("B", "2"))


SITE, OTHER_SITE, LEGAL, OVERSEAS = keyed("01000123"), keyed("01000124"), keyed("01078005"), keyed("97040001")
SIREN = keyed("26730021")
RADIOLOGIST, NUCLEAR, OTHER = keyed("1099999101"), keyed("1099999102"), keyed("1099999103")

T_FINESS = (
    "finess,etat,rs,type,ej_finess,ej_rs,siren,siret,categ_code,categ_lib,adresse_code_postal,adresse_lib_routage"
)
SAE = "bor;an;fi;rs;fi_ej;cat;sir;dep;cpo;libcom"
ANNUAIRE = "Type d'identifiant PP|Identifiant PP|Nom d'exercice|Prénom d'exercice|Code profession|Libellé savoir-faire|"


def structure(
    finess: str, name: str = "CH D’EXEMPLE", *, kind: str = "ET", state: str = "ACTUEL", siren: str = SIREN
) -> str:
    legal = f"{LEGAL},CH D’EXEMPLE ENTITÉ" if kind == "ET" else ","
    return f"{finess},{state},{name},{kind},{legal},{siren},,355,Centre Hospitalier,01440,VIRIAT"


def doctor(rpps: str, label: str = "", *, family: str = "EXEMPLE", profession: str = "10") -> str:
    return f"8|{rpps}|{family}|Alix|{profession}|{label}|"


def sae(finess: str, name: str = "CH SAE", siret: str = "") -> str:
    return f"ID;2023;{finess};{name};{LEGAL};355;{siret};01;01440;VIRIAT"


def written(path: Path, header: str, rows: Sequence[str], encoding: str = "utf-8") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding=encoding)
    return path
