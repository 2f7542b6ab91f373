"""The commands ``price`` and ``semester_amount`` of the contract, in JSON, for people, and given bad input."""

from __future__ import annotations

import pytest

from tests.commands import run

PRICE = ("--programme", "IMG-RIS-Va2", "--prestation", "vague-2", "--tranche", "C", "--vat", "20")
SEMESTER = {"programme": "IMG-RIS-Va2", "tranche": "C", "vat": "20", "t": "20", "tm": "10", "te": "10",
            "te-qualified": "10", "dm": "6", "de": "10"}  # fmt: skip


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def priced(**changed: str) -> tuple[str, ...]:
    given = dict(zip((name[2:] for name in PRICE[::2]), PRICE[1::2], strict=True)) | {
        key.replace("_", "-"): value for key, value in changed.items()
    }
    return tuple(word for key, value in given.items() for word in (f"--{key}", value))


def semester(**changed: str) -> tuple[str, ...]:
    given = SEMESTER | {key.replace("_", "-"): value for key, value in changed.items()}
    return tuple(word for key, value in given.items() for word in (f"--{key}", value))


def test_price_answers_as_the_contract_says() -> None:
    outcome = run("price", *PRICE, "--json")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.document == {
        "ceiling_ht": "11252.83",
        "ceiling_ttc": "13503.40",
        "amount": "13503.40",
        "advance": "5401.36",
        "balance": "8102.04",
        "semester_forfait": "562.64",
        "secondary_ceiling": "3375.84",
        "provisional": False,
        "findings": [],
    }


def test_price_without_vat_is_paid_in_ht() -> None:
    answer = run("price", *priced(vat="none", identity="slave"), "--json").document
    assert (answer["ceiling_ht"], answer["ceiling_ttc"], answer["amount"]) == ("11252.83", "11252.83", "11252.83")
    assert (answer["semester_forfait"], answer["secondary_ceiling"]) == ("234.43", "1406.58")


def test_price_of_a_drimbox_has_nulls_and_a_warning_that_does_not_fail() -> None:
    outcome = run("price", *priced(programme="IMG-DB-Va2", prestation="db-update", tranche="E"), "--json")
    answer = outcome.document
    assert outcome.status == 0
    assert (answer["semester_forfait"], answer["secondary_ceiling"], answer["provisional"]) == (None, None, True)
    assert [(f["code"], f["severity"]) for f in answer["findings"]] == [
        ("A1-provisional", "info"),
        ("R56-scale-unknown", "warning"),
    ]


@pytest.mark.parametrize(
    ("agreed", "status", "amount"),
    [
        ({"agreed_ttc": "12000.00"}, 0, "12000.00"),
        ({"agreed_ttc": "12 000,5"}, 0, "12000.50"),
        ({"agreed_ttc": "13503.41"}, 0, "13503.40"),
        ({"agreed_ttc": "13503.42"}, 1, "13503.40"),
        ({"agreed_ht": "11252.85"}, 1, "13503.40"),
        ({"agreed_ttc": "0"}, 1, "0.00"),
    ],
)
def test_price_with_an_agreed_price(agreed: dict[str, str], status: int, amount: str) -> None:
    outcome = run("price", *priced(**agreed), "--json")
    assert (outcome.status, outcome.document["amount"]) == (status, amount)


