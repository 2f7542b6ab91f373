"""What is ordered: the prestation, the installation scenario, the half-connectors."""

from __future__ import annotations

from collections.abc import Iterator

from orders.domain.order_form.context import Form, error, note, unchecked, warning
from orders.domain.snapshot import Connector, DbInstallation, PrestationKey
from segur.regulation.finding import Finding
from segur.regulation.schema import Activity

_UPDATE_ONLY = {
    DbInstallation.NATIVE_PACS: "native dans le PACS",
    DbInstallation.EXISTING_DICOM: "posée sur une connexion DICOM existante",
}
_KINDS = {"am": "numéro AM", "finess": "FINESS"}


def prestation_of_programme(form: Form) -> Iterator[Finding]:
    """R13: each programme has its own main prestations."""
    if form.order.prestation not in form.programme.prestations:
        labels = " ou ".join(f"« {prestation.label} »" for prestation in form.programme.prestations.values())
        message = f"Cette prestation n’est pas de {form.programme.id}."
        yield error("R13-prestation", message, f"Choisissez {labels}.", "prestation")


def update_of_existing_installation(form: Form) -> Iterator[Finding]:
    """R16: a DRIMbox in the PACS, or on an existing DICOM connection, is necessarily an update."""
    if form.is_ris:
        return
    installation = form.order.db_installation
    if installation is None:
        yield unchecked(
            "R16-installation-unknown", "le mode d’installation est inconnu.", "Saisissez-le.", "db_installation"
        )
    elif installation in _UPDATE_ONLY and form.order.prestation is not PrestationKey.DB_UPDATE:
        message = f"Une DRIMbox {_UPDATE_ONLY[installation]} est une mise à jour, pas une acquisition."
        yield error("R16-update-only", message, "Choisissez « Mise à jour DB ».", "prestation")


def wave_1_and_2_eligibility(form: Form) -> Iterator[Finding]:
    """R15, A28: wave 1 + 2 is for an instance that had no wave 1, funded or paid by the Client."""
    if form.order.prestation is not PrestationKey.WAVE_1_AND_2:
        return
    remedy = "Choisissez « Prestation principale Vague 2 »."
    yield from _wave_1_paid_by_client(form, remedy)
    if form.context.wave1_funded is None:
        reason = "la liste des numéros financés en vague 1 n’est pas chargée."
        yield unchecked("R15-wave-1-list-unknown", reason, "Chargez-la.", "prestation")
        return
    lists = form.order.four_lists()
    radiology = {("am", number) for number in lists.am_radiology} | {("finess", n) for n in lists.finess_radiology}
    for funded in form.context.wave1_funded:
        if (funded.kind, funded.value) in radiology and funded.activity in (None, Activity.RADIOLOGY):
            origin = f" ({funded.reference})" if funded.reference else ""
            message = f"Le {_KINDS[funded.kind]} {funded.value} a été financé en vague 1{origin}."
            yield error("R15-wave-1-funded", message, remedy, _path_of(form, funded.value))


def _wave_1_paid_by_client(form: Form, remedy: str) -> Iterator[Finding]:
    paid = form.order.wave1_paid_by_client
    if paid:
        message = "Le client a payé lui-même une mise à jour vague 1."
        yield error("R15-wave-1-paid", message, remedy, "wave1_paid_by_client")
    elif paid is None:
        reason = "une mise à jour vague 1 payée par le client n’est ni déclarée ni écartée."
        yield unchecked("R15-wave-1-paid-unknown", reason, "Demandez-le au client.", "wave1_paid_by_client")


def _path_of(form: Form, number: str) -> str:
    return next((path for path, _, line in form.lines() if number == line.finess or number in line.am), "")


def half_connectors(form: Form) -> Iterator[Finding]:
    """R17: the DRIMbox half-connector goes with the RIS; teleradiology where the service works with a platform."""
    if not form.is_ris:
        return
    if Connector.DRIMBOX not in form.order.connectors:
        message = "Le demi-connecteur DRIMbox n’est pas commandé : il l’est avec le RIS, même sans projet DRIMbox."
        yield warning("R17-drimbox", message, "Ajoutez-le.", "connectors")
    if Connector.TELERADIOLOGY not in form.order.connectors:
        message = "Le demi-connecteur de téléradiologie n’est pas commandé."
        yield note(
            "R17-teleradiology", message, "Ajoutez-le si le service travaille avec une plateforme.", "connectors"
        )


def identities(form: Form) -> Iterator[Finding]:
    """R40: a RIS form says who masters the identities, for the forfait depends on it."""
    if form.is_ris and form.order.identity is None:
        message = "Le bon ne dit pas si le RIS est maître ou esclave des identités."
        yield error("R40-identity", message, "Choisissez-le : le forfait en dépend.", "identity")


def named_installation(form: Form) -> Iterator[Finding]:
    """R42, R45: what is unique is named, the instance of a RIS or the PACS of a DRIMbox."""
    if form.is_ris and not form.order.instance:
        yield error(
            "R42-instance",
            "L’instance RIS n’est pas nommée.",
            "Nommez-la : elle n’est financée qu’une fois.",
            "instance",
        )
    elif not form.is_ris and not form.order.pacs:
        yield unchecked("R45-pacs-unknown", "le PACS n’est pas nommé, son unicité est inconnue.", "Nommez-le.", "pacs")
