"""A finding names its rule, its severity, the place and the way out."""

import pytest

from segur.regulation.finding import Finding, Severity, errors


def finding(code: str = "R64-enrolment", severity: Severity = Severity.ERROR, remedy: str = "") -> Finding:
    return Finding(code, severity, "Enrôlement absent.", "AF-IMG-RIS-Va2 §6.2", remedy=remedy)


@pytest.mark.parametrize(
    ("code", "rule"),
    [("R64-enrolment", "R64"), ("F1-two-parts", "F1"), ("A5-identifier-shape", "A5"), ("empty-file", "")],
)
def test_the_rule_is_the_head_of_the_code(code: str, rule: str) -> None:
    assert finding(code).rule == rule


@pytest.mark.parametrize("code", ["", "R64", "R64-", "Enrolment", "R64 enrolment", "R64-Été"])
def test_a_malformed_code_is_a_fault_of_ours(code: str) -> None:
    with pytest.raises(ValueError, match="malformed finding code"):
        finding(code)


def test_a_finding_without_a_sentence_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="no message"):
        Finding("R64-enrolment", Severity.ERROR, "", "AF-IMG-RIS-Va2 §6.2")


def test_only_errors_block_and_their_order_is_kept() -> None:
    warning, note = finding(severity=Severity.WARNING), finding(severity=Severity.INFO)
    first, second = finding("R12-psc"), finding("R24-date-4")

    assert errors([warning, first, note, second]) == (first, second)


def test_the_contract_has_four_keys_and_says_the_way_out() -> None:
    assert finding(remedy="Déposez l’enrôlement à l’ASP.").as_json() == {
        "code": "R64-enrolment",
        "severity": "error",
        "message": "Enrôlement absent. Déposez l’enrôlement à l’ASP.",
        "source": "AF-IMG-RIS-Va2 §6.2",
    }


def test_a_finding_can_be_located_afterwards() -> None:
    assert finding().at("clients[0].siren").path == "clients[0].siren"
