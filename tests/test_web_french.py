"""Figures and dates of the screens, and the small components that carry them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory

from segur.regulation.dates import PARIS
from segur.regulation.finding import Finding, Severity
from segur.templatetags import french

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=PARIS)


def render(source: str, **context: object) -> str:
    return Template("{% load french ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("16690.22"), "16\u00a0690,22\u00a0€"),
        (Decimal("0"), "0,00\u00a0€"),
        (Decimal("-8156.08"), "−8\u00a0156,08\u00a0€"),
        (None, "—"),
    ],
)
def test_euros(amount: Decimal | None, text: str) -> None:
    assert french.eur(amount) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("8613.50"), "+8\u00a0613,50\u00a0€"),
        (Decimal("-6524.86"), "−6\u00a0524,86\u00a0€"),
        (Decimal("0.00"), "—"),
        (None, "—"),
    ],
)
def test_difference_of_euros_carries_its_sign(amount: Decimal | None, text: str) -> None:
    assert french.eur_difference(amount) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(Decimal("0.40"), "40\u00a0%"), (Decimal("0.682"), "68,2\u00a0%"), (Decimal(1), "100\u00a0%"), (None, "—")],
)
def test_percent(share: Decimal | None, text: str) -> None:
    assert french.percent(share) == text


@pytest.mark.parametrize(
    ("number", "text"), [(Decimal("0.50"), "0,5"), (Decimal("1.0"), "1"), (Decimal("61234.25"), "61\u00a0234,25")]
)
def test_decimal_without_useless_zeros(number: Decimal, text: str) -> None:
    assert french.decimal(number) == text


def test_dates_in_words() -> None:
    assert french.day(date(2026, 11, 1)) == "1er novembre 2026"
    assert french.weekday(date(2026, 11, 10)) == "mardi 10 novembre 2026"
    assert french.short_day(date(2026, 6, 2)) == "2 juin 2026"
    assert french.short_day(date(2026, 7, 1)) == "1er juil. 2026"


def test_instants_are_told_in_paris() -> None:
    midnight_in_paris = datetime(2026, 7, 31, 22, 0, tzinfo=UTC)
    assert french.day(midnight_in_paris) == "1er août 2026"
    assert french.instant(datetime(2026, 11, 10, 11, 0, tzinfo=UTC)) == "10 novembre 2026 à 12\u00a0h"
    assert french.weekday_instant(NOW) == "mardi 24 novembre 2026 à 9\u00a0h\u00a012"


@pytest.mark.parametrize("name", ["eur", "whole", "decimal", "percent", "day", "weekday", "short_day", "instant"])
def test_unknown_is_a_dash(name: str) -> None:
    assert render("{{ value|" + name + " }}", value=None) == "—"


@pytest.mark.parametrize(
    ("limit", "sign", "words", "tone"),
    [
        (date(2026, 12, 1), "J−7", "dans 7 jours", "is-late"),
        (date(2026, 12, 2), "J−8", "dans 8 jours", '"countdown "'),
        (date(2026, 11, 25), "J−1", "dans 1 jour", "is-late"),
        (date(2026, 11, 24), "Jour J", "aujourd’hui", "is-late"),
        (date(2026, 11, 11), "J+13", "en retard de 13 jours", "is-late"),
        (datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), "J−6", "dans 6 jours", "is-late"),
    ],
)
def test_countdown_is_read_as_words(limit: date, sign: str, words: str, tone: str) -> None:
    shown = render("{% countdown limit now %}", limit=limit, now=NOW)
    assert f'<span aria-hidden="true">{sign}</span>' in shown
    assert f'<span class="visually-hidden">{words}</span>' in shown
    assert tone in shown


def test_countdown_to_a_target_is_amber_and_a_day_gone_is_quiet() -> None:
    assert "is-target" in render("{% countdown limit now target=True %}", limit=date(2026, 11, 26), now=NOW)
    gone = render("{% countdown limit now missed=False %}", limit=date(2026, 11, 10), now=NOW)
    assert "is-past" in gone
    assert "passé depuis 14 jours" in gone


def test_amount_of_a_cell() -> None:
    assert (
        render("{% amount value %}", value=Decimal("20028.26")) == '<span class="amount">20\u00a0028,26\u00a0€</span>'
    )
    assert "inconnu" in render("{% amount value %}", value=None)
    assert "amount-less" in render("{% amount value signed=True %}", value=Decimal("-0.01"))
    assert "amount-more" in render("{% amount value signed=True %}", value=Decimal("0.01"))


def test_badge_is_icon_and_word() -> None:
    shown = render('{% badge "done" "Validée" %}')
    assert 'class="badge is-done"' in shown
    assert shown.count("<svg") == 1
    assert 'aria-hidden="true"' in shown
    assert "Validée</span>" in shown


def test_badge_escapes_its_words() -> None:
    assert "<b>" not in render('{% badge "idle" words %}', words="<b>")


def test_rule_chip_leads_to_the_rule() -> None:
    shown = render('{% rule "R43" %}')
    assert 'href="/regles/R43/"' in shown
    assert "règle </span>R43" in shown
    assert render('{% rule "" %}') == ""


def test_icon_alone_has_a_name() -> None:
    assert 'aria-label="Alertes"' in render('{% icon "bell" 18 "Alertes" %}')
    assert 'aria-hidden="true"' in render('{% icon "bell" %}')


class Account(forms.Form):
    login = forms.CharField(label="Identifiant", help_text="Celui de votre poste.")
    programme = forms.ChoiceField(
        label="Programme", choices=[("ris", "RIS"), ("db", "DRIMbox")], widget=forms.RadioSelect
    )
    kept = forms.BooleanField(label="Garder la session", required=False)


def test_field_ties_hint_and_error_to_its_input() -> None:
    shown = render("{% field form.login aside='3 numéros' hint='Un seul mot.' %}", form=Account(data={}))
    assert '<label class="field-name" for="id_login">Identifiant</label>' in shown
    assert 'aria-describedby="id_login_helptext id_login_error"' in shown
    assert 'id="id_login_helptext"' in shown
    assert 'id="id_login_error"' in shown
    assert "3 numéros" in shown
    assert "Un seul mot." in shown


def test_choice_is_a_named_group_and_a_tick_keeps_its_label() -> None:
    form = Account()
    group = render("{% field form.programme %}", form=form)
    assert "<fieldset" in group
    assert group.count('type="radio"') == 2
    assert '<label class="check" for="id_kept">' in render("{% field form.kept %}", form=form)


def test_errors_are_summed_with_links() -> None:
    form = Account(data={})
    form.full_clean()
    form.add_error(None, "Ce FINESS figure deux fois.")
    shown = render("{% error_summary form %}", form=form)
    assert "3 réponses sont à corriger." in shown
    assert 'href="#id_login"' in shown
    assert "Ce FINESS figure deux fois." in shown
    assert render("{% error_summary form %}", form=Account()).strip() == ""


def test_blocker_says_what_why_and_where_to_go() -> None:
    finding = Finding("R65-pilots", Severity.ERROR, "Deux pilotes conformes sur trois.", "§6.3", "Refaites le PV.")
    shown = render("{% blocker finding '/pv/' 'Préparer le PV' %}", finding=finding)
    assert "is-refused" in shown
    assert 'href="/regles/R65/"' in shown
    assert "Refaites le PV." in shown
    assert '<a class="btn" href="/pv/">Préparer le PV</a>' in shown
    warning = Finding("orders-file", Severity.WARNING, "Fichier vide.", "contrat")
    assert "is-attention" in render("{% blocker finding %}", finding=warning)


def test_pager_keeps_the_other_filters() -> None:
    page = Paginator(range(1, 1240), 25).page(2)
    request = RequestFactory().get("/commandes/", {"tranche": "D", "page": "2"})
    shown = render("{% pager page %}", page=page, request=request)
    assert "26 à 50 sur 1\u00a0239" in shown
    assert 'href="?tranche=D&amp;page=3"' in shown
    assert 'rel="prev"' in shown
