"""``semester_amount``: what one semester of the secondary prestation is paid, from the counts of its journal."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser

from funding.domain.pricing import NotInScaleError
from funding.domain.semester import MissingDocuments, SemesterAmount, missing_documents, semester_amount
from segur.management.base import SegurCommand, UsageError, finding_lines, programme_named, whole_number
from segur.regulation.money import format_eur
from segur.regulation.schema import Vat

_COUNTS = {
    "t": "examens avec au moins un compte rendu",
    "tm": "ceux dont le RIS maîtrise l’identité",
    "te": "les autres",
    "te-qualified": "ceux de Te dont l’identité est qualifiée (Te’)",
    "dm": "ceux de Tm versés avec succès",
    "de": "ceux de Te versés avec succès",
}


class Command(SegurCommand):
    help = "Montant d’un semestre de la prestation secondaire, selon la performance (R59, A2)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--programme", required=True, metavar="P", help="IMG-RIS-Va2 ou IMG-DB-Va2")
        parser.add_argument("--tranche", required=True, metavar="T", help="lettre, de A à H")
        parser.add_argument("--vat", required=True, choices=[str(vat) for vat in Vat], help="régime de TVA")
        for name, meaning in _COUNTS.items():
            parser.add_argument(f"--{name}", required=True, type=whole_number, metavar="N", help=meaning)

    def handle(self, *args: Any, **options: Any) -> None:
        programme, vat = programme_named(options["programme"]), Vat(options["vat"])
        counts = {name: options[name] for name in (key.replace("-", "_") for key in _COUNTS)}
        try:
            answer = semester_amount(programme, options["tranche"], vat, **counts)
            missing = missing_documents(programme, options["tranche"], vat, **counts)
        except NotInScaleError as refusal:
            raise UsageError(str(refusal)) from None
        title = f"Semestre, {programme.id}, tranche {options['tranche']}"
        human = "\n".join([title, *_lines(answer, missing), *finding_lines(answer.findings)])
        self.emit(answer.as_json(), human, done=answer.amount is not None)


def _lines(answer: SemesterAmount, missing: tuple[MissingDocuments, ...]) -> Iterator[str]:
    if answer.amount is None:
        yield "Montant\u00a0: —"
        return
    yield f"PERFm\u00a0: {_number(answer.perf_m)}"
    yield f"PERFe\u00a0: {_number(answer.perf_e)}"
    yield f"Montant\u00a0: {format_eur(answer.amount)}"
    for step in missing:
        documents = "1 document" if step.missing == 1 else f"{step.missing} documents"
        yield (
            f"{step.indicator} à {step.ratio * 100:.0f}\u00a0%\u00a0: "
            f"il manque {documents}, {format_eur(step.gain)} de plus"
        )


def _number(perf: Decimal | None) -> str:
    return "—" if perf is None else f"{perf.normalize():f}".replace(".", ",")
