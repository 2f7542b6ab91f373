"""Who sells: two editors and a distributor, their solutions, and what the ANS and the ASP decided of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from funding.demo.people import with_key
from orders.domain.snapshot import (
    Contact,
    EnrolmentFacts,
    EnrolmentKind,
    Hosting,
    Mandate,
    SolutionFacts,
    SupplierFacts,
    SupplierRole,
)
from segur.regulation.dates import PARIS

RIS, DRIMBOX = "IMG-RIS-Va2", "IMG-DB-Va2"


def _siret(rank: int) -> str:
    return with_key(with_key(f"000{90_000 + rank:05d}") + "0001")


HELIORA, ORPHANE, CARENE = _siret(1), _siret(2), _siret(3)

HELIORA_RIS = "heliora-ris"
HELIORA_BOX = "heliora-box"
ORPHANE_RIS = "orphane-ris"
ORPHANE_BOX = "orphane-box"
ORPHANE_BRIDGE = "orphane-pont"
ORPHANE_FLOW = "orphane-flux"


def _contact(name: str, house: str) -> Contact:
    return Contact(name=name, phone="01 99 00 00 00", email=f"segur@{house}.example")


SUPPLIERS = (
    SupplierFacts(
        siret=HELIORA,
        name="Héliora Santé",
        role=SupplierRole.EDITOR,
        address="12 quai des Essarts\n99000 Valbrune",
        contact=_contact("Nora Delattre", "heliora"),
        vat_liable=True,
        hosting=Hosting.HDS,
        psc_operator_authorised_on=date(2025, 10, 14),
    ),
    SupplierFacts(
        siret=ORPHANE,
        name="Orphane Logiciels",
        role=SupplierRole.EDITOR,
        address="3 rue du Moulin-Vert\n99310 Plessac",
        contact=_contact("Samuel Guermantel", "orphane"),
        vat_liable=True,
        hosting=Hosting.HDS,
        psc_operator_authorised_on=date(2026, 1, 20),
    ),
    SupplierFacts(
        siret=CARENE,
        name="Carène Distribution médicale",
        role=SupplierRole.DISTRIBUTOR,
        address="45 avenue de l’Arsenal\n99620 Port-Ambrel",
        contact=_contact("Odile Quillevan", "carene"),
        vat_liable=True,
        hosting=Hosting.SWORN_STATEMENT,
        mandates=(
            Mandate(HELIORA, HELIORA_RIS, date(2025, 6, 16)),
            Mandate(HELIORA, HELIORA_BOX, date(2025, 6, 16)),
        ),
        psc_operator_authorised_on=date(2025, 12, 2),
    ),
)

# Complete files are in before Date 2 (13/05/2026), decisions come before the exchanges end; one comes late (R25).
SOLUTIONS = (
    SolutionFacts(
        key=HELIORA_RIS,
        supplier=HELIORA,
        programme=RIS,
        name="Héliora RIS",
        version="7.2",
        ans_number="99-RIS-0107",
        complete_file_submitted_at=datetime(2026, 1, 19, 16, 42, tzinfo=PARIS),
        referenced_on=date(2026, 3, 12),
    ),
    SolutionFacts(
        key=ORPHANE_RIS,
        supplier=ORPHANE,
        programme=RIS,
        name="Orphane Imagerie",
        version="2026.1",
        ans_number="99-RIS-0131",
        complete_file_submitted_at=datetime(2026, 5, 11, 10, 5, tzinfo=PARIS),
        referenced_on=date(2026, 10, 21),
    ),
    SolutionFacts(
        key=HELIORA_BOX,
        supplier=HELIORA,
        programme=DRIMBOX,
        name="Héliora Partage",
        version="3.0",
        ans_number="99-DB-0044",
        complete_file_submitted_at=datetime(2026, 2, 10, 9, 30, tzinfo=PARIS),
        referenced_on=date(2026, 4, 23),
    ),
    SolutionFacts(
        key=ORPHANE_BOX,
        supplier=ORPHANE,
        programme=DRIMBOX,
        name="Orphane Box",
        version="1.4",
        ans_number="99-DB-0052",
        complete_file_submitted_at=datetime(2026, 4, 27, 17, 15, tzinfo=PARIS),
        referenced_on=date(2026, 6, 18),
    ),
    SolutionFacts(
        key=ORPHANE_BRIDGE,
        supplier=ORPHANE,
        programme=DRIMBOX,
        name="Orphane Pont PACS",
        version="0.9",
        ans_number="99-DB-0061",
        complete_file_submitted_at=datetime(2026, 5, 12, 18, 50, tzinfo=PARIS),
        refused_on=date(2026, 9, 14),
    ),
    # Referenced early; the ANS takes its certificate back.
    SolutionFacts(
        key=ORPHANE_FLOW,
        supplier=ORPHANE,
        programme=DRIMBOX,
        name="Orphane Flux",
        version="2.1",
        ans_number="99-DB-0038",
        complete_file_submitted_at=datetime(2026, 1, 12, 14, 20, tzinfo=PARIS),
        referenced_on=date(2026, 3, 19),
        withdrawn_on=date(2026, 10, 9),
    ),
)
BY_KEY = {solution.key: solution for solution in SOLUTIONS}

ENROLMENTS = (
    EnrolmentFacts(
        supplier=HELIORA,
        solution=HELIORA_RIS,
        number="ENR-0412",
        kind=EnrolmentKind.INITIAL,
        early=True,
        submitted_on=date(2025, 7, 3),
        validated_on=date(2025, 7, 24),
        finalised_on=date(2026, 3, 20),
    ),
    EnrolmentFacts(
        supplier=HELIORA,
        solution=HELIORA_BOX,
        number="ENR-0413",
        kind=EnrolmentKind.COMPLEMENTARY,
        early=True,
        submitted_on=date(2025, 9, 8),
        validated_on=date(2025, 9, 29),
        finalised_on=date(2026, 5, 4),
    ),
    EnrolmentFacts(
        supplier=ORPHANE,
        solution=ORPHANE_RIS,
        number="ENR-0536",
        kind=EnrolmentKind.INITIAL,
        early=True,
        submitted_on=date(2025, 11, 17),
        validated_on=date(2025, 12, 11),
        finalised_on=date(2026, 10, 30),
    ),
    EnrolmentFacts(
        supplier=ORPHANE,
        solution=ORPHANE_BOX,
        number="ENR-0537",
        kind=EnrolmentKind.COMPLEMENTARY,
        early=False,
        submitted_on=date(2026, 6, 25),
        validated_on=date(2026, 7, 16),
        finalised_on=date(2026, 7, 16),
    ),
    # Asked early, never final: the solution was refused.
    EnrolmentFacts(
        supplier=ORPHANE,
        solution=ORPHANE_BRIDGE,
        number="ENR-0538",
        kind=EnrolmentKind.COMPLEMENTARY,
        early=True,
        submitted_on=date(2026, 5, 18),
        validated_on=date(2026, 6, 9),
    ),
    EnrolmentFacts(
        supplier=ORPHANE,
        solution=ORPHANE_FLOW,
        number="ENR-0535",
        kind=EnrolmentKind.COMPLEMENTARY,
        early=True,
        submitted_on=date(2025, 11, 17),
        validated_on=date(2025, 12, 11),
        finalised_on=date(2026, 3, 26),
    ),
    EnrolmentFacts(
        supplier=CARENE,
        solution=HELIORA_RIS,
        number="ENR-0620",
        kind=EnrolmentKind.INITIAL,
        early=True,
        submitted_on=date(2025, 10, 6),
        validated_on=date(2025, 11, 3),
        finalised_on=date(2026, 3, 27),
    ),
    EnrolmentFacts(
        supplier=CARENE,
        solution=HELIORA_BOX,
        number="ENR-0621",
        kind=EnrolmentKind.COMPLEMENTARY,
        early=False,
        submitted_on=date(2026, 5, 11),
        validated_on=date(2026, 6, 2),
        finalised_on=date(2026, 6, 2),
    ),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A solution as one supplier sells it; ``prefix`` begins the numbers of its order forms."""

    supplier: str
    solution: str
    prefix: str

    @property
    def programme(self) -> str:
        return BY_KEY[self.solution].programme


RIS_OF_HELIORA = Offer(HELIORA, HELIORA_RIS, "HEL")
RIS_OF_ORPHANE = Offer(ORPHANE, ORPHANE_RIS, "ORP")
RIS_OF_CARENE = Offer(CARENE, HELIORA_RIS, "CDM")
BOX_OF_HELIORA = Offer(HELIORA, HELIORA_BOX, "HEL")
BOX_OF_ORPHANE = Offer(ORPHANE, ORPHANE_BOX, "ORP")
BOX_OF_CARENE = Offer(CARENE, HELIORA_BOX, "CDM")
BRIDGE_OF_ORPHANE = Offer(ORPHANE, ORPHANE_BRIDGE, "ORP")
BOX_WITHDRAWN = Offer(ORPHANE, ORPHANE_FLOW, "ORP")
