"""R1, R33, R35, R39, R62, A19: the Clients, their signature and their aid regime."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from orders.domain.order_form import Form, de_minimis_headroom
from orders.domain.snapshot import ClientFacts, ClientKind, DeMinimisAid, OrderAmounts, OrderFacts, SignatureMode
from segur.regulation.dates import noon
from segur.regulation.schema import Vat
from tests.orders.order_files import OTHER_SIREN, SIREN
from tests.orders.order_forms import NOW, client, doctor, known, money, one, other_client, programme, ris, said

THIS_ORDER = Decimal("25035.32")
SIGNED = date(2026, 7, 15)


def aid(on: str | date, amount: str | Decimal) -> DeMinimisAid:
    return DeMinimisAid(date.fromisoformat(on) if isinstance(on, str) else on, Decimal(amount))


def practice(**changes: object) -> ClientFacts:
    return client(**{"kind": ClientKind.PRACTICE, "lines": (doctor(),), "signed_on": SIGNED} | changes)


def ordered_by(*clients: ClientFacts, **changes: object) -> OrderFacts:
    return ris(clients=clients, **changes)


class TestClientsAndLines:
    def test_at_least_one_client(self) -> None:
        assert said("R1-no-client", ris(clients=())) == [("error", "clients")]

    def test_at_least_one_line(self) -> None:
        assert said("R39-no-line", ordered_by(client(lines=()))) == [("error", "clients[0].lines")]


class TestSignature:
    """R35."""

    @pytest.mark.parametrize("mode", list(SignatureMode))
    def test_every_admitted_mode(self, mode: SignatureMode) -> None:
        assert said("R35-signature-mode", ordered_by(client(signature=mode))) == []

    def test_a_mode_that_was_not_recorded_is_a_warning(self) -> None:
        assert said("R35-signature-mode", ordered_by(client(signature=None))) == [("warning", "clients[0].signature")]

    def test_nothing_to_ask_before_the_signature(self) -> None:
        assert said("R35-signature-mode", ordered_by(client(signature=None, signed_on=None))) == []


class TestPrincipal:
    """A19."""

    def test_a_single_client_is_the_principal(self) -> None:
        assert said("A19-principal", ordered_by(client(principal=False))) == []

    def test_one_of_several(self) -> None:
        assert said("A19-principal", ordered_by(client(), other_client())) == []
        assert said("A19-principal", ordered_by(client(principal=False), other_client())) == [("warning", "clients")]

    def test_two_are_too_many(self) -> None:
        found = said("A19-principal", ordered_by(client(), other_client(principal=True)))
        assert found == [("error", "clients[1].principal")]


@pytest.mark.parametrize(
    ("declared", "code", "severity"),
    [(True, None, ""), (False, "R33-conditioned", "error"), (None, "R33-not-declared", "info")],
)
def test_the_order_is_not_conditioned(declared: bool | None, code: str | None, severity: str) -> None:
    """R33."""
    for candidate in ("R33-conditioned", "R33-not-declared"):
        found = said(candidate, context=known(not_conditioned=declared))
        assert found == ([(severity, "")] if candidate == code else [])


class TestDeMinimis:
    """R62, domain 5: a warning above 300 000 € over three rolling years."""

    @pytest.mark.parametrize(("total", "above"), [("300000.00", False), ("300000.01", True)])
    def test_the_ceiling(self, total: str, above: bool) -> None:
        declared = aid("2026-01-01", Decimal(total) - THIS_ORDER)
        found = said("R62-de-minimis", ordered_by(practice(de_minimis=(declared,))))
        assert found == ([("warning", "clients[0].de_minimis")] if above else [])

    def test_the_sentence(self) -> None:
        declared = aid("2026-01-01", Decimal("300000.01") - THIS_ORDER)
        finding = one("R62-de-minimis", ordered_by(practice(de_minimis=(declared,))))
        assert finding.message == (
            "Avec cette commande, 300 000,01 € d’aides de minimis en trois ans : le plafond est 300 000,00 €."
        )

    def test_the_room_that_is_left_is_shown(self) -> None:
        assert one("R62-headroom", ordered_by(practice())).message == (
            "Aides de minimis : il reste 274 964,68 € sous le plafond, groupe non compris."
        )

    @pytest.mark.parametrize(
        ("signed", "granted", "counts"),
        [
            ("2026-07-15", "2023-07-14", False),
            ("2026-07-15", "2023-07-15", True),
            ("2026-07-15", "2023-07-16", True),
            ("2026-07-15", "2026-07-15", True),
            ("2026-07-15", "2026-07-16", False),
            # A 29 February has its anniversary on the 28th of a common year.
            ("2028-02-29", "2025-02-27", False),
            ("2028-02-29", "2025-02-28", True),
            ("2027-02-28", "2024-02-27", False),
            ("2027-02-28", "2024-02-28", True),
            ("2027-03-01", "2024-02-29", False),
            ("2027-03-01", "2024-03-01", True),
        ],
    )
    def test_the_window_is_three_years_to_the_day(self, signed: str, granted: str, counts: bool) -> None:
        order = ordered_by(practice(signed_on=date.fromisoformat(signed), de_minimis=(aid(granted, "280000.00"),)))
        assert bool(said("R62-de-minimis", order)) is counts

    def test_before_the_signature_it_ends_today(self) -> None:
        unsigned = practice(signed_on=None, de_minimis=(aid("2023-09-30", "280000.00"),))
        assert said("R62-de-minimis", ordered_by(unsigned), now=noon(date(2026, 9, 30))) != []
        assert said("R62-de-minimis", ordered_by(unsigned), now=noon(date(2026, 10, 1))) == []

    def test_an_establishment_has_another_regime(self) -> None:
        assert said("R62-de-minimis", ordered_by(client(de_minimis=(aid("2026-01-01", "900000"),)))) == []
        assert said("R62-headroom", ris()) == []

    def test_what_other_programmes_granted_counts(self) -> None:
        context = known(sons_funding={SIREN: (aid("2026-01-01", "200000"), aid("2022-01-01", "500000"))})
        order = ordered_by(practice(de_minimis=(aid("2025-01-01", "80000"),)))
        assert one("R62-de-minimis", order, context=context).message.startswith("Avec cette commande, 305 035,32 €")

    def test_the_aids_of_another_siren_do_not(self) -> None:
        context = known(sons_funding={OTHER_SIREN: (aid("2026-01-01", "900000"),)})
        assert said("R62-de-minimis", ordered_by(practice()), context=context) == []

    def test_unknown_funding_is_a_note(self) -> None:
        context = known(sons_funding=None)
        assert said("R62-sons-funding-unknown", ordered_by(practice()), context=context) == [("info", "")]
        assert said("R62-sons-funding-unknown", ris(), context=context) == []

    def test_an_unknown_amount_is_a_note(self) -> None:
        order = ordered_by(practice(), amounts=OrderAmounts())
        assert said("R62-amount-unknown", order) == [("info", "clients[0].de_minimis")]

    def test_a_shared_order_counts_whole_for_each_practice(self) -> None:
        other = other_client(kind=ClientKind.PRACTICE)
        assert [path for _, path in said("R62-headroom", ordered_by(practice(), other))] == [
            "clients[0].de_minimis",
            "clients[1].de_minimis",
        ]

    def test_the_parts_of_the_headroom(self) -> None:
        buyer = practice(de_minimis=(aid("2026-01-01", "1000.50"),))
        order = ordered_by(buyer, vat=Vat.NONE, amounts=OrderAmounts(principal_ht=money("10"), secondary_ht=money("5")))
        form = Form(order, programme(), None, None, known(sons_funding={SIREN: (aid("2026-02-01", "7"),)}), NOW)
        headroom = de_minimis_headroom(form, buyer)
        assert headroom is not None
        assert (headroom.since, headroom.until) == (date(2023, 7, 15), SIGNED)
        assert (headroom.declared, headroom.known, headroom.this_order) == (money("1000.50"), money("7"), money("15"))
        assert headroom.remaining == money("298977.50")
