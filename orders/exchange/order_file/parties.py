"""Suppliers, solutions and enrolments of the order file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
from orders.exchange.order_file.fields import (
    address,
    choice_of,
    day,
    email,
    flag,
    instant,
    key,
    phone,
    short_text,
    siret,
    version,
)
from orders.exchange.order_file.objects import Key, Table, read_list, read_object
from orders.exchange.order_file.problems import Reading
from segur.regulation.catalogue import Catalogue

_CONTACT: Table = {"name": Key(short_text), "phone": Key(phone), "email": Key(email)}
_MANDATE: Table = {
    "editor": Key(short_text, required=True),
    "solution": Key(key, required=True),
    "granted_on": Key(day),
}


def _contact(raw: Any, path: str, reading: Reading) -> Contact | None:
    """None when nothing in it is filled."""
    values = read_object(raw, _CONTACT, path, reading)
    return Contact(**values) if values else None


def _mandates(raw: Any, path: str, reading: Reading) -> tuple[Mandate, ...]:
    mandates = []
    for element, place in read_list(raw, path, reading):
        before = len(reading.errors)
        values = read_object(element, _MANDATE, place, reading)
        if len(reading.errors) == before:
            mandates.append(Mandate(values["editor"], values["solution"], values.get("granted_on")))
    return tuple(mandates)


_SUPPLIER: Table = {
    "siret": Key(siret, required=True),
    "name": Key(short_text, required=True),
    "role": Key(choice_of(SupplierRole), required=True),
    "address": Key(address),
    "contact": Key(_contact, nested=True),
    "vat_liable": Key(flag),
    "hosting": Key(choice_of(Hosting)),
    "mandates": Key(_mandates, nested=True),
    "psc_operator_authorised_on": Key(day),
}
_ENROLMENT: Table = {
    "supplier": Key(siret, required=True),
    "solution": Key(key, required=True),
    "number": Key(key, required=True),
    "kind": Key(choice_of(EnrolmentKind), required=True),
    "early": Key(flag),
    "submitted_on": Key(day),
    "validated_on": Key(day),
    "finalised_on": Key(day),
}


def read_supplier(raw: Any, reading: Reading) -> SupplierFacts | None:
    values = read_object(raw, _SUPPLIER, "", reading)
    return None if reading.errors else SupplierFacts(**values)


def read_enrolment(raw: Any, reading: Reading) -> EnrolmentFacts | None:
    values = read_object(raw, _ENROLMENT, "", reading)
    return None if reading.errors else EnrolmentFacts(**values)


def solution_reader(catalogue: Catalogue) -> Callable[[Any, Reading], SolutionFacts | None]:
    """The reader of solutions, which names the programmes of ``catalogue``."""
    table: Table = {
        "key": Key(key, required=True),
        "supplier": Key(siret, required=True),
        "programme": Key(choice_of(catalogue.ids), required=True),
        "name": Key(short_text, required=True),
        "version": Key(version),
        "ans_number": Key(version),
        "complete_file_submitted_at": Key(instant),
        "referenced_on": Key(day),
        "refused_on": Key(day),
        "withdrawn_on": Key(day),
    }

    def read(raw: Any, reading: Reading) -> SolutionFacts | None:
        values = read_object(raw, table, "", reading)
        return None if reading.errors else SolutionFacts(**values)

    return read
