"""Made-up orders with valid check digits, as facts and as rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import factory
from stdnum import luhn

from orders.domain.snapshot import (
    ClientFacts,
    ClientKind,
    LineActivity,
    LineFacts,
    OrderFacts,
    PrestationKey,
    SignatureMode,
    SupplierRole,
)
from orders.models import Order, Solution, Supplier
from orders.services.recording import create_order
from segur.models import Role, User
from segur.regulation.schema import Identity, Programme, Vat
from segur.texts import programme

RIS = "IMG-RIS-Va2"
DRIMBOX = "IMG-DB-Va2"
NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
SIGNED_ON = date(2026, 5, 12)
ISSUED_ON = date(2026, 5, 4)


def texts(id: str = RIS) -> Programme:
    return programme(id, on=date(2026, 5, 1))


def with_key(body: str) -> str:
    """The digits followed by their Luhn key."""
    return body + luhn.calc_check_digit(body)


def siren(number: int) -> str:
    return with_key(f"8{number:07d}")


def siret(number: int) -> str:
    return with_key(f"{siren(number)}0001")


def finess(number: int) -> str:
    return with_key(f"51{number:06d}")


def rpps(number: int) -> str:
    return with_key(f"10{number:08d}")


def am(number: int) -> str:
    return with_key(f"511{number:05d}")


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence("personne{}".format)
    first_name = "Camille"
    last_name = factory.Sequence("Exemple {}".format)
    role = Role.BACK_OFFICE


class SupplierFactory(factory.django.DjangoModelFactory[Supplier]):
    class Meta:
        model = Supplier

    siret = factory.Sequence(siret)
    name = factory.Sequence("Imagix {}".format)
    role = SupplierRole.EDITOR.value
    vat_liable = True


class SolutionFactory(factory.django.DjangoModelFactory[Solution]):
    class Meta:
        model = Solution

    key = factory.Sequence("imagix-{}".format)
    supplier = factory.SubFactory(SupplierFactory)
    programme = RIS
    name = "Imagix RIS"
    version = "7"
    referenced_on = date(2026, 4, 1)


def establishment(number: int, activity: LineActivity = LineActivity.RADIOLOGY) -> LineFacts:
    return LineFacts(name=f"Centre {number}", activity=activity, finess=finess(number))


def doctor(*numbers: int, activity: LineActivity = LineActivity.RADIOLOGY) -> LineFacts:
    """A doctor with one AM per number."""
    name = f"Dr Exemple {numbers[0]}"
    return LineFacts(name=name, activity=activity, rpps=rpps(numbers[0]), am=tuple(am(each) for each in numbers))


def client(
    number: int,
    lines: Sequence[LineFacts],
    *,
    signed_on: date | None = SIGNED_ON,
    principal: bool = False,
    kind: ClientKind = ClientKind.PRACTICE,
) -> ClientFacts:
    return ClientFacts(
        siren=siren(number),
        name=f"Imagerie {number}",
        kind=kind,
        lines=tuple(lines),
        legal_representative="Camille Exemple",
        principal=principal,
        signed_on=signed_on,
        signature=SignatureMode.EIDAS_SIMPLE if signed_on else None,
    )


def ris_facts(number: str, *clients: ClientFacts, **changes: Any) -> OrderFacts:
    """A RIS order form; without clients, one doctor named after the number."""
    facts = OrderFacts(
        number=number,
        supplier="",
        solution="",
        programme=RIS,
        prestation=PrestationKey.WAVE_2,
        vat=Vat.TWENTY,
        clients=clients,
        instance=f"RIS-{number}",
        issued_on=ISSUED_ON,
        identity=Identity.MASTER,
    )
    return replace(facts, **changes)


def db_facts(number: str, *clients: ClientFacts, **changes: Any) -> OrderFacts:
    """A DRIMbox order form."""
    facts = replace(
        ris_facts(number, *clients),
        programme=DRIMBOX,
        prestation=PrestationKey.DB_NEW,
        instance=None,
        identity=None,
        pacs=f"PACS-{number}",
    )
    return replace(facts, **changes)


def draft(facts: OrderFacts) -> OrderFacts:
    """The same form before it is issued and signed."""
    clients = tuple(replace(each, signed_on=None, signature=None) for each in facts.clients)
    return replace(facts, issued_on=None, clients=clients)


def record(facts: OrderFacts, *, solution: Solution | None = None, now: datetime = NOW) -> Order:
    """An order as its form says, recorded by the service, with its claims."""
    solution = solution or SolutionFactory.create(programme=facts.programme)
    named = replace(facts, supplier=solution.supplier.siret, solution=solution.key)
    return create_order(
        facts=named,
        supplier_id=solution.supplier_id,
        solution_id=solution.pk,
        programme=texts(facts.programme),
        now=now,
    )
