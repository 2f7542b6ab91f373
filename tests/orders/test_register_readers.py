"""Public registers are read as their publishers ship them, whatever the year's wording and encoding (domain 7)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from stdnum import luhn

from orders.domain.registers import DoctorRecord, Speciality, StructureRecord, StructureType
from orders.exchange.registers import BadRow, LeftOut, read_finess, read_rpps, read_sae_identity
from orders.exchange.registers.rpps import speciality_of
from segur.exchange.source_file import SourceFile, UnusableFile, opened

REAL_IDENTITY = Path(__file__).resolve().parents[3] / "shared/data/sae-2023/ID_2023r.csv"


def finess(stem: str) -> str:
    """A made-up FINESS with its key (A5: Corsica's letters count as 1 and 2)."""
    return stem + luhn.calc_check_digit(stem.replace("A", "1").replace("B", "2"))


ET, EJ, CORSICAN, OVERSEAS = finess("99000123"), finess("99078005"), finess("2A000999"), finess("97040001")
RPPS = "1099999999" + luhn.calc_check_digit("1099999999")

T_FINESS = f"""source,date_maj,finess,finess8,etat,rs,type,ej_finess,ej_rs,siren,siret,categ_code,categ_lib,\
adresse_code_postal,adresse_lib_routage
x,2026-05-01,{ET},{ET[:8]},ACTUEL,"CH D’EXEMPLE, SITE A",ET,{EJ},CH D’EXEMPLE,267300218,26730021800017,355,\
Centre Hospitalier,73000,VALBRUNE
x,2026-05-01,{EJ},{EJ[:8]},ACTUEL,CH D’EXEMPLE,EJ,,,267300218,,14,Etab.Pub.,73000,VALBRUNE
x,2026-05-01,{CORSICAN.lower()},{CORSICAN[:8]},FERME,CLINIQUE FERMEE,ET,{EJ},,,,,,,
"""
STOCK = f"""finess;etalab;93;2026-05-01
structureet;{ET};{EJ};CH EXEMPLE;CENTRE HOSPITALIER D’EXEMPLE;;;1;R;DES LILAS;;;001;73;SAVOIE;73000 VALBRUNE;;;355;\
Centre Hospitalier;1102;CH;26730021800017;8610Z;03;ARS;1;PSPH;2001-01-01;2000-01-01;2026-04-01;
geolocalisation;{ET};900000.1;6500000.2;1,ATLASANTE;2026-04-01
"""
YEARLY = f"""nofinesset;nofinessej;rs;rslongue;departement;codepostal;ligneacheminement;categetab;libcategetab;siret
{OVERSEAS};{EJ};IMAGERIE SUD;;9D;97410;97410 SAINT PIERRE;124;Centre de Santé;
"""
ANNUAIRE = f"""Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|Prénom d'exercice|\
Code profession|Libellé profession|Code savoir-faire|Libellé savoir-faire|
8|{RPPS}|8{RPPS}|EXEMPLE|Alix|10|Médecin|SM44|Radio-diagnostic|
8|{RPPS}|8{RPPS}|EXEMPLE|Alix|10|Médecin|||
0|731234567|0731234567|AUTRE|Paul|60|Infirmier|||
8|123|8123|COURT|Luc|10|Médecin|||
"""


def read(reader: Callable[[SourceFile], Iterator[Any]], path: Path) -> list[Any]:
    with opened(path, limit=None) as file:
        return list(reader(file))


def write(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "registre.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_t_finess_gives_establishments_legal_entities_and_closures(tmp_path: Path, encoding: str) -> None:
    site, entity, closed = read(read_finess, write(tmp_path, T_FINESS, encoding))

    assert site == StructureRecord(
        finess=ET,
        type=StructureType.ESTABLISHMENT,
        name="CH D’EXEMPLE, SITE A",
        legal_finess=EJ,
        siren="267300218",
        siret="26730021800017",
        category_code="355",
        category="Centre Hospitalier",
        department="99",
        postcode="73000",
        city="VALBRUNE",
        open=True,
        legal_name="CH D’EXEMPLE",
    )
    assert isinstance(entity, StructureRecord) and entity.type is StructureType.LEGAL_ENTITY
    assert isinstance(closed, StructureRecord) and (closed.finess, closed.open) == (CORSICAN, False)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_the_stock_without_header_is_read_in_both_encodings_and_its_coordinates_are_left_out(
    tmp_path: Path, encoding: str
) -> None:
    site, coordinates = read(read_finess, write(tmp_path, STOCK, encoding))

    assert isinstance(site, StructureRecord)
    assert coordinates == LeftOut("coordonnées géographiques")
    assert site.name == "CENTRE HOSPITALIER D’EXEMPLE"
    assert (site.siren, site.postcode, site.city) == ("267300218", "73000", "VALBRUNE")


def test_the_yearly_variant_has_a_header_and_overseas_departments_have_four_characters(tmp_path: Path) -> None:
    (site,) = read(read_finess, write(tmp_path, YEARLY))

    assert isinstance(site, StructureRecord)
    assert (site.department, site.category, site.siren) == ("974", "Centre de Santé", None)


def test_a_row_that_cannot_be_read_is_named_by_its_line_and_the_others_go_on(tmp_path: Path) -> None:
    rows = read(read_finess, write(tmp_path, T_FINESS.replace(ET + "," + ET[:8], "12,12")))

    assert isinstance(rows[0], BadRow) and rows[0].line == 2
    assert "12" in rows[0].finding.message
    assert len(rows) == 3


def test_the_annuaire_gives_speciality_by_its_words_and_leaves_adeli_numbers_out(tmp_path: Path) -> None:
    first, second, adeli, short = read(read_rpps, write(tmp_path, ANNUAIRE))

    assert first == DoctorRecord(
        rpps=RPPS,
        family_name="EXEMPLE",
        given_name="Alix",
        physician=True,
        specialities=frozenset({Speciality.RADIOLOGY}),
        labels=("Radio-diagnostic",),
    )
    assert isinstance(second, DoctorRecord) and second.specialities == frozenset()
    assert adeli == LeftOut("autre identifiant que le RPPS")
    assert isinstance(short, BadRow)
    assert (short.line, short.finding.sentence) == (5, "Numéro RPPS mal formé. Attendu\u00a0: 11 chiffres.")


def test_other_professions_are_left_out_and_a_quotation_mark_is_text(tmp_path: Path) -> None:
    text = ANNUAIRE.replace("|10|Médecin|||", "|50|Pharmacien|||").replace("EXEMPLE|Alix", '"EXEMPLE|Alix')

    first, second, *_ = read(read_rpps, write(tmp_path, text))

    assert first.family_name == '"EXEMPLE'
    assert second == LeftOut("autre profession que médecin")


def test_a_row_cut_short_is_refused_with_its_line(tmp_path: Path) -> None:
    rows = read(read_rpps, write(tmp_path, ANNUAIRE + f"8|{RPPS}|8{RPPS}"))

    assert isinstance(rows[-1], BadRow)
    assert (rows[-1].line, rows[-1].finding.sentence) == (6, "3 colonnes au lieu de 10. Corrigez la ligne.")


@pytest.mark.parametrize(
    ("label", "speciality"),
    [
        ("Radio-diagnostic", Speciality.RADIOLOGY),
        ("Radiodiagnostic et imagerie médicale", Speciality.RADIOLOGY),
        ("Médecine nucléaire", Speciality.NUCLEAR),
        ("MEDECINE NUCLEAIRE", Speciality.NUCLEAR),
        ("Gynécologie médicale", Speciality.OTHER),
        ("Radiothérapie", Speciality.OTHER),
    ],
)
def test_speciality_words(label: str, speciality: Speciality) -> None:
    assert speciality_of(label) is speciality


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"PK\x03\x04\0\0", "archive ZIP"),
        ("identifiant;activité\n".encode(), "pas un fichier FINESS connu"),
    ],
)
def test_a_file_that_is_no_finess_register_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path = tmp_path / "registre.csv"
    path.write_bytes(content)

    with pytest.raises(UnusableFile, match=words):
        read(read_finess, path)


def test_a_folder_a_missing_file_and_a_missing_column_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="dossier"):
        read(read_finess, tmp_path)
    with pytest.raises(UnusableFile, match="n’existe pas"):
        read(read_rpps, tmp_path / "absent.txt")
    with pytest.raises(UnusableFile, match=r"colonne «.fi_ej"):
        read(read_sae_identity, write(tmp_path, "fi;rs;sir\n"))


if REAL_IDENTITY.exists():

    def test_the_real_identity_sheet_is_read_whole() -> None:
        records = read(read_sae_identity, REAL_IDENTITY)

        assert len(records) == 3975
        assert not [record for record in records if isinstance(record, BadRow)]
        fleyriat = next(r for r in records if isinstance(r, StructureRecord) and r.finess == "010000024")
        assert (fleyriat.name, fleyriat.legal_finess, fleyriat.siren) == ("CH DE FLEYRIAT", "010780054", "260100045")
