"""The French names of what the regulation keys in English."""

from __future__ import annotations

from typing import NamedTuple

from segur.regulation.schema import Activity, ProgrammeKind


class DelayWords(NamedTuple):
    label: str
    unit: str
    rule: str


KINDS = {ProgrammeKind.RIS: "RIS", ProgrammeKind.DRIMBOX: "DRIMbox"}
UNITS = {
    "days": ("jour", "jours"),
    "working-days": ("jour ouvré", "jours ouvrés"),
    "months": ("mois", "mois"),
    "years": ("an", "ans"),
}
DELAYS = {
    "conditional_order_days": DelayWords(
        "Dépôt du dossier complet après une commande signée avant le référencement", "days", "R23"
    ),
    "late_referencing_days": DelayWords(
        "Avant la Date 4\u00a0: signature d’une commande dont le référencement tarde", "days", "R25"
    ),
    "portability_days": DelayWords("Remise des données au Client qui les demande", "days", "R66"),
    "portability_clause_years": DelayWords("Durée de la clause de portabilité", "years", "R66"),
    "ans_verification_months": DelayWords("Contrôle du journal par l’ANS, après le mois de réception", "months", "R30"),
    "journal_months": DelayWords("Envoi du journal après la fin du semestre", "months", "R29"),
    "dispute_working_days": DelayWords("Réponse à une contestation de doublon de l’ASP", "working-days", "F2"),
    "compliance_working_days": DelayWords("Demande de conformité DMP, au moins", "working-days", "R32"),
    "support_years": DelayWords("Maintenance corrective comprise", "years", "R73"),
    "usage_rights_years": DelayWords("Droits d’usage compris", "years", "R73"),
    "certificate_renewal_days": DelayWords("Renouvellement d’un certificat avant son terme", "days", "R32"),
}
SCOPES = {
    "am": "Numéro AM",
    "finess": "FINESS géographique",
    "siren": "SIREN du Client",
    "pacs": "PACS",
    "instance": "Instance logicielle",
}
ACTIVITIES = {Activity.RADIOLOGY: "Radiologie", Activity.NUCLEAR: "Médecine nucléaire"}
MENTIONS = {
    "call-for-funding": "Référence de l’appel à financement",
    "state-funding": "Prise en charge par l’État",
    "conditional-order": "Commande signée avant le référencement",
}
SUBMISSIONS = {
    "enrolment": "Enrôlement",
    "advance": "Demande d’avance",
    "pilot": "Pilote",
    "balance": "Demande de solde",
    "semester": "Acompte d’un semestre",
    "last_semester": "Dernier semestre",
    "completion": "Attestation de fin de prestation",
    "termination": "Résiliation",
}
CONDITIONS = {
    "always": "toujours",
    "kept": "gardée, à présenter sur demande",
    "conditional": "si la commande précède le référencement",
    "conditional-order": "si la commande précède le référencement",
    "distributor": "si le Fournisseur est distributeur",
    "employee-depositor": "si un salarié dépose",
    "third-party-depositor": "si un tiers dépose",
    "hosting-hds": "si des données de santé sont hébergées",
    "hosting-sworn-statement": "si aucune donnée de santé n’est hébergée",
    "vat-not-liable": "si le Fournisseur n’est pas assujetti à la TVA",
}
