"""The loader refuses every file that is not whole: one mutation of a published file per refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from segur.regulation.loader import PACKAGED, RegulationError, load_programme

RIS = (PACKAGED / "IMG-RIS-Va2-1.toml").read_text(encoding="utf-8")
Mutate = Callable[[str], str]


def _replace(old: str, new: str) -> Mutate:
    def mutate(text: str) -> str:
        assert old in text, f"{old!r} is not in the published file"
        return text.replace(old, new, 1)

    return mutate


def _written(folder: Path, text: str) -> Path:
    path = folder / "essai.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _refused(folder: Path, mutate: Mutate) -> RegulationError:
    with pytest.raises(RegulationError) as caught:
        load_programme(_written(folder, mutate(RIS)))
    return caught.value


C_ROW = 'C = { ht = "11252.83", ttc_8_5 = "12209.32", ttc_20 = "13503.40" }'
D_ROW = 'D = { ht = "16690.22", ttc_8_5 = "18108.89", ttc_20 = "20028.26" }'
PILOTS = 'pilots = { value = 3, source = "AF-IMG-RIS-Va2 §6.3" }'

REFUSALS: dict[str, tuple[Mutate, str, str]] = {
    "unknown key at the root": (_replace('kind = "ris"', 'kind = "ris"\ncolour = "blue"'), "colour", "clé inconnue"),
    "unknown key in a row": (_replace(C_ROW, C_ROW.replace(" }", ', ttc_10 = "1.00" }')), ".C.ttc_10", "clé inconnue"),
    "unknown key in a leaf": (
        _replace(PILOTS, PILOTS.replace(" }", ', sure = "yes" }')),
        "pilots.sure",
        "clé inconnue",
    ),
    "unknown tranche in a table": (_replace(D_ROW, D_ROW + "\n" + D_ROW.replace("D", "I")), ".I", "clé inconnue"),
    "missing key at the root": (_replace(PILOTS, ""), "pilots", "clé manquante"),
    "missing row of a table": (_replace(C_ROW, ""), "prestations.vague-2.ceilings.C", "clé manquante"),
    "missing column": (_replace(', ttc_20 = "13503.40"', ""), "vague-2.ceilings.C.ttc_20", "clé manquante"),
    "missing delay": (
        lambda text: re.sub(r"portability_days = .*\n", "", text),
        "delays.portability_days",
        "clé manquante",
    ),
    "missing prestation": (
        lambda text: text.replace("[prestations.vague-1-2", "[prestations.vague-3"),
        "prestations.vague-3",
        "clé inconnue",
    ),
    "missing submission": (
        lambda text: text.replace("[[documents.pilot]]", "[[documents.balance]]"),
        "documents.pilot",
        "clé manquante",
    ),
    "missing source of a leaf": (_replace(PILOTS, "pilots = { value = 3 }"), "pilots.source", "clé manquante"),
    "blank source of a leaf": (_replace(PILOTS, 'pilots = { value = 3, source = " " }'), "pilots.source", "vide"),
    "missing source of a table": (
        _replace('[tranches]\nsource = "AF-IMG-RIS-Va2 §5.3"', "[tranches]"),
        "tranches.source",
        "clé manquante",
    ),
    "float": (_replace('"13503.40"', "13503.40"), "prestations.vague-2.ceilings.C.ttc_20", "nombre à virgule"),
    "float in a list": (_replace('ratio = "0.70"', "ratio = 0.70"), "secondary.perf_master.value[0].ratio", "virgule"),
    "not a number": (_replace('"13503.40"', "nan"), "prestations.vague-2.ceilings.C.ttc_20", "nombre à virgule"),
    "integer for an amount": (_replace('"13503.40"', "13503"), "ceilings.C.ttc_20", "entre guillemets"),
    "amount without cents": (_replace('"13503.40"', '"13503"'), "ceilings.C.ttc_20", "13503.40"),
    "amount with a comma": (_replace('"13503.40"', '"13503,40"'), "ceilings.C.ttc_20", "n’est pas un montant"),
    "negative amount": (_replace('"13503.40"', '"-13503.40"'), "ceilings.C.ttc_20", "négatif"),
    "amount of zero": (_replace('"4012.50"', '"0.00"'), "ceilings.A.ht", "nul"),
    "text for an integer": (_replace("value = 3, s", 'value = "3", s'), "pilots.value", "entier"),
    "boolean for an integer": (_replace("value = 3, s", "value = true, s"), "pilots.value", "entier"),
    "integer of zero": (_replace("value = 3, s", "value = 0, s"), "pilots.value", "au moins 1"),
    "columns that change places": (
        _replace('ht = "11252.83", ttc_8_5 = "12209.32"', 'ht = "12209.32", ttc_8_5 = "11252.83"'),
        "prestations.vague-2.ceilings.C",
        "colonnes",
    ),
    "ceiling that falls": (
        _replace(D_ROW, 'D = { ht = "11252.82", ttc_8_5 = "18108.89", ttc_20 = "20028.26" }'),
        "prestations.vague-2.ceilings.D.ht",
        "précédente",
    ),
    "forfait that falls": (
        _replace('D = { ht = "695.43"', 'D = { ht = "468.87"'),
        "secondary.forfait_master.D.ht",
        "précédente",
    ),
    "gap between tranches": (_replace("lower = 30001", "lower = 30002"), "tranches.C.lower", "laisse un trou"),
    "tranches that overlap": (_replace("lower = 30001", "lower = 30000"), "tranches.C.lower", "chevauche"),
    "first tranche from zero": (_replace("lower = 1,", "lower = 0,"), "tranches.A.lower", "au moins 1"),
    "tranche without upper bound": (_replace("{ lower = 1, upper = 15000 }", "{ lower = 1 }"), "A.upper", "manquante"),
    "last tranche with a bound": (_replace("unbounded = true", "upper = 999999999"), "tranches.H.upper", "inconnue"),
    "last tranche not open": (_replace("unbounded = true", "unbounded = false"), "H.unbounded", "borne haute"),
    "tranche upside down": (_replace("upper = 15000", "upper = 0"), "tranches.A.upper", "au moins 1"),
    "bounds upside down": (_replace("upper = 30000 ", "upper = 15000 "), "tranches.B.upper", "sous la borne"),
    "missing letter": (_replace("B = { lower", "Z = { lower"), "tranches", "dans l’ordre"),
    "shares above one": (_replace('value = "0.60"', 'value = "0.61"'), "shares", "1.01"),
    "shares below one": (_replace('value = "0.40"', 'value = "0.39"'), "shares", "0.99"),
    "share out of range": (_replace('value = "0.40"', 'value = "1.40"'), "shares.advance.value", "entre 0 et 1"),
    "dates out of order": (
        _replace("2026-05-13T12:00", "2026-09-16T12:00"),
        "dates[3].at",
        "la date 3 n’est pas postérieure à la date 2",
    ),
    "dates numbered twice": (_replace("number = 2", "number = 1"), "dates[2].number", "la date 2 est attendue"),
    "date missing": (
        lambda text: text[: text.index("[[dates]]\nnumber = 6")] + text[text.index("[tranches]") :],
        "dates",
        "6 dates",
    ),
    "date that does not exist": (_replace("2026-05-13T12:00", "2026-05-32T12:00"), "dates[2].at.value", "instant"),
    "date without hour": (_replace("2026-05-13T12:00", "2026-05-13"), "dates[2].at.value", "instant"),
    "date with an offset": (_replace("2026-05-13T12:00", "2026-05-13T12:00Z"), "dates[2].at.value", "instant"),
    "date not quoted": (_replace('"2026-05-13T12:00"', "2026-05-13T12:00:00"), "dates[2].at.value", "guillemets"),
    "start that is no date": (_replace('"2025-02-20"', '"20/02/2025"'), "valid_from", "2025-09-10"),
    "unknown without reason": (_replace(PILOTS, 'pilots = { unknown = "", source = "x" }'), "pilots.unknown", "vide"),
    "unknown without source": (_replace(PILOTS, 'pilots = { unknown = "x" }'), "pilots.source", "clé manquante"),
    "unknown and a value": (
        _replace(PILOTS, 'pilots = { value = 3, unknown = "x", source = "x" }'),
        "pilots.value",
        "clé inconnue",
    ),
    "unknown and provisional": (
        _replace(PILOTS, 'pilots = { unknown = "x", provisional = "x", source = "x" }'),
        "pilots.provisional",
        "clé inconnue",
    ),
    "provisional without reason": (
        _replace(PILOTS, 'pilots = { value = 3, source = "x", provisional = "" }'),
        "pilots.provisional",
        "vide",
    ),
    "bare value for a leaf": (_replace(PILOTS, "pilots = 3"), "pilots", "une table"),
    "unknown kind": (_replace('kind = "ris"', 'kind = "pacs"'), "kind", "ris, drimbox"),
    "name with a slash": (_replace('id = "IMG-RIS-Va2"', 'id = "../IMG"'), "id", "lettres"),
    "performance that rises": (_replace('ratio = "0.55"', 'ratio = "0.75"'), "perf_master.value", "décroissant"),
    "performance with a hole": (
        _replace('{ ratio = "0", value = "0" }', '{ ratio = "0.10", value = "0" }'),
        "secondary.perf_master.value",
        "dernier seuil",
    ),
    "denominator out of the list": (_replace('value = "Te"', 'value = "T"'), "denominator.value", "Te, Te'"),
    "semesters that miss the duration": (_replace("value = 36", "value = 24"), "duration_months", "24"),
    "uniqueness of an unknown kind": (_replace('kind = "am"', 'kind = "rpps"'), "uniqueness[0].kind", "am, finess"),
    "uniqueness twice": (_replace('kind = "finess"', 'kind = "am"'), "uniqueness[1].kind", "deux fois"),
    "flag in quotes": (_replace("per_activity = true", 'per_activity = "true"'), "per_activity", "true ou false"),
    "rule that is no number": (_replace('rule = "R43"', 'rule = "AF43"'), "uniqueness[0].rule", "numéro de règle"),
    "mention twice": (_replace('key = "state-funding"', 'key = "call-for-funding"'), "mentions[1].key", "deux fois"),
    "mention in no known case": (_replace('when = "conditional"', 'when = "often"'), "mentions[2].when", "conditional"),
    "variants not in a list": (_replace("variants = []", 'variants = ""'), "mentions[0].variants", "liste"),
    "blank variant": (_replace("variants = []", 'variants = [" "]'), "mentions[0].variants", "texte"),
    "document in no known case": (_replace('when = "kept"', 'when = "late"'), "documents.advance[2].when", "always"),
    "document twice": (_replace('key = "bank-details"', 'key = "enrolment-form"'), "enrolment[3].key", "deux fois"),
    "acts counted wrong": (_replace("count = 117", "count = 118"), "acts[1].count", "117 codes"),
    "acts of one activity twice": (_replace('= "nuclear"\nfile', '= "radiology"\nfile'), "activity", "deux fois"),
    "acts in both lists": (
        lambda text: text.replace("ccam-nuclear.txt", "ccam-radiology.txt").replace("count = 117", "count = 403"),
        "acts[1].file",
        "deux listes",
    ),
    "acts in a file elsewhere": (_replace("ccam-nuclear.txt", "../secret.txt"), "acts[1].file", "seul nom"),
    "acts in no file": (_replace("ccam-nuclear.txt", "ccam-none.txt"), "acts[1].file", "ne peut pas être lue"),
    "acts in a file that is no list": (_replace("ccam-nuclear.txt", "essai.toml"), "acts[1].file", "ne peut pas"),
    "damaged act read as nonsense": (_replace('"EDLL001"', '"EDLL1"'), "damaged_acts[0].read_as", "code CCAM"),
    "note under no rule": (_replace("\nA16 = ", "\nB16 = "), "notes.B16", "numéro de règle"),
    "note that is not a text": (lambda text: re.sub(r"\nA16 = .*", "\nA16 = 1", text), "notes.A16", "texte"),
    "table that is a list": (_replace("[shares]", "[[shares]]"), "shares", "une table"),
    "list that is a table": (
        lambda text: re.sub(r"\[\[uniqueness\]\][^\[]*", "", text) + "\n[uniqueness]\na = 1\n",
        "uniqueness",
        "une liste",
    ),
    "empty list": (
        lambda text: "mentions = []\n" + re.sub(r"\[\[mentions\]\][^\n]*\n(?:[a-z]+ = .*\n)*", "", text),
        "mentions",
        "vide",
    ),
    "list of something else": (
        lambda text: "mentions = [1]\n" + re.sub(r"\[\[mentions\]\][^\n]*\n(?:[a-z]+ = .*\n)*", "", text),
        "mentions[0]",
        "une table",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_mutation_of_a_published_file_is_refused(tmp_path: Path, name: str) -> None:
    mutate, key, words = REFUSALS[name]

    refusal = _refused(tmp_path, mutate)

    assert refusal.key.endswith(key)
    assert words in refusal.message_fr
    assert "essai.toml" in str(refusal) and f"«\u202f{refusal.key}\u00a0»" in str(refusal)


def test_the_published_file_itself_passes(tmp_path: Path) -> None:
    programme = load_programme(_written(tmp_path, RIS))

    assert (programme.id, programme.version, len(programme.tranches)) == ("IMG-RIS-Va2", "1", 8)


def test_a_row_may_carry_its_own_source_and_reserve(tmp_path: Path) -> None:
    row = C_ROW.replace(" }", ', source = "Arrêté modificatif", provisional = "à confirmer" }')

    ceilings = load_programme(_written(tmp_path, _replace(C_ROW, row)(RIS))).prestations["vague-2"].ceilings

    assert [(leaf.source, leaf.provisional) for leaf in ceilings["C"]] == [("Arrêté modificatif", "à confirmer")] * 3
    assert {leaf.provisional for leaf in ceilings["B"]} == {""}


def test_an_unknown_date_leaves_the_others_in_order(tmp_path: Path) -> None:
    text = re.sub(r'at = \{ value = "2026-05-13T12:00"', 'at = { unknown = "reportée"', RIS)

    assert load_programme(_written(tmp_path, text)).date_at(2).unknown == "reportée"


def test_a_data_file_beside_the_programme_comes_first(tmp_path: Path) -> None:
    (tmp_path / "ccam-nuclear.txt").write_text("ABQL002\nABQL003\n", encoding="ascii")

    programme = load_programme(_written(tmp_path, _replace("count = 117", "count = 2")(RIS)))

    assert {len(acts.codes) for acts in programme.acts} == {403, 2}


@pytest.mark.parametrize(
    ("content", "words"),
    [("ABQL002\nABQL002\n", "deux fois"), ("ABQL02\nABQL003\n", "code CCAM"), ("É\n", "ne peut pas être lue")],
)
def test_a_damaged_data_file_is_refused(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "ccam-nuclear.txt").write_text(content, encoding="utf-8")

    refusal = _refused(tmp_path, _replace("count = 117", "count = 2"))

    assert words in refusal.message_fr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'id = "IMG-RIS-Va2"\nid = "IMG-RIS-Va2"\n', "TOML valide"),
        (b"id = \n", "TOML valide"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "TOML valide"),
        ('label = "Échéance"'.encode("latin-1"), "UTF-8"),
        (b"", "clé manquante"),
        (b"\x00\x01", "TOML valide"),
    ],
)
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "essai.toml"
    path.write_bytes(content)

    with pytest.raises(RegulationError, match=words):
        load_programme(path)


def test_a_folder_or_nothing_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(RegulationError, match="dossier"):
        load_programme(tmp_path)
    with pytest.raises(RegulationError, match="n’existe pas"):
        load_programme(tmp_path / "absent.toml")


def test_a_loaded_programme_cannot_be_changed(tmp_path: Path) -> None:
    programme = load_programme(_written(tmp_path, RIS))

    with pytest.raises(AttributeError):
        programme.version = "2"  # type: ignore[misc]
    with pytest.raises(TypeError):
        programme.delays["portability_days"] = programme.pilots  # type: ignore[index]
    with pytest.raises(TypeError):
        programme.prestations["vague-2"].ceilings["A"] = None  # type: ignore[index]
