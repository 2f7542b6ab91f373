"""The orders of the demonstration: a made-up world, stories told in it, and their laying around a day."""

from funding.demo.orders.laying import load_orders

__all__ = ["load_orders"]
