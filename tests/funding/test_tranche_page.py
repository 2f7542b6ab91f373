"""Page « Calcul de tranche » as a person uses it: ask, read, correct, find again (R49-R55)."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from funding.forms.tranche import MAX_CHARACTERS, MAX_NUMBERS
from funding.models import ReferenceCount, TrancheCalculation
from segur.models import Role
from tests.funding.activity_files import REAL_SAE, number
from tests.funding.tranche_page import (
    ANNEXE,
    CENTRE,
    EXAMINATIONS,
    LOST_ZERO,
    NUCLEAR_DOCTOR,
    QUESTION,
    RADIOLOGISTS,
    STRANGER,
    ask,
    latest,
    load_counts,
    plain,
    signed_in,
    text_of,
)

pytestmark = pytest.mark.django_db

LISTS = ("finess_radiology", "am_radiology", "finess_nuclear", "am_nuclear")


@pytest.fixture
def client() -> Client:
    load_counts()
    return signed_in()


def test_the_form_asks_what_the_ans_asks_and_writes_nothing(client: Client) -> None:
    response = client.get("/tranche/")
    page = response.content.decode()
    words = text_of(response)
    for label in ("FINESS radiologie", "AM radiologie", "FINESS médecine nucléaire", "AM médecine nucléaire"):
        assert f">{label}</label>" in page
    assert "Établissement ou référence" in words
    assert "E-mail du destinataire autorisé par l’ANS" in words
    assert "sur l’activité 2023 : SAE, feuille IMAGES, 24 novembre 2026" in words
    assert "le service de l’ANS fait foi" in words
    assert not TrancheCalculation.objects.exists()


def test_an_answer_has_an_address_without_numbers_and_is_kept(client: Client) -> None:
    response = client.post("/tranche/", QUESTION)
    kept = latest()
    assert response.status_code == 302
    assert response["Location"] == f"/tranche/{kept.pk}/#resultat"
    assert (kept.tranche, kept.examinations, kept.activity) == ("D", EXAMINATIONS, "mixed")
    assert kept.created_by is not None
    assert kept.created_by.username == "u-back_office"


def test_the_result_reads_as_the_mail_of_the_ans(client: Client) -> None:
    words = text_of(ask(client))
    assert "61 234 examens pondérés 60 001 à 120 000 · médecine nucléaire × 5" in words
    assert "FINESS radiologie 2 valides, 1 non valide" in words
    assert f"{CENTRE} 41 820" in words
    assert "AM radiologie 3 valides, 1 non valide" in words
    assert f"{STRANGER} AM absent des comptages chargés : cela ne prouve rien (F3)." in words
    assert f"{CENTRE} 1 402 × 5 = 7 010" in words
    assert f"{ANNEXE} FINESS sans activité de médecine nucléaire en 2023, connu en radiologie." in words
    assert "AM médecine nucléaire 0 valide, 1 non valide" in words


def test_ceilings_and_payments_of_the_four_prestations(client: Client) -> None:
    words = text_of(ask(client))
    vague_2 = "16 690,22 € TTC 8,5 % 18 108,89 € TTC 20 % 20 028,26 € Avance 40 % 8 011,30 € Solde 60 % 12 016,96 €"
    vague_1_2 = "21 369,72 € TTC 8,5 % 23 186,14 € TTC 20 % 25 643,66 € Avance 40 % 10 257,46 € Solde 60 % 15 386,20 €"
    forfait = "Semestre 834,51 € 6 semestres 5 007,06 €"
    assert f"RIS · Mise à jour vague 2 HT {vague_2} {forfait}" in words
    assert f"RIS · Mise à jour vague 1 et vague 2 HT {vague_1_2} {forfait}" in words
    assert f"DRIMbox · Mise à jour DB HT {vague_2} Forfait barème non publié" in words
    assert f"DRIMbox · Nouvelle acquisition DB HT {vague_1_2} Forfait barème non publié" in words
    assert "RIS esclave, forfait E : 417,26 € par semestre, 2 503,56 € en tout" in words


def test_each_figure_says_where_it_comes_from(client: Client) -> None:
    words = text_of(ask(client))
    assert "Nombres : SAE, feuille IMAGES, chargés le 24 novembre 2026." in words
    assert "Seuils : AF-IMG-RIS-Va2 §5.3." in words
    assert "RIS : plafonds, AF-IMG-RIS-Va2 §5.3 ; forfaits, AF-IMG-RIS-Va2 §5.4 ; avance et solde" in words
    assert "DRIMbox : plafonds, Webinaire ANS/ASP du 24/04/2025 (service de calcul)" in words
    page = ask(client).content.decode()
    for rule in ("R52", "A3", "R40", "R56"):
        assert f'href="/regles/{rule}/"' in page


def test_the_warning_names_the_least_active_decisive_number_and_its_cost(client: Client) -> None:
    words = text_of(ask(client))
    assert "À 1 234 examens du seuil C." in words
    cost = "ferait passer en C : −8 156,08 € (plafond et forfaits publiés, TTC 20 %)."
    assert f"5 numéros sont décisifs. Perdre le moins actif, {RADIOLOGISTS[2]} (1 464 examens), {cost}" in words
    assert "Il en faudrait 58 767 de plus pour E." in words


def test_one_decisive_number_is_named_alone(client: Client) -> None:
    words = text_of(ask(client, activity="radiology", finess_radiology=f"{CENTRE};{LOST_ZERO}", am_radiology=""))
    assert "À 12 320 examens du seuil B." in words
    assert f"Perdre {CENTRE} (41 820 examens) ferait passer en A" in words


def test_a_single_number_is_not_called_at_risk(client: Client) -> None:
    page = ask(client, activity="radiology", finess_radiology=LOST_ZERO, am_radiology="").content.decode()
    assert "Première tranche." in plain(page)
    assert "Il en faudrait 14 501 de plus pour B." in plain(page)
    assert "Perdre" not in page


@pytest.mark.parametrize(
    ("count", "headline"),
    [
        (15_000, "Première tranche."),
        (15_001, "À 1 examen du seuil A. Il en faudrait 15 000 de plus pour C."),
        (960_001, "À 1 examen du seuil G. C’est la dernière tranche."),
    ],
)
def test_distances_at_the_edges(count: int, headline: str) -> None:
    only = number("73000777")
    load_counts(("finess", only, "radiology", count))
    words = text_of(ask(signed_in(), activity="radiology", finess_radiology=only, am_radiology=""))
    assert headline in words


def test_the_neighbours_and_what_they_change(client: Client) -> None:
    words = text_of(ask(client))
    table = words[words.index("Si la tranche changeait") :]
    assert "Tranche C Examens 30 001 à 60 000 RIS · Mise à jour vague 2 13 503,40 € Écart avec D −6 524,86 €" in table
    assert "Tranche E Examens 120 001 à 240 000 RIS · Mise à jour vague 2 28 641,76 € Écart avec D +8 613,50 €" in table
    assert "DRIMbox · Mise à jour DB provisoire 28 641,76 €" in table
    assert "Valeur provisoire. Le webinaire imprime des montants impossibles (A1)" in words


def test_a_drimbox_compares_its_own_prestation_first(client: Client) -> None:
    words = text_of(ask(client, programme="IMG-DB-Va2"))
    table = words[words.index("Si la tranche changeait") :]
    assert "Tranche C Examens 30 001 à 60 000 DRIMbox · Mise à jour DB 13 503,40 € Écart avec D −6 524,86 €" in table
    assert "ferait passer en C : −6 524,86 € (plafond et forfaits publiés, TTC 20 %)." in words


def test_the_scale_shows_the_real_filling(client: Client) -> None:
    page = ask(client).content.decode()
    fills = [int(value) for value in re.findall(r'<progress value="(\d+)" max="100"', page)]
    assert fills == [100, 100, 100, 2, 0, 0, 0, 0]
    assert page.count('<li aria-current="true">') == 1


def test_only_the_lists_of_the_activity_count_and_the_rest_is_said(client: Client) -> None:
    response = ask(client, activity="nuclear")
    kept = latest()
    assert (kept.finess_radiology, kept.am_radiology) == ([], [])
    assert kept.examinations == 7_010
    words = text_of(response)
    assert "7 numéros laissés de côté : l’activité choisie est Médecine nucléaire." in words
    assert "FINESS médecine nucléaire 1 valide, 1 non valide" in words
    assert "FINESS radiologie 2 valides" not in words


def test_nothing_counts_each_number_says_why(client: Client) -> None:
    response = ask(
        client, finess_radiology="999999999", am_radiology=NUCLEAR_DOCTOR, finess_nuclear="", am_nuclear="abc"
    )
    words = text_of(response)
    assert response.status_code == 200
    assert latest().tranche == ""
    assert "Aucune tranche aucun numéro ne compte : sans activité en 2023, pas de financement" in words
    assert "999999999 FINESS absent des comptages chargés" in words
    assert f"{NUCLEAR_DOCTOR} AM sans activité de radiologie en 2023, connu en médecine nucléaire." in words
    assert "« abc » n’est pas un numéro AM. Un numéro AM compte 9 chiffres." in words
    assert "Plafonds et paiements" not in words


def test_a_lost_zero_is_cured_by_one_button(client: Client) -> None:
    lost = LOST_ZERO[1:]
    page = ask(client).content.decode()
    assert f"{lost} a 8 caractères : zéro de tête perdu dans un tableur ?" in plain(page)
    assert "3 numéros, 1 à corriger" in page
    assert f'name="replace" value="finess_radiology:{lost}">Remplacer par {LOST_ZERO}</button>' in plain(page)
    cured = ask(client, replace=f"finess_radiology:{lost}")
    assert latest().finess_radiology == [CENTRE, ANNEXE, LOST_ZERO]
    assert latest().examinations == EXAMINATIONS + 500
    assert "à corriger" not in cured.content.decode()


@pytest.mark.parametrize(
    "choice", ["", "reference:10000933", "finess_radiology:abc", "am_nuclear", "x:y:z", "\x00:\x00"]
)
def test_a_replacement_that_means_nothing_changes_nothing(client: Client, choice: str) -> None:
    ask(client, replace=choice)
    assert latest().finess_radiology == [CENTRE, ANNEXE, LOST_ZERO[1:]]


def test_an_excel_notation_is_named_and_not_guessed(client: Client) -> None:
    response = ask(client, finess_radiology=f"{CENTRE};7,3E+08")
    assert "« 7,3E+08 » est une notation de tableur : les derniers chiffres sont peut-être perdus." in text_of(response)
    assert latest().tranche == "C"


def test_long_lists_of_wrong_numbers_are_summed_up_under_their_field(client: Client) -> None:
    words = text_of(ask(client, finess_radiology=";".join(f"X{n}" for n in range(12))))
    assert "12 numéros, 12 à corriger" in words
    assert "Et 7 autres, listés dans le résultat." in words


def test_an_empty_form_is_refused_at_its_field(client: Client) -> None:
    response = client.post("/tranche/", {})
    words = text_of(response)
    assert response.status_code == 422
    assert "3 réponses sont à corriger." in words
    assert "Choisissez RIS ou DRIMbox." in words
    assert "Choisissez Radiologie, Médecine nucléaire ou Mixte." in words
    assert "Aucun numéro saisi. Remplissez au moins une des listes." in words
    assert not TrancheCalculation.objects.exists()


def test_a_list_that_the_activity_leaves_out_does_not_fill_the_form(client: Client) -> None:
    empty = dict.fromkeys(LISTS, "")
    response = client.post("/tranche/", {**QUESTION, **empty, "activity": "nuclear", "am_radiology": RADIOLOGISTS[0]})
    assert response.status_code == 422
    assert "FINESS médecine nucléaire · Aucun numéro saisi." in text_of(response)


@pytest.mark.parametrize("field", [*LISTS, "reference", "recipient", "programme", "activity"])
@pytest.mark.parametrize(
    "attack", ["'; DROP TABLE funding_trancheCalculation; --", "<script>alert(1)</script>", "{{ 7|add:7 }}"]
)
def test_code_in_any_field_is_text(client: Client, field: str, attack: str) -> None:
    response = ask(client, **{field: attack})
    page = response.content.decode()
    assert response.status_code in {200, 422}
    assert "<script>alert" not in page
    assert TrancheCalculation.objects.count() == (response.status_code == 200)


@pytest.mark.parametrize("field", [*LISTS, "reference", "recipient"])
def test_a_null_character_is_refused_in_french(client: Client, field: str) -> None:
    response = ask(client, **{field: f"{CENTRE}\x00"})
    assert response.status_code == 422
    assert "nul" in text_of(response)
    assert not TrancheCalculation.objects.exists()


def test_more_numbers_than_a_calculation_takes_are_refused(client: Client) -> None:
    numbers = ";".join(f"{n:09d}" for n in range(1, MAX_NUMBERS + 2))
    response = ask(client, finess_radiology=numbers)
    assert response.status_code == 422
    assert "5 001 numéros saisis : un calcul en accepte 5 000 au plus." in text_of(response)
    half = ";".join(f"{n:09d}" for n in range(1, MAX_NUMBERS))
    response = ask(client, finess_radiology=half)
    assert response.status_code == 422
    assert "numéros saisis : un calcul en accepte 5 000 au plus." in text_of(response)
    assert not TrancheCalculation.objects.exists()


def test_a_text_that_no_list_needs_is_not_read(client: Client) -> None:
    response = ask(client, am_radiology="7" * (MAX_CHARACTERS + 1))
    assert response.status_code == 422
    assert "Liste trop longue pour être lue. Collez 5 000 numéros au plus." in text_of(response)


def test_a_form_of_megabytes_is_turned_away_without_being_read(client: Client) -> None:
    response = ask(client, am_radiology="7" * 3_000_000)
    assert response.status_code == 400
    assert not TrancheCalculation.objects.exists()


def test_wrong_choices_and_mail_are_named(client: Client) -> None:
    words = text_of(
        ask(client, programme="IMG-RIS-Va9", activity="cardiology", recipient="bureau", reference="x" * 201)
    )
    assert "Ce programme n’existe pas. Choisissez RIS ou DRIMbox." in words
    assert "Cette activité n’existe pas." in words
    assert "Cette adresse e-mail est incomplète." in words
    assert "4 réponses sont à corriger." in words


def test_before_any_count_is_loaded_the_page_says_how_to_load_them() -> None:
    words = text_of(signed_in().get("/tranche/"))
    assert "Aucune activité n’est chargée : aucun numéro ne compte." in words
    assert "python manage.py import_activity IMAGES_2023r.csv --source sae-images" in words


def test_the_staff_is_led_to_the_administration_of_counts() -> None:
    assert "dans l’administration" not in text_of(signed_in(Role.BACK_OFFICE).get("/tranche/"))
    assert "dans l’administration" in text_of(signed_in(Role.ADMIN).get("/tranche/"))


def test_the_form_comes_back_as_it_was_answered(client: Client) -> None:
    ask(client)
    page = plain(client.get(f"/tranche/{latest().pk}/").content.decode())
    assert 'value="Centre hospitalier de Valbrune"' in page
    assert f"{CENTRE}; {ANNEXE}; {LOST_ZERO[1:]}</textarea>" in page
    assert re.search(r'value="mixed"[^>]*checked', page)


def test_the_lists_are_ready_to_paste_in_the_form_of_the_ans(client: Client) -> None:
    page = ask(client).content.decode()
    assert f'id="copie-finess_radiology" rows="1" readonly>{CENTRE};{ANNEXE}</textarea>' in page
    assert f"AM radiologie\u00a0: {';'.join((*RADIOLOGISTS, STRANGER))}" in page
    assert 'data-copy="quatre-listes"' in page


def test_a_kept_answer_does_not_change_with_the_counts(client: Client) -> None:
    before = text_of(ask(client))
    ReferenceCount.objects.update(count=1)
    after = text_of(client.get(f"/tranche/{latest().pk}/"))
    assert before[before.index("Résultat") :] == after[after.index("Résultat") :]


def test_a_version_withdrawn_since_falls_back_on_the_one_in_force(client: Client) -> None:
    ask(client)
    TrancheCalculation.objects.update(regulation_version="withdrawn")
    words = text_of(client.get(f"/tranche/{latest().pk}/"))
    assert "version withdrawn des textes" in words
    assert "20 028,26 €" in words


def test_an_am_in_both_activities_is_said(client: Client) -> None:
    words = text_of(ask(client, am_nuclear=RADIOLOGISTS[0]))
    assert f"L’AM {RADIOLOGISTS[0]} figure dans les deux champs : un AM n’a qu’une activité." in words


@pytest.mark.parametrize("role", list(Role))
def test_every_role_calculates(role: Role) -> None:
    load_counts()
    assert "61 234 examens pondérés" in text_of(ask(signed_in(role)))


@pytest.mark.parametrize("path", ["/tranche/", "/tranche/calculs/", "/tranche/1/", "/tranche/1/pdf/"])
def test_a_stranger_is_sent_to_the_login(path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/compte/connexion/")


def test_a_stranger_cannot_calculate() -> None:
    assert Client().post("/tranche/", QUESTION).status_code == 302
    assert not TrancheCalculation.objects.exists()


@pytest.mark.parametrize("path", ["/tranche/424242/", "/tranche/424242/pdf/"])
def test_an_unknown_calculation_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_reading_writes_nothing_and_changes_no_method(client: Client) -> None:
    ask(client)
    pk = latest().pk
    for path in ("/tranche/", f"/tranche/{pk}/", "/tranche/calculs/", f"/tranche/{pk}/pdf/"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        assert not [query for query in queries.captured_queries if not query["sql"].startswith("SELECT")]
    assert client.post(f"/tranche/{pk}/").status_code == 405
    assert client.post("/tranche/calculs/").status_code == 405


def test_earlier_calculations_are_listed_without_their_numbers(client: Client) -> None:
    ask(client)
    page = client.get("/tranche/calculs/")
    words = text_of(page)
    assert (
        "Centre hospitalier de Valbrune Tranche D Examens pondérés 61 234 Programme IMG-RIS-Va2 Activité Mixte" in words
    )
    assert "Par Élise Morvan" in words
    assert not any(value in words for value in (*RADIOLOGISTS, STRANGER))


def test_the_list_of_calculations_is_bounded(client: Client) -> None:
    ask(client)
    model = latest()
    TrancheCalculation.objects.bulk_create(_copies(model, 60))
    first = client.get("/tranche/calculs/").content.decode()
    assert first.count('<th scope="row"') == 25
    assert "1 à 25 sur 61" in plain(first)
    assert client.get("/tranche/calculs/?page=3").content.decode().count('<th scope="row"') == 11
    assert client.get("/tranche/calculs/?page=-4").status_code == 200
    assert client.get("/tranche/calculs/?page=x").status_code == 200


def test_no_calculation_yet_is_said() -> None:
    assert "Aucun calcul gardé." in text_of(signed_in().get("/tranche/calculs/"))


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    many = [number(f"{n:08d}") for n in range(1, 501)]
    load_counts(*(("finess", value, "radiology", 100) for value in many))
    counted = {}
    for size in (5, 500):
        with CaptureQueriesContext(connection) as posted:
            client.post("/tranche/", {**QUESTION, "finess_radiology": ";".join(many[:size])})
        with CaptureQueriesContext(connection) as read:
            assert client.get(f"/tranche/{latest().pk}/").status_code == 200
        counted[size] = (len(posted), len(read))
    assert counted[5] == counted[500]
    listed = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/tranche/calculs/")
        listed.append(len(queries))
        TrancheCalculation.objects.bulk_create(_copies(latest(), 40))
    assert listed[0] == listed[1]


def test_a_long_list_keeps_what_is_left_out_in_view(client: Client) -> None:
    many = [number(f"{n:08d}") for n in range(1, 101)]
    load_counts(*(("finess", value, "radiology", 100) for value in many))
    page = ask(client, finess_radiology=";".join([*many, "999999999"]), am_radiology="").content.decode()
    first, _, rest = page.partition('<details class="tranche-more">')
    shown = re.findall(r'<span>(\d{9})</span>|tranche-wrong">(\d{9})<', first)
    assert len(shown) == 12
    assert ">999999999<" in first
    assert "Voir les 89 autres numéros" in plain(rest)
    assert all(rest.count(f"{value}\u00a0(100)") == 1 for value in many[11:])


def test_numbers_left_out_for_one_reason_stand_together_after_the_first_ones(client: Client) -> None:
    strangers = [f"{n:09d}" for n in range(700_000_001, 700_000_021)]
    page = ask(client, finess_radiology=";".join(strangers)).content.decode()
    hidden = plain(page.partition('<details class="tranche-more">')[2])
    assert f"Non valides : {'; '.join(strangers[12:])}. FINESS absent des comptages chargés" in hidden


def _copies(model: TrancheCalculation, count: int) -> list[TrancheCalculation]:
    fields = {field.attname: getattr(model, field.attname) for field in model._meta.fields if not field.primary_key}
    return [TrancheCalculation(**fields) for _ in range(count)]


if REAL_SAE.exists():

    def test_real_hospitals_of_the_sae_are_answered() -> None:
        call_command("import_activity", str(REAL_SAE), "--source", "sae-images", "--json")
        busiest = ReferenceCount.objects.filter(activity="radiology").order_by("-count")[:3]
        total = sum(row.count for row in busiest)
        numbers = ";".join(row.value for row in busiest)
        words = text_of(ask(signed_in(), activity="radiology", finess_radiology=numbers, am_radiology=""))
        assert latest().examinations == total
        assert f"{total:,} examens pondérés".replace(",", " ") in words
        assert "FINESS radiologie 3 valides, 0 non valide" in words
