"""The order file as the contract prints it, read into facts; and files that cannot be used at all."""

from __future__ import annotations

import gc
import json
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

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
    PrestationKey,
    SignatureMode,
    SolutionFacts,
    SupplierFacts,
    SupplierRole,
    TrancheFacts,
)
from orders.exchange.order_file import UnusableFile, read_order_file, unknown_references
from segur.regulation.schema import Identity, Vat
from tests.orders.order_files import (
    AM,
    FINESS,
    OTHER_AM,
    RPPS,
    SIREN,
    SUPPLIER,
    client,
    doctor,
    drimbox_order,
    enrolment,
    establishment,
    order_file,
    read,
    ris_order,
    solution,
    supplier,
)


def test_a_whole_ris_order_becomes_facts() -> None:
    order = ris_order(
        pacs=None,
        issued_on="2026-05-04",
        db_installation=None,
        connectors=["drimbox"],
        wave1_paid_by_client=False,
        conditional_mention=True,
        amounts={"principal_ht": "11252.83", "principal_ttc": "13503.4", "secondary_ht": "2813", "secondary_ttc": None},
        tranche={
            "letter": "C",
            "calculated_on": "2026-04-28",
            "reference": "CH du Test",
            "valid": {"am_radiology": [AM], "finess_nuclear": [FINESS]},
            "invalid": {"am_radiology": [{"value": "1", "reason": "inconnu"}, {"value": OTHER_AM}]},
        },
        clients=[
            client(
                legal_representative="Mme B. Exemple",
                phone="01 99 00 00 00",
                email="dsi@exemple.test",
                signed_on="2026-05-12",
                signature="eidas-simple",
                de_minimis=[{"granted_on": "2024-03-01", "amount": "12000.00"}],
            )
        ],
        events=[
            {"type": "advance_submitted", "at": "2026-09-01T10:00", "reference": "DEP-1", "json_accepted": True},
            {"type": "advance_validated", "at": "2026-09-20T00:00"},
        ],
    )
    parsed = read(order)
    assert parsed.errors == ()
    assert parsed.refused_orders == 0
    (placed,) = parsed.orders
    assert placed.place == 0
    assert placed.facts == OrderFacts(
        number="BDC-1",
        supplier=SUPPLIER,
        solution="imagix-ris",
        programme="IMG-RIS-Va2",
        prestation=PrestationKey.WAVE_2,
        vat=Vat.TWENTY,
        instance="RIS-TEST-1",
        issued_on=date(2026, 5, 4),
        identity=Identity.MASTER,
        connectors=(Connector.DRIMBOX,),
        wave1_paid_by_client=False,
        conditional_mention=True,
        amounts=OrderAmounts(Decimal("11252.83"), Decimal("13503.40"), Decimal("2813.00"), None),
        tranche=TrancheFacts(
            letter="C",
            calculated_on=date(2026, 4, 28),
            reference="CH du Test",
            valid=FourLists(am_radiology=(AM,), finess_nuclear=(FINESS,)),
            invalid=FourInvalidLists(am_radiology=(InvalidNumber("1", "inconnu"), InvalidNumber(OTHER_AM))),
        ),
        clients=(
            ClientFacts(
                siren=SIREN,
                name="CH du Test",
                kind=ClientKind.ESTABLISHMENT,
                legal_representative="Mme B. Exemple",
                phone="01 99 00 00 00",
                email="dsi@exemple.test",
                principal=True,
                signed_on=date(2026, 5, 12),
                signature=SignatureMode.EIDAS_SIMPLE,
                de_minimis=(DeMinimisAid(date(2024, 3, 1), Decimal("12000.00")),),
                lines=(
                    LineFacts("CH du Test", LineActivity.MIXED, finess=FINESS),
                    LineFacts("Dr A. Exemple", LineActivity.RADIOLOGY, rpps=RPPS, am=(AM, OTHER_AM)),
                ),
            ),
        ),
        events=(
            OrderEventFacts(
                "advance_submitted",
                datetime(2026, 9, 1, 8, 0, tzinfo=UTC),
                (("reference", "DEP-1"), ("json_accepted", True)),
            ),
            OrderEventFacts("advance_validated", datetime(2026, 9, 19, 22, 0, tzinfo=UTC)),
        ),
    )


