"""A made-up order form that breaks no rule, and the findings of a changed one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orders.domain.order_form import ReviewContext, review
from orders.domain.registers import DoctorRecord, Speciality, StructureRecord, StructureType
from orders.domain.snapshot import (
    ClientFacts,
    ClientKind,
    Connector,
    DbInstallation,
    FourInvalidLists,
    FourLists,
    LineActivity,
    LineFacts,
    OrderAmounts,
    OrderFacts,
    PrestationKey,
    SignatureMode,
    SolutionFacts,
    SupplierFacts,
    SupplierRole,
    TrancheFacts,
)
from segur.regulation.catalogue import Catalogue
from segur.regulation.dates import noon
from segur.regulation.finding import Finding
from segur.regulation.schema import Identity, Programme, Vat
from tests.orders.order_files import AM, FINESS, OTHER_AM, OTHER_FINESS, OTHER_SIREN, RPPS, SIREN, SUPPLIER, keyed

NOW = noon(date(2026, 10, 1))
OTHER_RPPS = keyed("1099999002")


def programme(id: str = "IMG-RIS-Va2") -> Programme:
    return Catalogue.load().programme(id, on=date(2026, 11, 24))


def money(text: str) -> Decimal:
    return Decimal(text)


def hospital(**changes: Any) -> LineFacts:
    return replace(LineFacts("CH du Test", LineActivity.MIXED, finess=FINESS), **changes)


def doctor(**changes: Any) -> LineFacts:
    return replace(LineFacts("Dr A. Exemple", LineActivity.RADIOLOGY, rpps=RPPS, am=(AM, OTHER_AM)), **changes)


def client(**changes: Any) -> ClientFacts:
    signed = ClientFacts(
        siren=SIREN,
        name="CH du Test",
        kind=ClientKind.ESTABLISHMENT,
        lines=(hospital(), doctor()),
        principal=True,
        signed_on=date(2026, 7, 15),
        signature=SignatureMode.EIDAS_SIMPLE,
    )
    return replace(signed, **changes)


def other_client(**changes: Any) -> ClientFacts:
    facts = {
        "siren": OTHER_SIREN,
        "name": "Imagerie du Port",
        "lines": (hospital(name="Port", finess=OTHER_FINESS),),
        "principal": False,
    }
    return client(**facts | changes)


def ris(**changes: Any) -> OrderFacts:
    """A RIS order of tranche D at its ceilings, signed after the referencing."""
    order = OrderFacts(
        number="BDC-1",
        supplier=SUPPLIER,
        solution="imagix-ris",
        programme="IMG-RIS-Va2",
        prestation=PrestationKey.WAVE_2,
        vat=Vat.TWENTY,
        clients=(client(),),
        instance="RIS-TEST-1",
        issued_on=date(2026, 7, 10),
        identity=Identity.MASTER,
        connectors=(Connector.DRIMBOX, Connector.TELERADIOLOGY),
        wave1_paid_by_client=False,
        amounts=OrderAmounts(money("16690.22"), money("20028.26"), money("4172.58"), money("5007.06")),
        tranche=TrancheFacts("D", date(2026, 7, 1), "CH du Test"),
    )
    return calculated(replace(order, **changes), keep="tranche" in changes)


def drimbox(**changes: Any) -> OrderFacts:
    """A DRIMbox update of tranche D at its ceiling; its secondary amount is typed, no scale being published."""
    facts = {
        "number": "BDC-DB-1",
        "solution": "imagix-db",
        "programme": "IMG-DB-Va2",
        "prestation": PrestationKey.DB_UPDATE,
        "instance": None,
        "identity": None,
        "connectors": (),
        "pacs": "PACS-TEST-1",
        "db_installation": DbInstallation.NATIVE_PACS,
    }
    return ris(**facts | changes)


def calculated(order: OrderFacts, *, keep: bool = False) -> OrderFacts:
    """The order with a result of the service on exactly its numbers."""
    if keep or order.tranche is None:
        return order
    tranche = replace(order.tranche, valid=order.four_lists(), invalid=FourInvalidLists())
    return replace(order, tranche=tranche)


def solution(**changes: Any) -> SolutionFacts:
    facts = SolutionFacts(
        key="imagix-ris",
        supplier=SUPPLIER,
        programme="IMG-RIS-Va2",
        name="Imagix RIS",
        complete_file_submitted_at=noon(date(2026, 4, 20)),
        referenced_on=date(2026, 7, 1),
    )
    return replace(facts, **changes)


def structure(finess: str = FINESS, **changes: Any) -> StructureRecord:
    return replace(StructureRecord(finess, StructureType.ESTABLISHMENT, "CH du Test"), **changes)


def physician(rpps: str = RPPS, **changes: Any) -> DoctorRecord:
    return replace(DoctorRecord(rpps, "Exemple", "A.", True, frozenset({Speciality.RADIOLOGY})), **changes)


def known(**changes: Any) -> ReviewContext:
    """A context in which everything was looked up and nothing is wrong."""
    context = ReviewContext(
        wave1_funded=(),
        sons_funding={},
        structures={FINESS: structure(), OTHER_FINESS: structure(OTHER_FINESS)},
        doctors={RPPS: physician(), OTHER_RPPS: physician(OTHER_RPPS)},
        not_conditioned=True,
    )
    return replace(context, **changes)


def findings(
    order: OrderFacts | None = None,
    *,
    context: ReviewContext | None = None,
    now: datetime = NOW,
    of: Programme | None = None,
    by: SupplierFacts | None = None,
    referencing: SolutionFacts | None = None,
    no_solution: bool = False,
) -> tuple[Finding, ...]:
    order = order or ris()
    return review(
        order,
        programme=of or programme(order.programme),
        supplier=by or SupplierFacts(SUPPLIER, "Imagix", SupplierRole.EDITOR),
        solution=None if no_solution else referencing or solution(),
        context=context or known(),
        now=now,
    )


def said(code: str, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
    """(severity, path) of every finding of that code."""
    return [(str(f.severity), f.path) for f in findings(*args, **kwargs) if f.code == code]


def one(code: str, *args: Any, **kwargs: Any) -> Finding:
    """The only finding of that code."""
    (found,) = [f for f in findings(*args, **kwargs) if f.code == code]
    return found


def lists(**numbers: tuple[str, ...]) -> FourLists:
    return FourLists(**numbers)
