"""What a person types of a fact: when it was received, and the bracketed keys of its type in the order file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from funding.forms.orders.actions import LONGEST_REASON, ActionForm
from funding.forms.orders.fields import NBSP, AmountField, ChoiceField, DayField, TextField, parsed_day
from segur.regulation.dates import PARIS, parse_instant

_INSTANT = re.compile(r"(\S+)[\sàT]+([0-9]{1,2})\s*[:hH]\s*([0-9]{2})?")
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}
_MOST_DOCUMENTS = 99_999_999
RECIPIENTS = [("asp", "ASP"), ("ans", "ANS"), ("client", "Client")]
_ABOUT = [
    ("120-days", "la limite des 120 jours"),
    ("date-2", "l’absence de dossier complet à la Date 2"),
    ("completion", "l’impossibilité de finir la prestation"),
]
_COUNTS = {
    "t": "T, examens avec compte rendu",
    "tm": "Tm, identités maîtrisées",
    "te": "Te, autres identités",
    "te_qualified": "Te’, dont identité qualifiée",
    "dm": "Dm, documents alimentés sur Tm",
    "de": "De, documents alimentés sur Te",
}
_AMOUNTS = {"amount": "Montant en euros", "ht": "Montant HT", "ttc": "Montant TTC"}
_DAYS = {"last_activity_on": "Dernier jour d’activité", "answer_by": "Réponse attendue au plus tard le"}


class InstantField(forms.CharField):
    """An instant of Paris typed JJ/MM/AAAA HH:MM; a day alone is its 00:00. Cleaned to an aware datetime."""

    def __init__(self, label: str) -> None:
        widget = forms.TextInput(attrs={**_PLAIN, "placeholder": "JJ/MM/AAAA HH:MM"})
        super().__init__(label=label, widget=widget, error_messages={"required": "Saisissez la date et l’heure."})
        self.validators = []

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(PARIS).strftime("%d/%m/%Y %H:%M") if isinstance(value, datetime) else value

    def clean(self, value: Any) -> datetime:
        text: str = super().clean(value).replace("\x00", "\ufffd")[:60]
        found = _INSTANT.fullmatch(text)
        if found is None:
            return parse_instant(parsed_day(text).isoformat())
        hour, minute = int(found[2]), int(found[3] or 0)
        if hour > 23 or minute > 59:
            raise forms.ValidationError(
                f"{found[2]}:{found[3] or '00'} n’est pas une heure. Écrivez par exemple 09:30."
            )
        return parse_instant(f"{parsed_day(found[1]).isoformat()}T{hour:02d}:{minute:02d}")


class CountField(forms.CharField):
    """A number of documents, with or without spaces; cleaned to an integer or None."""

    def __init__(self, label: str) -> None:
        widget = forms.TextInput(attrs={**_PLAIN, "inputmode": "numeric", "class": "order-amount"})
        super().__init__(label=label, required=False, widget=widget)
        self.validators = []

    def clean(self, value: Any) -> int | None:
        text = re.sub(r"\s", "", super().clean(value))
        if not text:
            return None
        if not (text.isascii() and text.isdecimal()) or len(text) > 12 or int(text) > _MOST_DOCUMENTS:
            raise forms.ValidationError(f"Écrivez un nombre entier, par exemple 30{NBSP}412.")
        return int(text)


class RecipientsField(forms.MultipleChoiceField):
    """Who received a journal (A7); cleaned to a tuple."""

    def __init__(self) -> None:
        messages = {
            "required": "Cochez au moins un destinataire.",
            "invalid_choice": "Ce destinataire n’existe pas.",
            "invalid_list": "Ce destinataire n’existe pas.",
        }
        super().__init__(
            label="Destinataires",
            choices=RECIPIENTS,
            widget=forms.CheckboxSelectMultiple,
            initial=["asp", "ans", "client"],
            error_messages=messages,
        )

    def clean(self, value: Any) -> tuple[str, ...]:
        return tuple(super().clean(value))


class FactForm(ActionForm):
    """The keys of one type of fact. ``clients`` and ``semesters`` are those whose machine accepts it now."""

    def __init__(
        self,
        *args: Any,
        keys: Sequence[str],
        required: Sequence[str] = (),
        clients: Sequence[tuple[str, str]] = (),
        semesters: Sequence[int] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.keys = tuple(keys)
        self.fields["at"] = InstantField("Reçu le, heure de Paris")
        for key in self.keys:
            self.fields[key] = _field(key, clients, semesters)
            if key in required:
                self.fields[key].required = True
        if len(clients) == 1 and not self.is_bound:
            self.initial.setdefault("siren", clients[0][0])

    def extra(self) -> dict[str, object]:
        """The keys that have a value, as the order file reads them."""
        given = {key: self.cleaned_data.get(key) for key in self.keys}
        return {key: value for key, value in given.items() if value is not None and value != ""}


def _field(key: str, clients: Sequence[tuple[str, str]], semesters: Sequence[int]) -> forms.Field:
    if key in _COUNTS:
        return CountField(_COUNTS[key])
    if key in _AMOUNTS:
        field = AmountField(_AMOUNTS[key])
        field.error_messages["required"] = "Saisissez le montant."
        return field
    if key in _DAYS:
        return DayField(_DAYS[key])
    if key in ("json_accepted", "attachments_accepted"):
        return _PartField("JSON" if key == "json_accepted" else "Pièces jointes")
    return _named_field(key, clients, semesters)


def _named_field(key: str, clients: Sequence[tuple[str, str]], semesters: Sequence[int]) -> forms.Field:
    if key == "siren":
        return ChoiceField("Client", list(clients), required=True, missing="Choisissez le client.")
    if key == "semester":
        return _SemesterField(semesters)
    if key == "about":
        return ChoiceField("Informé de", _ABOUT, required=True, missing="Choisissez de quoi.")
    if key == "recipients":
        return RecipientsField()
    if key == "reason":
        area = forms.Textarea(attrs={"rows": 2})
        return TextField("Motif", LONGEST_REASON, widget=area, missing="Écrivez le motif.")
    return TextField("Référence de l’ASP" if key == "reference" else "Numéro de la facture", 100)


class _PartField(ChoiceField):
    """One part of a deposit (F1); cleaned to True or False."""

    def __init__(self, label: str) -> None:
        end = "" if label == "JSON" else "es"
        choices = [("yes", f"accepté{end}"), ("no", f"refusé{end}")]
        super().__init__(label, choices, required=True, missing="Choisissez l’une des deux réponses.")
        self.initial = "yes"

    def clean(self, value: Any) -> bool:
        return bool(super().clean(value) == "yes")


class _SemesterField(ChoiceField):
    """The number of a semester; cleaned to an integer."""

    def __init__(self, semesters: Sequence[int]) -> None:
        choices = [(str(number), f"Semestre {number}") for number in semesters]
        super().__init__("Semestre", choices, required=True, missing="Choisissez le semestre.")

    def clean(self, value: Any) -> int:
        return int(super().clean(value))
