"""R5, R7, R10, R39, A5, A18, A23: the numbers of the form and who may be funded."""

from __future__ import annotations

import pytest

from orders.domain.order_form import review
from orders.domain.registers import Speciality, StructureType
from orders.domain.snapshot import ClientKind, LineActivity, LineFacts, OrderFacts, SupplierFacts, SupplierRole
from tests.orders.order_files import AM, FINESS, OTHER_AM, OTHER_FINESS, RPPS
from tests.orders.order_forms import (
    NOW,
    OTHER_RPPS,
    client,
    doctor,
    findings,
    hospital,
    known,
    one,
    other_client,
    physician,
    programme,
    ris,
    said,
    solution,
    structure,
)

BAD_FINESS, BAD_RPPS = "123456789", "12345678912"


def lines(*written: LineFacts) -> OrderFacts:
    return ris(clients=(client(lines=written),))


class TestShapesAndKeys:
    """A5."""

    @pytest.mark.parametrize(
        ("line", "path"),
        [
            (hospital(finess="10000024"), "clients[0].lines[0].finess"),
            (doctor(rpps="1"), "clients[0].lines[0].rpps"),
            (doctor(am=(AM, "12")), "clients[0].lines[0].am[1]"),
        ],
    )
    def test_a_wrong_shape_is_an_error(self, line: LineFacts, path: str) -> None:
        assert said("A5-identifier-shape", lines(line)) == [("error", path)]

    def test_a_wrong_key_warns_until_a_person_confirms_it(self) -> None:
        order = lines(hospital(finess=BAD_FINESS), doctor(rpps=BAD_RPPS))
        assert said("A5-identifier-key", order) == [
            ("warning", "clients[0].lines[0].finess"),
            ("warning", "clients[0].lines[1].rpps"),
        ]
        confirmed = known(confirmations={BAD_FINESS: "Vu sur l’arrêté"})
        assert said("A5-identifier-key", order, context=confirmed) == [("warning", "clients[0].lines[1].rpps")]
        assert one("A5-key-confirmed", order, context=confirmed).message == (
            f"La clé de {BAD_FINESS} est fausse, numéro confirmé : Vu sur l’arrêté"
        )

    def test_a_wrong_shape_cannot_be_confirmed(self) -> None:
        confirmed = known(confirmations={"1": "Oui"})
        assert said("A5-identifier-shape", lines(hospital(finess="1")), context=confirmed) != []

    def test_a_siren_key_is_an_error(self) -> None:
        order = ris(clients=(client(siren="404833047"),))
        assert said("A5-identifier-key", order) == [("error", "clients[0].siren")]

    def test_the_siret_of_the_supplier_is_checked_where_it_is_known(self) -> None:
        wrong = SupplierFacts("73282932000079", "Imagix", SupplierRole.EDITOR)
        assert said("A5-identifier-key", by=wrong) == [("error", "supplier")]
        order = ris()
        facts = review(order, programme=programme(), supplier=None, solution=solution(), context=known(), now=NOW)
        assert not [finding for finding in facts if finding.path == "supplier"]

    def test_am_keys_are_one_note_for_the_form(self) -> None:
        finding = one("A5-am-key", lines(doctor(am=("511782349", "512345945", AM))))
        assert (finding.severity, finding.message) == ("info", "Clé inhabituelle de numéros AM : 2 sur 3.")
        assert said("A5-am-key", lines(doctor())) == []


class TestOnce:
    """A18."""

    def test_an_am_twice(self) -> None:
        assert said("A18-number-twice", lines(doctor(am=(AM, OTHER_AM, AM)))) == [
            ("error", "clients[0].lines[0].am[2]")
        ]

    def test_in_two_clients(self) -> None:
        order = ris(clients=(client(), other_client(lines=(doctor(rpps=OTHER_RPPS, am=(OTHER_AM,)),))))
        assert said("A18-number-twice", order) == [("error", "clients[1].lines[0].am[0]")]

    @pytest.mark.parametrize(
        ("first", "second", "twice"),
        [
            (LineActivity.RADIOLOGY, LineActivity.RADIOLOGY, True),
            (LineActivity.MIXED, LineActivity.NUCLEAR, True),
            (LineActivity.RADIOLOGY, LineActivity.MIXED, True),
            (LineActivity.RADIOLOGY, LineActivity.NUCLEAR, False),
        ],
    )
    def test_a_finess_once_per_activity(self, first: LineActivity, second: LineActivity, twice: bool) -> None:
        found = said("A18-number-twice", lines(hospital(activity=first), hospital(activity=second)))
        assert found == ([("error", "clients[0].lines[1].finess")] if twice else [])

    def test_the_sentence(self) -> None:
        assert one("A18-number-twice", lines(hospital(), hospital())).sentence == (
            "Ce FINESS figure deux fois dans la commande. Gardez une seule ligne."
        )


class TestOneActivityPerDoctor:
    """R5, R39."""

    def test_the_same_doctor_in_both_activities(self) -> None:
        order = lines(doctor(am=(AM,)), doctor(am=(OTHER_AM,), activity=LineActivity.NUCLEAR))
        finding = one("R5-both-activities", order)
        assert (finding.severity, finding.path) == ("error", "clients[0].lines[1].activity")
        assert finding.message == "Dr A. Exemple figure en radiologie et en médecine nucléaire."

    def test_the_same_doctor_twice_in_one_activity(self) -> None:
        assert said("R5-both-activities", lines(doctor(am=(AM,)), doctor(am=(OTHER_AM,)))) == []

    def test_two_doctors(self) -> None:
        order = lines(doctor(am=(AM,)), doctor(rpps=OTHER_RPPS, am=(OTHER_AM,), activity=LineActivity.NUCLEAR))
        assert said("R5-both-activities", order) == []

    def test_mixed_is_for_establishments(self) -> None:
        order = lines(doctor(activity=LineActivity.MIXED))
        assert said("R39-mixed-doctor", order) == [("error", "clients[0].lines[0].activity")]


