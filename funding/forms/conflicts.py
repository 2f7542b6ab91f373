"""What a person types on the page of a conflict."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone

from funding.domain.conflict_effects import Choice
from funding.selectors.conflicts import LONGEST_SEARCH, ConflictCase
from funding.services.conflict_notes import cites_person
from orders.domain.situation import SituationForm as Situated
from orders.domain.uniqueness import Situation
from orders.models import ConflictStatus, IdentifierKind
from segur.regulation.dates import midnight
from segur.texts import catalogue

NBSP = "\u00a0"
ELSEWHERE = "other"
LONGEST_REASON = 2_000
_DAY = "Saisissez une date, par exemple 04/03/2024."
_CITES = f"L’historique ne cite pas de numéro AM ou RPPS{NBSP}: retirez-le, le conflit le désigne déjà."
_INACTIVE = frozenset({Choice.CORRECT, Choice.CANCEL})


def _day_field(label: str, *, required: bool, missing: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _DAY, "required": missing},
    )


def _reason(label: str, missing: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": missing, "max_length": f"Le texte dépasse {LONGEST_REASON} caractères."},
    )


class FilterForm(forms.Form):
    """The filters of the list; a value that means nothing leaves everything in."""

    programme = forms.ChoiceField(label="Programme", required=False)
    kind = forms.ChoiceField(label="Nature", required=False)
    status = forms.ChoiceField(label="Statut", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "filter_%s", **kwargs})
        choices = {
            "programme": [(id, id) for id in catalogue().ids],
            "kind": IdentifierKind.choices,
            "status": ConflictStatus.choices,
        }
        for name, listed in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101
            field.choices = [("", str(field.label)), *listed]


class SearchForm(forms.Form):
    text = forms.CharField(
        label="Chercher un numéro, une commande ou un client", required=False, max_length=LONGEST_SEARCH
    )


class SituationForm(forms.Form):
    """R48: what happened to the doctor since 2023."""

    situation = forms.ChoiceField(
        label="Situation",
        choices=[(each.value, each.label) for each in Situation],
        error_messages={
            "required": "Choisissez la situation du médecin.",
            "invalid_choice": "Choisissez l’une des six situations.",
        },
    )
    changed_on = _day_field("Date du changement", required=False)
    before = forms.ChoiceField(label="De", required=False)
    after = forms.ChoiceField(label="Vers", required=False)

    def __init__(self, case: ConflictCase, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "situation_%s", **kwargs})
        practices = [(party.name, _practice(party.reference, party.carriers)) for party in case.parties if party.order]
        for name in ("before", "after"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101
            field.choices = [("", "Non précisé"), *practices, (ELSEWHERE, "Une autre structure")]
            field.error_messages["invalid_choice"] = "Choisissez une structure de la liste."

    def situated(self) -> Situated:
        """What was typed, for the rule; call it on a valid form."""
        given = self.cleaned_data
        before, after = ("" if given[name] == ELSEWHERE else given[name] for name in ("before", "after"))
        return Situated(Situation(given["situation"]), before or None, after or None, given["changed_on"])


def _practice(reference: str, carriers: Sequence[Any]) -> str:
    names = list(dict.fromkeys(carrier.client for carrier in carriers))
    return f"{', '.join(names)} ({reference})" if names else reference


class DecisionForm(forms.Form):
    """A decision with its reason; ``version`` is that of the conflict as it was read."""

    decision = forms.ChoiceField(
        label="Décision",
        error_messages={
            "required": "Choisissez une décision.",
            "invalid_choice": "Cette décision n’est plus possible. Choisissez-en une autre.",
        },
    )
    reason = _reason("Motif, gardé dans l’historique des commandes", "Écrivez le motif de la décision.")
    version = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=1,
        max_value=2**31 - 1,
        error_messages={"required": "Rechargez la page.", "invalid": "Rechargez la page."},
    )

    def __init__(self, case: ConflictCase, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._case = case
        field = self.fields["decision"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [(effect.key, effect.key) for effect in case.effects if effect.choice not in _INACTIVE]

    def clean_reason(self) -> str:
        return _without_person(self.cleaned_data["reason"], self._case)


class NoteForm(forms.Form):
    """A note, or a paper asked for."""

    text = _reason("Note ou pièce demandée", "Écrivez la note, ou la pièce que vous demandez.")

    def __init__(self, case: ConflictCase, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "note_%s", **kwargs})
        self._case = case

    def clean_text(self) -> str:
        return _without_person(self.cleaned_data["text"], self._case)


class DisputeForm(forms.Form):
    """F2: a letter of the ASP to one of the suppliers."""

    order = forms.ChoiceField(
        label="Commande visée",
        error_messages={"required": "Choisissez la commande.", "invalid_choice": "Choisissez une commande du conflit."},
    )
    received_on = _day_field("Date de la lettre", required=True, missing="Saisissez la date de la lettre.")
    reason = _reason("Ce que l’ASP demande", "Écrivez ce que l’ASP demande.")

    def __init__(self, case: ConflictCase, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "dispute_%s", **kwargs})
        self._case = case
        field = self.fields["order"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [(party.name, party.reference) for party in case.parties if party.order]

    def clean_received_on(self) -> date:
        return _not_after_today(self.cleaned_data["received_on"])

    def clean_reason(self) -> str:
        return _without_person(self.cleaned_data["reason"], self._case)

    def received_at(self) -> datetime:
        """The beginning of the day of the letter, in Paris."""
        return midnight(self.cleaned_data["received_on"])


class AnswerForm(forms.Form):
    """The day a supplier answered the ASP."""

    answered_on = _day_field("Réponse envoyée le", required=True, missing="Saisissez la date de la réponse.")

    def clean_answered_on(self) -> date:
        return _not_after_today(self.cleaned_data["answered_on"])

    def answered_at(self) -> datetime:
        return midnight(self.cleaned_data["answered_on"])


def _without_person(text: str, case: ConflictCase) -> str:
    if cites_person(text, case.conflict):
        raise forms.ValidationError(_CITES)
    return text


def _not_after_today(day: date) -> date:
    if day > timezone.localdate():
        raise forms.ValidationError("Cette date est à venir. Saisissez une date passée.")
    return day
