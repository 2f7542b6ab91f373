"""An order as frozen facts: what the order form says, what a guard reads, what the order file carries.

One set of shapes serves the order file (``segur-order-file/1``), the screens' guards and the tests: a file is read
into these, the database is read into these, and both are written from these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from segur.regulation.schema import Activity, Identity, Vat


class SupplierRole(StrEnum):
    """R2: the editor of the solution, or a distributor that holds a mandate."""

    EDITOR = "editor"
    DISTRIBUTOR = "distributor"


class Hosting(StrEnum):
    """Evidence of health data hosting at enrolment (domain 3.3)."""

    HDS = "hds"
    SWORN_STATEMENT = "sworn-statement"


class ClientKind(StrEnum):
    """R1, R62: a legal person that runs a health establishment, or a liberal practice."""

    ESTABLISHMENT = "establishment"
    PRACTICE = "practice"


class PrestationKey(StrEnum):
    """Main prestations (R13)."""

    WAVE_2 = "vague-2"
    WAVE_1_AND_2 = "vague-1-2"
    DB_UPDATE = "db-update"
    DB_NEW = "db-new"


class LineActivity(StrEnum):
    """Activity addressed by a line of the order form (R39); mixed for an establishment only."""

    RADIOLOGY = "radiology"
    NUCLEAR = "nuclear"
    MIXED = "mixed"

    @property
    def activities(self) -> tuple[Activity, ...]:
        if self is LineActivity.MIXED:
            return (Activity.RADIOLOGY, Activity.NUCLEAR)
        return (Activity(self.value),)


class DbInstallation(StrEnum):
    """Installation scenario of a DRIMbox (R16, R40)."""

    NATIVE_PACS = "native-pacs"
    EXISTING_DICOM = "existing-dicom"
    OTHER = "other"


class Connector(StrEnum):
    """Half-connectors ordered at the client's request (R17)."""

    DRIMBOX = "drimbox"
    DPI_PFI = "dpi-pfi"
    RI_GAM = "ri-gam"
    TELERADIOLOGY = "teleradiology"


class SignatureMode(StrEnum):
    """R35."""

    HANDWRITTEN = "handwritten"
    CPX = "cpx"
    PRO_SANTE_CONNECT = "pro-sante-connect"
    RGS_1 = "rgs-1"
    EIDAS_SIMPLE = "eidas-simple"


class EnrolmentKind(StrEnum):
    INITIAL = "initial"
    COMPLEMENTARY = "complementary"


@dataclass(frozen=True, slots=True)
class Contact:
    name: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Mandate:
    """What an editor granted to a distributor (R2): ``solution`` is a solution key."""

    editor: str
    solution: str
    granted_on: date | None


@dataclass(frozen=True, slots=True)
class SupplierFacts:
    siret: str
    name: str
    role: SupplierRole
    address: str | None = None
    contact: Contact | None = None
    vat_liable: bool | None = None
    hosting: Hosting | None = None
    mandates: tuple[Mandate, ...] = ()
    psc_operator_authorised_on: date | None = None


@dataclass(frozen=True, slots=True)
class SolutionFacts:
    """``supplier`` is the SIRET of its editor; instants are aware, dates are dates of Paris."""

    key: str
    supplier: str
    programme: str
    name: str
    version: str | None = None
    ans_number: str | None = None
    complete_file_submitted_at: datetime | None = None
    referenced_on: date | None = None
    refused_on: date | None = None
    withdrawn_on: date | None = None


@dataclass(frozen=True, slots=True)
class EnrolmentFacts:
    supplier: str
    solution: str
    number: str
    kind: EnrolmentKind
    early: bool | None = None
    submitted_on: date | None = None
    validated_on: date | None = None
    finalised_on: date | None = None


@dataclass(frozen=True, slots=True)
class DeMinimisAid:
    granted_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One row of the order form: an establishment (``finess``) or a doctor (``rpps`` with ``am``)."""

    name: str
    activity: LineActivity
    finess: str | None = None
    rpps: str | None = None
    am: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClientFacts:
    siren: str
    name: str
    kind: ClientKind
    lines: tuple[LineFacts, ...]
    legal_representative: str | None = None
    phone: str | None = None
    email: str | None = None
    principal: bool = False
    signed_on: date | None = None
    signature: SignatureMode | None = None
    de_minimis: tuple[DeMinimisAid, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderAmounts:
    """What the order form prints, per column; None: not typed yet."""

    principal_ht: Decimal | None = None
    principal_ttc: Decimal | None = None
    secondary_ht: Decimal | None = None
    secondary_ttc: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FourLists:
    """The four lists of the calculation service (R4, R53)."""

    am_radiology: tuple[str, ...] = ()
    am_nuclear: tuple[str, ...] = ()
    finess_radiology: tuple[str, ...] = ()
    finess_nuclear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InvalidNumber:
    value: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class FourInvalidLists:
    am_radiology: tuple[InvalidNumber, ...] = ()
    am_nuclear: tuple[InvalidNumber, ...] = ()
    finess_radiology: tuple[InvalidNumber, ...] = ()
    finess_nuclear: tuple[InvalidNumber, ...] = ()


@dataclass(frozen=True, slots=True)
class TrancheFacts:
    """The ANS service's answer recorded on the order (R52-R55)."""

    letter: str
    calculated_on: date | None = None
    reference: str | None = None
    valid: FourLists | None = None
    invalid: FourInvalidLists | None = None


@dataclass(frozen=True, slots=True)
class OrderEventFacts:
    """One recorded fact of an order's life; ``extra`` holds the bracketed keys of the contract, normalised."""

    type: str
    at: datetime
    extra: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """The order form and its recorded life."""

    number: str
    supplier: str
    solution: str
    programme: str
    prestation: PrestationKey
    vat: Vat
    clients: tuple[ClientFacts, ...]
    instance: str | None = None
    pacs: str | None = None
    issued_on: date | None = None
    identity: Identity | None = None
    db_installation: DbInstallation | None = None
    connectors: tuple[Connector, ...] = ()
    wave1_paid_by_client: bool | None = None
    conditional_mention: bool | None = None
    amounts: OrderAmounts = OrderAmounts()
    tranche: TrancheFacts | None = None
    events: tuple[OrderEventFacts, ...] = ()

    def lines(self) -> Iterator[tuple[str, LineFacts]]:
        """Every line with its path in the order file."""
        for i, client in enumerate(self.clients):
            for j, line in enumerate(client.lines):
                yield f"clients[{i}].lines[{j}]", line

    def four_lists(self) -> FourLists:
        """The numbers to type in the calculation service: each once, in the order of the form (R50, R53)."""
        collected: dict[str, dict[str, None]] = {name: {} for name in FourLists.__dataclass_fields__}
        for _, line in self.lines():
            for activity in line.activity.activities:
                for number in line.am:
                    collected[f"am_{activity}"].setdefault(number)
                if line.finess:
                    collected[f"finess_{activity}"].setdefault(line.finess)
        return FourLists(**{name: tuple(numbers) for name, numbers in collected.items()})

    @property
    def signed_by_all(self) -> bool:
        return bool(self.clients) and all(client.signed_on for client in self.clients)

    @property
    def first_signed_on(self) -> date | None:
        return min((client.signed_on for client in self.clients if client.signed_on), default=None)


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A whole ``segur-order-file/1``."""

    suppliers: tuple[SupplierFacts, ...] = ()
    solutions: tuple[SolutionFacts, ...] = ()
    enrolments: tuple[EnrolmentFacts, ...] = ()
    orders: tuple[OrderFacts, ...] = ()
