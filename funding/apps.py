from django.apps import AppConfig


class FundingConfig(AppConfig):
    """What the State pays for it: tranche, price, requests, semesters."""

    name = "funding"
    verbose_name = "Financement"
