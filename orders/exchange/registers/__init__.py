"""Readers of the public registers: FINESS, Annuaire santé, identity sheet of the SAE.

Each reader streams records from a file as its publisher distributes it; none touches the network or the database.
"""

from orders.exchange.registers.finess import read_finess
from orders.exchange.registers.reading import BadRow, UnusableRegister
from orders.exchange.registers.rpps import read_rpps
from orders.exchange.registers.sae_identity import read_sae_identity

__all__ = ["BadRow", "UnusableRegister", "read_finess", "read_rpps", "read_sae_identity"]
