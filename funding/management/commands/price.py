"""``price``: ceilings and what is paid, for a prestation, a tranche and a VAT regime."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser
from rich import box
from rich.console import ConsoleRenderable
from rich.table import Table

from funding.domain.pricing import Price, price
from segur.management.base import SegurCommand, UsageError, euros, finding_lines, programme_named
from segur.regulation.finding import errors
from segur.regulation.money import format_eur
from segur.regulation.schema import Identity, Vat

_VAT_NAMES = {Vat.TWENTY: "TVA 20\u00a0%", Vat.EIGHT_AND_A_HALF: "TVA 8,5\u00a0%", Vat.NONE: "sans TVA"}


class Command(SegurCommand):
    help = "Plafonds, montant payé, avance et solde d’une prestation, dans la colonne de TVA demandée."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--programme", required=True, metavar="P", help="IMG-RIS-Va2 ou IMG-DB-Va2")
        parser.add_argument("--prestation", required=True, metavar="X", help="vague-2, vague-1-2, db-update ou db-new")
        parser.add_argument("--tranche", required=True, metavar="T", help="lettre, de A à H")
        parser.add_argument("--vat", required=True, choices=[str(vat) for vat in Vat], help="régime de TVA")
        parser.add_argument(
            "--identity",
            choices=[str(identity) for identity in Identity],
            default=str(Identity.MASTER),
            help="maîtrise des identités par le RIS, pour le forfait du semestre",
        )
        parser.add_argument("--agreed-ht", type=euros, metavar="N", help="prix HT convenu")
        parser.add_argument("--agreed-ttc", type=euros, metavar="N", help="prix TTC convenu")

    def handle(self, *args: Any, **options: Any) -> None:
        programme = programme_named(options["programme"])
        vat = Vat(options["vat"])
        try:
            answer = price(
                programme,
                options["prestation"],
                options["tranche"],
                vat,
                identity=Identity(options["identity"]),
                agreed_ht=options["agreed_ht"],
                agreed_ttc=options["agreed_ttc"],
            )
        except LookupError as refusal:
            raise UsageError(str(refusal)) from None
        title = f"{programme.id}, {options['prestation']}, tranche {options['tranche']}, {_VAT_NAMES[vat]}"
        human: list[str | ConsoleRenderable] = [_table(title, answer, vat), *finding_lines(answer.findings)]
        self.emit(answer.as_json(), human, done=not errors(answer.findings))


def _table(title: str, answer: Price, vat: Vat) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE, show_header=False)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    for label, amount in _rows(answer, vat):
        table.add_row(label, "—" if amount is None else format_eur(amount))
    return table


def _rows(answer: Price, vat: Vat) -> Iterator[tuple[str, Decimal | None]]:
    column = "HT" if vat is Vat.NONE else "TTC"
    yield "Plafond HT", answer.ceiling_ht
    if vat is not Vat.NONE:
        yield "Plafond TTC", answer.ceiling_ttc
    yield f"Montant payé ({column})", answer.amount
    yield "Avance", answer.advance
    yield "Solde", answer.balance
    yield f"Forfait d’un semestre ({column})", answer.semester_forfait
    yield f"Plafond de la prestation secondaire ({column})", answer.secondary_ceiling
