"""Every page of the foundation, for every role: it renders, it is closed to strangers, it has one title."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape

import pytest
import time_machine
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from segur.context import NAVIGATION, THEME_COOKIE, navigation
from segur.demo_accounts import ACCOUNTS
from segur.models import Role, User
from segur.regulation.dates import PARIS, format_instant_fr
from segur.regulation.money import format_eur
from segur.regulation.rules import rules
from segur.regulation.schema import Programme
from segur.texts import catalogue

pytestmark = pytest.mark.django_db

PASSWORD = "orge-et-lin-2026"
PAGES = [
    "/baremes/",
    "/baremes/?programme=IMG-DB-Va2",
    "/regles/",
    "/regles/R43/",
    "/regles/A1/",
    "/compte/mot-de-passe/",
]


def person(role: Role) -> User:
    admin = role is Role.ADMIN
    return User.objects.create_user(
        f"u-{role}", password=PASSWORD, first_name="Élise", last_name="Morvan", role=role, is_staff=admin
    )


@pytest.fixture
def signed_in() -> Client:
    client = Client()
    client.force_login(person(Role.BACK_OFFICE))
    return client


def plain(text: str) -> str:
    """Every space of French typography as one ordinary space."""
    return re.sub(r"\s+", " ", unescape(text)).strip()


def text_of(response: HttpResponse) -> str:
    return plain(re.sub(r"<[^>]*>", " ", response.content.decode()))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("path", PAGES)
def test_each_page_for_each_role(path: str, role: Role) -> None:
    client = Client()
    client.force_login(person(role))
    response = client.get(path)
    html = response.content.decode()
    assert response.status_code == 200
    assert len(re.findall(r"<h1[ >]", html)) == 1
    assert '<html lang="fr"' in html
    assert '<a class="skip" href="#contenu">' in html
    assert '<main class="content" id="contenu"' in html
    assert 'aria-live="polite"' in html
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'(?:href="#|aria-labelledby="|for=")([^"]+)"', html):
        assert target in ids


@pytest.mark.parametrize("path", ["/", *PAGES, "/regles/R999/"])
def test_strangers_are_sent_to_the_login(path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/compte/connexion/?next=")


@pytest.mark.parametrize("path", PAGES)
def test_policy_allows_no_inline_code(signed_in: Client, path: str) -> None:
    response = signed_in.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert "script-src 'self'" in policy
    html = response.content.decode()
    assert " style=" not in html
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)


def test_links_of_the_frame_lead_somewhere(signed_in: Client) -> None:
    html = signed_in.get("/baremes/").content.decode()
    links = {link for link in re.findall(r'href="(/[^"#]*)"', html) if not link.startswith("/static/")}
    assert {"/baremes/", "/regles/", "/compte/mot-de-passe/"} <= links
    for link in links:
        assert signed_in.get(link, follow=True).status_code == 200


def test_administration_is_shown_to_staff_only() -> None:
    names = {role: [link.label for group in navigation(person(role), "/") for link in group.links] for role in Role}
    assert "Administration" in names[Role.ADMIN]
    assert all("Administration" not in shown for role, shown in names.items() if role is not Role.ADMIN)
    known = {entry.label for _, entries in NAVIGATION for entry in entries}
    assert all(set(shown) <= known for shown in names.values())


def test_current_place_is_marked_and_a_subpage_keeps_it(signed_in: Client) -> None:
    html = signed_in.get("/regles/R43/").content.decode()
    current = re.findall(r'<a class="rail-link"\s+href="([^"]+)"\s+aria-current="page"', html)
    assert current == ["/regles/"]


def test_home_leads_to_the_first_place(signed_in: Client) -> None:
    response = signed_in.get("/")
    assert response.status_code == 302
    assert signed_in.get(response.headers["Location"]).status_code == 200


def test_day_of_the_bar_is_told_in_full(signed_in: Client) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 8, 0, tzinfo=PARIS), tick=False):
        assert "lundi 23 novembre 2026" in text_of(signed_in.get("/regles/"))


# The way in


def test_login_opens_the_page_that_was_asked() -> None:
    person(Role.PROJECT_MANAGER)
    client = Client()
    response = client.post(
        "/compte/connexion/", {"username": "u-project_manager", "password": PASSWORD, "next": "/baremes/"}
    )
    assert response.headers["Location"] == "/baremes/"


def test_wrong_password_is_said_in_french_and_tied_to_nothing_else() -> None:
    person(Role.PROJECT_MANAGER)
    response = Client().post("/compte/connexion/", {"username": "u-project_manager", "password": "faux"})
    assert response.status_code == 200
    assert "Identifiant ou mot de passe inconnu." in text_of(response)


def test_empty_login_names_both_fields() -> None:
    shown = text_of(Client().post("/compte/connexion/", {}))
    assert "2 réponses sont à corriger." in shown
    assert "Saisissez votre identifiant." in shown
    assert "Saisissez votre mot de passe." in shown


def test_five_refusals_suspend_the_login() -> None:
    person(Role.PROJECT_MANAGER)
    client = Client(REMOTE_ADDR="127.0.0.9")
    wrong = {"username": "u-project_manager", "password": "faux"}
    answers = [client.post("/compte/connexion/", wrong) for _ in range(5)]
    assert [answer.status_code for answer in answers[:4]] == [200] * 4
    assert answers[4].status_code == 429
    assert "Réessayez dans 15 minutes." in text_of(answers[4])
    right = client.post("/compte/connexion/", {**wrong, "password": PASSWORD})
    assert right.status_code == 429


def test_demonstration_accounts_are_shown_in_the_demonstration_only(settings: Settings) -> None:
    settings.SEGUR_DEMO = False
    closed = Client().get("/compte/connexion/").content.decode()
    settings.SEGUR_DEMO = True
    demo = Client().get("/compte/connexion/").content.decode()
    for account in ACCOUNTS:
        assert account.password in demo
        assert account.password not in closed
    assert "Comptes de démonstration" not in closed
    assert {account.role for account in ACCOUNTS} >= {Role.PROJECT_MANAGER, Role.BACK_OFFICE, Role.ADMIN}


def test_leaving_is_a_post_and_ends_at_the_login(signed_in: Client) -> None:
    assert signed_in.get("/compte/deconnexion/").status_code == 405
    assert signed_in.post("/compte/deconnexion/").headers["Location"] == "/compte/connexion/"
    assert signed_in.get("/baremes/").status_code == 302


def test_password_is_changed_and_the_session_stays(signed_in: Client) -> None:
    new = "seigle-et-chanvre-2027"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    response = signed_in.post("/compte/mot-de-passe/", form, follow=True)
    assert "Le nouveau mot de passe est en service." in text_of(response)
    assert User.objects.get().check_password(new)
    refused = signed_in.post("/compte/mot-de-passe/", {**form, "new_password2": "autre"})
    assert "à corriger" in text_of(refused)


# Theme


@pytest.mark.parametrize(("chosen", "attribute"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')])
def test_theme_is_kept_on_this_browser(signed_in: Client, chosen: str, attribute: str) -> None:
    response = signed_in.post("/affichage/theme/", {"theme": chosen, "next": "/regles/?q=am"})
    assert response.headers["Location"] == "/regles/?q=am"
    assert attribute in signed_in.get("/regles/").content.decode()
    signed_in.post("/affichage/theme/", {"theme": "system", "next": "/regles/"})
    assert "data-theme" not in signed_in.get("/regles/").content.decode()


def test_theme_refuses_unknown_values_and_foreign_addresses(signed_in: Client) -> None:
    response = signed_in.post("/affichage/theme/", {"theme": "rose", "next": "https://ailleurs.example/"})
    assert response.headers["Location"] == "/"
    assert THEME_COOKIE not in response.cookies
    signed_in.cookies[THEME_COOKIE] = '"><script>'
    assert "data-theme" not in signed_in.get("/regles/").content.decode()


# Rules


def test_every_rule_has_its_page(signed_in: Client) -> None:
    for rule in rules():
        html = signed_in.get(reverse("rule", args=[rule.code])).content.decode()
        assert rule.code in html


def test_rule_search_is_blind_to_accents_and_case(signed_in: Client) -> None:
    shown = signed_in.get("/regles/", {"q": "REFERENCEMENT 120"})
    assert "R23" in text_of(shown)
    assert "R1 " not in text_of(shown)
    assert signed_in.get("/regles/", {"q": "r43"}).headers["Location"] == "/regles/R43/"
    nothing = text_of(signed_in.get("/regles/", {"q": "<zzz>"}))
    assert "Aucune règle ne contient" in nothing


def test_unknown_rule_is_not_found(signed_in: Client) -> None:
    response = signed_in.get("/regles/R999/")
    assert response.status_code == 404
    assert "Page introuvable" in text_of(response)


# Scales


@pytest.mark.parametrize("programme", catalogue().programmes(), ids=lambda it: f"{it.id}-{it.version}")
def test_scales_show_every_figure_of_the_texts(signed_in: Client, programme: Programme) -> None:
    shown = text_of(signed_in.get("/baremes/", {"programme": programme.id}))
    secondary = programme.secondary
    tables = [prestation.ceilings for prestation in programme.prestations.values()]
    cells = [
        cell
        for table in (*tables, secondary.forfait_master, secondary.forfait_slave)
        for amounts in table.values()
        for cell in amounts
    ]
    assert len(cells) == 4 * 8 * 3
    for cell in cells:
        assert plain(cell.unknown or format_eur(cell.known())) in shown
        assert plain(cell.source) in shown
    dates = [date.at for date in programme.dates]
    for date in dates:
        assert plain(date.unknown or format_instant_fr(date.known(), weekday=True)) in shown
    values = [*programme.delays.values(), programme.advance_share, programme.pilots, secondary.perf_master, *dates]
    for value in values:
        assert plain(value.source) in shown
        assert plain(value.provisional or value.unknown) in shown
    sentences = [text for mention in programme.mentions for text in (mention.text, *mention.variants)]
    papers = [paper.label for asked in programme.documents.values() for paper in asked]
    damaged = [act.reason for act in programme.damaged_acts]
    for text in (*sentences, *papers, *damaged, *(note.text for note in programme.notes)):
        assert plain(text) in shown


def test_scales_say_what_is_provisional_and_unknown(signed_in: Client) -> None:
    ris = text_of(signed_in.get("/baremes/"))
    drimbox = text_of(signed_in.get("/baremes/?programme=IMG-DB-Va2"))
    assert "Aucune valeur provisoire." in ris
    assert "Mise à jour DB, tranches E, F, G, H" in drimbox
    assert "Barème non publié dans les sources" in drimbox
    assert "Barème non publié dans les sources" not in ris
    assert "Le jour de parution au Journal officiel" in ris


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 11, 10, 12, 0, tzinfo=PARIS), "Date 4 · prochaine"),
        (datetime(2026, 11, 10, 12, 0, 1, tzinfo=PARIS), "Date 5 · prochaine"),
        (datetime(2027, 9, 22, 12, 0, 1, tzinfo=PARIS), None),
    ],
)
def test_next_date_is_marked_and_noon_is_inclusive(signed_in: Client, now: datetime, words: str | None) -> None:
    """A13: at 12:00:00 the limit still runs, one second later it has passed."""
    with time_machine.travel(now, tick=False):
        client = Client()
        client.force_login(User.objects.get())
        shown = text_of(client.get("/baremes/"))
    assert ("· prochaine" in shown) == bool(words)
    assert words is None or words in shown


def test_unknown_programme_is_not_found(signed_in: Client) -> None:
    assert signed_in.get("/baremes/?programme=IMG-XX").status_code == 404


# Messages and errors


@pytest.mark.parametrize(
    ("level", "state"),
    [
        (constants.ERROR, "is-refused"),
        (constants.WARNING, "is-attention"),
        (constants.SUCCESS, "is-done"),
        (constants.INFO, "is-progress"),
    ],
)
def test_message_takes_the_colours_of_its_level(level: int, state: str) -> None:
    shown = render_to_string("components/messages.html", {"messages": [Message(level, "Journal transmis.")]})
    assert f"note {state}" in shown
    assert "Journal transmis." in shown


@pytest.mark.parametrize(
    ("template", "title"),
    [
        ("400", "Demande illisible"),
        ("403", "Accès réservé"),
        ("403_csrf", "Formulaire expiré"),
        ("404", "Page introuvable"),
        ("500", "Erreur du serveur"),
        ("registration/locked", "Connexion suspendue"),
    ],
)
def test_error_pages_stand_without_a_request(template: str, title: str) -> None:
    html = render_to_string(f"{template}.html")
    assert len(re.findall(r"<h1[ >]", html)) == 1
    assert title in html
    assert "tokens.css" in html


def test_missing_token_is_told_in_french() -> None:
    person(Role.READER)
    response = Client(enforce_csrf_checks=True).post("/compte/connexion/", {"username": "x", "password": "y"})
    assert response.status_code == 403
    assert "Formulaire expiré" in text_of(response)


def test_administration_is_french_and_wears_the_colours() -> None:
    admin = User.objects.create_superuser("u-root", password=PASSWORD, role=Role.ADMIN)
    client = Client()
    client.force_login(admin)
    response = client.get("/admin/")
    assert "Administration" in text_of(response)
    assert "Déconnexion" in text_of(response)
    assert "segur/admin.css" in response.content.decode()
