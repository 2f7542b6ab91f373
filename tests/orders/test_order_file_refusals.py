"""Every way an order file's record can be refused: place, code, and a French sentence with the cure."""

from __future__ import annotations

from typing import Any

import pytest

from tests.orders.order_files import (
    AM,
    FINESS,
    OTHER_AM,
    OTHER_FINESS,
    OTHER_SIREN,
    RPPS,
    SIREN,
    SUPPLIER,
    client,
    doctor,
    drimbox_order,
    enrolment,
    establishment,
    keyed,
    only_refusal,
    read,
    refusals,
    ris_order,
    solution,
    supplier,
)


def with_line(line: Any) -> dict[str, Any]:
    return ris_order(clients=[client(lines=[line])])


def without(record: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != key}


MISSING = "La clé « {} » est obligatoire. Ajoutez-la avec sa valeur."


@pytest.mark.parametrize("key", ["supplier", "solution", "programme", "prestation", "vat", "clients"])
@pytest.mark.parametrize("null", [True, False])
def test_required_keys_of_an_order(key: str, null: bool) -> None:
    order = ris_order(**{key: None}) if null else without(ris_order(), key)
    error = only_refusal(order)
    assert (error.order, error.path, error.code) == ("BDC-1", key, "missing-key")
    assert error.message == MISSING.format(key)


@pytest.mark.parametrize("key", ["instance", "identity"])
def test_a_ris_order_needs_its_instance_and_identity(key: str) -> None:
    assert refusals(without(ris_order(), key)) == [(key, "missing-key")]


def test_a_blank_required_text_is_missing() -> None:
    assert refusals(ris_order(instance="  ", solution="")) == [("solution", "missing-key"), ("instance", "missing-key")]


@pytest.mark.parametrize("number", [None, "", 12, "a\u0000b"])
def test_an_order_without_readable_number_is_located_in_the_file(number: Any) -> None:
    parsed = read(ris_order(), ris_order(number=number, vat="x"))
    assert [error.order for error in parsed.errors] == [None, None]
    assert [error.path for error in parsed.errors] == ["orders[1].number", "orders[1].vat"]


@pytest.mark.parametrize("key", ["siren", "name", "kind", "lines"])
def test_required_keys_of_a_client(key: str) -> None:
    assert refusals(ris_order(clients=[without(client(), key)])) == [(f"clients[0].{key}", "missing-key")]


@pytest.mark.parametrize("key", ["name", "activity"])
def test_required_keys_of_a_line(key: str) -> None:
    assert refusals(with_line(without(establishment(), key))) == [(f"clients[0].lines[0].{key}", "missing-key")]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"suppliers": [without(supplier(), "siret")]}, "suppliers[0].siret"),
        ({"suppliers": [without(supplier(), "name")]}, "suppliers[0].name"),
        ({"suppliers": [without(supplier(), "role")]}, "suppliers[0].role"),
        ({"suppliers": [supplier(mandates=[{"editor": SUPPLIER}])]}, "suppliers[0].mandates[0].solution"),
        ({"solutions": [without(solution(), "key")]}, "solutions[0].key"),
        ({"solutions": [without(solution(), "supplier")]}, "solutions[0].supplier"),
        ({"solutions": [without(solution(), "programme")]}, "solutions[0].programme"),
        ({"solutions": [without(solution(), "name")]}, "solutions[0].name"),
        ({"enrolments": [without(enrolment(), "supplier")]}, "enrolments[0].supplier"),
        ({"enrolments": [without(enrolment(), "solution")]}, "enrolments[0].solution"),
        ({"enrolments": [without(enrolment(), "number")]}, "enrolments[0].number"),
        ({"enrolments": [without(enrolment(), "kind")]}, "enrolments[0].kind"),
    ],
)
def test_required_keys_outside_orders(changes: dict[str, Any], path: str) -> None:
    (error,) = read(**changes).errors
    assert (error.order, error.path, error.code) == (None, path, "missing-key")


