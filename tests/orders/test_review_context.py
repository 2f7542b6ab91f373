"""What a review looks up beside the form: registers, wave 1, confirmations, exclusions; what is missing is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from orders.domain.order_form import FundedNumber, TrancheEstimate
from orders.domain.registers import LineProposal, Speciality, StructureType
from orders.domain.snapshot import FourLists, LineActivity, OrderFacts, PrestationKey
from orders.exchange.funded import import_funded
from orders.exchange.registers import import_register
from orders.models import Conflict, Event, Order, Register
from orders.selectors.facts import order_facts
from orders.selectors.registers import (
    complete_line,
    doctors_of,
    registers_loaded,
    structures_of,
    suggest_vat,
)
from orders.selectors.review import review_context, review_contexts, review_order
from orders.services.confirmations import declare_not_conditioned
from orders.services.decisions import Decision, decide_conflict
from orders.services.edition import confirm_number
from orders.services.refusal import Refused
from segur.regulation.finding import Finding, Severity
from segur.regulation.schema import Activity, Vat
from tests.orders.factories import SolutionFactory, UserFactory, am, client, doctor, record, ris_facts
from tests.orders.register_files import (
    ANNUAIRE,
    LEGAL,
    NUCLEAR,
    OTHER,
    OTHER_SITE,
    OVERSEAS,
    RADIOLOGIST,
    SAE,
    SIREN,
    SITE,
    T_FINESS,
    sae,
    structure,
    written,
)
from tests.orders.register_files import doctor as annuaire_row

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)


@pytest.fixture
def registers(tmp_path: Path) -> None:
    """FINESS, the SAE and the Annuaire santé, a few numbers each."""
    structures = [
        structure(SITE, "CH D’EXEMPLE SITE NORD"),
        structure(LEGAL, "CH D’EXEMPLE ENTITÉ", kind="EJ"),
        structure(OVERSEAS, "IMAGERIE SUD", state="FERME", siren=""),
    ]
    doctors = [
        annuaire_row(RADIOLOGIST, "Radio-diagnostic", family="MARTIN"),
        annuaire_row(OTHER, "Gynécologie médicale", family="AUTRE"),
    ]
    sheet = [sae(OVERSEAS, "SUD", SIREN), sae(OTHER_SITE)]
    for path, register in (
        (written(tmp_path / "t-finess-20260512.csv", T_FINESS, structures), Register.FINESS),
        (written(tmp_path / "ID_2023r.csv", SAE, sheet), Register.SAE_IDENTITY),
        (written(tmp_path / "ps.txt", ANNUAIRE, doctors), Register.RPPS),
    ):
        import_register(path=path, register=register, now=NOW)


def hospital(finess: str = SITE, name: str = "CH d’Exemple site Nord") -> OrderFacts:
    line = replace(doctor(1), name=name, rpps=None, am=(), finess=finess)
    return ris_facts("BDC-1", replace(client(1, [line]), siren=SIREN))


def practice(rpps: str, name: str = "Dr Alix Martin") -> OrderFacts:
    return ris_facts("BDC-1", client(1, [replace(doctor(1), name=name, rpps=rpps)]))


def found(findings: tuple[Finding, ...], code: str) -> Finding | None:
    return next((finding for finding in findings if finding.code == code), None)


def has(findings: tuple[Finding, ...], code: str, severity: Severity, path: str) -> bool:
    finding = found(findings, code)
    return finding is not None and (finding.severity, finding.path) == (severity, path)


class TestSelectors:
    def test_what_is_there_and_of_when(self, registers: None) -> None:
        loaded = registers_loaded()
        assert {register: entry.as_of for register, entry in loaded.items()} == {
            Register.FINESS: date(2026, 5, 12),
            Register.SAE_IDENTITY: date(2026, 10, 1),
            Register.RPPS: date(2026, 10, 1),
        }

    def test_finess_prevails_and_the_sae_completes(self, registers: None) -> None:
        known = structures_of([SITE, OVERSEAS, OTHER_SITE, LEGAL, "750000000"])

        assert set(known) == {SITE, OVERSEAS, OTHER_SITE, LEGAL}
        assert (known[OVERSEAS].name, known[OVERSEAS].siren, known[OVERSEAS].open) == ("IMAGERIE SUD", SIREN, False)
        assert known[OTHER_SITE].name == "CH SAE"
        assert known[LEGAL].type is StructureType.LEGAL_ENTITY

    def test_a_legal_entity_is_known_by_its_establishments_alone(self, tmp_path: Path) -> None:
        path = written(tmp_path / "ID_2023r.csv", SAE, [sae(OTHER_SITE, siret=SIREN)])
        import_register(path=path, register=Register.SAE_IDENTITY, now=NOW)

        entity = structures_of([LEGAL])[LEGAL]

        assert (entity.type, entity.siren) == (StructureType.LEGAL_ENTITY, SIREN)

    def test_a_doctor_with_his_speciality(self, registers: None) -> None:
        assert doctors_of([RADIOLOGIST, NUCLEAR])[RADIOLOGIST].specialities == {Speciality.RADIOLOGY}

    def test_a_typed_number_is_completed(self, registers: None) -> None:
        assert complete_line(finess=f" {SITE[:3]} {SITE[3:]}") == LineProposal(
            "CH D’EXEMPLE SITE NORD", LEGAL, "CH D’EXEMPLE ENTITÉ", SIREN, True
        )
        assert complete_line(rpps=RADIOLOGIST) == LineProposal("Dr Alix MARTIN")
        assert complete_line(finess="750000000") is None
        assert complete_line() is None

    def test_the_territory_suggests_the_rate(self) -> None:
        assert suggest_vat(hospital(OVERSEAS)) is Vat.EIGHT_AND_A_HALF
        assert suggest_vat(hospital(SITE)) is Vat.TWENTY
        assert suggest_vat(practice(RADIOLOGIST)) is None

    def test_queries_do_not_grow_with_the_numbers(self, registers: None, django_assert_num_queries) -> None:
        with django_assert_num_queries(2):
            structures_of([SITE, OVERSEAS, *(f"75{number:07d}" for number in range(200))])


class TestContext:
    def test_without_registers_every_part_is_unknown_and_said(self) -> None:
        context = review_context(hospital())
        assert (context.structures, context.doctors, context.wave1_funded, context.sons_funding) == (None,) * 4

        findings = review_order(hospital(), now=NOW)
        assert has(findings, "R10-structures-unknown", Severity.INFO, "")
        assert has(review_order(practice(RADIOLOGIST), now=NOW), "R10-doctors-unknown", Severity.INFO, "")

    def test_only_the_numbers_of_the_form(self, registers: None) -> None:
        context = review_context(hospital())
        assert context.structures is not None and set(context.structures) == {SITE}
        assert context.doctors == {}

    def test_wave_1_is_known_once_a_list_is_loaded(self, tmp_path: Path) -> None:
        listed = written(
            tmp_path / "v1.csv", "kind;value;activity;reference", [f"am;{am(1)};radiology;V1", f"am;{am(9)};;V1"]
        )
        import_funded(path=listed, programme_id="RAD-RIS-Va1", now=NOW)
        facts = replace(practice(RADIOLOGIST), prestation=PrestationKey.WAVE_1_AND_2)

        assert review_context(facts).wave1_funded == (FundedNumber("am", am(1), Activity.RADIOLOGY, "V1"),)
        assert has(review_order(facts, now=NOW), "R15-wave-1-funded", Severity.ERROR, "clients[0].lines[0]")
        assert review_context(hospital()).wave1_funded == ()

    def test_what_persons_said_of_a_recorded_order(self) -> None:
        order = record(practice("10999999994"))
        confirm_number(order_id=order.pk, value="10999999994", reason="Vu sur la carte CPS.", now=NOW)
        declare_not_conditioned(order_id=order.pk, declared=True, now=NOW)

        context = review_context(order_facts(order))

        assert (context.confirmations, context.not_conditioned) == ({"10999999994": "Vu sur la carte CPS."}, True)
        findings = review_order(order_facts(order), now=NOW)
        assert found(findings, "A5-identifier-key") is None and found(findings, "R33-not-declared") is None

    def test_excluded_numbers_of_a_decided_conflict(self) -> None:
        solution = SolutionFactory.create()
        record(ris_facts("BDC-1", client(1, [doctor(1)])), solution=solution)
        second = record(ris_facts("BDC-2", client(2, [doctor(1)])), solution=solution)
        decide_conflict(conflict_id=Conflict.objects.get().pk, decision=Decision.EXCLUDE, reason="Doublon.", now=NOW)

        context = review_context(order_facts(second))

        assert context.excluded == FourLists(am_radiology=(am(1),), am_nuclear=(am(1),))

    def test_what_is_given_prevails(self) -> None:
        estimate = TrancheEstimate("A", 12)
        context = review_context(
            hospital(), estimate=estimate, excluded=FourLists(finess_radiology=(SITE,)),
            confirmations={SITE: "Vu."}, not_conditioned=False, sons_funding={},
        )  # fmt: skip
        assert (context.estimate, context.excluded.finess_radiology) == (estimate, (SITE,))
        assert (context.confirmations, context.not_conditioned, context.sons_funding) == ({SITE: "Vu."}, False, {})

    def test_a_list_of_orders_takes_as_many_queries_as_one(self, registers: None, django_assert_num_queries) -> None:
        solution = SolutionFactory.create()
        many = [
            order_facts(record(ris_facts(f"BDC-{number}", client(number, [doctor(number)])), solution=solution))
            for number in range(1, 9)
        ]
        for sample in (many[:1], many):
            with django_assert_num_queries(7):
                assert len(review_contexts([*sample, hospital()])) == len(sample) + 1


class TestReviewAgainstRegisters:
    def test_a_form_that_the_registers_confirm(self, registers: None) -> None:
        findings = review_order(hospital(), now=NOW)
        codes = {finding.code for finding in findings}
        assert not codes & {"R1-other-siren", "R39-other-name", "R7-legal-entity", "R48-closed", "R57-territory"}

    def test_a_legal_entity_typed_for_an_establishment(self, registers: None) -> None:
        findings = review_order(hospital(LEGAL), now=NOW)
        assert has(findings, "R7-legal-entity", Severity.ERROR, "clients[0].lines[0].finess")

    def test_a_closed_establishment_overseas(self, registers: None) -> None:
        findings = review_order(hospital(OVERSEAS, "Imagerie Sud"), now=NOW)
        assert has(findings, "R48-closed", Severity.WARNING, "clients[0].lines[0].finess")
        territory = found(findings, "R57-territory")
        assert territory is not None
        assert territory.message == ("Le territoire des établissements propose 8,5\u00a0%, la commande dit 20\u00a0%.")

    def test_an_establishment_of_another_legal_person(self, registers: None) -> None:
        facts = ris_facts("BDC-1", client(1, hospital().clients[0].lines))
        finding = found(review_order(facts, now=NOW), "R1-other-siren")
        assert finding is not None and finding.severity is Severity.WARNING
        assert finding.message == (
            f"CH d’Exemple site Nord dépend du SIREN {SIREN}, CH D’EXEMPLE ENTITÉ, au répertoire, "
            "pas de celui du client."
        )

    def test_names_that_have_nothing_in_common(self, registers: None) -> None:
        other = review_order(hospital(name="Clinique des Pins"), now=NOW)
        assert has(other, "R39-other-name", Severity.WARNING, "clients[0].lines[0].name")
        near = review_order(hospital(name="CH Exemple"), now=NOW)
        assert has(near, "R39-register-name", Severity.INFO, "clients[0].lines[0].name")
        person = review_order(practice(RADIOLOGIST, "Dr Paul Durand"), now=NOW)
        assert has(person, "R39-other-name", Severity.WARNING, "clients[0].lines[0].rpps")

    def test_another_speciality(self, registers: None) -> None:
        assert has(review_order(practice(OTHER), now=NOW), "R10-speciality", Severity.ERROR, "clients[0].lines[0].rpps")
        nuclear = ris_facts("BDC-1", client(1, [replace(doctor(1, activity=LineActivity.NUCLEAR), rpps=RADIOLOGIST)]))
        assert found(review_order(nuclear, now=NOW), "R53-other-activity") is not None

    def test_an_order_is_judged_by_the_texts_it_was_made_under(self, monkeypatch: pytest.MonkeyPatch) -> None:
        order = record(practice(RADIOLOGIST))
        Order.objects.filter(pk=order.pk).update(regulation="jamais publiée")
        with pytest.raises(LookupError):
            review_order(order_facts(order), now=NOW)


class TestDeclaration:
    def test_it_is_an_event_with_its_author(self) -> None:
        order, person = record(practice(RADIOLOGIST)), UserFactory.create()

        declare_not_conditioned(order_id=order.pk, declared=True, now=NOW, actor_id=person.pk)
        declare_not_conditioned(order_id=order.pk, declared=True, now=NOW, actor_id=person.pk)

        event = Event.objects.get(action="not_conditioned_declared")
        assert (event.actor_id, event.payload) == (person.pk, {"before": None, "declared": True})
        assert Order.objects.values_list("not_conditioned", "version").get() == (True, order.version + 1)

    def test_a_condition_or_a_change_of_mind_asks_for_a_reason(self) -> None:
        order = record(practice(RADIOLOGIST))
        with pytest.raises(Refused, match="motif"):
            declare_not_conditioned(order_id=order.pk, declared=False, now=NOW)
        declare_not_conditioned(order_id=order.pk, declared=True, now=NOW)
        with pytest.raises(Refused, match="motif"):
            declare_not_conditioned(order_id=order.pk, declared=False, now=NOW)
        declare_not_conditioned(order_id=order.pk, declared=False, reason="Option payante.", now=NOW)
        assert review_context(order_facts(order)).not_conditioned is False
        assert found(review_order(order_facts(order), now=NOW), "R33-conditioned") is not None

    def test_a_stale_version_is_refused(self) -> None:
        order = record(practice(RADIOLOGIST))
        with pytest.raises(Refused, match="entre-temps"):
            declare_not_conditioned(order_id=order.pk, declared=True, now=NOW, version=order.version + 1)
