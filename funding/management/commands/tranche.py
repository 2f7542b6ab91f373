"""``tranche --programme P --am-radiology L …``: the calculation service's job on the loaded counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.formats import date_format

from funding.domain.tranche import LISTS
from funding.services.tranche import Calculation, calculate_tranche, lists_from_text
from segur.management.base import SegurCommand, UsageError, one_line

_TITLES = {
    "am_radiology": "AM radiologie",
    "am_nuclear": "AM médecine nucléaire",
    "finess_radiology": "FINESS radiologie",
    "finess_nuclear": "FINESS médecine nucléaire",
}


class Command(SegurCommand):
    help = "Estime la tranche des quatre listes sur l’activité chargée ; seul le service de l’ANS fait foi (R52)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--programme", required=True, help="IMG-RIS-Va2, IMG-DB-Va2")
        for name, _, _ in LISTS:
            parser.add_argument(f"--{name.replace('_', '-')}", default="", help=f"{_TITLES[name]}, séparés par « ; »")

    def handle(self, *args: Any, **options: Any) -> None:
        lists = lists_from_text({name: options[name] for name, _, _ in LISTS})
        try:
            calculation = calculate_tranche(
                programme_id=options["programme"], lists=lists, now=timezone.now(), save=False
            )
        except LookupError as error:
            raise UsageError(str(error)) from error
        result = calculation.result
        self.emit(result.as_json(), "\n".join(_lines(calculation)), done=result.tranche is not None)


def _lines(calculation: Calculation) -> Iterator[str]:
    result = calculation.result
    programme = f"{calculation.programme.id}\u00a0:"
    if result.tranche is None:
        yield f"{programme} aucune tranche, rien ne compte (R51)."
    else:
        yield f"{programme} tranche {result.tranche}, {_number(result.examinations)} examens pondérés"
        yield from _thresholds(calculation)
    for name, _, _ in LISTS:
        if result.valid[name] or result.invalid[name]:
            yield f"{_TITLES[name]}\u00a0:"
        for counted in result.valid[name]:
            weighted = f" × {counted.weight} = {_number(counted.examinations)}" if counted.weight != 1 else ""
            yield f"  {counted.value}\u00a0: {_number(counted.count)}{weighted}"
        for rejected in result.invalid[name]:
            yield "  " + one_line(f"{rejected.value or '(vide)'}\u00a0: non compté. {rejected.reason}")
    yield from (one_line(finding.sentence) for finding in result.findings)
    for source, at in calculation.counts_loaded.items():
        yield f"Source\u00a0: {source.label}, chargée le {date_format(timezone.localtime(at), 'j F Y')}."
    yield "Estimation\u00a0: seul le résultat du service de calcul de l’ANS fait foi (R52)."


def _thresholds(calculation: Calculation) -> Iterator[str]:
    result = calculation.result
    below = f"{_number(result.margin_to_previous or 0)} au-dessus du seuil de la tranche"
    if result.to_next is None:
        yield f"{below}, qui est la dernière."
    else:
        yield f"{below}, {_number(result.to_next)} avant la suivante."


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")
