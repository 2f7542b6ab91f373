"""What an action on an order asks: a date, a signature, a reason; each carries the version that the person saw."""

from __future__ import annotations

from typing import Any

from django import forms

from funding.forms.orders.fields import ChoiceField, DayField, TextField
from orders.models import Order
from orders.models.choices import SIGNATURE_MODES

LONGEST_REASON = 500
_VERSION = {
    "required": "La version de la fiche manque. Rechargez la page.",
    "invalid": "La version de la fiche est illisible. Rechargez la page.",
    "min_value": "La version de la fiche est illisible. Rechargez la page.",
    "max_value": "La version de la fiche est illisible. Rechargez la page.",
}


class ActionForm(forms.Form):
    """The version of the order that the person saw, against lost updates."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1, error_messages=_VERSION)


class IssueForm(ActionForm):
    """``as_it_is``: a paper that has left is recorded as it is; what it breaks stays on its page."""

    issued_on = DayField("Émis le", required=True)
    as_it_is = forms.BooleanField(
        label="Le bon est déjà parti tel quel\u00a0: l’enregistrer avec ses erreurs", required=False
    )


class SignForm(ActionForm):
    """The signature of one client that has not signed yet."""

    signed_on = DayField("Signé le", required=True)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = [(page.client.siren, page.name) for page in order.clients.all() if not page.signed_on]
        self.fields["siren"] = ChoiceField("Client", waiting, required=True, missing="Choisissez le client.")
        self.fields["signature"] = ChoiceField("Mode de signature", SIGNATURE_MODES, empty="Non renseigné")
        if len(waiting) == 1 and not self.is_bound:
            self.initial.setdefault("siren", waiting[0][0])
        self.order_fields(["version", "siren", "signed_on", "signature"])


class DeclareForm(ActionForm):
    """R33: whether anything else conditions the order."""

    declared = ChoiceField(
        "Cette commande",
        [("yes", "ne dépend d’aucun réengagement, option ou autre produit"), ("no", "dépend d’autre chose")],
        required=True,
        missing="Choisissez l’une des deux réponses.",
    )
    reason = TextField(
        "Motif, si elle dépend d’autre chose ou si la réponse change",
        LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ConfirmForm(forms.Form):
    """A5: a FINESS or RPPS whose key is wrong, and that a person has checked. The number is named by its line."""

    reason = TextField(
        "Motif",
        LONGEST_REASON,
        required=True,
        missing="Écrivez comment vous avez vérifié le numéro.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, numbers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"] = ChoiceField("Numéro", numbers, required=True, missing="Choisissez le numéro.")
        if len(numbers) == 1 and not self.is_bound:
            self.initial.setdefault("line", numbers[0][0])
        self.order_fields(["line", "reason"])


class ReasonForm(ActionForm):
    reason = TextField(
        "Motif",
        LONGEST_REASON,
        required=True,
        missing="Écrivez le motif\u00a0: il reste dans l’historique.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
