"""Written, read and written again, an order file keeps its facts and its bytes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.domain.snapshot import (
    ClientFacts,
    ClientKind,
    Connector,
    Contact,
    DbInstallation,
    DeMinimisAid,
    EnrolmentFacts,
    EnrolmentKind,
    FourInvalidLists,
    FourLists,
    Hosting,
    InvalidNumber,
    LineActivity,
    LineFacts,
    Mandate,
    OrderAmounts,
    OrderEventFacts,
    OrderFacts,
    OrderFile,
    PrestationKey,
    SignatureMode,
    SolutionFacts,
    SupplierFacts,
    SupplierRole,
    TrancheFacts,
)
from orders.exchange.order_file import ParsedFile, read_order_file, write_order_file
from segur.regulation.schema import Identity, Vat
from tests.orders.order_files import client, drimbox_order, keyed, order_file, ris_order

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=12
).filter(lambda text: text == text.strip())
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))
instants = st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001
amounts = st.decimals(0, Decimal("99999999.99"), places=2)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def tuples_of(strategy: st.SearchStrategy[Any], size: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=size).map(tuple)


def digits(size: int) -> st.SearchStrategy[str]:
    return st.integers(1, 10**size - 1).map(lambda number: f"{number:0{size}}")


sirens = digits(8).map(keyed)
sirets = sirens.flatmap(lambda siren: digits(4).map(lambda rest: keyed(siren + rest)))
finess = digits(8).map(keyed) | digits(7).map("2A".__add__)
ams = digits(9)
four_lists = st.builds(FourLists, tuples_of(ams), tuples_of(ams), tuples_of(finess), tuples_of(finess))
invalid = tuples_of(st.builds(InvalidNumber, words, maybe(words)))

suppliers = st.builds(
    SupplierFacts,
    siret=sirets,
    name=words,
    role=st.sampled_from(SupplierRole),
    address=maybe(words),
    contact=maybe(st.builds(Contact, words, maybe(words), maybe(words))),
    vat_liable=maybe(st.booleans()),
    hosting=maybe(st.sampled_from(Hosting)),
    mandates=tuples_of(st.builds(Mandate, sirets, words, maybe(days))),
    psc_operator_authorised_on=maybe(days),
)
solutions = st.builds(
    SolutionFacts,
    key=words,
    supplier=sirets,
    programme=st.sampled_from(["IMG-RIS-Va2", "IMG-DB-Va2"]),
    name=words,
    version=maybe(words),
    ans_number=maybe(words),
    complete_file_submitted_at=maybe(instants),
    referenced_on=maybe(days),
    refused_on=maybe(days),
    withdrawn_on=maybe(days),
)
enrolments = st.builds(
    EnrolmentFacts,
    supplier=sirets,
    solution=words,
    number=words,
    kind=st.sampled_from(EnrolmentKind),
    early=maybe(st.booleans()),
    submitted_on=maybe(days),
    validated_on=maybe(days),
    finalised_on=maybe(days),
)
tranches = st.builds(
    TrancheFacts,
    letter=st.sampled_from("ABCDEFGH"),
    calculated_on=maybe(days),
    reference=maybe(words),
    valid=maybe(four_lists),
    invalid=maybe(st.builds(FourInvalidLists, invalid, invalid, invalid, invalid)),
)


def extra(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[tuple[str, Any], ...]]:
    """Bracketed keys, the unknown ones left out."""
    drawn = st.tuples(*(value.map(lambda v, name=name: (name, v)) for name, value in values.items()))
    return drawn.map(lambda pairs: tuple(pair for pair in pairs if pair[1] is not None))


counts = maybe(st.integers(0, 999_999_999))
recipients = st.sets(st.sampled_from(["asp", "ans", "client"])).map(
    lambda chosen: tuple(name for name in ("asp", "ans", "client") if name in chosen)
)


connectors = st.sets(st.sampled_from(Connector)).map(lambda chosen: tuple(c for c in Connector if c in chosen))


def events(siren: str) -> st.SearchStrategy[OrderEventFacts]:
    drawn = {
        "advance_submitted": extra(
            reference=maybe(words), json_accepted=maybe(st.booleans()), attachments_accepted=maybe(st.booleans())
        ),
        "advance_validated": extra(),
        "advance_paid": extra(amount=maybe(amounts)),
        "va_signed": extra(siren=st.just(siren)),
        "invoice_issued": extra(number=maybe(words), ht=maybe(amounts), ttc=maybe(amounts)),
        "journal_sent": extra(
            semester=st.integers(1, 6),
            **dict.fromkeys(("t", "tm", "te", "te_qualified", "dm", "de"), counts),
            recipients=maybe(recipients),
        ),
        "client_informed": extra(siren=st.just(siren), about=st.sampled_from(["120-days", "date-2", "completion"])),
        "formal_notice": extra(reason=maybe(words), answer_by=maybe(days)),
    }
    return st.one_of(*(st.builds(OrderEventFacts, st.just(kind), instants, values) for kind, values in drawn.items()))


@st.composite
def clients(draw: st.DrawFn, siren: str, numbers: list[str], principal: bool) -> ClientFacts:
    """A Client whose lines take their numbers from ``numbers``: none serves twice (A18)."""
    lines = []
    for number in numbers:
        if draw(st.booleans()):
            lines.append(LineFacts(draw(words), draw(st.sampled_from(LineActivity)), finess=number))
        else:
            activity = draw(st.sampled_from([LineActivity.RADIOLOGY, LineActivity.NUCLEAR]))
            lines.append(LineFacts(draw(words), activity, rpps=draw(digits(11)), am=(number,)))
    return ClientFacts(
        siren=siren,
        name=draw(words),
        kind=draw(st.sampled_from(ClientKind)),
        lines=tuple(lines),
        legal_representative=draw(maybe(words)),
        phone=draw(maybe(words)),
        email=draw(maybe(words)),
        principal=principal,
        signed_on=draw(maybe(days)),
        signature=draw(maybe(st.sampled_from(SignatureMode))),
        de_minimis=draw(tuples_of(st.builds(DeMinimisAid, days, amounts))),
    )


@st.composite
def orders(draw: st.DrawFn) -> OrderFacts:
    ris = draw(st.booleans())
    numbers = draw(st.lists(digits(9), min_size=2, max_size=4, unique=True))
    principal = draw(st.integers(0, 2))
    first, *others = draw(st.lists(sirens, min_size=1, max_size=2, unique=True))
    shared = [numbers[1:], numbers[:1]] if others else [numbers]
    return OrderFacts(
        number=draw(words),
        supplier=draw(sirets),
        solution=draw(words),
        programme="IMG-RIS-Va2" if ris else "IMG-DB-Va2",
        prestation=draw(st.sampled_from(list(PrestationKey)[:2] if ris else list(PrestationKey)[2:])),
        vat=draw(st.sampled_from(Vat)),
        clients=tuple(
            draw(clients(siren, mine, i == principal))
            for i, (siren, mine) in enumerate(zip([first, *others], shared, strict=True))
        ),
        instance=draw(words) if ris else None,
        pacs=None if ris else draw(maybe(words)),
        issued_on=draw(maybe(days)),
        identity=draw(st.sampled_from(Identity)) if ris else None,
        db_installation=None if ris else draw(maybe(st.sampled_from(DbInstallation))),
        connectors=draw(connectors) if ris else (),
        wave1_paid_by_client=draw(maybe(st.booleans())),
        conditional_mention=draw(maybe(st.booleans())),
        amounts=draw(st.builds(OrderAmounts, *([maybe(amounts)] * 4))),
        tranche=draw(maybe(tranches)),
        events=draw(tuples_of(events(first), 3)),
    )


def each_once(strategy: st.SearchStrategy[Any], key: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=2, unique_by=key).map(tuple)


order_files = st.builds(
    OrderFile,
    suppliers=each_once(suppliers, lambda facts: facts.siret),
    solutions=each_once(solutions, lambda facts: facts.key),
    enrolments=each_once(enrolments, lambda facts: (facts.supplier, facts.number)),
    orders=each_once(orders(), lambda facts: (facts.supplier, facts.number)),
)


def whole(parsed: ParsedFile) -> OrderFile:
    assert parsed.errors == ()
    return OrderFile(
        suppliers=tuple(placed.facts for placed in parsed.suppliers),
        solutions=tuple(placed.facts for placed in parsed.solutions),
        enrolments=tuple(placed.facts for placed in parsed.enrolments),
        orders=tuple(placed.facts for placed in parsed.orders),
    )


@given(order_files)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_facts_and_bytes_survive(file: OrderFile) -> None:
    text = write_order_file(file)
    again = whole(read_order_file(text.encode()))
    assert again == file
    assert write_order_file(again) == text


def test_two_writings_of_one_file_give_the_same_bytes() -> None:
    """Missing or null, padded or not, in another sequence of keys: one canonical text."""
    event = {"at": "2026-09-01T10:00", "type": "advance_paid", "amount": "5"}
    bare = ris_order(events=[event], clients=[client(phone=" 01 ")])
    full = ris_order(
        events=[dict(reversed(list(event.items()))) | {"at": "2026-09-01T08:00:00Z", "amount": "5.00"}],
        clients=[client(phone="01", email=None, de_minimis=[], signature=None)],
        connectors=[],
        amounts={},
        tranche=None,
    )
    full = dict(reversed(list(full.items())))
    assert write_order_file(whole(read_order_file(json.dumps(order_file(bare))))) == write_order_file(
        whole(read_order_file(json.dumps(order_file(full))))
    )


def test_the_text_has_every_key_in_the_sequence_of_the_contract() -> None:
    source = order_file(
        ris_order(
            connectors=["drimbox"],
            amounts={"principal_ht": "1.5"},
            events=[{"type": "advance_submitted", "at": "2026-09-01T10:00"}],
        ),
        drimbox_order(),
    )
    text = write_order_file(whole(read_order_file(json.dumps(source))))
    document = json.loads(text)
    assert list(document) == ["format", "suppliers", "solutions", "enrolments", "orders"]
    ris, drimbox = document["orders"]
    assert list(ris) == [
        "number",
        "supplier",
        "solution",
        "programme",
        "prestation",
        "instance",
        "pacs",
        "issued_on",
        "vat",
        "identity",
        "db_installation",
        "connectors",
        "wave1_paid_by_client",
        "conditional_mention",
        "amounts",
        "tranche",
        "clients",
        "events",
    ]
    assert ris["amounts"] == {
        "principal_ht": "1.50",
        "principal_ttc": None,
        "secondary_ht": None,
        "secondary_ttc": None,
    }
    assert ris["events"] == [
        {
            "type": "advance_submitted",
            "at": "2026-09-01T10:00:00+02:00",
            "reference": None,
            "json_accepted": None,
            "attachments_accepted": None,
        }
    ]
    assert (drimbox["instance"], drimbox["identity"], drimbox["connectors"]) == (None, None, None)
    assert list(ris["clients"][0]["lines"][0]) == ["name", "finess", "rpps", "am", "activity"]
    assert text.endswith("]}\n")
    assert "\\u" not in write_order_file(OrderFile(suppliers=(SupplierFacts("1", "Nœud É", SupplierRole.EDITOR),)))


def test_an_empty_file_is_written() -> None:
    assert whole(read_order_file(write_order_file(OrderFile()))) == OrderFile()
