"""The columns of the workbook: what each holds, where it goes in the order file, and how it is explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from orders.exchange.workbook import words
from orders.exchange.workbook.cells import (
    AIDS,
    DAY,
    FLAG,
    INSTANT,
    MONEY,
    WHOLE,
    Kind,
    choice,
    choices,
    number,
    numbers,
    text,
)


class Level(Enum):
    """What a column of the sheet of lines describes; the columns of other sheets describe their own record."""

    ORDER = "order"
    CLIENT = "client"
    LINE = "line"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Column:
    """``key`` is the place in the record, dotted where it is below (``tranche.letter``)."""

    header: str
    key: str
    kind: Kind
    meaning: str
    example: str = ""
    level: Level = Level.RECORD
    required: bool = False
    rule: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """``required`` columns must have a header; the others may be left out."""

    title: str
    meaning: str
    columns: tuple[Column, ...]

    def by_header(self) -> Mapping[str, Column]:
        """Every accepted header, plain, to its column."""
        keys = [column.key for column in self.columns]
        accepted: dict[str, Column] = {}
        for column in self.columns:
            for name in (column.header, *column.also):
                accepted[words.plain(name)] = column
        for column in self.columns:
            if keys.count(column.key) == 1:
                accepted.setdefault(words.plain(column.key), column)
        return accepted

    def header_of(self, level: Level, key: str) -> str | None:
        """The header under which a value of the order file stands."""
        found = (column.header for column in self.columns if column.level is level and column.key == key)
        return next(found, None)


_SIRET = number("14 chiffres.")
_SIREN = number("9 chiffres.")
_FINESS = number("9 chiffres, 2A ou 2B au début pour la Corse.")

NUMBER = "Numéro BDC"
SUPPLIER = "SIRET fournisseur"
WHY = "Pourquoi"

LINES = Sheet(
    "Lignes",
    "Une ligne par ligne du bon de commande. Les colonnes de la commande et du client se répètent ou se remplissent"
    " sur leur première ligne seulement.",
    (
        Column(NUMBER, "number", text(), "Numéro du bon de commande.", "BDC-2026-0001", Level.ORDER, True,
               also=("numéro", "BDC", "bon de commande", "commande", "n° BDC", "numéro de commande")),
        Column(SUPPLIER, "supplier", _SIRET, "Fournisseur qui vend.", "73282932000074", Level.ORDER, True, "R2",
               ("SIRET", "fournisseur")),
        Column("Solution", "solution", text(), "Clé de la solution, celle de la feuille Solutions.", "imagix-ris",
               Level.ORDER, True, also=("clé solution", "code solution")),
        Column("Programme", "programme", text("Écrivez l’identifiant du programme, comme IMG-RIS-Va2."),
               "Identifiant du programme.", "IMG-RIS-Va2", Level.ORDER, True),
        Column("Prestation", "prestation", choice(words.PRESTATIONS), "Prestation principale.", "Mise à jour vague 2",
               Level.ORDER, True, "R13", ("prestation principale",)),
        Column("TVA", "vat", choice(words.VAT_REGIMES), "Régime de TVA de la commande.", "20 %", Level.ORDER, True,
               "R57", ("régime de TVA", "taux de TVA")),
        Column("Instance", "instance", text(), "RIS\u00a0: instance installée.", "RIS-EXEMPLE-1", Level.ORDER,
               also=("instance RIS",)),
        Column("Identités", "identity", choice(words.IDENTITIES), "RIS\u00a0: rôle dans la gestion des identités.",
               "Maître des identités", Level.ORDER, also=("identité", "gestion des identités")),
        Column("Demi-connecteurs", "connectors", choices(words.CONNECTORS), "RIS\u00a0: connecteurs demandés.",
               "DRIMbox ; DPI / PFI", Level.ORDER, rule="R17", also=("connecteurs", "demi connecteurs")),
        Column("PACS", "pacs", text(), "DRIMbox\u00a0: PACS raccordé.", "PACS-EXEMPLE-1", Level.ORDER, rule="R40"),
        Column("Installation DRIMbox", "db_installation", choice(words.DB_INSTALLATIONS),
               "DRIMbox\u00a0: scénario d’installation.", "Native dans le PACS", Level.ORDER, rule="R16",
               also=("installation", "installation DB")),
        Column("Émise le", "issued_on", DAY, "Date d’émission\u202f; vide pour un brouillon.", "04/05/2026",
               Level.ORDER, also=("date d'émission", "émis le", "date du BDC")),
        Column("Vague 1 payée par le client", "wave1_paid_by_client", FLAG, "Le client a payé la vague 1.", "non",
               Level.ORDER),
        Column("Mention conditionnelle", "conditional_mention", FLAG,
               "Le bon porte la phrase demandée avant le référencement.", "oui", Level.ORDER, rule="R23"),
        Column("Principale HT", "amounts.principal_ht", MONEY, "Prestation principale, hors taxes.", "11252,83",
               Level.ORDER, also=("montant principal HT", "prestation principale HT")),
        Column("Principale TTC", "amounts.principal_ttc", MONEY, "Prestation principale, toutes taxes.", "13503,40",
               Level.ORDER, also=("montant principal TTC", "prestation principale TTC")),
        Column("Secondaire HT", "amounts.secondary_ht", MONEY, "Prestation secondaire, hors taxes.", "2813,22",
               Level.ORDER, also=("montant secondaire HT", "prestation secondaire HT")),
        Column("Secondaire TTC", "amounts.secondary_ttc", MONEY, "Prestation secondaire, toutes taxes.", "3375,84",
               Level.ORDER, also=("montant secondaire TTC", "prestation secondaire TTC")),
        Column("Tranche", "tranche.letter", text("Écrivez la lettre de la tranche."),
               "Lettre rendue par le service de calcul.", "C", Level.ORDER, rule="R52"),
        Column("Tranche calculée le", "tranche.calculated_on", DAY, "Date de ce calcul.", "28/04/2026", Level.ORDER,
               also=("date du calcul", "calculée le")),
        Column("Référence du calcul", "tranche.reference", text(), "Référence donnée au service.",
               "Centre d’exemple", Level.ORDER, also=("référence calcul",)),
        Column("Client SIREN", "siren", _SIREN, "Personne morale cliente.", "732829320", Level.CLIENT, True, "R1",
               ("SIREN client", "SIREN")),
        Column("Client nom", "name", text(), "Raison sociale.", "Centre hospitalier d’exemple", Level.CLIENT, True,
               also=("nom client", "client", "nom du client")),
        Column("Client type", "kind", choice(words.CLIENT_KINDS), "Établissement ou cabinet.",
               "Établissement de santé", Level.CLIENT, True, "R62", ("type client", "type de client")),
        Column("Représentant légal", "legal_representative", text(), "Personne qui engage le client.",
               "Directrice d’exemple", Level.CLIENT, also=("représentant",)),
        Column("Client téléphone", "phone", text(), "Téléphone.", "01 00 00 00 00", Level.CLIENT,
               also=("téléphone client", "téléphone")),
        Column("Client courriel", "email", text(), "Adresse électronique.", "direction@exemple.fr", Level.CLIENT,
               also=("courriel client", "email client", "courriel", "e-mail", "mail")),
        Column("Client principal", "principal", FLAG, "La facture est à son nom\u202f; un seul par commande.", "oui",
               Level.CLIENT, rule="A19", also=("principal",)),
        Column("Signé le", "signed_on", DAY, "Date de sa signature\u202f; vide s’il n’a pas signé.", "12/05/2026",
               Level.CLIENT, rule="R35", also=("signée le", "date de signature", "signature le")),
        Column("Mode de signature", "signature", choice(words.SIGNATURE_MODES), "Comment il a signé.", "eIDAS simple",
               Level.CLIENT, rule="R35", also=("signature",)),
        Column("Aides de minimis", "de_minimis", AIDS, "Aides reçues\u00a0: date puis montant.",
               "01/03/2024 : 12000,00", Level.CLIENT, also=("de minimis",)),
        Column("Ligne nom", "name", text(), "Établissement ou médecin de la ligne.", "Dr A. Exemple", Level.LINE, True,
               also=("nom ligne", "nom de la ligne", "médecin ou établissement")),
        Column("FINESS", "finess", _FINESS, "FINESS géographique d’un établissement.", "010000024", Level.LINE,
               rule="A5", also=("FINESS géographique", "numéro FINESS", "n° FINESS", "FINESS ET")),
        Column("RPPS", "rpps", number("11 chiffres."), "RPPS d’un médecin, avec ses AM.", "10100000008", Level.LINE,
               rule="A5", also=("numéro RPPS", "n° RPPS")),
        Column("AM", "am", numbers("Numéros de 9 chiffres, séparés par « ; »."), "Numéros AM de ce médecin.",
               "511782349 ; 512345945", Level.LINE, rule="A5", also=("numéro AM", "numéros AM", "n° AM")),
        Column("Activité", "activity", choice(words.LINE_ACTIVITIES), "Activité équipée\u202f; mixte pour un"
               " établissement seulement.", "Radiologie", Level.LINE, True, "R39"),
    ),
)  # fmt: skip
SUPPLIERS = Sheet(
    "Fournisseurs",
    "Une ligne par fournisseur, éditeur ou distributeur.",
    (
        Column("SIRET", "siret", _SIRET, "SIRET du fournisseur.", "73282932000074", required=True,
               also=("SIRET fournisseur",)),
        Column("Nom", "name", text(), "Raison sociale.", "Imagix", required=True, also=("raison sociale",)),
        Column("Rôle", "role", choice(words.SUPPLIER_ROLES), "Éditeur ou distributeur.", "Éditeur", required=True,
               rule="R2"),
        Column("Adresse", "address", text(), "Adresse postale.", "1 rue de l’Exemple, 75000 Paris"),
        Column("Contact nom", "contact.name", text(), "Personne à joindre.", "Contact d’exemple",
               also=("nom du contact", "contact")),
        Column("Contact téléphone", "contact.phone", text(), "Son téléphone.", "01 00 00 00 00", also=("téléphone",)),
        Column("Contact courriel", "contact.email", text(), "Son adresse électronique.", "contact@exemple.fr",
               also=("courriel", "e-mail", "email", "mail")),
        Column("Assujetti à la TVA", "vat_liable", FLAG, "Le fournisseur facture la TVA.", "oui", rule="R57",
               also=("assujetti TVA", "TVA")),
        Column("Hébergement", "hosting", choice(words.HOSTINGS), "Preuve d’hébergement de données de santé.",
               "Certificat HDS"),
        Column("Habilitation PSC le", "psc_operator_authorised_on", DAY,
               "Habilitation d’opérateur Pro Santé Connect.", "01/02/2026", also=("habilitation PSC",)),
    ),
)  # fmt: skip
MANDATES = Sheet(
    "Mandats",
    "Une ligne par mandat qu’un éditeur donne à un distributeur.",
    (
        Column("SIRET distributeur", "supplier", _SIRET, "Distributeur de la feuille Fournisseurs.", "73282932000074",
               required=True, rule="R2", also=("SIRET", "distributeur")),
        Column("Éditeur", "editor", text(), "SIRET ou nom de l’éditeur.", "Imagix", required=True),
        Column("Solution", "solution", text(), "Clé de la solution confiée.", "imagix-ris", required=True),
        Column("Accordé le", "granted_on", DAY, "Date du mandat.", "01/02/2026", also=("date",)),
    ),
)  # fmt: skip
SOLUTIONS = Sheet(
    "Solutions",
    "Une ligne par solution.",
    (
        Column("Clé", "key", text(), "Nom court qui désigne la solution dans ce classeur.", "imagix-ris", required=True,
               also=("solution", "clé solution")),
        Column("SIRET éditeur", "supplier", _SIRET, "Éditeur de la solution.", "73282932000074", required=True,
               also=("SIRET", "SIRET fournisseur", "éditeur", "fournisseur")),
        Column("Programme", "programme", text("Écrivez l’identifiant du programme, comme IMG-RIS-Va2."),
               "Identifiant du programme.", "IMG-RIS-Va2", required=True),
        Column("Nom", "name", text(), "Nom commercial.", "Imagix RIS", required=True),
        Column("Version", "version", text(), "Version référencée.", "7"),
        Column("Numéro ANS", "ans_number", text(), "Numéro de la solution à l’ANS.", "SOL-0001", also=("n° ANS",)),
        Column("Dossier complet le", "complete_file_submitted_at", INSTANT, "Dépôt du dossier complet.",
               "20/04/2026 09:00", rule="R22", also=("dossier complet",)),
        Column("Référencée le", "referenced_on", DAY, "Décision favorable.", "01/07/2026", also=("référencement",)),
        Column("Refusée le", "refused_on", DAY, "Décision défavorable."),
        Column("Retirée le", "withdrawn_on", DAY, "Fin du référencement."),
    ),
)  # fmt: skip
ENROLMENTS = Sheet(
    "Enrôlements",
    "Une ligne par enrôlement.",
    (
        Column(SUPPLIER, "supplier", _SIRET, "Fournisseur enrôlé.", "73282932000074", required=True,
               also=("SIRET", "fournisseur")),
        Column("Solution", "solution", text(), "Clé de la solution.", "imagix-ris", required=True),
        Column("Numéro", "number", text(), "Numéro d’enrôlement.", "ENR0001", required=True,
               also=("numéro enrôlement", "enrôlement")),
        Column("Nature", "kind", choice(words.ENROLMENT_KINDS), "Initial ou complémentaire.", "Initial", required=True,
               also=("type",)),
        Column("Anticipé", "early", FLAG, "Enrôlement avant référencement.", "oui"),
        Column("Déposé le", "submitted_on", DAY, "Date du dépôt.", "02/06/2025"),
        Column("Validé le", "validated_on", DAY, "Date de la validation.", "20/06/2025"),
        Column("Finalisé le", "finalised_on", DAY, "Date de la finalisation.", "05/07/2026", rule="R64"),
    ),
)  # fmt: skip
RESULTS = Sheet(
    "Numéros calculés",
    "Une ligne par numéro de la réponse du service de calcul.",
    (
        Column(NUMBER, "number", text(), "Commande de la feuille Lignes.", "BDC-2026-0001", Level.ORDER, True,
               also=("numéro", "BDC", "commande")),
        Column(SUPPLIER, "supplier", _SIRET, "Son fournisseur.", "73282932000074", Level.ORDER,
               also=("SIRET", "fournisseur")),
        Column("Résultat", "result", choice(words.RESULTS), "Valide ou invalide.", "Valide", required=True),
        Column("Liste", "list", choice(words.NUMBER_LISTS), "Liste où le numéro figure\u202f; vide si aucune n’en a.",
               "AM radiologie", required=True),
        Column("Numéro calculé", "value", number("9 chiffres."), "Le numéro.", "511782349", required=True,
               also=("AM ou FINESS", "valeur")),
        Column("Motif", "reason", text(), "Motif de l’invalidité.", "inconnu du service"),
    ),
)  # fmt: skip
EVENTS = Sheet(
    "Événements",
    "Une ligne par fait de la vie d’une commande. Chaque type n’emploie que ses colonnes.",
    (
        Column(NUMBER, "number", text(), "Commande de la feuille Lignes.", "BDC-2026-0001", Level.ORDER, True,
               also=("BDC", "commande", "bon de commande")),
        Column(SUPPLIER, "supplier", _SIRET, "Son fournisseur.", "73282932000074", Level.ORDER,
               also=("SIRET", "fournisseur")),
        Column("Événement", "type", choice(words.EVENTS), "Ce qui s’est passé.", "Avance déposée", required=True,
               also=("type", "fait")),
        Column("Reçu le", "at", INSTANT, "Instant de réception, heure de Paris.", "01/09/2026 10:00", required=True,
               also=("date", "le", "instant")),
        Column("SIREN client", "siren", _SIREN, "Client concerné, s’il y en a plusieurs.", "732829320",
               also=("client SIREN", "SIREN")),
        Column("Référence", "reference", text(), "Référence du dépôt.", "2026-000001"),
        Column("JSON accepté", "json_accepted", FLAG, "La demande JSON est acceptée.", "oui", rule="F1"),
        Column("Pièces acceptées", "attachments_accepted", FLAG, "Les pièces sont acceptées.", "oui", rule="F1"),
        Column("Motif", "reason", text(), "Motif donné.", "pièce illisible"),
        Column("Montant", "amount", MONEY, "Montant payé ou demandé.", "5401,36"),
        Column("Numéro de facture", "number", text(), "Facture.", "F-2026-001", also=("facture", "n° facture")),
        Column("HT", "ht", MONEY, "Montant hors taxes.", "11252,83", also=("facture HT",)),
        Column("TTC", "ttc", MONEY, "Montant toutes taxes.", "13503,40", also=("facture TTC",)),
        Column("Semestre", "semester", WHOLE, "Semestre, de 1 à 6.", "1", rule="R28"),
        Column("T", "t", WHOLE, "Journal\u00a0: total.", "1540"),
        Column("TM", "tm", WHOLE, "Journal\u00a0: TM.", "1100"),
        Column("TE", "te", WHOLE, "Journal\u00a0: TE.", "900"),
        Column("TE qualifiés", "te_qualified", WHOLE, "Journal\u00a0: TE qualifiés.", "850"),
        Column("DM", "dm", WHOLE, "Journal\u00a0: DM.", "400"),
        Column("DE", "de", WHOLE, "Journal\u00a0: DE.", "300"),
        Column("Destinataires", "recipients", choices(words.RECIPIENTS, none="Aucun"), "À qui le journal est parti.",
               "ASP ; ANS ; Client", rule="A7"),
        Column("Information", "about", choice(words.INFORMATION), "Sujet de l’information du client.", "120 jours",
               rule="R23", also=("sujet", "objet")),
        Column("Contestation sur", "kind", choice(words.DISPUTED), "Nature du numéro contesté.", "FINESS",
               also=("nature",)),
        Column("Numéro contesté", "value", text(), "Le numéro contesté.", "010000024", also=("valeur",)),
        Column("Dernière activité le", "last_activity_on", DAY, "Résiliation\u00a0: fin de l’usage.", "30/09/2027",
               rule="R71"),
        Column("Répondre avant le", "answer_by", DAY, "Mise en demeure\u00a0: date limite.", "31/10/2026"),
    ),
)  # fmt: skip

SHEETS = (LINES, EVENTS, RESULTS, SUPPLIERS, MANDATES, SOLUTIONS, ENROLMENTS)
HELP_TITLE = "Aide"
LISTS_TITLE = "Listes"
