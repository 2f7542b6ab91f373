"""The numbers of the form: shape and key, once each, and an activity that is eligible."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from orders.domain.order_form.context import Form, error, note, unchecked, warning
from orders.domain.registers import DoctorRecord, Speciality, StructureRecord, StructureType
from orders.domain.snapshot import ClientKind, LineActivity, LineFacts
from segur.regulation.finding import Finding, Severity
from segur.regulation.identifiers import IdentifierKind, check, has_key, has_shape
from segur.regulation.schema import Activity

_HEALTH_CENTRE = "centre de sante"
_HEALTH_CENTRE_CATEGORY = "124"
_SPECIALITIES = {Activity.RADIOLOGY: Speciality.RADIOLOGY, Activity.NUCLEAR: Speciality.NUCLEAR}


def identifier_shapes_and_keys(form: Form) -> Iterator[Finding]:
    """A5: a wrong shape is an error, a wrong key of a FINESS or RPPS a warning until a person confirms it."""
    if form.supplier:
        yield from check(IdentifierKind.SIRET, form.supplier.siret, path="supplier")
    for path, client in form.clients():
        yield from check(IdentifierKind.SIREN, client.siren, path=f"{path}.siren")
    for path, _, line in form.lines():
        for kind, number, place in _numbers(path, line):
            if kind is IdentifierKind.AM and has_shape(kind, number):
                continue
            for finding in check(kind, number, path=place):
                yield _confirmed(form, number, finding)


def unusual_am_keys(form: Form) -> Iterator[Finding]:
    """A5: the key of an AM is information only, given once for the whole form."""
    numbers = [number for _, _, line in form.lines() for number in line.am]
    odd = [
        number for number in numbers if has_shape(IdentifierKind.AM, number) and not has_key(IdentifierKind.AM, number)
    ]
    if odd:
        message = f"Clé inhabituelle de numéros AM : {len(odd)} sur {len(numbers)}."
        yield note("A5-am-key", message, "Seul le service de calcul peut les vérifier.")


def _confirmed(form: Form, number: str, finding: Finding) -> Finding:
    reason = form.context.confirmations.get(number)
    if reason is None or finding.severity is not Severity.WARNING:
        return finding
    return note("A5-key-confirmed", f"La clé de {number} est fausse, numéro confirmé : {reason}", path=finding.path)


def _numbers(path: str, line: LineFacts) -> Iterator[tuple[IdentifierKind, str, str]]:
    if line.finess is not None:
        yield IdentifierKind.FINESS, line.finess, f"{path}.finess"
    if line.rpps is not None:
        yield IdentifierKind.RPPS, line.rpps, f"{path}.rpps"
    for i, number in enumerate(line.am):
        yield IdentifierKind.AM, number, f"{path}.am[{i}]"


def numbers_once(form: Form) -> Iterator[Finding]:
    """A18: an AM, or a FINESS with one activity, once per order whichever Client carries it."""
    seen: set[tuple[str, str]] = set()
    for path, _, line in form.lines():
        for i, number in enumerate(line.am):
            if ("am", number) in seen:
                message = "Ce numéro AM figure deux fois dans la commande."
                yield error("A18-number-twice", message, "Gardez une seule ligne.", f"{path}.am[{i}]")
            seen.add(("am", number))
        if line.finess is None:
            continue
        keys = {(line.finess, str(activity)) for activity in line.activity.activities}
        if keys & seen:
            message = "Ce FINESS figure deux fois dans la commande."
            yield error("A18-number-twice", message, "Gardez une seule ligne.", f"{path}.finess")
        seen |= keys


def doctor_has_one_activity(form: Form) -> Iterator[Finding]:
    """R5, R39: a doctor is a radiologist or a nuclear physician, never both."""
    activity_of: dict[str, LineActivity] = {}
    for path, _, line in form.lines():
        if line.rpps is None:
            continue
        if line.activity is LineActivity.MIXED:
            message = "« Mixte » est réservé aux établissements."
            yield error("R39-mixed-doctor", message, "Choisissez l’activité du médecin.", f"{path}.activity")
        elif activity_of.setdefault(line.rpps, line.activity) is not line.activity:
            message = f"{line.name} figure en radiologie et en médecine nucléaire."
            yield error("R5-both-activities", message, "Gardez son activité, 06 ou 72.", f"{path}.activity")


def liberal_practice_counts_by_am(form: Form) -> Iterator[Finding]:
    """A23, R50: a liberal structure, a GIE for instance, is valued by its AM numbers, never by a FINESS."""
    for path, client, line in form.lines():
        if client.kind is ClientKind.PRACTICE and line.finess is not None:
            message = "L’activité d’une structure libérale se compte par les numéros AM, pas par un FINESS."
            yield warning(
                "A23-liberal-finess", message, "Remplacez la ligne par celles des médecins.", f"{path}.finess"
            )


def eligible_structures(form: Form) -> Iterator[Finding]:
    """R7, R10: geographic establishments, open, that are no health centre where radiology is concerned."""
    lines = [(path, line) for path, _, line in form.lines() if line.finess]
    if lines and form.context.structures is None:
        yield unchecked("R10-structures-unknown", "le répertoire FINESS n’est pas consulté.", "Chargez-le.")
        return
    for path, line in lines:
        record = (form.context.structures or {}).get(line.finess or "")
        if record is None:
            message = f"Le FINESS {line.finess} n’est pas au répertoire chargé."
            yield unchecked("R7-finess-unknown", f"{message[0].lower()}{message[1:]}", "Vérifiez-le.", f"{path}.finess")
        else:
            yield from _structure(line, record, f"{path}.finess")


def _structure(line: LineFacts, record: StructureRecord, path: str) -> Iterator[Finding]:
    if record.type is StructureType.LEGAL_ENTITY:
        message = f"{record.finess} est le FINESS juridique de {record.name}."
        yield error("R7-legal-entity", message, "Remplacez-le par le FINESS géographique du site.", path)
    if Activity.RADIOLOGY in line.activity.activities and _is_health_centre(record):
        message = f"{record.name} est un centre de santé : sa radiologie n’est pas éligible."
        yield error("R10-health-centre", message, "Retirez la ligne.", path)
    if not record.open:
        message = f"{record.name} est fermé au répertoire FINESS."
        yield warning("R48-closed", message, "Vérifiez qui valorise son activité de 2023.", path)


def _is_health_centre(record: StructureRecord) -> bool:
    if record.category_code == _HEALTH_CENTRE_CATEGORY:
        return True
    plain = unicodedata.normalize("NFKD", record.category or "").encode("ascii", "ignore").decode()
    return _HEALTH_CENTRE in plain.lower().replace("centres", "centre")


def eligible_doctors(form: Form) -> Iterator[Finding]:
    """R5, R10: radiologists (06) and nuclear physicians (72) only, each for their own activity."""
    lines = [(path, line) for path, _, line in form.lines() if line.rpps]
    if lines and form.context.doctors is None:
        yield unchecked("R10-doctors-unknown", "l’annuaire santé n’est pas consulté.", "Chargez-le.")
        return
    for path, line in lines:
        record = (form.context.doctors or {}).get(line.rpps or "")
        if record is None:
            reason = f"{line.name} n’est pas à l’annuaire santé chargé."
            yield unchecked("R5-rpps-unknown", reason, "Vérifiez son RPPS.", f"{path}.rpps")
        else:
            yield from _doctor(line, record, path)


def _doctor(line: LineFacts, record: DoctorRecord, path: str) -> Iterator[Finding]:
    eligible = record.specialities & set(_SPECIALITIES.values())
    wanted = {_SPECIALITIES[activity] for activity in line.activity.activities}
    if record.physician and not record.specialities:
        reason = f"l’annuaire ne donne pas la spécialité de {line.name}."
        yield unchecked("R5-speciality-unknown", reason, "Vérifiez-la.", f"{path}.rpps")
    elif not record.physician or not eligible:
        message = f"{line.name} n’est ni radiologue (06) ni médecin nucléaire (72) : ses actes ne sont pas éligibles."
        yield error("R10-speciality", message, "Retirez la ligne.", f"{path}.rpps")
    elif not wanted & eligible:
        message = f"{line.name} a une autre spécialité que l’activité de la ligne : ses numéros AM seraient ignorés."
        yield warning("R53-other-activity", message, "Corrigez l’activité.", f"{path}.activity")