def test_a_liberal_practice_counts_by_am() -> None:
    """A23."""
    practice = client(kind=ClientKind.PRACTICE, lines=(hospital(), doctor()))
    assert said("A23-liberal-finess", ris(clients=(practice,))) == [("warning", "clients[0].lines[0].finess")]
    assert said("A23-liberal-finess", ris()) == []


class TestStructures:
    """R7, R10."""

    def found(self, code: str, order: OrderFacts | None = None, **record: object) -> list[tuple[str, str]]:
        return said(code, order, context=known(structures={FINESS: structure(**record)}))

    @pytest.mark.parametrize(
        ("record", "refused"),
        [
            ({"category_code": "124"}, True),
            ({"category": "Centre de Santé"}, True),
            ({"category": "CENTRES DE SANTE"}, True),
            ({"category_code": "355", "category": "Centre Hospitalier (C.H.)"}, False),
            ({}, False),
        ],
    )
    def test_the_radiology_of_a_health_centre(self, record: dict[str, str], refused: bool) -> None:
        expected = [("error", "clients[0].lines[0].finess")] if refused else []
        assert self.found("R10-health-centre", **record) == expected

    def test_its_nuclear_medicine_is_not_excluded(self) -> None:
        nuclear = lines(hospital(activity=LineActivity.NUCLEAR))
        assert self.found("R10-health-centre", nuclear, category_code="124") == []

    def test_a_legal_entity_is_not_a_site(self) -> None:
        assert self.found("R7-legal-entity", type=StructureType.LEGAL_ENTITY) == [
            ("error", "clients[0].lines[0].finess")
        ]

    def test_a_closed_site_is_a_warning(self) -> None:
        assert self.found("R48-closed", open=False) == [("warning", "clients[0].lines[0].finess")]

    def test_not_looked_up_or_not_found_is_a_note(self) -> None:
        assert said("R10-structures-unknown", context=known(structures=None)) == [("info", "")]
        assert said("R7-finess-unknown", context=known(structures={})) == [("info", "clients[0].lines[0].finess")]
        assert said("R10-structures-unknown", lines(doctor()), context=known(structures=None)) == []


class TestDoctors:
    """R5, R10: 06 radiology, 72 nuclear medicine."""

    def found(self, code: str, order: OrderFacts | None = None, **record: object) -> list[tuple[str, str]]:
        return said(code, order, context=known(doctors={RPPS: physician(**record)}))

    def test_neither_06_nor_72(self) -> None:
        other = frozenset({Speciality.OTHER})
        assert self.found("R10-speciality", specialities=other) == [("error", "clients[0].lines[1].rpps")]
        assert self.found("R10-speciality", physician=False) == [("error", "clients[0].lines[1].rpps")]
        both = frozenset({Speciality.OTHER, Speciality.RADIOLOGY})
        assert self.found("R10-speciality", specialities=both) == []

    def test_the_sentence(self) -> None:
        context = known(doctors={RPPS: physician(specialities=frozenset({Speciality.OTHER}))})
        assert one("R10-speciality", context=context).message == (
            "Dr A. Exemple n’est ni radiologue (06) ni médecin nucléaire (72) : ses actes ne sont pas éligibles."
        )

    def test_the_other_activity_would_be_ignored(self) -> None:
        """R53."""
        nuclear = frozenset({Speciality.NUCLEAR})
        assert self.found("R53-other-activity", specialities=nuclear) == [("warning", "clients[0].lines[1].activity")]

    def test_a_speciality_the_register_does_not_give(self) -> None:
        unknown: frozenset[Speciality] = frozenset()
        assert self.found("R5-speciality-unknown", specialities=unknown) == [("info", "clients[0].lines[1].rpps")]
        assert self.found("R10-speciality", specialities=unknown) == []

    def test_not_looked_up_or_not_found_is_a_note(self) -> None:
        assert said("R10-doctors-unknown", context=known(doctors=None)) == [("info", "")]
        assert said("R5-rpps-unknown", context=known(doctors={})) == [("info", "clients[0].lines[1].rpps")]
        assert said("R10-doctors-unknown", lines(hospital()), context=known(doctors=None)) == []


def test_every_finding_says_where_it_comes_from() -> None:
    """Whatever is wrong at once: a source for each, and a way out for whatever is more than a note."""
    wrong = ris(
        issued_on=None,
        identity=None,
        instance=None,
        connectors=(),
        tranche=None,
        clients=(
            client(lines=(hospital(finess="1"), hospital(finess=OTHER_FINESS), hospital(finess=OTHER_FINESS))),
            other_client(lines=(), signature=None),
        ),
    )
    found = findings(wrong, no_solution=True, context=known(structures=None, not_conditioned=False))
    assert len({finding.code for finding in found}) > 10
    for finding in found:
        assert finding.source
        assert finding.rule
        assert finding.remedy or finding.severity == "info"
        assert finding.message.endswith((".", "?"))
