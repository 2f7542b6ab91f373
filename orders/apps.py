from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """What was sold: suppliers, solutions, clients, orders and the identifiers they claim."""

    name = "orders"
    verbose_name = "Commandes"