def test_suppliers_solutions_and_enrolments_become_facts() -> None:
    mandate = {"editor": SUPPLIER, "solution": "imagix-ris", "granted_on": "2025-01-02"}
    parsed = read(
        suppliers=[
            supplier(
                role="distributor",
                address="1 rue du Test\n01000 Testville",
                contact={"name": "C. Exemple", "phone": None, "email": "c@exemple.test"},
                vat_liable=True,
                hosting="sworn-statement",
                mandates=[mandate],
                psc_operator_authorised_on="2026-02-01",
            )
        ],
        solutions=[
            solution(
                version="7",
                ans_number="ANS-1",
                complete_file_submitted_at="2026-04-20T09:00",
                referenced_on="2026-07-01",
                withdrawn_on="2026-08-01",
            )
        ],
        enrolments=[enrolment(early=True, submitted_on="2025-06-02", validated_on="2025-06-20")],
    )
    assert parsed.errors == ()
    assert parsed.suppliers[0].facts == SupplierFacts(
        siret=SUPPLIER,
        name="Imagix",
        role=SupplierRole.DISTRIBUTOR,
        address="1 rue du Test\n01000 Testville",
        contact=Contact(name="C. Exemple", email="c@exemple.test"),
        vat_liable=True,
        hosting=Hosting.SWORN_STATEMENT,
        mandates=(Mandate(SUPPLIER, "imagix-ris", date(2025, 1, 2)),),
        psc_operator_authorised_on=date(2026, 2, 1),
    )
    assert parsed.solutions[0].facts == SolutionFacts(
        key="imagix-ris",
        supplier=SUPPLIER,
        programme="IMG-RIS-Va2",
        name="Imagix RIS",
        version="7",
        ans_number="ANS-1",
        complete_file_submitted_at=datetime(2026, 4, 20, 7, 0, tzinfo=UTC),
        referenced_on=date(2026, 7, 1),
        withdrawn_on=date(2026, 8, 1),
    )
    assert parsed.enrolments[0].facts == EnrolmentFacts(
        supplier=SUPPLIER,
        solution="imagix-ris",
        number="ENR0001",
        kind=EnrolmentKind.INITIAL,
        early=True,
        submitted_on=date(2025, 6, 2),
        validated_on=date(2025, 6, 20),
    )
    assert parsed.supplier_sirets == {SUPPLIER}
    assert parsed.solution_programmes == {"imagix-ris": "IMG-RIS-Va2"}


def test_a_drimbox_order_has_a_pacs_and_an_installation() -> None:
    parsed = read(drimbox_order(instance=None, identity=None, connectors=None))
    assert parsed.errors == ()
    order = parsed.orders[0].facts
    assert (order.pacs, order.db_installation) == ("PACS-TEST-1", DbInstallation.NATIVE_PACS)
    assert (order.instance, order.identity, order.connectors) == (None, None, ())


def test_only_the_required_keys_make_an_order() -> None:
    order = read(ris_order()).orders[0].facts
    assert order.issued_on is None
    assert order.amounts == OrderAmounts()
    assert order.tranche is None
    assert order.events == ()
    assert order.clients[0].signed_on is None


def test_a_draft_may_have_no_client_and_a_client_no_line() -> None:
    parsed = read(ris_order(clients=[]), ris_order(number="BDC-2", clients=[client(lines=[])]))
    assert parsed.errors == ()
    assert [placed.facts.number for placed in parsed.orders] == ["BDC-1", "BDC-2"]


def test_sections_may_be_missing_or_null() -> None:
    parsed = read_order_file(json.dumps({"format": "segur-order-file/1", "suppliers": None, "orders": []}))
    assert (parsed.suppliers, parsed.solutions, parsed.enrolments, parsed.orders) == ((), (), (), ())