@pytest.mark.parametrize(
    ("order", "path", "cure"),
    [
        (ris_order(issued="2026-05-04"), "issued", "Vouliez-vous écrire « issued_on » ?"),
        (ris_order(amounts={"principal_tt": "1"}), "amounts.principal_tt", "Vouliez-vous écrire « principal_ttc » ?"),
        (
            ris_order(tranche={"letter": "C", "valid": {"x": []}}),
            "tranche.valid.x",
            "Supprimez-la. Clés admises : am_radiology, am_nuclear, finess_radiology, finess_nuclear.",
        ),
        (ris_order(clients=[client(adresse="…")]), "clients[0].adresse", "Supprimez-la. Clés admises : siren, "),
        (
            with_line(establishment(siret="…")),
            "clients[0].lines[0].siret",
            "Supprimez-la. Clés admises : name, finess, rpps, am, activity.",
        ),
    ],
)
def test_an_unknown_key_is_refused_with_the_keys_that_exist(order: dict[str, Any], path: str, cure: str) -> None:
    error = only_refusal(order)
    assert (error.path, error.code) == (path, "unknown-key")
    assert cure in error.message


@pytest.mark.parametrize(
    ("order", "path"),
    [
        (ris_order(programme="IMG-RIS-Va1"), "programme"),
        (ris_order(prestation="vague-3"), "prestation"),
        (ris_order(vat="19.6"), "vat"),
        (ris_order(vat=20), "vat"),
        (ris_order(identity="both"), "identity"),
        (ris_order(connectors=["drimbox", "pacs"]), "connectors[1]"),
        (drimbox_order(db_installation="cloud"), "db_installation"),
        (ris_order(tranche={"letter": "I"}), "tranche.letter"),
        (ris_order(tranche={"letter": "c"}), "tranche.letter"),
        (ris_order(clients=[client(kind="gie")]), "clients[0].kind"),
        (ris_order(clients=[client(signature="fax")]), "clients[0].signature"),
        (with_line(establishment(activity="both")), "clients[0].lines[0].activity"),
    ],
)
def test_unknown_values(order: dict[str, Any], path: str) -> None:
    error = only_refusal(order)
    assert (error.path, error.code) == (path, "unknown-value")


def test_an_unknown_value_lists_those_that_exist() -> None:
    assert only_refusal(ris_order(vat=20)).message == (
        "« 20 » n’est pas connu. Écrivez entre guillemets l’une de ces valeurs : 20, 8.5, none."
    )


@pytest.mark.parametrize(
    ("prestation", "order"), [("db-update", ris_order), ("db-new", ris_order), ("vague-2", drimbox_order)]
)
def test_a_prestation_belongs_to_its_programme(prestation: str, order: Any) -> None:
    assert refusals(order(prestation=prestation)) == [("prestation", "unknown-value")]


def test_the_prestations_of_the_programme_are_proposed() -> None:
    assert only_refusal(ris_order(prestation="db-new")).message == (
        "« db-new » n’est pas une prestation de IMG-RIS-Va2. Écrivez vague-2 ou vague-1-2."
    )


@pytest.mark.parametrize(
    ("order", "path"),
    [
        (ris_order(pacs="PACS-1"), "pacs"),
        (ris_order(db_installation="other"), "db_installation"),
        (drimbox_order(instance="RIS-1"), "instance"),
        (drimbox_order(identity="master"), "identity"),
        (drimbox_order(connectors=["drimbox"]), "connectors"),
    ],
)
def test_a_key_of_the_other_kind_of_programme_is_null(order: dict[str, Any], path: str) -> None:
    error = only_refusal(order)
    kind = "DRIMbox" if order["programme"] == "IMG-DB-Va2" else "RIS"
    assert (error.path, error.code) == (path, "not-applicable")
    assert error.message == (f"« {path} » ne concerne pas une commande {kind}. Écrivez null ou supprimez la clé.")


@pytest.mark.parametrize(
    ("order", "path", "trouve"),
    [
        (ris_order(instance=7), "instance", "un nombre"),
        (ris_order(wave1_paid_by_client="false"), "wave1_paid_by_client", "un texte"),
        (ris_order(conditional_mention=1), "conditional_mention", "un nombre"),
        (ris_order(amounts=[]), "amounts", "une liste"),
        (ris_order(tranche="C"), "tranche", "un texte"),
        (ris_order(connectors="drimbox"), "connectors", "un texte"),
        (ris_order(clients={}), "clients", "un objet"),
        (ris_order(clients=["x"]), "clients[0]", "un texte"),
        (ris_order(clients=[client(lines=None, principal="oui") | {"lines": []}]), "clients[0].principal", "un texte"),
        (ris_order(clients=[client(lines={})]), "clients[0].lines", "un objet"),
        (with_line([]), "clients[0].lines[0]", "une liste"),
        (with_line(doctor(am=AM)), "clients[0].lines[0].am", "un texte"),
        (ris_order(events={}), "events", "un objet"),
        (ris_order(events=[None]), "events[0]", "null"),
        (ris_order(clients=[client(siren=int(SIREN))]), "clients[0].siren", "un nombre"),
        (ris_order(clients=[client(de_minimis=[3])]), "clients[0].de_minimis[0]", "un nombre"),
    ],
)
def test_wrong_types_say_what_was_found(order: dict[str, Any], path: str, trouve: str) -> None:
    error = only_refusal(order)
    assert (error.path, error.code) == (path, "wrong-type")
    assert f"trouvé {trouve}." in error.message


