"""The form of the calculation service of the ANS: an activity and its lists of numbers (R53)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.utils.datastructures import MultiValueDict

from funding.models import ActivityChoice, TrancheCalculation
from funding.selectors.lists import LISTS, ListName, lists_of
from segur.regulation.identifiers import IdentifierKind, ParsedList, likely_cure, parse_list, split_list
from segur.regulation.schema import ProgrammeKind
from segur.texts import catalogue

#: Numbers of one calculation; a whole hospital group stays far below.
MAX_NUMBERS = 5_000
#: Room for that many numbers with generous separators; a longer text is not read at all.
MAX_CHARACTERS = 150_000
# Notices under a field; the result lists every number.
_SHOWN_NOTICES = 5
_PROGRAMME_NAMES = {ProgrammeKind.RIS: "RIS", ProgrammeKind.DRIMBOX: "DRIMbox"}
_NULL_CHARACTER = "Ce champ contient un caractère nul. Collez la liste seule."
_TOO_MANY = (
    "{count} numéros saisis\u00a0: un calcul en accepte 5\u00a0000 au plus. "
    "Vérifiez que vous n’avez pas collé un fichier entier."
)


_LIST_BY_KEY = {name.key: name for name in LISTS}


@dataclass(frozen=True, slots=True)
class Notice:
    """What is wrong with a number that was typed, and the number it may have been; it stops nothing."""

    message: str
    cure: str
    value: str


@dataclass(frozen=True, slots=True)
class ListState:
    """What the screen says beside one list: how many numbers, which to correct."""

    count: int = 0
    wrong: int = 0
    notices: tuple[Notice, ...] = ()

    @property
    def aside(self) -> str:
        """« 3 numéros, 1 à corriger »."""
        if not self.count:
            return ""
        numbers = "1 numéro" if self.count == 1 else f"{self.count} numéros"
        return f"{numbers}, {self.wrong} à corriger" if self.wrong else numbers

    @property
    def unshown(self) -> int:
        return max(self.wrong - len(self.notices), 0)


class NumbersField(forms.CharField):
    """A pasted list of numbers, kept as text; refused when it is too long to be read or holds what no list holds."""

    def __init__(self, name: ListName) -> None:
        super().__init__(
            label=name.label,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"}),
        )
        self.kind = name.kind
        self.validators = [
            ProhibitNullCharactersValidator("Ce champ contient un caractère nul. Collez la liste seule.")
        ]

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if len(text) > MAX_CHARACTERS:
            raise forms.ValidationError("Liste trop longue pour être lue. Collez 5\u00a0000 numéros au plus.")
        if len(split_list(text)) > MAX_NUMBERS:
            raise forms.ValidationError(_TOO_MANY.format(count=_grouped(len(split_list(text)))))
        return text


def programme_choices() -> list[tuple[str, str]]:
    """The programmes at hand, named as people say them."""
    programmes = {programme.id: _PROGRAMME_NAMES[programme.kind] for programme in catalogue().programmes()}
    return list(programmes.items())


class TrancheForm(forms.Form):
    """What is asked of a calculation. Numbers that are wrong do not stop it: they are answered as not valid (R53)."""

    reference = forms.CharField(
        label="Établissement ou référence",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    recipient = forms.EmailField(
        label="E-mail du destinataire",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Cette adresse e-mail est incomplète. Exemple\u00a0: prenom.nom@exemple.fr."},
    )
    programme = forms.ChoiceField(
        label="Programme",
        choices=programme_choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez RIS ou DRIMbox.",
            "invalid_choice": "Ce programme n’existe pas. Choisissez RIS ou DRIMbox.",
        },
    )
    activity = forms.ChoiceField(
        label="Activité",
        choices=ActivityChoice.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choisissez Radiologie, Médecine nucléaire ou Mixte.",
            "invalid_choice": "Cette activité n’existe pas. Choisissez Radiologie, Médecine nucléaire ou Mixte.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LISTS:
            self.fields[name.key] = NumbersField(name)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        asked = lists_of(given.get("activity", ""))
        if any(name.key in self.errors for name in asked):
            return given
        counts = {name.key: len(split_list(given[name.key])) for name in asked}
        total = sum(counts.values())
        if total == 0:
            self.add_error(asked[0].key, "Aucun numéro saisi. Remplissez au moins une des listes.")
        elif total > MAX_NUMBERS:
            longest = max(counts, key=lambda key: counts[key])
            self.add_error(longest, _TOO_MANY.format(count=_grouped(total)))
        return given

    def numbers(self) -> dict[str, str]:
        """The text of the four lists, empty where the activity does not ask for one; needs a valid form."""
        asked = {name.key for name in lists_of(self.cleaned_data["activity"])}
        return {name.key: self.cleaned_data[name.key] if name.key in asked else "" for name in LISTS}

    def left_out(self) -> int:
        """How many numbers were typed in lists that the chosen activity does not ask for."""
        asked = {name.key for name in lists_of(self.cleaned_data["activity"])}
        return sum(len(split_list(self.cleaned_data.get(name.key, ""))) for name in LISTS if name.key not in asked)

    def states(self) -> dict[str, ListState]:
        """What to say beside each list, from what the form shows."""
        return {name.key: self._state(name) for name in LISTS}

    def _state(self, name: ListName) -> ListState:
        if self.is_bound and name.key in self.errors:
            return ListState()
        text = (
            self.cleaned_data.get(name.key, "")
            if self.is_bound
            else self.get_initial_for_field(self.fields[name.key], name.key)
        )
        return list_state(parse_list(name.kind, text or "", path=name.key), name.kind)


def list_state(parsed: ParsedList, kind: IdentifierKind) -> ListState:
    """Count, and one notice for each number whose shape is wrong."""
    wrong = [finding for finding in parsed.findings if finding.blocks]
    notices = []
    for finding in wrong[:_SHOWN_NOTICES]:
        value = parsed.values[int(finding.path.rpartition("[")[2].rstrip("]"))]
        cure = likely_cure(kind, value) or ""
        notices.append(Notice(finding.message if cure else finding.sentence, cure, value))
    return ListState(len(parsed.values), len(wrong), tuple(notices))


def replaced(data: MultiValueDict[str, str], choice: str) -> MultiValueDict[str, str]:
    """The posted form with one number exchanged for its likely cure.

    ``choice`` is ``list:number`` as the button « Remplacer par … » sends it; anything else changes nothing.
    """
    key, _, value = choice.partition(":")
    name = _LIST_BY_KEY.get(key)
    cure = likely_cure(name.kind, value) if name else None
    text = data.get(key, "")
    if name is None or cure is None or len(text) > MAX_CHARACTERS:
        return data
    changed = data.copy()
    values = parse_list(name.kind, text).values
    changed[key] = "; ".join(cure if known == value else known for known in values)
    return changed


def form_of(calculation: TrancheCalculation) -> TrancheForm:
    """The form as it was answered, ready to be changed and asked again."""
    lists: Mapping[str, list[str]] = {name.key: getattr(calculation, name.key) for name in LISTS}
    return TrancheForm(
        initial={
            "reference": calculation.reference,
            "recipient": calculation.recipient,
            "programme": calculation.programme,
            "activity": calculation.activity,
            **{key: "; ".join(values) for key, values in lists.items()},
        }
    )


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\u00a0")
