"""The whole order form on one page: what is ordered, its clients, their lines; from a post, from an order, and back.

Prefixes are ``clients-0`` and ``clients-0-lines-1``; hidden ``…-TOTAL`` fields say how many there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.http import QueryDict

from funding.forms.orders.parts import ClientForm, LineForm, OrderForm
from funding.selectors.lists import LISTS
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
    TrancheFacts,
)
from orders.models import Order, Solution, Supplier
from segur.regulation.schema import Identity, Vat

MOST_CLIENTS = 50
MOST_LINES = 300
_TOTAL = "TOTAL"
_CLIENT = re.compile(r"clients-(\d{1,3})")
_LINE = re.compile(r"clients-(\d{1,3})-lines-(\d{1,3})")


@dataclass(frozen=True, slots=True)
class Problem:
    """An error of the form with the place where it is corrected."""

    target: str
    place: str
    message: str


@dataclass(slots=True)
class ClientBlock:
    """A client with its lines, in the sequence of the page."""

    form: ClientForm
    lines: list[LineForm] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        return str(self.form.prefix)

    @property
    def is_blank(self) -> bool:
        return not self.form.has_changed() and not self.filled

    @property
    def filled(self) -> list[LineForm]:
        """The lines in which something was typed."""
        return [line for line in self.lines if line.has_changed()]


class Book:
    """The forms of one order."""

    def __init__(self, main: OrderForm, clients: list[ClientBlock], *, whole: bool = True) -> None:
        """``whole``: the posted form says how many clients and lines it holds."""
        self.main, self.clients, self._whole = main, clients, whole

    @classmethod
    def blank(cls) -> Book:
        """A new order: one client with one line."""
        return cls(OrderForm(), [ClientBlock(ClientForm(prefix="clients-0"), [LineForm(prefix="clients-0-lines-0")])])

    @classmethod
    def of(cls, order: Order, facts: OrderFacts) -> Book:
        """The form of a recorded order, ready to be changed."""
        clients = []
        for i, client in enumerate(facts.clients):
            prefix = f"clients-{i}"
            lines = [
                LineForm(prefix=f"{prefix}-lines-{j}", initial=_values(line)) for j, line in enumerate(client.lines)
            ]
            clients.append(ClientBlock(ClientForm(prefix=prefix, initial=_values(client)), lines))
        return cls(OrderForm(initial=_main_values(order, facts), order=order), clients)

    @classmethod
    def posted(cls, data: QueryDict, order: Order | None = None, *, judged: bool = True) -> Book:
        """What was typed; with ``judged`` false it is only shown again, without errors."""
        clients = []
        for i in range(_total(data, "clients", MOST_CLIENTS)):
            prefix = f"clients-{i}"
            lines = [
                _form(LineForm, data, f"{prefix}-lines-{j}", judged)
                for j in range(_total(data, f"{prefix}-lines", MOST_LINES))
            ]
            clients.append(ClientBlock(_form(ClientForm, data, prefix, judged), lines))
        main = (
            OrderForm(data, order=order)
            if judged
            else OrderForm(initial=_raw(OrderForm(order=order), data), order=order)
        )
        groups = ["clients", *(f"{block.prefix}-lines" for block in clients)]
        return cls(main, clients, whole=all(_is_total(data.get(f"{group}-{_TOTAL}", "")) for group in groups))

    def focus_on(self, target: str) -> None:
        """Where the person goes on typing, by the id of a field."""
        for form in (each for block in self.clients for each in (block.form, *block.lines)):
            for bound in form:
                if bound.id_for_label == target:
                    bound.field.widget.attrs["autofocus"] = True

    def is_valid(self) -> bool:
        """Judge every part in which something was typed, then what holds between them."""
        sound = self.main.is_valid()
        if not self._whole:
            # Taken as empty, a truncated form would take the clients out of the order without a word.
            self.main.add_error(None, "Le formulaire est arrivé incomplet. Rechargez la page et recommencez.")
            sound = False
        for block in self.kept():
            sound = block.form.is_valid() and sound
            for line in block.filled:
                sound = line.is_valid() and sound
        return self._holds_together() and sound

    def kept(self) -> list[ClientBlock]:
        """The clients in which something was typed."""
        return [block for block in self.clients if not block.is_blank]

    def _holds_together(self) -> bool:
        return not any([self._same_client_twice(), self._two_principals(), self._same_finess_twice()])

    def _same_client_twice(self) -> bool:
        return _repeated(
            ((block.form, "siren", _cleaned(block.form, "siren")) for block in self.kept()),
            "Ce client figure déjà dans la commande. Gardez une seule page par client (R47).",
        )

    def _two_principals(self) -> bool:
        return _repeated(
            ((block.form, "principal", _cleaned(block.form, "principal") or None) for block in self.kept()),
            "Un autre client est déjà principal. Gardez celui au nom de qui est la facture (A19).",
        )

    def _same_finess_twice(self) -> bool:
        def finess() -> Iterator[tuple[forms.Form, str, object]]:
            for block in self.kept():
                for line in block.filled:
                    number = _cleaned(line, "finess")
                    yield line, "finess", (number, _cleaned(line, "activity")) if number else None

        return _repeated(finess(), "Ce FINESS figure deux fois dans la commande. Gardez une seule ligne (R44).")

    def problems(self) -> list[Problem]:
        """Every error, in the sequence of the page."""
        found = list(_problems(self.main, ""))
        for i, block in enumerate(self.clients, 1):
            if block.form.is_bound and not block.is_blank:
                found += _problems(block.form, f"Client {i} · ")
                for j, line in enumerate(block.lines, 1):
                    if line.has_changed():
                        found += _problems(line, f"Client {i}, ligne {j} · ")
        return found

    def facts(self, before: OrderFacts | None = None) -> OrderFacts:
        """What the valid form says; what it does not ask (dates, signatures) stays as in ``before``."""
        given = self.main.cleaned_data
        solution: Solution = given["solution_row"]
        signed = {client.siren: client for client in before.clients} if before else {}
        return OrderFacts(
            number=given["number"],
            supplier=Supplier.objects.get(pk=given["supplier"]).siret,
            solution=solution.key,
            programme=solution.programme,
            prestation=PrestationKey(given["prestation"]),
            vat=Vat(given["vat"]),
            clients=tuple(_client(block, signed) for block in self.kept()),
            instance=given["instance"] or None,
            pacs=given["pacs"] or None,
            issued_on=before.issued_on if before else None,
            identity=Identity(given["identity"]) if given["identity"] else None,
            db_installation=DbInstallation(given["db_installation"]) if given["db_installation"] else None,
            connectors=tuple(Connector(name) for name in given["connectors"]),
            wave1_paid_by_client=given["wave1_paid_by_client"],
            conditional_mention=given["conditional_mention"],
            amounts=OrderAmounts(**{name: given[name] for name in _AMOUNTS}),
            tranche=_tranche(given),
        )


_AMOUNTS = ("principal_ht", "principal_ttc", "secondary_ht", "secondary_ttc")


def changed_rows(data: QueryDict, action: str) -> tuple[QueryDict, str]:
    """The posted form with a row more or less, and the id of the field to continue in.

    ``action`` is ``add:clients``, ``add:clients-0-lines``, ``remove:clients-1`` or ``remove:clients-0-lines-2``.
    """
    what, _, place = action.partition(":")
    changed = data.copy()
    if what == "add" and (place == "clients" or _CLIENT.fullmatch(place.removesuffix("-lines"))):
        most = MOST_CLIENTS if place == "clients" else MOST_LINES
        total = _total(data, place, most)
        changed[f"{place}-{_TOTAL}"] = str(min(total + 1, most))
        if place == "clients":
            changed[f"clients-{total}-lines-{_TOTAL}"] = "1"
        return changed, f"id_{place}-{total}-{'siren' if place == 'clients' else 'name'}"
    if what == "remove" and (_CLIENT.fullmatch(place) or _LINE.fullmatch(place)):
        return _without_row(data, place), ""
    return changed, ""


def _without_row(data: QueryDict, place: str) -> QueryDict:
    """Take a row out and move up the ones behind it."""
    group, _, gone = place.rpartition("-")
    total = _total(data, group, MOST_LINES)
    if int(gone) >= total:
        return data.copy()
    moved = QueryDict(mutable=True)
    pattern = re.compile(rf"{re.escape(group)}-(\d+)-(.+)")
    for name, values in data.lists():
        found = pattern.fullmatch(name)
        if found and int(found[1]) == int(gone):
            continue
        if found and int(found[1]) > int(gone):
            name = f"{group}-{int(found[1]) - 1}-{found[2]}"
        moved.setlist(name, values)
    moved[f"{group}-{_TOTAL}"] = str(total - 1)
    return moved


def _total(data: QueryDict, group: str, most: int) -> int:
    text = data.get(f"{group}-{_TOTAL}", "0")
    return min(int(text), most) if _is_total(text) else 0


def _is_total(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6


def _form(kind: type[Any], data: QueryDict, prefix: str, judged: bool) -> Any:
    return kind(data, prefix=prefix) if judged else kind(prefix=prefix, initial=_raw(kind(prefix=prefix), data))


def _raw(form: forms.Form, data: QueryDict) -> dict[str, Any]:
    return {
        name: one.widget.value_from_datadict(data, None, form.add_prefix(name)) for name, one in form.fields.items()
    }


def _cleaned(form: forms.Form, name: str) -> Any:
    return getattr(form, "cleaned_data", {}).get(name)


def _repeated(values: Iterator[tuple[forms.Form, str, object]] | Any, message: str) -> bool:
    """Put an error on every field whose value stood before."""
    seen: set[object] = set()
    found = False
    for form, name, value in values:
        if value and value in seen:
            form.add_error(name, message)
            found = True
        seen.add(value)
    return found


def _problems(form: forms.Form, place: str) -> Iterator[Problem]:
    if not form.is_bound:
        return
    for message in form.non_field_errors():
        yield Problem("order-form", place, str(message))
    for bound in form:
        for message in bound.errors:
            yield Problem(bound.id_for_label or bound.auto_id, f"{place}{bound.label}", str(message))


def _values(facts: ClientFacts | LineFacts) -> dict[str, Any]:
    names = facts.__dataclass_fields__
    return {name: getattr(facts, name) if getattr(facts, name) is not None else "" for name in names}


def _main_values(order: Order, facts: OrderFacts) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: getattr(facts, name)
        for name in (
            *("number", "prestation", "vat", "instance", "pacs", "identity", "db_installation"),
            *("wave1_paid_by_client", "conditional_mention"),
        )
    }
    values |= {name: getattr(facts.amounts, name) for name in _AMOUNTS}
    values |= {
        "supplier": str(order.supplier_id),
        "solution": str(order.solution_id),
        "connectors": [str(each) for each in facts.connectors],
    }
    if tranche := facts.tranche:
        values |= {
            "tranche_letter": tranche.letter,
            "tranche_calculated_on": tranche.calculated_on,
            "tranche_reference": tranche.reference,
        }
        for name in LISTS:
            values[f"valid_{name.key}"] = getattr(tranche.valid, name.key) if tranche.valid else ()
            values[f"invalid_{name.key}"] = getattr(tranche.invalid, name.key) if tranche.invalid else ()
    return {name: "" if value is None and name not in _THREE_STATES else value for name, value in values.items()}


_THREE_STATES = frozenset({"wave1_paid_by_client", "conditional_mention"})


def _client(block: ClientBlock, before: dict[str, ClientFacts]) -> ClientFacts:
    given = block.form.cleaned_data
    facts = ClientFacts(
        siren=given["siren"],
        name=given["name"],
        kind=ClientKind(given["kind"]),
        lines=tuple(_line(line.cleaned_data) for line in block.filled),
        legal_representative=given["legal_representative"] or None,
        phone=given["phone"] or None,
        email=given["email"] or None,
        principal=given["principal"],
        de_minimis=given["de_minimis"],
    )
    known = before.get(facts.siren)
    return replace(facts, signed_on=known.signed_on, signature=known.signature) if known else facts


def _line(given: dict[str, Any]) -> LineFacts:
    return LineFacts(
        name=given["name"],
        activity=LineActivity(given["activity"]),
        finess=given["finess"] or None,
        rpps=given["rpps"] or None,
        am=given["am"],
    )


def _tranche(given: dict[str, Any]) -> TrancheFacts | None:
    if not given["tranche_letter"]:
        return None
    valid = FourLists(**{name.key: given[f"valid_{name.key}"] for name in LISTS})
    invalid = FourInvalidLists(**{name.key: given[f"invalid_{name.key}"] for name in LISTS})
    known = valid != FourLists() or invalid != FourInvalidLists()
    return TrancheFacts(
        given["tranche_letter"],
        given["tranche_calculated_on"],
        given["tranche_reference"] or None,
        valid if known else None,
        invalid if known else None,
    )