def test_a_record_that_is_no_object_is_located_in_the_file() -> None:
    parsed = read("BDC-1", suppliers=[12])
    assert [(error.order, error.path, error.code) for error in parsed.errors] == [
        (None, "suppliers[0]", "wrong-type"),
        (None, "orders[0]", "wrong-type"),
    ]


@pytest.mark.parametrize("amount", [12000.0, 12000, True])
def test_money_is_written_as_text(amount: Any) -> None:
    error = only_refusal(ris_order(amounts={"principal_ht": amount}))
    assert (error.path, error.code) == ("amounts.principal_ht", "wrong-type")
    assert error.message.startswith('Un montant s’écrit entre guillemets, comme "12000.00"')


@pytest.mark.parametrize(
    "amount", ["", "12 000.00", "12000,00", "-1.00", "+1", "1.005", "1e3", "NaN", ".5", "5.", "123456789.00", "١٢"]
)
def test_money_has_at_most_two_decimals_and_no_ornament(amount: str) -> None:
    error = only_refusal(ris_order(amounts={"principal_ttc": amount}))
    assert (error.path, error.code) == ("amounts.principal_ttc", "money-shape")


def test_the_cure_of_an_amount() -> None:
    assert only_refusal(ris_order(amounts={"principal_ttc": "12 000,00"})).message == (
        "« 12 000,00 » n’est pas un montant : huit chiffres au plus, un point, deux décimales au plus,"
        ' sans espace ni signe, comme "12000.00". Réécrivez-le.'
    )


@pytest.mark.parametrize(
    "day", ["04/05/2026", "2026-5-4", "2026-02-29", "20260504", "2026-W19-1", "1989-12-31", "2101-01-01", 20260504, ""]
)
def test_dates_are_iso_dates_that_exist(day: Any) -> None:
    error = only_refusal(ris_order(issued_on=day))
    assert (error.path, error.code) == ("issued_on", "date-shape")
    assert error.message.endswith('Écrivez AAAA-MM-JJ entre guillemets, comme "2026-05-04".')


@pytest.mark.parametrize(
    "at",
    [
        "2026-09-01T10",
        "2026-09-01T24:01",
        "2026-09-01T10:00+99:00",
        "2026-02-30T10:00",
        "1989-12-31T10:00",
        "1990-01-01T00:00+14:00",
        "2100-12-31T23:59-12:00",
        1788258000,
    ],
)
def test_instants_are_iso_instants_that_exist(at: Any) -> None:
    error = only_refusal(ris_order(events=[{"type": "advance_validated", "at": at}]))
    assert (error.path, error.code) == ("events[0].at", "instant-shape")


@pytest.mark.parametrize("text", ["a\u0000b", "a\nb", "a\x85b", "a\ud800b"])
def test_a_text_that_could_not_be_kept_is_refused(text: str) -> None:
    error = only_refusal(ris_order(instance=text))
    assert (error.path, error.code) == ("instance", "control-character")
    assert error.message == "Caractère invisible interdit en position 2. Supprimez-le."


def test_a_long_text_may_have_lines_but_no_control_character() -> None:
    assert refusals(suppliers=[supplier(address="1 rue\r\n\tTest\u00a0: é")]) == []
    assert refusals(suppliers=[supplier(address="a\u0007")]) == [("suppliers[0].address", "control-character")]


def test_texts_have_a_length() -> None:
    assert refusals(ris_order(instance="x" * 200)) == []
    assert refusals(ris_order(instance="x" * 201)) == [("instance", "too-long")]
    assert refusals(suppliers=[supplier(address="x" * 400)]) == []
    assert refusals(suppliers=[supplier(address="x" * 401)]) == [("suppliers[0].address", "too-long")]
    error = only_refusal(ris_order(clients=[client(phone="0" * 41)]))
    assert error.message == "Texte de 41 caractères : 40 au plus. Raccourcissez-le."


