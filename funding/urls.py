"""Addresses of what is paid."""

from django.urls import path

from funding.views import scales

urlpatterns = [
    path("baremes/", scales.scales, name="scales"),
]
