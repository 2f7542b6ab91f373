"""The French words of the workbook beside the codes of the order file, and what people write for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from orders.domain.snapshot import EnrolmentKind
from orders.models import choices

Labels = tuple[tuple[str, str], ...]

SUPPLIER_ROLES: Labels = tuple(choices.SUPPLIER_ROLES)
HOSTINGS: Labels = tuple(choices.HOSTINGS)
CLIENT_KINDS: Labels = tuple(choices.CLIENT_KINDS)
PRESTATIONS: Labels = tuple(choices.PRESTATIONS)
VAT_REGIMES: Labels = tuple(choices.VAT_REGIMES)
IDENTITIES: Labels = tuple(choices.IDENTITIES)
DB_INSTALLATIONS: Labels = tuple(choices.DB_INSTALLATIONS)
CONNECTORS: Labels = tuple(choices.CONNECTORS)
LINE_ACTIVITIES: Labels = tuple(choices.LINE_ACTIVITIES)
SIGNATURE_MODES: Labels = tuple(choices.SIGNATURE_MODES)
ENROLMENT_KINDS: Labels = (
    (EnrolmentKind.INITIAL.value, "Initial"),
    (EnrolmentKind.COMPLEMENTARY.value, "Complémentaire"),
)
RECIPIENTS: Labels = (("asp", "ASP"), ("ans", "ANS"), ("client", "Client"))
INFORMATION: Labels = (("120-days", "120 jours"), ("date-2", "Date 2"), ("completion", "Réalisation"))
DISPUTED: Labels = (
    ("am", "Numéro AM"),
    ("finess", "FINESS"),
    ("siren", "SIREN"),
    ("pacs", "PACS"),
    ("instance", "Instance"),
)
NUMBER_LISTS: Labels = (
    ("am_radiology", "AM radiologie"),
    ("am_nuclear", "AM médecine nucléaire"),
    ("finess_radiology", "FINESS radiologie"),
    ("finess_nuclear", "FINESS médecine nucléaire"),
)
RESULTS: Labels = (("valid", "Valide"), ("invalid", "Invalide"))
EVENTS: Labels = (
    ("advance_submitted", "Avance déposée"),
    ("advance_attachments_accepted", "Avance, pièces acceptées"),
    ("advance_change_requested", "Avance, modification demandée"),
    ("advance_rejected", "Avance rejetée"),
    ("advance_validated", "Avance validée"),
    ("advance_paid", "Avance payée"),
    ("pilot_report_signed", "PV pilote signé"),
    ("pilot_report_sent", "PV pilote transmis"),
    ("pilot_report_conforming", "PV pilote conforme"),
    ("pilot_report_nonconforming", "PV pilote non conforme"),
    ("va_signed", "VA signée"),
    ("invoice_issued", "Facture émise"),
    ("completion_attested", "Réalisation attestée"),
    ("completion_impossible", "Réalisation impossible"),
    ("balance_submitted", "Solde déposé"),
    ("balance_attachments_accepted", "Solde, pièces acceptées"),
    ("balance_change_requested", "Solde, modification demandée"),
    ("balance_rejected", "Solde rejeté"),
    ("balance_validated", "Solde validé"),
    ("balance_paid", "Solde payé"),
    ("journal_sent", "Journal transmis"),
    ("semester_requested", "Semestre demandé"),
    ("semester_validated", "Semestre validé"),
    ("semester_paid", "Semestre payé"),
    ("secondary_invoice_issued", "Facture secondaire émise"),
    ("semester_change_requested", "Semestre, modification demandée"),
    ("semester_rejected", "Semestre rejeté"),
    ("journal_nonconforming", "Journal non conforme"),
    ("ans_verification_opened", "Vérification de l’ANS ouverte"),
    ("client_informed", "Client informé"),
    ("pilot_published", "Pilote publié"),
    ("portability_requested", "Portabilité demandée"),
    ("portability_delivered", "Portabilité livrée"),
    ("dispute_opened", "Contestation ouverte"),
    ("dispute_answered", "Contestation répondue"),
    ("terminated", "Résiliée"),
    ("cancelled", "Annulée"),
    ("withdrawn", "Retirée"),
    ("closed_after_rejection", "Close après rejet"),
    ("formal_notice", "Mise en demeure"),
    ("repayment_ordered", "Remboursement demandé"),
    ("repaid", "Remboursée"),
)
YES, NO = "oui", "non"
FLAGS: Mapping[str, bool] = {
    **dict.fromkeys(("oui", "o", "vrai", "true", "1", "x", "yes"), True),
    **dict.fromkeys(("non", "n", "faux", "false", "0", "no"), False),
}

# What people write besides the label and the code.
_ALSO: Mapping[Labels, Mapping[str, str]] = {
    CLIENT_KINDS: {"établissement": "establishment", "ES": "establishment", "cabinet": "practice"},
    PRESTATIONS: {
        "vague 2": "vague-2",
        "V2": "vague-2",
        "vague 1 et 2": "vague-1-2",
        "vagues 1 et 2": "vague-1-2",
        "V1 et V2": "vague-1-2",
        "mise à jour DRIMbox": "db-update",
        "nouvelle DRIMbox": "db-new",
        "nouvelle acquisition DRIMbox": "db-new",
    },
    VAT_REGIMES: {
        **dict.fromkeys(("20", "20,0", "0,2", "0,20", "20 pourcent"), "20"),
        **dict.fromkeys(("8,5", "8,50", "0,085"), "8.5"),
        **dict.fromkeys(("0", "0,0", "aucune", "exonéré", "exonérée", "HT"), "none"),
    },
    IDENTITIES: {"maître": "master", "esclave": "slave"},
    DB_INSTALLATIONS: {"PACS natif": "native-pacs", "native PACS": "native-pacs", "DICOM": "existing-dicom"},
    CONNECTORS: {"DPI": "dpi-pfi", "PFI": "dpi-pfi", "RI": "ri-gam", "GAM": "ri-gam", "DRIM box": "drimbox"},
    LINE_ACTIVITIES: {
        "nucléaire": "nuclear",
        "med nuc": "nuclear",
        "radio": "radiology",
        "radiologie et médecine nucléaire": "mixed",
    },
    SIGNATURE_MODES: {
        "manuscrit": "handwritten",
        "CPS": "cpx",
        "CPE": "cpx",
        "PSC": "pro-sante-connect",
        "RGS": "rgs-1",
        "RGS 1 étoile": "rgs-1",
        "RGS*": "rgs-1",
        "eIDAS": "eidas-simple",
    },
    HOSTINGS: {"HDS": "hds", "attestation": "sworn-statement"},
    DISPUTED: {"AM": "am", "FINESS géographique": "finess"},
    RESULTS: {"oui": "valid", "non": "invalid"},
}


def plain(text: str) -> str:
    """Small letters without accents, one space between words: what a header or a value is recognised by."""
    bare = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("’", " "))
    return " ".join(re.sub(r"[^0-9a-z,.*]+", " ", "".join(c for c in bare if c.isascii()).lower()).split())


def vocabulary(labels: Labels) -> dict[str, str]:
    """Every accepted word, plain, to its code: the code, the label and the usual others."""
    words = {plain(code): code for code, _ in labels}
    words |= {plain(label): code for code, label in labels}
    return words | {plain(word): code for word, code in _ALSO.get(labels, {}).items()}


def label_of(labels: Labels, code: str) -> str:
    """The French word of a code; the text itself where it is none."""
    return dict(labels).get(code, code)


def listed(words: Iterable[str]) -> str:
    """« a, b ou c »."""
    *most, last = words
    return f"{', '.join(most)} ou {last}" if most else last