@pytest.mark.parametrize(
    ("order", "path"),
    [
        (ris_order(supplier=SUPPLIER[:-1]), "supplier"),
        (ris_order(clients=[client(siren=SIREN[:-1])]), "clients[0].siren"),
        (with_line(establishment(finess=FINESS[1:])), "clients[0].lines[0].finess"),
        (with_line(establishment(finess="2C9900000")), "clients[0].lines[0].finess"),
        (with_line(doctor(rpps=RPPS[1:])), "clients[0].lines[0].rpps"),
        (with_line(doctor(am=[AM, "51178234"])), "clients[0].lines[0].am[1]"),
        (ris_order(tranche={"letter": "C", "valid": {"am_nuclear": ["12"]}}), "tranche.valid.am_nuclear[0]"),
        (ris_order(tranche={"letter": "C", "valid": {"finess_nuclear": ["12"]}}), "tranche.valid.finess_nuclear[0]"),
    ],
)
def test_a_number_of_the_wrong_shape_is_refused(order: dict[str, Any], path: str) -> None:
    error = only_refusal(order)
    assert (error.path, error.code) == (path, "identifier-shape")


def test_a_lost_zero_is_explained_with_its_cure() -> None:
    assert only_refusal(with_line(establishment(finess=FINESS[1:]))).message == (
        f"{FINESS[1:]} a 8 caractères : zéro de tête perdu dans un tableur ? Remplacer par {FINESS}."
    )


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"suppliers": [supplier(siret=SUPPLIER[:-1] + str((int(SUPPLIER[-1]) + 1) % 10))]}, "suppliers[0].siret"),
        ({"solutions": [solution(supplier="73282932000079")]}, "solutions[0].supplier"),
        ({"enrolments": [enrolment(supplier="73282932000079")]}, "enrolments[0].supplier"),
    ],
)
def test_a_siret_with_a_wrong_key_is_refused(changes: dict[str, Any], path: str) -> None:
    assert refusals(**changes) == [(path, "identifier-key")]


def test_a_siren_with_a_wrong_key_is_refused() -> None:
    error = only_refusal(ris_order(clients=[client(siren="404833047")]))
    assert (error.path, error.code) == ("clients[0].siren", "identifier-key")
    assert error.message == "La clé du SIREN 404833047 est fausse. Corrigez le numéro."


class TestALineIsAnEstablishmentOrADoctor:
    def test_neither(self) -> None:
        error = only_refusal(with_line({"name": "X", "activity": "radiology"}))
        assert (error.path, error.code) == ("clients[0].lines[0]", "missing-key")
        assert error.message == ("Il manque le numéro de la ligne. Ajoutez « finess », ou « rpps » avec « am ».")

    def test_both(self) -> None:
        error = only_refusal(with_line(doctor(finess=FINESS)))
        assert (error.path, error.code) == ("clients[0].lines[0]", "wrong-shape")

    def test_a_doctor_has_an_rpps_and_at_least_one_am(self) -> None:
        assert refusals(with_line(without(doctor(), "rpps"))) == [("clients[0].lines[0].rpps", "missing-key")]
        assert refusals(with_line(without(doctor(), "am"))) == [("clients[0].lines[0].am", "missing-key")]
        assert refusals(with_line(doctor(am=[]))) == [("clients[0].lines[0].am", "missing-key")]

    def test_mixed_is_for_an_establishment_only(self) -> None:
        error = only_refusal(with_line(doctor(activity="mixed")))
        assert (error.path, error.code) == ("clients[0].lines[0].activity", "unknown-value")
        assert error.message == (
            "« mixed » est réservé à un établissement. Écrivez radiology ou nuclear pour un médecin."
        )