def test_price_for_people() -> None:
    outcome = run("price", *priced(agreed_ttc="20028.28"))
    assert outcome.status == 1
    assert "IMG-RIS-Va2, vague-2, tranche C, TVA 20\u00a0%" in outcome.out
    assert "Avance" in outcome.out
    assert "5\u00a0401,36\u00a0€" in outcome.out
    assert "Erreur\u00a0: Le TTC dépasse le plafond de 6\u00a0524,88\u00a0€" in outcome.out


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"programme": "IMG"}, "Programme inconnu : « IMG ». Programmes connus : IMG-RIS-Va2, IMG-DB-Va2."),
        (
            {"prestation": "db-new"},
            "La prestation « db-new » n’est pas du programme IMG-RIS-Va2. Valeurs possibles : vague-2, vague-1-2.",
        ),
        ({"tranche": "Z"}, "La tranche « Z » n’existe pas. Valeurs possibles : A, B, C, D, E, F, G, H."),
        ({"vat": "19.6"}, "--vat : '19.6' n’est pas reconnu. Valeurs possibles : '20', '8.5', 'none'."),
        ({"identity": "x"}, "--identity : 'x' n’est pas reconnu. Valeurs possibles : 'master', 'slave', 'mixed'."),
        ({"agreed_ttc": "-5"}, "--agreed-ttc : « -5 » est négatif."),
        ({"agreed_ttc": "abc"}, "--agreed-ttc : « abc » n’est pas un montant. Écrivez par exemple 1234,56."),
        ({"agreed_ht": "NaN"}, "--agreed-ht : « NaN » n’est pas un montant. Écrivez par exemple 1234,56."),
        ({"agreed_ht": "1e9999"}, "--agreed-ht : « 1e9999 » n’est pas un montant. Écrivez par exemple 1234,56."),
        ({"agreed_ht": "1.005"}, "--agreed-ht : « 1.005 » a plus de deux décimales."),
    ],
)
def test_price_refuses_in_one_line(changed: dict[str, str], line: str) -> None:
    outcome = run("price", *priced(**changed), "--json")
    assert (outcome.status, outcome.out) == (2, "")
    assert plain(outcome.err) == line + "\n"


def test_price_names_what_is_missing() -> None:
    outcome = run("price")
    assert (outcome.status, outcome.err) == (2, "Il manque --programme, --prestation, --tranche, --vat.\n")


def test_semester_amount_answers_as_the_contract_says() -> None:
    outcome = run("semester_amount", *semester(), "--json")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.document == {"perf_m": "0.5", "perf_e": "1", "amount": "281.32", "findings": []}


@pytest.mark.parametrize(
    ("changed", "status", "perfs", "amount", "codes"),
    [
        ({"t": "10", "te": "0", "te_qualified": "0", "de": "0"}, 0, ("0.5", None), "281.32", []),
        (dict.fromkeys(("t", "tm", "te", "te_qualified", "dm", "de"), "0"), 0, (None, None), "0.00",
         ["A2-semester-empty"]),
        ({"te_qualified": "6", "de": "6"}, 0, ("0.5", "0"), "140.66", ["A2-perf-e-denominator"]),
        ({"dm": "11"}, 1, (None, None), None, ["A2-semester-excess"]),
        ({"t": "21"}, 1, (None, None), None, ["A2-semester-sum"]),
        ({"dm": "-1"}, 1, (None, None), None, ["A2-semester-negative"]),
        ({"programme": "IMG-DB-Va2"}, 1, (None, None), None, ["R59-scale-unknown"]),
    ],
)  # fmt: skip
def test_semester_amount_at_its_edges(
    changed: dict[str, str], status: int, perfs: tuple[str | None, str | None], amount: str | None, codes: list[str]
) -> None:
    outcome = run("semester_amount", *semester(**changed), "--json")
    answer = outcome.document
    assert (outcome.status, answer["amount"]) == (status, amount)
    assert (answer["perf_m"], answer["perf_e"]) == perfs
    assert [finding["code"] for finding in answer["findings"]] == codes


def test_semester_amount_for_people_says_what_is_missing() -> None:
    outcome = run("semester_amount", *semester())
    assert plain(outcome.out).splitlines() == [
        "Semestre, IMG-RIS-Va2, tranche C",
        "PERFm : 0,5",
        "PERFe : 1",
        "Montant : 281,32 €",
        "PERFm à 70 % : il manque 1 document, 140,66 € de plus",
    ]
    refused = run("semester_amount", *semester(dm="11"))
    assert refused.status == 1
    assert plain(refused.out).splitlines()[1:] == [
        "Montant : —",
        "Erreur : Dm (11) dépasse Tm (10). Corrigez le journal. (A2)",
    ]


@pytest.mark.parametrize("value", ["abc", "1.5", "NaN", "1e9999", "9" * 5000, "\u0663", "", " 3"])
def test_semester_amount_takes_whole_numbers_only(value: str) -> None:
    outcome = run("semester_amount", *semester(tm=value))
    assert (outcome.status, outcome.out) == (2, "")
    assert plain(outcome.err).startswith("--tm : ")
    assert outcome.err.count("\n") == 1


def test_semester_amount_refuses_an_unknown_tranche_and_programme() -> None:
    assert run("semester_amount", *semester(tranche="I")).status == 2
    assert run("semester_amount", *semester(programme="RAD-RIS-Va1")).status == 2
