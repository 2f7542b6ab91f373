"""Addresses of what is paid."""

from django.urls import path

from funding.views import scales, tranche

urlpatterns = [
    path("baremes/", scales.scales, name="scales"),
    path("tranche/", tranche.tranche, name="tranche"),
    path("tranche/calculs/", tranche.tranche_calculations, name="tranche_calculations"),
    path("tranche/<int:pk>/", tranche.tranche_result, name="tranche_result"),
    path("tranche/<int:pk>/pdf/", tranche.tranche_document, name="tranche_pdf"),
]