class TestANumberIsOnceInTheOrder:
    """A18."""

    def test_an_am_twice_in_one_line(self) -> None:
        error = only_refusal(with_line(doctor(am=[AM, OTHER_AM, AM])))
        assert (error.path, error.code) == ("clients[0].lines[0].am[2]", "A18-number-twice")
        assert error.message == (
            "Ce numéro AM figure deux fois dans la commande (déjà à clients[0].lines[0].am[0]). Gardez une seule ligne."
        )

    def test_an_am_in_two_clients_even_for_two_activities(self) -> None:
        other = client(siren=OTHER_SIREN, principal=False, lines=[doctor(am=[AM], activity="nuclear")])
        assert refusals(ris_order(clients=[client(), other])) == [("clients[1].lines[0].am[0]", "A18-number-twice")]

    @pytest.mark.parametrize(
        ("first", "second", "twice"),
        [
            ("radiology", "radiology", True),
            ("nuclear", "nuclear", True),
            ("mixed", "radiology", True),
            ("nuclear", "mixed", True),
            ("mixed", "mixed", True),
            ("radiology", "nuclear", False),
        ],
    )
    def test_a_finess_once_per_activity(self, first: str, second: str, twice: bool) -> None:
        lines = [establishment(activity=first), establishment(activity=second)]
        found = refusals(ris_order(clients=[client(lines=lines)]))
        assert found == ([("clients[0].lines[1].finess", "A18-number-twice")] if twice else [])

    def test_spaces_do_not_hide_it(self) -> None:
        spaced = f"{FINESS[:2]} {FINESS[2:5]} {FINESS[5:]}"
        lines = [establishment(), establishment(finess=spaced)]
        assert refusals(ris_order(clients=[client(lines=lines)])) == [
            ("clients[0].lines[1].finess", "A18-number-twice")
        ]

    def test_two_orders_may_carry_the_same_number(self) -> None:
        assert refusals(ris_order(), ris_order(number="BDC-2")) == []

    def test_a_client_twice(self) -> None:
        clients = [client(), client(principal=False, lines=[establishment(finess=OTHER_FINESS)])]
        error = only_refusal(ris_order(clients=clients))
        assert (error.path, error.code) == ("clients[1].siren", "A18-number-twice")


def test_one_client_at_most_is_the_principal() -> None:
    clients = [client(), client(siren=OTHER_SIREN, lines=[])]
    error = only_refusal(ris_order(clients=clients))
    assert (error.path, error.code) == ("clients[1].principal", "A19-principal-twice")
    assert refusals(ris_order(clients=[client(principal=None), clients[1]])) == []


def test_every_fault_of_an_order_is_reported() -> None:
    lines = [establishment(finess="1"), doctor(am=["2", AM]), doctor(am=[AM], activity="x")]
    order = ris_order(
        vat="21",
        color="red",
        amounts={"principal_ht": 1.5, "principal_ttc": "1.234"},
        clients=[client(siren="1", lines=lines)],
        events=[{"type": "nothing"}, {"type": "advance_validated"}],
    )
    assert refusals(order) == [
        ("vat", "unknown-value"),
        ("amounts.principal_ht", "wrong-type"),
        ("amounts.principal_ttc", "money-shape"),
        ("clients[0].siren", "identifier-shape"),
        ("clients[0].lines[0].finess", "identifier-shape"),
        ("clients[0].lines[1].am[0]", "identifier-shape"),
        ("clients[0].lines[2].activity", "unknown-value"),
        ("clients[0].lines[2].am[0]", "A18-number-twice"),
        ("events[0].type", "unknown-value"),
        ("events[1].at", "missing-key"),
        ("color", "unknown-key"),
    ]


@pytest.mark.parametrize(
    ("changes", "path", "first"),
    [
        ({"suppliers": [supplier(), supplier(name="Autre")]}, "suppliers[1].siret", "suppliers[0]"),
        ({"solutions": [solution(), solution(name="Autre")]}, "solutions[1].key", "solutions[0]"),
        ({"enrolments": [enrolment(), enrolment(kind="complementary")]}, "enrolments[1].number", "enrolments[0]"),
    ],
)
def test_a_record_twice_refuses_the_second(changes: dict[str, Any], path: str, first: str) -> None:
    parsed = read(**changes)
    (error,) = parsed.errors
    assert (error.path, error.code) == (path, "duplicate")
    assert error.message == f"Déjà donné à {first}. Gardez un seul des deux."
    assert len(getattr(parsed, path.split("[")[0])) == 1


def test_an_order_twice_refuses_the_second() -> None:
    parsed = read(ris_order(), ris_order(vat="8.5"), ris_order(supplier=keyed(keyed("66666660") + "0002")))
    assert [placed.place for placed in parsed.orders] == [0, 2]
    assert [(error.order, error.path, error.code) for error in parsed.errors] == [("BDC-1", "number", "duplicate")]


def test_a_value_is_shown_short_and_on_one_line() -> None:
    message = only_refusal(ris_order(vat="\u001b[31m" + "x" * 500)).message
    assert message.isprintable() or "\u00a0" in message
    assert "\u001b" not in message
    assert len(message) < 160
