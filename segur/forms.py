"""Forms of the account."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm


class LoginForm(AuthenticationForm):
    """Name and password, in the product's words."""

    error_messages = {
        "invalid_login": "Identifiant ou mot de passe inconnu. Vérifiez les majuscules, puis réessayez.",
        "inactive": "Ce compte est fermé. Demandez à votre administrateur de le rouvrir.",
    }
    username = forms.CharField(
        label="Identifiant",
        error_messages={"required": "Saisissez votre identifiant."},
        max_length=150,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label="Mot de passe",
        error_messages={"required": "Saisissez votre mot de passe."},
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
