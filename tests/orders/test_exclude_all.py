"""A number taken out of every order for as long as the ASP contests it (R43, F2)."""

from __future__ import annotations

import pytest

from orders.models import Claim, Conflict, FundedIdentifier
from orders.selectors.claims import blocking_conflicts, claimed_keys, excluded_keys
from orders.services.decisions import Decision, decide_conflict
from orders.services.funded import FundedRow, register_funded
from orders.services.refusal import Refused
from tests.orders.factories import DRIMBOX, NOW, am, client, db_facts, doctor, establishment, record, ris_facts, texts

pytestmark = pytest.mark.django_db


def exclude_all(conflict: Conflict) -> Conflict:
    return decide_conflict(
        conflict_id=conflict.pk, decision=Decision.EXCLUDE_ALL, reason="Contesté par l’ASP.", now=NOW
    )


def test_nobody_valorises_the_number_any_more() -> None:
    orders = [record(ris_facts(name, client(place, [doctor(2)]))) for place, name in enumerate("ABC", 1)]
    decided = exclude_all(Conflict.objects.get())
    assert decided.status == "excluded"
    assert not Claim.objects.filter(kind="am", value=am(2), released_at__isnull=True).exists()
    for order in orders:
        assert {key.value for key in excluded_keys(order)} == {am(2)}
        assert am(2) not in {key.value for key in claimed_keys(order)}
        assert not blocking_conflicts(order).exists()


def test_a_siren_stays_whole() -> None:
    """R45: nothing can be left out of the order of a SIREN."""
    record(db_facts("A", client(1, [establishment(1)])))
    record(db_facts("B", client(1, [establishment(2)])))
    conflict = Conflict.objects.get(kind="siren", programme=DRIMBOX)
    with pytest.raises(Refused, match="ne peut pas être exclu du calcul"):
        exclude_all(conflict)
    assert Claim.objects.filter(kind="siren", released_at__isnull=True).count() == 1


def test_a_number_funded_elsewhere_is_only_excluded_from_who_waits() -> None:
    scopes = texts()
    register_funded(programme_id=scopes.id, rows=[FundedRow("am", am(2), "", "Liste 7")], now=NOW, scopes=scopes)
    record(ris_facts("A", client(1, [doctor(2)])))
    with pytest.raises(Refused, match="Aucune commande en cours ne détient ce numéro"):
        exclude_all(Conflict.objects.get())
    assert FundedIdentifier.objects.get().claims.get().released_at is None
