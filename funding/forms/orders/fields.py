"""Fields as a back office types them: days as JJ/MM/AAAA, amounts as « 1 234,56 », numbers with their spaces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator

from segur.regulation.dates import parse_day
from segur.regulation.finding import Finding
from segur.regulation.identifiers import IdentifierKind, check, normalise, parse_list
from segur.regulation.money import parse_amount

NBSP = "\u00a0"
LARGEST_AMOUNT = Decimal("9999999999.99")
MOST_NUMBERS = 500
LONGEST_LIST = 20_000
_DAY = re.compile(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4})")
_NULL = "Ce champ contient un caractère nul. Retapez-le."
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class TextField(forms.CharField):
    """A short text; refused when too long or when it holds what no text holds."""

    def __init__(self, label: str, longest: int, *, required: bool = False, missing: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(
            label=label,
            required=required,
            error_messages={"required": missing or "Remplissez ce champ."},
            **kwargs,
        )
        self.longest = longest
        self.validators = [ProhibitNullCharactersValidator(_NULL)]

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if len(text) > self.longest:
            raise forms.ValidationError(f"Ce texte a {len(text)} caractères{NBSP}: {self.longest} au plus.")
        return text


class DayField(forms.CharField):
    """A day typed JJ/MM/AAAA (or AAAA-MM-JJ); cleaned to a date or None."""

    def __init__(self, label: str, *, required: bool = False) -> None:
        widget = forms.TextInput(attrs={**_PLAIN, "placeholder": "JJ/MM/AAAA", "inputmode": "numeric"})
        super().__init__(
            label=label, required=required, widget=widget, error_messages={"required": "Saisissez la date."}
        )
        self.validators = []

    def prepare_value(self, value: Any) -> Any:
        return value.strftime("%d/%m/%Y") if isinstance(value, date) else value

    def clean(self, value: Any) -> date | None:
        text: str = super().clean(value)
        return parsed_day(text) if text else None


def parsed_day(text: str) -> date:
    """The day that a person typed; ValidationError with a French sentence."""
    found = _DAY.fullmatch(text)
    iso = f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else text
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", iso):
        shown = "".join(character for character in text[:20] if character.isprintable())
        raise forms.ValidationError(f"«{NBSP}{shown}{NBSP}» n’est pas une date. Écrivez par exemple 05/02/2026.")
    try:
        return parse_day(iso)
    except ValueError as error:
        raise forms.ValidationError(str(error).replace(iso, text)) from None


class AmountField(forms.CharField):
    """An amount in euros, typed « 1 234,56 »; cleaned to a Decimal or None."""

    def __init__(self, label: str) -> None:
        widget = forms.TextInput(attrs={**_PLAIN, "inputmode": "decimal", "class": "order-amount"})
        super().__init__(label=label, required=False, widget=widget)
        self.validators = []

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return f"{value:,.2f}".replace(",", NBSP).replace(".", ",")
        return value

    def clean(self, value: Any) -> Decimal | None:
        text: str = super().clean(value)
        return parsed_amount(text) if text else None


def parsed_amount(text: str) -> Decimal:
    """The amount that a person typed; ValidationError with a French sentence."""
    try:
        amount = parse_amount(text)
    except ValueError as error:
        raise forms.ValidationError("".join(c for c in str(error) if c.isprintable() or c == NBSP)) from None
    if amount > LARGEST_AMOUNT:
        raise forms.ValidationError("Ce montant est trop grand. Vérifiez les zéros.")
    return amount


class NumberField(forms.CharField):
    """One SIREN, FINESS or RPPS, with or without spaces; a wrong shape or a wrong registered key is refused (A5)."""

    def __init__(self, label: str, kind: IdentifierKind, *, required: bool = False, missing: str = "") -> None:
        super().__init__(
            label=label,
            required=required,
            widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "numeric"}),
            error_messages={"required": missing or "Saisissez le numéro."},
        )
        self.kind = kind
        self.validators = []

    def clean(self, value: Any) -> str:
        number = normalise(self.kind, super().clean(value).replace("\x00", "\ufffd"))
        if number:
            refuse(check(self.kind, number))
        return number


class ListField(forms.CharField):
    """A pasted list of numbers of one kind; cleaned to a tuple, each once. Wrong shapes are refused one by one."""

    def __init__(self, label: str, kind: IdentifierKind, *, rows: int = 1) -> None:
        widget = forms.Textarea(attrs={**_PLAIN, "rows": rows})
        super().__init__(label=label, required=False, widget=widget)
        self.kind = kind
        self.validators = []

    def prepare_value(self, value: Any) -> Any:
        return "; ".join(value) if isinstance(value, tuple) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        text: str = super().clean(value).replace("\x00", "\ufffd")
        if len(text) > LONGEST_LIST:
            raise forms.ValidationError(f"Liste trop longue pour être lue. {MOST_NUMBERS} numéros au plus.")
        parsed = parse_list(self.kind, text)
        if len(parsed.values) > MOST_NUMBERS:
            raise forms.ValidationError(f"{len(parsed.values)} numéros{NBSP}: {MOST_NUMBERS} au plus.")
        refuse(parsed.findings)
        return parsed.values


def refuse(findings: Iterable[Finding]) -> None:
    """Raise the findings that block as the errors of a field, five at most."""
    wrong = [with_rule(finding) for finding in findings if finding.blocks]
    if wrong:
        raise forms.ValidationError(wrong[:5])


def with_rule(finding: Finding) -> str:
    """The sentence of a finding with its rule."""
    return f"{finding.sentence} ({finding.rule})" if finding.rule else finding.sentence


class LinesField(forms.CharField):
    """A text area of one record per line; ``read`` turns a line into a record or raises ValidationError."""

    def __init__(
        self, label: str, read: Callable[[str], Any], write: Callable[[Any], str], *, hint: str = "", rows: int = 1
    ) -> None:
        widget = forms.Textarea(attrs={**_PLAIN, "rows": rows})
        super().__init__(label=label, required=False, widget=widget, help_text=hint)
        self.read, self.write = read, write
        self.validators = []

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(self.write(each) for each in value) if isinstance(value, tuple) else value

    def clean(self, value: Any) -> tuple[Any, ...]:
        text: str = super().clean(value).replace("\x00", "\ufffd")
        if len(text) > LONGEST_LIST:
            raise forms.ValidationError("Liste trop longue pour être lue.")
        return tuple(self.read(line.strip()) for line in text.splitlines() if line.strip())


class ChoiceField(forms.ChoiceField):
    """A choice that may be left open, unless ``required``."""

    def __init__(
        self, label: str, choices: Any, *, empty: str = "—", required: bool = False, missing: str = ""
    ) -> None:
        super().__init__(
            label=label,
            choices=lambda: [("", empty), *(choices() if callable(choices) else choices)],
            required=required,
            error_messages={
                "required": missing or "Choisissez une valeur.",
                "invalid_choice": "Ce choix n’existe pas. Choisissez dans la liste.",
            },
        )


class YesNoField(ChoiceField):
    """Yes, no, or not known; cleaned to True, False or None."""

    def __init__(self, label: str) -> None:
        super().__init__(label, [("yes", "Oui"), ("no", "Non")], empty="Non renseigné")

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no", None: ""}[value] if value is None or isinstance(value, bool) else value

    def clean(self, value: Any) -> bool | None:
        return {"yes": True, "no": False}.get(super().clean(value))
