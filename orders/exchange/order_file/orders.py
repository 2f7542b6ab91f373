"""Orders of the order file, with their Clients, lines and events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orders.domain.snapshot import (
    ClientFacts,
    ClientKind,
    Connector,
    DbInstallation,
    DeMinimisAid,
    FourInvalidLists,
    FourLists,
    InvalidNumber,
    LineActivity,
    LineFacts,
    OrderAmounts,
    OrderFacts,
    PrestationKey,
    SignatureMode,
    TrancheFacts,
)
from orders.exchange.order_file.events import read_event
from orders.exchange.order_file.fields import (
    am,
    choice_of,
    day,
    email,
    finess,
    flag,
    key,
    long_text,
    money,
    phone,
    rpps,
    short_text,
    siren,
    siret,
)
from orders.exchange.order_file.objects import Key, NestedReader, Table, read_list, read_object, refuse_missing
from orders.exchange.order_file.problems import Reading, Refused, below
from segur.regulation.catalogue import Catalogue
from segur.regulation.schema import PRESTATION_KEYS, Identity, ProgrammeKind, Vat

_OF_THE_OTHER_KIND = {
    ProgrammeKind.RIS: ("pacs", "db_installation"),
    ProgrammeKind.DRIMBOX: ("instance", "identity", "connectors"),
}
_KIND_NAMES = {ProgrammeKind.RIS: "RIS", ProgrammeKind.DRIMBOX: "DRIMbox"}


def _list_of(read: Callable[[Any], Any]) -> NestedReader:
    """A list of single values."""

    def read_all(raw: Any, path: str, reading: Reading) -> tuple[Any, ...]:
        values = []
        for element, place in read_list(raw, path, reading):
            try:
                values.append(read(element))
            except Refused as refused:
                reading.add(place, refused.code, refused.message)
        return tuple(values)

    return read_all


_each_connector = _list_of(choice_of(Connector))


def _connectors(raw: Any, path: str, reading: Reading) -> tuple[Connector, ...]:
    """Each half-connector once, in the sequence of the contract."""
    asked = _each_connector(raw, path, reading)
    return tuple(connector for connector in Connector if connector in asked)


def _objects(table: Table, build: Callable[..., Any]) -> NestedReader:
    """A list of objects."""

    def read_all(raw: Any, path: str, reading: Reading) -> tuple[Any, ...]:
        built = []
        for element, place in read_list(raw, path, reading):
            before = len(reading.errors)
            values = read_object(element, table, place, reading)
            if len(reading.errors) == before:
                built.append(build(**values))
        return tuple(built)

    return read_all


def _object(table: Table, build: Callable[..., Any]) -> NestedReader:
    """One object; None once its faults are reported."""

    def read(raw: Any, path: str, reading: Reading) -> Any:
        before = len(reading.errors)
        values = read_object(raw, table, path, reading)
        return build(**values) if len(reading.errors) == before else None

    return read


_AID: Table = {"granted_on": Key(day, required=True), "amount": Key(money, required=True)}
_AMOUNTS: Table = {
    "principal_ht": Key(money),
    "principal_ttc": Key(money),
    "secondary_ht": Key(money),
    "secondary_ttc": Key(money),
}
_INVALID_NUMBER: Table = {"value": Key(short_text, required=True), "reason": Key(long_text)}
_VALID: Table = {
    "am_radiology": Key(_list_of(am), nested=True),
    "am_nuclear": Key(_list_of(am), nested=True),
    "finess_radiology": Key(_list_of(finess), nested=True),
    "finess_nuclear": Key(_list_of(finess), nested=True),
}
_INVALID: Table = {name: Key(_objects(_INVALID_NUMBER, InvalidNumber), nested=True) for name in _VALID}
_LINE: Table = {
    "name": Key(short_text, required=True),
    "finess": Key(finess),
    "rpps": Key(rpps),
    "am": Key(_list_of(am), nested=True),
    "activity": Key(choice_of(LineActivity), required=True),
}


def _line(raw: Any, path: str, reading: Reading) -> LineFacts | None:
    before = len(reading.errors)
    values = read_object(raw, _LINE, path, reading)
    if type(raw) is dict:
        _check_who(raw, values, path, reading)
        _check_once(values, path, reading)
    return LineFacts(**values) if len(reading.errors) == before else None


def _check_who(raw: dict[str, Any], values: dict[str, Any], path: str, reading: Reading) -> None:
    """A line is an establishment, or a doctor who has one activity (R5, R39)."""
    doctor = raw.get("rpps") is not None or bool(raw.get("am"))
    if raw.get("finess") is not None:
        if doctor:
            message = "Une ligne porte un FINESS, ou un RPPS avec ses AM, pas les deux. Faites-en deux lignes."
            reading.add(path, "wrong-shape", message)
        return
    if not doctor:
        reading.add(
            path, "missing-key", "Il manque le numéro de la ligne. Ajoutez « finess », ou « rpps » avec « am »."
        )
        return
    for name in ("rpps", "am"):
        if not raw.get(name):
            refuse_missing(name, path, reading)
    if values.get("activity") is LineActivity.MIXED:
        message = "« mixed » est réservé à un établissement. Écrivez radiology ou nuclear pour un médecin."
        reading.add(below(path, "activity"), "unknown-value", message)


def _check_once(values: dict[str, Any], path: str, reading: Reading) -> None:
    """A18: an AM, or a FINESS with one activity, once in the whole order."""
    for i, number in enumerate(values.get("am", ())):
        reading.once(number, "", f"{path}.am[{i}]", "numéro AM")
    if "finess" in values and "activity" in values:
        for activity in values["activity"].activities:
            if reading.once(values["finess"], activity, below(path, "finess"), "FINESS"):
                break


def _lines(raw: Any, path: str, reading: Reading) -> tuple[LineFacts | None, ...]:
    return tuple(_line(element, place, reading) for element, place in read_list(raw, path, reading))


_CLIENT: Table = {
    "siren": Key(siren, required=True),
    "name": Key(short_text, required=True),
    "kind": Key(choice_of(ClientKind), required=True),
    "legal_representative": Key(short_text),
    "phone": Key(phone),
    "email": Key(email),
    "principal": Key(flag),
    "signed_on": Key(day),
    "signature": Key(choice_of(SignatureMode)),
    "de_minimis": Key(_objects(_AID, DeMinimisAid), nested=True),
    "lines": Key(_lines, required=True, nested=True),
}


def _clients(raw: Any, path: str, reading: Reading) -> tuple[ClientFacts | None, ...]:
    clients = tuple(_client(element, place, reading) for element, place in read_list(raw, path, reading))
    principals = [i for i, client in enumerate(clients) if client is not None and client.principal]
    for i in principals[1:]:
        message = "Un seul client est le principal (A19) : la facture est à son nom. Gardez une seule marque."
        reading.add(f"{path}[{i}].principal", "A19-principal-twice", message)
    return clients


def _client(raw: Any, path: str, reading: Reading) -> ClientFacts | None:
    before = len(reading.errors)
    values = read_object(raw, _CLIENT, path, reading)
    number = values.get("siren")
    if number is not None and number in reading.sirens:
        message = f"Le client {number} figure deux fois dans la commande. Réunissez ses lignes sous un seul client."
        reading.add(below(path, "siren"), "A18-number-twice", message)
    reading.sirens.append(number)
    return ClientFacts(**values) if len(reading.errors) == before else None


def _events(raw: Any, path: str, reading: Reading) -> tuple[Any, ...]:
    return tuple(read_event(element, place, reading) for element, place in read_list(raw, path, reading))


class OrderReader:
    """The reader of orders, which names the programmes and the tranches of ``catalogue``."""

    def __init__(self, catalogue: Catalogue) -> None:
        versions = catalogue.programmes()
        letters = {tranche.letter: None for version in versions for tranche in version.tranches}
        tranche: Table = {
            "letter": Key(choice_of(letters), required=True),
            "calculated_on": Key(day),
            "reference": Key(short_text),
            "valid": Key(_object(_VALID, FourLists), nested=True),
            "invalid": Key(_object(_INVALID, FourInvalidLists), nested=True),
        }
        self._kinds = {version.id: version.kind for version in versions}
        self._table: Table = {
            "number": Key(key, required=True),
            "supplier": Key(siret, required=True),
            "solution": Key(key, required=True),
            "programme": Key(choice_of(catalogue.ids), required=True),
            "prestation": Key(choice_of(PrestationKey), required=True),
            "instance": Key(short_text),
            "pacs": Key(short_text),
            "issued_on": Key(day),
            "vat": Key(choice_of(Vat), required=True),
            "identity": Key(choice_of(Identity)),
            "db_installation": Key(choice_of(DbInstallation)),
            "connectors": Key(_connectors, nested=True),
            "wave1_paid_by_client": Key(flag),
            "conditional_mention": Key(flag),
            "amounts": Key(_object(_AMOUNTS, OrderAmounts), nested=True),
            "tranche": Key(_object(tranche, TrancheFacts), nested=True),
            "clients": Key(_clients, required=True, nested=True),
            "events": Key(_events, nested=True),
        }

    def read(self, raw: Any, reading: Reading) -> OrderFacts | None:
        """One order, or None once its faults are reported."""
        values = read_object(raw, self._table, "", reading)
        kind = self._kinds.get(values.get("programme", ""))
        if kind is not None:
            _check_programme_shape(raw, values, kind, reading)
        return None if reading.errors else OrderFacts(**values)


def _check_programme_shape(raw: dict[str, Any], values: dict[str, Any], kind: ProgrammeKind, reading: Reading) -> None:
    """What a RIS order holds and a DRIMbox order does not, and the reverse (R4, R13, R16, R40)."""
    if kind is ProgrammeKind.RIS:
        for name in ("instance", "identity"):
            if not str(raw.get(name) or "").strip():
                refuse_missing(name, "", reading)
    for name in _OF_THE_OTHER_KIND[kind]:
        if raw.get(name) not in (None, []):
            message = f"« {name} » ne concerne pas une commande {_KIND_NAMES[kind]}. Écrivez null ou supprimez la clé."
            reading.add(name, "not-applicable", message)
    allowed = PRESTATION_KEYS[kind]
    if "prestation" in values and values["prestation"] not in allowed:
        message = f"« {values['prestation']} » n’est pas une prestation de {values['programme']}."
        message += f" Écrivez {' ou '.join(allowed)}."
        reading.add("prestation", "unknown-value", message)
