"""R13, R15-R17, R40, R42, R45: what is ordered, for which installation."""

from __future__ import annotations

import pytest

from orders.domain.order_form import FundedNumber
from orders.domain.snapshot import Connector, DbInstallation, LineActivity, PrestationKey
from segur.regulation.schema import Activity
from tests.orders.order_files import AM, FINESS, OTHER_AM, OTHER_FINESS
from tests.orders.order_forms import client, doctor, drimbox, hospital, known, one, ris, said

BOTH_WAVES = PrestationKey.WAVE_1_AND_2


def test_each_programme_has_its_prestations() -> None:
    """R13."""
    finding = one("R13-prestation", ris(prestation=PrestationKey.DB_NEW))
    assert (finding.severity, finding.path) == ("error", "prestation")
    assert finding.remedy == "Choisissez « Mise à jour vague 2 » ou « Mise à jour vague 1 et vague 2 »."


class TestDrimboxInstallation:
    """R16."""

    @pytest.mark.parametrize(
        ("installation", "prestation", "refused"),
        [
            (DbInstallation.NATIVE_PACS, PrestationKey.DB_NEW, True),
            (DbInstallation.EXISTING_DICOM, PrestationKey.DB_NEW, True),
            (DbInstallation.OTHER, PrestationKey.DB_NEW, False),
            (DbInstallation.NATIVE_PACS, PrestationKey.DB_UPDATE, False),
            (DbInstallation.OTHER, PrestationKey.DB_UPDATE, False),
        ],
    )
    def test_an_existing_installation_is_updated(
        self, installation: DbInstallation, prestation: PrestationKey, refused: bool
    ) -> None:
        found = said("R16-update-only", drimbox(db_installation=installation, prestation=prestation))
        assert found == ([("error", "prestation")] if refused else [])

    def test_unknown_is_a_note(self) -> None:
        assert said("R16-installation-unknown", drimbox(db_installation=None)) == [("info", "db_installation")]
        assert said("R16-installation-unknown", ris()) == []

    def test_the_sentence(self) -> None:
        assert one("R16-update-only", drimbox(prestation=PrestationKey.DB_NEW)).sentence == (
            "Une DRIMbox native dans le PACS est une mise à jour, pas une acquisition. Choisissez « Mise à jour DB »."
        )


class TestWaves1And2:
    """R15, A28: one radiology number funded in wave 1 or an update paid by the Client."""

    def funded(self, *numbers: FundedNumber, **changes: object) -> list[tuple[str, str]]:
        order = ris(prestation=BOTH_WAVES, **changes)
        return said("R15-wave-1-funded", order, context=known(wave1_funded=numbers))

    def test_nothing_funded(self) -> None:
        assert self.funded() == []
        assert self.funded(FundedNumber("finess", OTHER_FINESS)) == []

    def test_one_am_or_one_finess_is_enough(self) -> None:
        assert self.funded(FundedNumber("am", OTHER_AM)) == [("error", "clients[0].lines[1]")]
        assert self.funded(FundedNumber("finess", FINESS)) == [("error", "clients[0].lines[0]")]

    def test_only_radiology_counts(self) -> None:
        nuclear = (client(lines=(hospital(activity=LineActivity.NUCLEAR), doctor(activity=LineActivity.NUCLEAR))),)
        assert self.funded(FundedNumber("am", AM), FundedNumber("finess", FINESS), clients=nuclear) == []
        assert self.funded(FundedNumber("finess", FINESS, Activity.NUCLEAR)) == []
        assert self.funded(FundedNumber("finess", FINESS, Activity.RADIOLOGY)) != []

    def test_a_number_is_compared_within_its_kind(self) -> None:
        assert self.funded(FundedNumber("am", FINESS)) == []

    def test_the_sentence_names_the_number_and_the_way_out(self) -> None:
        context = known(wave1_funded=(FundedNumber("finess", FINESS, reference="BDC-V1-7"),))
        assert one("R15-wave-1-funded", ris(prestation=BOTH_WAVES), context=context).sentence == (
            f"Le FINESS {FINESS} a été financé en vague 1 (BDC-V1-7). Choisissez « Prestation principale Vague 2 »."
        )

    @pytest.mark.parametrize(
        ("paid", "code", "severity"),
        [(True, "R15-wave-1-paid", "error"), (None, "R15-wave-1-paid-unknown", "info"), (False, None, "")],
    )
    def test_an_update_paid_by_the_client(self, paid: bool | None, code: str | None, severity: str) -> None:
        order = ris(prestation=BOTH_WAVES, wave1_paid_by_client=paid)
        for candidate in ("R15-wave-1-paid", "R15-wave-1-paid-unknown"):
            expected = [(severity, "wave1_paid_by_client")] if candidate == code else []
            assert said(candidate, order) == expected

    def test_a_list_that_is_not_loaded_is_a_note(self) -> None:
        context = known(wave1_funded=None)
        assert said("R15-wave-1-list-unknown", ris(prestation=BOTH_WAVES), context=context) == [("info", "prestation")]

    def test_wave_2_alone_is_open_to_all(self) -> None:
        context = known(wave1_funded=(FundedNumber("am", AM),))
        order = ris(wave1_paid_by_client=True)
        for code in ("R15-wave-1-funded", "R15-wave-1-paid", "R15-wave-1-list-unknown"):
            assert said(code, order, context=context) == []


class TestHalfConnectors:
    """R17: what was not recorded is a warning, never an error."""

    def test_drimbox_goes_with_the_ris(self) -> None:
        assert said("R17-drimbox", ris(connectors=(Connector.TELERADIOLOGY,))) == [("warning", "connectors")]

    def test_teleradiology_depends_on_the_service(self) -> None:
        assert said("R17-teleradiology", ris(connectors=(Connector.DRIMBOX,))) == [("info", "connectors")]

    def test_a_drimbox_has_none(self) -> None:
        assert said("R17-drimbox", drimbox()) == []
        assert said("R17-teleradiology", drimbox()) == []


def test_a_ris_says_who_masters_the_identities() -> None:
    """R40."""
    assert said("R40-identity", ris(identity=None)) == [("error", "identity")]
    assert said("R40-identity", drimbox()) == []


@pytest.mark.parametrize("blank", [None, ""])
def test_what_is_unique_is_named(blank: str | None) -> None:
    """R42, R45."""
    assert said("R42-instance", ris(instance=blank)) == [("error", "instance")]
    assert said("R45-pacs-unknown", drimbox(pacs=blank)) == [("info", "pacs")]
    assert said("R42-instance", drimbox()) == []
    assert said("R45-pacs-unknown", ris()) == []
