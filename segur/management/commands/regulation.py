"""``regulation``: what the texts fix, or with ``--check`` whether the files that hold them are whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils.formats import date_format, number_format
from rich import box
from rich.console import ConsoleRenderable
from rich.table import Table
from rich.text import Text

from segur.management.base import SegurCommand, UsageError
from segur.regulation.catalogue import Catalogue, check
from segur.regulation.finding import Finding, Severity
from segur.regulation.loader import RegulationError
from segur.regulation.schema import Amounts, Leaf, OfficialDate, PerformanceStep, Programme
from segur.regulation.walk import leaves, programme_json

_DELAYS = {
    "conditional_order_days": "Commande conditionnelle avant le dossier complet (jours)",
    "late_referencing_days": "Exception de référencement tardif, avant la Date 4 (jours)",
    "portability_days": "Portabilité des données (jours)",
    "portability_clause_years": "Clause de portabilité (années)",
    "ans_verification_months": "Vérification d’un journal par l’ANS (mois)",
    "journal_months": "Envoi d’un journal après le semestre (mois)",
    "dispute_working_days": "Réponse à un doublon contesté (jours ouvrés)",
    "compliance_working_days": "Ouverture des tests DMP (jours ouvrés)",
    "support_years": "Support après la demande de solde (années)",
    "usage_rights_years": "Droits d’usage et maintenance (années)",
    "certificate_renewal_days": "Renouvellement d’un certificat avant péremption (jours)",
}
_SEVERITIES = {Severity.ERROR: "Erreur", Severity.WARNING: "Avertissement", Severity.INFO: "Note"}


class Command(SegurCommand):
    help = "Les programmes, leurs dates et leurs barèmes ; avec --check, vérifie chaque fichier de réglementation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="vérifie les fichiers : schéma, cohérence, sceaux")

    def handle(self, *args: Any, **options: Any) -> None:
        folders = tuple(settings.SEGUR_REGULATION_DIRS)
        if options["check"]:
            self._check(folders)
            return
        try:
            programmes = Catalogue.load(folders).programmes()
        except RegulationError as refusal:
            raise UsageError(f"Réglementation inutilisable. {refusal}") from None
        document = {"programmes": [programme_json(programme) for programme in programmes]}
        self.emit(document, [part for programme in programmes for part in _programme(programme)])

    def _check(self, folders: tuple[Path, ...]) -> None:
        try:
            findings = check(folders)
        except RegulationError as refusal:
            raise UsageError(f"Réglementation inutilisable. {refusal}") from None
        programmes = _readable(folders)
        document = {
            "programmes": [programme_json(programme) for programme in programmes],
            "findings": [finding.as_json() for finding in findings],
        }
        blocked = any(finding.blocks for finding in findings)
        verdict = "Réglementation à corriger." if blocked else "Réglementation conforme."
        self.emit(document, [*_summary(programmes), *_findings(findings), verdict], done=not blocked)


def _readable(folders: tuple[Path, ...]) -> tuple[Programme, ...]:
    """The programmes, or none when a file that ``check`` has reported keeps them from being read."""
    try:
        return Catalogue.load(folders).programmes()
    except RegulationError:
        return ()


def _summary(programmes: Iterable[Programme]) -> Iterable[str]:
    for programme in programmes:
        found = [leaf for _, leaf in leaves(programme)]
        provisional = sum(bool(leaf.provisional) for leaf in found)
        unknown = sum(bool(leaf.unknown) for leaf in found)
        yield (
            f"{programme.id}, version {programme.version} : {len(found)} valeurs "
            f"(provisoires : {provisional}, inconnues : {unknown}) ; empreinte {programme.sha256[:12]}"
        )


def _findings(findings: Iterable[Finding]) -> Iterable[str]:
    for finding in findings:
        yield f"{_SEVERITIES[finding.severity]} · {finding.sentence}"


def _programme(programme: Programme) -> Iterable[ConsoleRenderable | str]:
    start = date_format(programme.valid_from, "j F Y")
    yield Text(f"{programme.label} ({programme.id}), version {programme.version}", style="bold")
    yield f"Appel à financement {_value(programme.call_for_funding)}. Version choisie à partir du {start}."
    yield _dates(programme.dates)
    for prestation in programme.prestations.values():
        yield _ceilings(f"Plafonds « {prestation.label} »", programme, prestation.ceilings)
    yield _ceilings("Forfait M par semestre (maître des identités)", programme, programme.secondary.forfait_master)
    yield _ceilings("Forfait E par semestre (esclave des identités)", programme, programme.secondary.forfait_slave)
    yield _figures(programme)
    yield from _reserves(programme)
    yield ""


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column.startswith(("HT", "TTC")) else "left", overflow="fold")
    return table


def _dates(dates: Iterable[OfficialDate]) -> Table:
    table = _table("Dates (heure de Paris, incluses)", "Date", "Objet", "Limite", "Conséquence")
    for official in dates:
        table.add_row(str(official.number), official.label, _value(official.at), official.consequence)
    return table


def _ceilings(title: str, programme: Programme, rows: Mapping[str, Amounts]) -> Table | str:
    if reason := _reason_of_a_blank_table(rows):
        return f"{title} : inconnu. {reason}\n"
    table = _table(title, "Tranche", "Examens", "HT", "TTC 8,5 %", "TTC 20 %", "État")
    for tranche in programme.tranches:
        amounts = rows[tranche.letter]
        upper = f"à {_number(tranche.upper)}" if tranche.upper else "et plus"
        bounds = f"{_number(tranche.lower)} {upper}"
        table.add_row(tranche.letter, bounds, *(_value(leaf) for leaf in amounts), _state(amounts.ttc_20))
    return table


def _reason_of_a_blank_table(rows: Mapping[str, Amounts]) -> str:
    reasons = {leaf.unknown for amounts in rows.values() for leaf in amounts}
    return reasons.pop() if len(reasons) == 1 else ""


def _figures(programme: Programme) -> Table:
    secondary = programme.secondary
    figures: dict[str, Leaf[Any]] = {
        "Année de référence": programme.reference_year,
        "Poids d’un acte de médecine nucléaire": programme.nuclear_weight,
        "Part de l’avance": programme.advance_share,
        "Part du solde": programme.balance_share,
        "Clients pilotes": programme.pilots,
        "Prestation secondaire (mois)": secondary.duration_months,
        "Semestres": secondary.semesters,
        "Seuils de PERFm": secondary.perf_master,
        "Seuils de PERFe": secondary.perf_slave,
        "Dénominateur de PERFe": secondary.perf_slave_denominator,
        "Plafond de minimis": programme.de_minimis.ceiling,
        "Fenêtre de minimis (années)": programme.de_minimis.window_years,
        **{label: programme.delays[key] for key, label in _DELAYS.items()},
    }
    table = _table("Autres valeurs", "Valeur", "Montant", "État", "Source")
    for label, leaf in figures.items():
        table.add_row(label, _value(leaf), _state(leaf), leaf.source)
    return table


def _reserves(programme: Programme) -> Iterable[str]:
    """What is provisional or unknown, each reason once, with the places it concerns."""
    for title, attribute in (("Provisoire", "provisional"), ("Inconnu", "unknown")):
        reasons: dict[str, list[str]] = {}
        for place, leaf in leaves(programme):
            if reason := getattr(leaf, attribute):
                reasons.setdefault(reason, []).append(place)
        for reason, places in reasons.items():
            kept = ", ".join(places[:3]) + (f" et {len(places) - 3} autres" if len(places) > 3 else "")
            yield f"{title} · {reason} ({kept})"


def _state(leaf: Leaf[Any]) -> str:
    if leaf.unknown:
        return "inconnu"
    return "provisoire" if leaf.provisional else "ferme"


def _number(value: int) -> str:
    return number_format(value, force_grouping=True)


def _value(leaf: Leaf[Any]) -> str:
    if leaf.value is None:
        return "inconnu"
    return _shown(leaf.value)


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return f"{date_format(value, 'l j F Y')} à {_hour(value)}"
    if isinstance(value, Decimal):
        return _percentage(value) if value <= 1 else f"{number_format(value, 2, force_grouping=True)} €"
    if isinstance(value, tuple):
        return " ; ".join(_step(step) for step in value)
    return str(value)


def _hour(value: datetime) -> str:
    return f"{value.hour} h" + (f" {value.minute:02}" if value.minute else "")


def _percentage(value: Decimal) -> str:
    return f"{number_format((value * 100).normalize() if value else value)} %"


def _step(step: PerformanceStep) -> str:
    return f"{number_format(step.value)} dès {_percentage(step.ratio)}" if step.ratio else "0 en dessous"
