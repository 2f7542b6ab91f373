"""R22, R23: issue, signature, Date 0, Date 4, 120 days and the conditional mention."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from orders.domain.snapshot import OrderFacts
from segur.regulation.dates import midnight, noon
from segur.regulation.schema import Leaf, Programme
from tests.orders.order_forms import client, findings, one, other_client, programme, ris, said, solution

COMPLETE = date(2026, 4, 20)
DATE_4 = date(2026, 11, 10)


def signed(on: date | None, **changes: object) -> OrderFacts:
    return ris(clients=(client(signed_on=on),), **changes)


def with_date(number: int, at: object) -> Programme:
    known = programme()
    leaf = Leaf(at, "test") if at else Leaf(None, "test", unknown="inconnue")
    dates = [replace(d, at=leaf) if d.number == number else d for d in known.dates]
    return replace(known, dates=tuple(dates))


def test_a_form_that_breaks_no_rule_says_only_what_it_could_not_check() -> None:
    said_of_it = {finding.code: str(finding.severity) for finding in findings()}
    assert said_of_it == {"R22-date-0-unknown": "info", "R52-no-estimate": "info", "A17-columns": "info"}


class TestDate0:
    """R22: issued after Date 0."""

    def test_unknown_is_a_note_and_never_conforming(self) -> None:
        finding = one("R22-date-0-unknown")
        assert finding.severity == "info"
        assert finding.message == "Non contrôlé : la Date 0 n’est pas dans les sources."

    @pytest.mark.parametrize(("issued", "refused"), [("2025-03-09", True), ("2025-03-10", True), ("2025-03-11", False)])
    def test_known_it_is_checked_by_the_day(self, issued: str, refused: bool) -> None:
        of = with_date(0, midnight(date(2025, 3, 10)))
        order = ris(issued_on=date.fromisoformat(issued))
        assert bool(said("R22-issued-before-date-0", order, of=of)) is refused
        assert said("R22-date-0-unknown", order, of=of) == []

    def test_a_draft_has_no_issue_date_to_check(self) -> None:
        assert said("R22-issued-before-date-0", ris(issued_on=None), of=with_date(0, noon(date(2025, 3, 10)))) == []


class TestDate4:
    """R22: signed at Date 4 at the latest; the whole day is in time."""

    @pytest.mark.parametrize(("days", "refused"), [(-1, False), (0, False), (1, True)])
    def test_the_day_of_date_4(self, days: int, refused: bool) -> None:
        order = signed(DATE_4 + timedelta(days=days))
        found = said("R22-signed-after-date-4", order, now=noon(date(2026, 12, 1)))
        assert found == ([("error", "clients[0].signed_on")] if refused else [])

    def test_the_sentence(self) -> None:
        finding = one("R22-signed-after-date-4", signed(date(2026, 11, 11)), now=noon(date(2026, 12, 1)))
        assert finding.message == "Signée le 11 novembre 2026, après la Date 4 (10 novembre 2026)."
        assert finding.remedy == "Corrigez la date si elle est fausse ; sinon cette commande n’est pas finançable."

    @pytest.mark.parametrize(("today", "refused"), [(DATE_4, False), (DATE_4 + timedelta(days=1), True)])
    def test_no_signature_is_possible_any_more(self, today: date, refused: bool) -> None:
        found = said("R22-date-4-passed", signed(None), now=noon(today))
        assert found == ([("error", "clients[0].signed_on")] if refused else [])

    def test_the_day_is_that_of_paris(self) -> None:
        last_second = midnight(DATE_4 + timedelta(days=1)) - timedelta(seconds=1)
        assert said("R22-date-4-passed", signed(None), now=last_second) == []
        assert said("R22-date-4-passed", signed(None), now=last_second + timedelta(seconds=1)) != []

    def test_each_client_is_checked_and_named(self) -> None:
        order = ris(clients=(client(), other_client(signed_on=date(2026, 11, 20))))
        finding = one("R22-signed-after-date-4", order, now=noon(date(2026, 12, 1)))
        assert finding.path == "clients[1].signed_on"
        assert finding.message.startswith("Imagerie du Port : signée le 20 novembre 2026")

    def test_unknown_is_a_note(self) -> None:
        assert said("R22-date-4-unknown", of=with_date(4, None)) == [("info", "")]


@pytest.mark.parametrize(("day", "found"), [(9, [("warning", "clients[0].signed_on")]), (10, []), (11, [])])
def test_signed_before_it_was_issued(day: int, found: list[tuple[str, str]]) -> None:
    assert said("R22-signed-before-issue", signed(date(2026, 7, day))) == found


class TestConditionalMention:
    """R23: asked only of an order signed before the referencing."""

    @pytest.mark.parametrize(
        ("signed_on", "conditional"), [("2026-06-30", True), ("2026-07-01", False), ("2026-07-02", False)]
    )
    def test_a_decision_of_the_day_was_there_first(self, signed_on: str, conditional: bool) -> None:
        found = said("R23-mention", signed(date.fromisoformat(signed_on), issued_on=date(2026, 6, 1)))
        assert found == ([("error", "conditional_mention")] if conditional else [])

    def test_no_decision_yet(self) -> None:
        assert said("R23-mention", referencing=solution(referenced_on=None)) != []

    def test_a_decision_still_to_come_is_none_yet(self) -> None:
        later = solution(referenced_on=date(2026, 10, 2))
        assert said("R23-mention", referencing=later, now=noon(date(2026, 10, 1))) != []
        assert said("R23-mention", signed(date(2026, 10, 2)), referencing=later, now=noon(date(2026, 10, 2))) == []

    def test_present_absent_or_not_confirmed(self) -> None:
        early = date(2026, 6, 1)
        assert said("R23-mention", signed(early, conditional_mention=True)) == []
        absent = one("R23-mention", signed(early, conditional_mention=False))
        assert absent.message == (
            "La mention du bon de commande conditionné est absente ; la commande est signée avant le référencement."
        )
        assert absent.remedy == "Faites signer un bon qui la porte."
        unknown = one("R23-mention", signed(early, conditional_mention=None))
        assert unknown.message.startswith(
            "La présence de la mention du bon de commande conditionné n’est pas confirmée"
        )
        assert (absent.severity, unknown.severity) == ("error", "error")

    def test_not_signed_yet(self) -> None:
        assert said("R23-mention", signed(None), referencing=solution(referenced_on=None)) == []


class TestWithin120Days:
    """R23: calendar days from the signature to the complete file."""

    @pytest.mark.parametrize(("days", "refused"), [(0, False), (119, False), (120, False), (121, True), (131, True)])
    def test_the_limit_is_120(self, days: int, refused: bool) -> None:
        order = signed(COMPLETE - timedelta(days=days), conditional_mention=True)
        assert said("R23-120-days", order) == ([("error", "clients[0].signed_on")] if refused else [])

    def test_the_sentence(self) -> None:
        finding = one("R23-120-days", signed(COMPLETE - timedelta(days=131)))
        assert finding.message == "Signée 131 jours avant le dépôt du dossier complet : la limite est 120."
        assert finding.remedy == "Faites signer un nouveau bon de commande."

    def test_days_are_those_of_paris(self) -> None:
        """23:30 in Paris on the 120th day, already the 121st further east."""
        at = midnight(COMPLETE + timedelta(days=1)) - timedelta(minutes=30)
        order = signed(COMPLETE - timedelta(days=120), conditional_mention=True)
        assert said("R23-120-days", order, referencing=solution(complete_file_submitted_at=at)) == []
        later = solution(complete_file_submitted_at=at + timedelta(minutes=30))
        assert said("R23-120-days", order, referencing=later) != []

    def test_a_file_before_the_signature(self) -> None:
        assert said("R23-120-days", signed(COMPLETE + timedelta(days=5))) == []

    def test_signed_after_the_referencing(self) -> None:
        late = solution(complete_file_submitted_at=noon(date(2026, 7, 1)), referenced_on=date(2026, 7, 1))
        assert said("R23-120-days", signed(date(2026, 7, 1)), referencing=late) == []

    @pytest.mark.parametrize(("days", "code"), [(119, "R23-complete-file-pending"), (120, "R23-complete-file-pending")])
    def test_no_file_yet_says_until_when(self, days: int, code: str) -> None:
        pending = solution(complete_file_submitted_at=None, referenced_on=None)
        on = date(2026, 6, 1)
        finding = one(code, signed(on), referencing=pending, now=noon(on + timedelta(days=days)))
        assert finding.severity == "info"
        assert finding.message == "Non contrôlé : le dossier complet n’est pas encore déposé."
        assert finding.remedy == "Déposez-le au plus tard le 29 septembre 2026, 120e jour."

    def test_no_file_after_120_days(self) -> None:
        pending = solution(complete_file_submitted_at=None, referenced_on=None)
        on = date(2026, 6, 1)
        finding = one("R23-120-days", signed(on), referencing=pending, now=noon(on + timedelta(days=121)))
        assert finding.message == "Signée il y a 121 jours, sans dossier complet déposé : la limite est 120."

    def test_a_file_still_to_come_is_none_yet(self) -> None:
        to_come = solution(complete_file_submitted_at=noon(date(2026, 9, 20)), referenced_on=None)
        order = signed(date(2026, 5, 1))
        assert said("R23-complete-file-pending", order, referencing=to_come, now=noon(date(2026, 8, 1))) != []
        assert said("R23-120-days", order, referencing=to_come, now=noon(date(2026, 9, 21))) != []

    @pytest.mark.parametrize(("days", "unknown"), [(120, False), (121, True)])
    def test_the_referencing_bounds_a_file_whose_day_is_unknown(self, days: int, unknown: bool) -> None:
        undated = solution(complete_file_submitted_at=None)
        order = signed(date(2026, 7, 1) - timedelta(days=days), conditional_mention=True)
        assert bool(said("R23-complete-file-unknown", order, referencing=undated)) is unknown
        assert said("R23-120-days", order, referencing=undated) == []

    def test_an_unknown_solution_is_a_note(self) -> None:
        assert said("R23-solution-unknown", no_solution=True) == [("info", "solution")]
