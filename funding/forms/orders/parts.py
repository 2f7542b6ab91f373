"""The parts of the order form: what is ordered, each client, each line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from funding.forms.orders.fields import (
    AmountField,
    ChoiceField,
    DayField,
    LinesField,
    ListField,
    NumberField,
    TextField,
    YesNoField,
    parsed_amount,
    parsed_day,
)
from funding.selectors.lists import LISTS
from orders.domain.snapshot import DeMinimisAid, InvalidNumber, LineActivity
from orders.models import Order, Solution, Supplier
from orders.models.choices import (
    CLIENT_KINDS,
    CONNECTORS,
    DB_INSTALLATIONS,
    IDENTITIES,
    LINE_ACTIVITIES,
    PRESTATIONS,
    VAT_REGIMES,
)
from segur.regulation.identifiers import IdentifierKind, normalise
from segur.regulation.money import NBSP
from segur.texts import catalogue

LETTERS = [(letter, letter) for letter in "ABCDEFGH"]
RIS_ONLY = ("instance", "identity", "connectors")
DRIMBOX_ONLY = ("pacs", "db_installation")
_LONGEST_TRANCHE_REASON = 200


def supplier_options() -> list[tuple[str, str]]:
    """Suppliers by name."""
    return [(str(pk), name) for pk, name in Supplier.objects.order_by("name").values_list("pk", "name")]


def solution_options() -> list[tuple[str, list[tuple[str, str]]]]:
    """Solutions by programme, RIS first."""
    rows = list(Solution.objects.order_by("name", "version"))
    return [
        (programme, [(str(row.pk), str(row)) for row in rows if row.programme == programme])
        for programme in catalogue().ids
        if any(row.programme == programme for row in rows)
    ]


class OrderForm(forms.Form):
    """What the form says beside its clients. Only what a draft cannot do without is required."""

    number = TextField("Numéro du bon", 100, required=True, missing="Donnez un numéro au bon de commande.")
    supplier = ChoiceField("Fournisseur", supplier_options, required=True, missing="Choisissez le fournisseur (R2).")
    solution = ChoiceField("Solution", solution_options, required=True, missing="Choisissez la solution (R3).")
    prestation = ChoiceField("Prestation", PRESTATIONS, required=True, missing="Choisissez la prestation (R13).")
    vat = ChoiceField("TVA", VAT_REGIMES, required=True, missing="Choisissez la TVA (R37).")
    instance = TextField("Instance", 200)
    identity = ChoiceField("Identités", IDENTITIES)
    connectors = forms.MultipleChoiceField(
        label="Demi-connecteurs",
        choices=CONNECTORS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Ce demi-connecteur n’existe pas.", "invalid_list": "Choix illisible."},
    )
    wave1_paid_by_client = YesNoField("Vague 1 payée par le client")
    pacs = TextField("PACS", 200)
    db_installation = ChoiceField("Installation", DB_INSTALLATIONS)
    conditional_mention = YesNoField("Mention du bon conditionné")
    principal_ht = AmountField("Principale HT")
    principal_ttc = AmountField("Principale TTC")
    secondary_ht = AmountField("Secondaire HT")
    secondary_ttc = AmountField("Secondaire TTC")
    tranche_letter = ChoiceField("Tranche", LETTERS, empty="Non calculée")
    tranche_calculated_on = DayField("Calculée le")
    tranche_reference = TextField("Référence du courriel", 200)
    reason = TextField("Motif de la correction", 500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, order: Order | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        for name in LISTS:
            self.fields[f"valid_{name.key}"] = ListField(name.label, name.kind)
            self.fields[f"invalid_{name.key}"] = LinesField(
                name.label, _refused_number(name.kind), lambda each: f"{each.value} {each.reason or ''}".strip()
            )
        if order is None or order.state == "draft":
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = "Écrivez le motif\u00a0: il reste dans l’historique."

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        solution = Solution.objects.filter(pk=given.get("solution") or 0).first()
        given["solution_row"] = solution
        if solution is not None:
            self._check_prestation(given, solution)
        if not given.get("tranche_letter") and self._says_something_of_the_tranche(given):
            self.add_error("tranche_letter", "Choisissez la tranche que le service a répondue (R55).")
        return given

    def _check_prestation(self, given: dict[str, Any], solution: Solution) -> None:
        programme = next(each for each in catalogue().programmes() if each.id == solution.programme)
        if given.get("prestation") and given["prestation"] not in programme.prestations:
            labels = " ou ".join(f"«{NBSP}{each.label}{NBSP}»" for each in programme.prestations.values())
            self.add_error("prestation", f"Cette prestation n’est pas de {programme.id}. Choisissez {labels} (R13).")
        others = DRIMBOX_ONLY if programme.kind == "ris" else RIS_ONLY
        kind = "une DRIMbox" if programme.kind == "ris" else "un RIS"
        for name in others:
            if given.get(name):
                self.add_error(name, f"Ce champ ne concerne qu’{kind}. Videz-le (R40).")

    def _says_something_of_the_tranche(self, given: dict[str, Any]) -> bool:
        names = ["tranche_calculated_on", "tranche_reference", *self.list_names()]
        return any(given.get(name) for name in names)

    @staticmethod
    def list_names() -> list[str]:
        """The fields of the lists of the calculation, valid then invalid."""
        return [f"{side}_{name.key}" for side in ("valid", "invalid") for name in LISTS]


class ClientForm(forms.Form):
    """One page of the order form: who buys (R1, R47)."""

    siren = NumberField("SIREN", IdentifierKind.SIREN, required=True, missing="Saisissez le SIREN du client (R1).")
    name = TextField("Nom", 200, required=True, missing="Saisissez le nom du client (R1).")
    kind = ChoiceField("Nature", CLIENT_KINDS, required=True, missing="Choisissez la nature du client (R62).")
    legal_representative = TextField("Représentant légal", 200)
    phone = TextField("Téléphone", 40)
    email = forms.EmailField(
        label="Courriel",
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"}),
        error_messages={"invalid": "Cette adresse est incomplète. Exemple\u00a0: prenom.nom@exemple.fr."},
    )
    principal = forms.BooleanField(label="Client principal", required=False)
    de_minimis = LinesField(
        "Aides de minimis déclarées",
        lambda line: _aid(line),
        lambda aid: f"{aid.granted_on:%d/%m/%Y} {AmountField('').prepare_value(aid.amount)}",
        hint="Une par ligne\u00a0: 12/03/2025 8\u00a0000,00",
    )


class LineForm(forms.Form):
    """One row: an establishment with its FINESS, or a doctor with RPPS and AM numbers (R39)."""

    name = TextField("Établissement ou médecin", 200, required=True, missing="Saisissez le nom (R39).")
    activity = ChoiceField("Activité", LINE_ACTIVITIES, required=True, missing="Choisissez l’activité (R39).")
    finess = NumberField("FINESS", IdentifierKind.FINESS)
    rpps = NumberField("RPPS", IdentifierKind.RPPS)
    am = ListField("Numéros AM", IdentifierKind.AM)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if any(name in self.errors for name in ("finess", "rpps", "am")):
            return given
        finess, rpps, am = given.get("finess"), given.get("rpps"), given.get("am")
        if finess and (rpps or am):
            self.add_error("finess", "Un établissement ou un médecin, pas les deux. Gardez le FINESS ou le RPPS (R39).")
        elif not finess:
            self._check_doctor(given, rpps, am)
        return given

    def _check_doctor(self, given: dict[str, Any], rpps: str | None, am: tuple[str, ...] | None) -> None:
        if not rpps and not am:
            self.add_error("finess", "Saisissez un FINESS, ou un RPPS avec ses numéros AM (R39).")
        elif not rpps:
            self.add_error("rpps", "Saisissez le RPPS du médecin (R39).")
        elif not am:
            self.add_error("am", "Saisissez au moins un numéro AM (R6).")
        if rpps and given.get("activity") == LineActivity.MIXED:
            self.add_error("activity", "Un médecin a une seule activité. Choisissez-la (R5).")


def _aid(line: str) -> DeMinimisAid:
    head, _, rest = line.replace(";", " ").strip().partition(" ")
    if not rest.strip():
        raise forms.ValidationError(f"«{NBSP}{_printable(line)}{NBSP}»\u00a0: écrivez la date, puis le montant.")
    amount: Decimal = parsed_amount(rest.strip())
    return DeMinimisAid(parsed_day(head), amount)


def _refused_number(kind: IdentifierKind) -> Any:
    def read(line: str) -> InvalidNumber:
        head, _, reason = line.replace(";", " ").strip().partition(" ")
        number = normalise(kind, head)
        if not number or len(number) > 40:
            raise forms.ValidationError(f"«{NBSP}{_printable(line)}{NBSP}»\u00a0: écrivez le numéro, puis le motif.")
        return InvalidNumber(number, reason.strip()[:_LONGEST_TRANCHE_REASON] or None)

    return read


def _printable(text: str) -> str:
    return "".join(character for character in text[:40] if character.isprintable())
