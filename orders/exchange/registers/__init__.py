"""The public registers: FINESS, Annuaire santé, identity sheet of the SAE.

A file is read as its publisher distributes it; nothing touches the network.
"""

from orders.exchange.registers.finess import read_finess
from orders.exchange.registers.loading import RegisterReport, import_register
from orders.exchange.registers.reading import BadRow, LeftOut
from orders.exchange.registers.rpps import read_rpps
from orders.exchange.registers.sae_identity import read_sae_identity

__all__ = [
    "BadRow",
    "LeftOut",
    "RegisterReport",
    "import_register",
    "read_finess",
    "read_rpps",
    "read_sae_identity",
]
