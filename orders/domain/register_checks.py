"""An order form against the public registers and the territory: who runs an establishment, names, VAT.

Closed establishments, legal entities, health centres and specialities are guards of the order form itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from orders.domain.order_form.context import Form, note, warning
from orders.domain.registers import StructureType
from orders.domain.search import fold
from segur.regulation.finding import Finding
from segur.regulation.identifiers import suggested_vat
from segur.regulation.schema import Vat

NBSP = "\u00a0"
_VAT = {Vat.TWENTY: f"20{NBSP}%", Vat.EIGHT_AND_A_HALF: f"8,5{NBSP}%", Vat.NONE: "sans TVA"}


def against_registers(form: Form) -> Iterator[Finding]:
    """Every finding of this module; a register that is not loaded is said by the order form's own guards."""
    yield from establishments_of_their_client(form)
    yield from names_of_establishments(form)
    yield from names_of_doctors(form)
    yield from vat_of_the_territory(form)


def establishments_of_their_client(form: Form) -> Iterator[Finding]:
    """R1: the Client is the legal person that runs the establishments of its lines."""
    structures = form.context.structures or {}
    for path, client, line in form.lines():
        record = structures.get(line.finess or "")
        if record is None or record.siren in (None, client.siren):
            continue
        runs = f", {record.legal_name}," if record.legal_name else ""
        yield warning(
            "R1-other-siren",
            f"{line.name} dépend du SIREN {record.siren}{runs} au répertoire, pas de celui du client.",
            "Vérifiez quelle personne morale signe.",
            f"{path}.finess",
        )


def names_of_establishments(form: Form) -> Iterator[Finding]:
    """R39: the name of a line is that of its FINESS; another one may hide a mistyped number."""
    structures = form.context.structures or {}
    for path, _, line in form.lines():
        record = structures.get(line.finess or "")
        if record is None or record.type is StructureType.LEGAL_ENTITY or not record.name:
            continue
        if not _words(line.name) & _words(record.name):
            message = f"Le FINESS {record.finess} est celui de {record.name}, la ligne dit {line.name}."
            yield warning("R39-other-name", message, "Vérifiez le numéro.", f"{path}.name")
        elif fold(line.name) != fold(record.name):
            yield note("R39-register-name", f"Au répertoire{NBSP}: {record.name}.", path=f"{path}.name")


def names_of_doctors(form: Form) -> Iterator[Finding]:
    """R39: a doctor's line names the person of its RPPS."""
    doctors = form.context.doctors or {}
    for path, _, line in form.lines():
        record = doctors.get(line.rpps or "")
        if record is not None and record.family_name and not _words(record.family_name) & _words(line.name):
            message = f"L’annuaire santé donne ce numéro RPPS à {record.full_name}, la ligne dit {line.name}."
            yield warning("R39-other-name", message, "Vérifiez le numéro.", f"{path}.rpps")


def vat_of_the_territory(form: Form) -> Iterator[Finding]:
    """R57: the rate that the territory suggests; the choice stays the user's (place of supply, no liability)."""
    suggested = suggested_vat([line.finess for _, line in form.order.lines() if line.finess])
    liable = form.supplier is None or form.supplier.vat_liable is not False
    if liable and suggested is not None and suggested is not form.order.vat:
        message = f"Le territoire des établissements propose {_VAT[suggested]}, la commande dit {_VAT[form.order.vat]}."
        yield note("R57-territory", message, "Vérifiez le taux avec votre comptable.", "vat")


def _words(text: str) -> frozenset[str]:
    """The words that tell one name from another."""
    plain = "".join(character if character.isalnum() else " " for character in fold(text))
    return frozenset(word for word in plain.split() if len(word) > 2) or frozenset(plain.split())
