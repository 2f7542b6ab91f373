from orders.models.choices import ConflictStatus, IdentifierKind, OrderState, PartyState
from orders.models.claims import Claim, Conflict, ConflictParty, Dispute, FundedIdentifier
from orders.models.history import Event, EventChain, EventSeal
from orders.models.order import DeMinimisAid, NumberConfirmation, Order, OrderClient, OrderLine
from orders.models.reference import Client, Mandate, Solution, Supplier
from orders.models.registers import Register, RegisteredDoctor, RegisteredStructure, RegisterLoad
from orders.models.uploads import OrderUpload, UploadState

__all__ = [
    "Claim",
    "Client",
    "Conflict",
    "ConflictParty",
    "ConflictStatus",
    "DeMinimisAid",
    "Dispute",
    "Event",
    "EventChain",
    "EventSeal",
    "FundedIdentifier",
    "IdentifierKind",
    "Mandate",
    "NumberConfirmation",
    "Order",
    "OrderClient",
    "OrderLine",
    "OrderState",
    "OrderUpload",
    "PartyState",
    "Register",
    "RegisterLoad",
    "RegisteredDoctor",
    "RegisteredStructure",
    "Solution",
    "Supplier",
    "UploadState",
]
