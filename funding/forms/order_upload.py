"""The file of orders that a person chooses."""

from __future__ import annotations

from typing import cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from funding.services.order_files import too_big


class OrderUploadForm(forms.Form):
    """One file, of a size that the product reads."""

    file = forms.FileField(
        label="Fichier de commandes",
        max_length=255,
        error_messages={
            "required": "Choisissez un fichier JSON, XLSX ou CSV.",
            "empty": "Ce fichier est vide. Choisissez un fichier de commandes.",
            "invalid": "Choisissez un fichier JSON, XLSX ou CSV.",
            "missing": "Choisissez un fichier JSON, XLSX ou CSV.",
            "max_length": "Le nom de ce fichier dépasse 255 caractères. Raccourcissez-le.",
        },
        widget=forms.FileInput(attrs={"accept": ".json,.xlsx,.csv,.txt"}),
    )

    def clean_file(self) -> UploadedFile:
        file = cast(UploadedFile, self.cleaned_data["file"])
        if (file.size or 0) > settings.SEGUR_MAX_ORDERS_BYTES:
            raise forms.ValidationError(too_big(file.size or 0))
        return file
