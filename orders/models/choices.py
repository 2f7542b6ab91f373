"""The values of the columns, with their French labels."""

from __future__ import annotations

from django.db import models

from orders.domain.snapshot import (
    ClientKind,
    Connector,
    DbInstallation,
    Hosting,
    LineActivity,
    PrestationKey,
    SignatureMode,
    SupplierRole,
)
from segur.regulation.schema import Activity, Identity, Vat


class OrderState(models.TextChoices):
    DRAFT = "draft", "Brouillon"
    ISSUED = "issued", "Émise"
    SIGNED = "signed", "Signée"
    CANCELLED = "cancelled", "Annulée"
    WITHDRAWN = "withdrawn", "Retirée"


class ConflictStatus(models.TextChoices):
    OPEN = "open", "Ouvert"
    EXCLUDED = "excluded", "Numéro exclu"
    RELEASED = "released", "Numéro libéré"
    TRANSFERRED = "transferred", "Numéro transféré"
    DISMISSED = "dismissed", "Examiné, pas un doublon"


class PartyState(models.TextChoices):
    """Where an order stands in a conflict it claims the number of."""

    PENDING = "pending", "En attente"
    EXCLUDED = "excluded", "Calculée sans le numéro"
    TOOK = "took", "A pris le numéro"
    LEFT = "left", "N’y prétend plus"
    DISMISSED = "dismissed", "Pas un doublon"


class IdentifierKind(models.TextChoices):
    AM = "am", "Numéro AM"
    FINESS = "finess", "FINESS géographique"
    SIREN = "siren", "SIREN"
    PACS = "pacs", "PACS"
    INSTANCE = "instance", "Instance"


SUPPLIER_ROLES = [(SupplierRole.EDITOR.value, "Éditeur"), (SupplierRole.DISTRIBUTOR.value, "Distributeur")]
HOSTINGS = [
    (Hosting.HDS.value, "Certificat HDS"),
    (Hosting.SWORN_STATEMENT.value, "Attestation sur l’honneur"),
]
CLIENT_KINDS = [
    (ClientKind.ESTABLISHMENT.value, "Établissement de santé"),
    (ClientKind.PRACTICE.value, "Cabinet libéral"),
]
PRESTATIONS = [
    (PrestationKey.WAVE_2.value, "Mise à jour vague 2"),
    (PrestationKey.WAVE_1_AND_2.value, "Mise à jour vague 1 et vague 2"),
    (PrestationKey.DB_UPDATE.value, "Mise à jour DB"),
    (PrestationKey.DB_NEW.value, "Nouvelle acquisition DB"),
]
VAT_REGIMES = [
    (Vat.TWENTY.value, "20 %"),
    (Vat.EIGHT_AND_A_HALF.value, "8,5 %"),
    (Vat.NONE.value, "Sans TVA"),
]
IDENTITIES = [
    (Identity.MASTER.value, "Maître des identités"),
    (Identity.SLAVE.value, "Esclave des identités"),
    (Identity.MIXED.value, "Mixte"),
]
DB_INSTALLATIONS = [
    (DbInstallation.NATIVE_PACS.value, "Native dans le PACS"),
    (DbInstallation.EXISTING_DICOM.value, "Connexion DICOM existante"),
    (DbInstallation.OTHER.value, "Autre"),
]
CONNECTORS = [
    (Connector.DRIMBOX.value, "DRIMbox"),
    (Connector.DPI_PFI.value, "DPI / PFI"),
    (Connector.RI_GAM.value, "RI / GAM"),
    (Connector.TELERADIOLOGY.value, "Téléradiologie"),
]
LINE_ACTIVITIES = [
    (LineActivity.RADIOLOGY.value, "Radiologie"),
    (LineActivity.NUCLEAR.value, "Médecine nucléaire"),
    (LineActivity.MIXED.value, "Mixte"),
]
ACTIVITIES = [(Activity.RADIOLOGY.value, "Radiologie"), (Activity.NUCLEAR.value, "Médecine nucléaire")]
SIGNATURE_MODES = [
    (SignatureMode.HANDWRITTEN.value, "Manuscrite"),
    (SignatureMode.CPX.value, "Carte CPx"),
    (SignatureMode.PRO_SANTE_CONNECT.value, "Pro Santé Connect"),
    (SignatureMode.RGS_1.value, "Certificat RGS une étoile"),
    (SignatureMode.EIDAS_SIMPLE.value, "eIDAS simple"),
]


def values(choices: list[tuple[str, str]]) -> list[str]:
    """The stored values of a list of choices."""
    return [value for value, _ in choices]