def test_a_bad_order_leaves_the_good_ones_usable() -> None:
    parsed = read(ris_order(), ris_order(number="BDC-2", vat="19.6"), ris_order(number="BDC-3", prestation="x"))
    assert [placed.place for placed in parsed.orders] == [0]
    assert [error.order for error in parsed.errors] == ["BDC-2", "BDC-3"]
    assert parsed.refused_orders == 2


def test_pasted_separators_and_the_case_of_corsica_are_normalised() -> None:
    line = establishment(finess="2a9 900-000")
    order = read(ris_order(clients=[client(siren=f"{SIREN[:3]} {SIREN[3:6]} {SIREN[6:]}", lines=[line])])).orders[0]
    assert order.facts.clients[0].siren == SIREN
    assert order.facts.clients[0].lines[0].finess == "2A9900000"


@pytest.mark.parametrize("number", ["123456789", "2A9900000"])
def test_a_finess_key_never_refuses(number: str) -> None:
    order = ris_order(
        clients=[client(lines=[establishment(finess=number), doctor(rpps="12345678912", am=["511782349"])])]
    )
    assert read(order).errors == ()


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-09-01T10:00", datetime(2026, 9, 1, 8, tzinfo=UTC)),
        ("2026-09-01T10:00:59.5", datetime(2026, 9, 1, 8, 0, 59, 500_000, tzinfo=UTC)),
        ("2026-12-01T10:00", datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("2026-09-01", datetime(2026, 8, 31, 22, tzinfo=UTC)),
        ("2026-09-01T10:00Z", datetime(2026, 9, 1, 10, tzinfo=UTC)),
        ("2026-09-01T10:00-04:00", datetime(2026, 9, 1, 14, tzinfo=UTC)),
        ("2026-09-01 10:00", datetime(2026, 9, 1, 8, tzinfo=UTC)),
        # The hour that March skips is read after the change; of the two that October has, the first is meant.
        ("2026-03-29T02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-10-25T02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_an_instant_without_offset_is_of_paris(written: str, at: datetime) -> None:
    order = read(ris_order(events=[{"type": "advance_validated", "at": written}])).orders[0].facts
    assert order.events[0].at == at


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "Fichier vide. Choisissez un fichier de commandes."),
        (b" \r\n ", "Fichier vide. Choisissez un fichier de commandes."),
        ("\ufeff{}", "Le fichier commence par une marque d’ordre (BOM). Enregistrez-le en UTF-8 sans BOM."),
        (b"\xef\xbb\xbf{}", "Le fichier commence par une marque d’ordre (BOM). Enregistrez-le en UTF-8 sans BOM."),
        ('{"a": "é"}'.encode("cp1252"), "Ce fichier n’est pas en UTF-8 (octet 8). Enregistrez-le en UTF-8."),
        (
            '{"format": "segur-order-file/1",\n "orders": [}',
            "Ce fichier n’est pas du JSON : ligne 2, colonne 13."
            " Corrigez cet endroit ou exportez le fichier à nouveau.",
        ),
        ('{"a": NaN}', "NaN n’est pas une valeur JSON. Écrivez un montant entre guillemets ou null."),
        ('{"a": -Infinity}', "-Infinity n’est pas une valeur JSON. Écrivez un montant entre guillemets ou null."),
        ('{"a": {"b": 1, "c": 2, "b": 1}}', "La clé « b » figure deux fois dans un même objet. Gardez-en une."),
        ("[" * 100_000, "Trop de niveaux imbriqués. Choisissez un fichier de commandes."),
        ('{"a": ' + "1" * 5000 + "}", "Un nombre du fichier a trop de chiffres. Corrigez-le."),
        ("[]", 'Le fichier doit contenir un objet JSON : { "format": … }. Ajoutez les accolades.'),
        (
            "{}",
            "Format absent : ce fichier n’est pas un « segur-order-file/1 ». Choisissez un fichier de commandes.",
        ),
        (
            '{"format": "segur-order-file/2"}',
            "Format « segur-order-file/2 » : ce fichier n’est pas un « segur-order-file/1 »."
            " Choisissez un fichier de commandes.",
        ),
        (
            '{"format": "segur-order-file/1", "order": []}',
            "La clé « order » est inconnue. Supprimez-la."
            " Clés admises : format, suppliers, solutions, enrolments, orders.",
        ),
        (
            '{"format": "segur-order-file/1", "orders": {}}',
            "« orders » doit être une liste, trouvé un objet. Ajoutez les crochets.",
        ),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_what_to_do(source: str | bytes, message: str) -> None:
    with pytest.raises(UnusableFile) as refusal:
        read_order_file(source)
    assert str(refusal.value) == message


def test_bytes_and_text_read_the_same() -> None:
    text = json.dumps(order_file(ris_order(clients=[client(name="Hôpital É. Nœud")])), ensure_ascii=False)
    assert read_order_file(text) == read_order_file(text.encode())


@pytest.mark.parametrize("source", [json.dumps(order_file(ris_order())), "[]"])
def test_the_collector_of_cycles_is_left_as_it_was(source: str) -> None:
    assert gc.isenabled()
    with suppress(UnusableFile):
        read_order_file(source)
    assert gc.isenabled()
    gc.disable()
    try:
        with suppress(UnusableFile):
            read_order_file(source)
        assert not gc.isenabled()
    finally:
        gc.enable()


class TestUnknownReferences:
    def test_what_the_file_defines_is_known(self) -> None:
        parsed = read(ris_order(), drimbox_order())
        for placed in parsed.orders:
            assert unknown_references(placed.facts, parsed.supplier_sirets, parsed.solution_programmes) == ()

    def test_what_only_the_database_knows_is_known(self) -> None:
        order = read(ris_order(), suppliers=[], solutions=[]).orders[0].facts
        assert unknown_references(order, [SUPPLIER], {"imagix-ris": "IMG-RIS-Va2"}) == ()

    def test_an_order_names_the_place_and_the_cure(self) -> None:
        order = read(ris_order()).orders[0].facts
        found = [error.as_json() for error in unknown_references(order, [], {})]
        assert found == [
            {
                "order": "BDC-1",
                "path": "supplier",
                "code": "unknown-reference",
                "message": f"Le fournisseur {SUPPLIER} n’est ni dans le fichier ni dans la base."
                " Ajoutez-le à « suppliers ».",
            },
            {
                "order": "BDC-1",
                "path": "solution",
                "code": "unknown-reference",
                "message": "La solution « imagix-ris » n’est ni dans le fichier ni dans la base."
                " Ajoutez-la à « solutions ».",
            },
        ]

    def test_a_solution_of_another_programme_is_not_the_one_meant(self) -> None:
        order = read(ris_order(solution="imagix-db")).orders[0].facts
        (error,) = unknown_references(order, [SUPPLIER], {"imagix-db": "IMG-DB-Va2"})
        assert (error.path, error.code) == ("solution", "unknown-reference")
        assert error.message == (
            "La solution « imagix-db » relève de IMG-DB-Va2, la commande de IMG-RIS-Va2. Corrigez l’une des deux."
        )

    @pytest.mark.parametrize(
        ("section", "root", "paths"),
        [
            ("solutions", "solutions[0]", ["solutions[0].supplier"]),
            ("enrolments", "enrolments[0]", ["enrolments[0].supplier", "enrolments[0].solution"]),
        ],
    )
    def test_solutions_and_enrolments_are_located_in_the_file(self, section: str, root: str, paths: list[str]) -> None:
        facts: Any = getattr(read(), section)[0].facts
        found = unknown_references(facts, [], {}, root=root)
        assert [(error.order, error.path) for error in found] == [(None, path) for path in paths]
