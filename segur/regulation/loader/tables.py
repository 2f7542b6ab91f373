"""The figures of a programme file: shares, dates, tranches, ceilings, forfaits, performance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType

from segur.regulation.loader.section import Section
from segur.regulation.schema import (
    PERF_DENOMINATORS,
    Amounts,
    Leaf,
    OfficialDate,
    PerformanceStep,
    Prestation,
    Secondary,
    Tranche,
)

_OFFICIAL_DATES = range(7)


def shares(section: Section) -> tuple[Leaf[Decimal], Leaf[Decimal]]:
    """The parts of the advance and of the balance, which add to one (R58)."""
    section.only(("advance", "balance"))
    advance = section.leaf("advance", Section.ratio)
    balance = section.leaf("balance", Section.ratio)
    if advance.value is not None and balance.value is not None and advance.value + balance.value != 1:
        total = advance.value + balance.value
        raise section.refusal(f"la part de l’avance et celle du solde font {total}, pas 1.")
    return advance, balance


def dates(root: Section) -> tuple[OfficialDate, ...]:
    """The official dates 0 to 6, each later than the one before (R21)."""
    rows = root.sections("dates")
    if len(rows) != len(_OFFICIAL_DATES):
        raise root.refusal(f"{len(rows)} dates au lieu des dates 0 à 6.", "dates")
    dates = tuple(_date(row, number) for row, number in zip(rows, _OFFICIAL_DATES, strict=True))
    known: list[tuple[OfficialDate, datetime]] = [(date, date.at.value) for date in dates if date.at.value is not None]
    for (earlier, before), (later, after) in pairwise(known):
        if before >= after:
            message = f"la date {later.number} n’est pas postérieure à la date {earlier.number}."
            raise rows[later.number].refusal(message, "at")
    return dates


def _date(row: Section, number: int) -> OfficialDate:
    row.only(("number", "label", "consequence", "at"))
    if row.integer("number", minimum=0) != number:
        raise row.refusal(f"la date {number} est attendue ici : les dates vont de 0 à 6, dans l’ordre.", "number")
    return OfficialDate(
        number=number,
        label=row.text("label"),
        consequence=row.text("consequence"),
        at=row.leaf("at", Section.instant),
    )


def tranches(section: Section) -> tuple[Tranche, ...]:
    """The tranches, from one examination on, without hole or overlap (R51)."""
    if "source" not in section.raw:
        raise section.refusal("clé manquante.", "source")
    source = section.text("source")
    letters = [letter for letter in section.raw if letter != "source"]
    if letters != [chr(ord("A") + index) for index in range(len(letters))] or not letters:
        raise section.refusal("les tranches se nomment A, B, C… dans l’ordre, sans trou.")
    tranches: list[Tranche] = []
    for letter in letters:
        row = section.section(letter)
        is_last = letter == letters[-1]
        tranche = _tranche(row, letter, source, is_last=is_last)
        expected = 1 if not tranches else (tranches[-1].upper or 0) + 1
        if tranche.lower != expected:
            fault = "chevauche la précédente" if tranche.lower < expected else "laisse un trou"
            raise row.refusal(f"la tranche {letter} {fault} : elle commence à {expected}.", "lower")
        tranches.append(tranche)
    return tuple(tranches)


def _tranche(row: Section, letter: str, source: str, *, is_last: bool) -> Tranche:
    """The last tranche says ``unbounded = true``, so that a forgotten upper bound is seen."""
    row.only(("lower", "unbounded") if is_last else ("lower", "upper"))
    if is_last:
        if not row.flag("unbounded"):
            raise row.refusal("la dernière tranche n’a pas de borne haute.", "unbounded")
        return Tranche(letter, row.integer("lower"), None, source)
    lower, upper = row.integer("lower"), row.integer("upper")
    if upper < lower:
        raise row.refusal(f"la borne haute {upper} est sous la borne basse {lower}.", "upper")
    return Tranche(letter, lower, upper, source)


def _table(section: Section, letters: tuple[str, ...]) -> Mapping[str, Amounts]:
    """A printed table: one row of three columns per tranche, or one ``unknown`` for all."""
    if "unknown" in section.raw:
        section.only(("unknown", "source"))
        blank: Leaf[Decimal] = Leaf(None, section.text("source"), unknown=section.text("unknown"))
        return MappingProxyType(dict.fromkeys(letters, Amounts(blank, blank, blank)))
    section.only(("source", *letters))
    source = section.text("source")
    rows = {letter: _row(section.section(letter), source) for letter in letters}
    for before, after in pairwise(letters):
        _refuse_fall(section.section(after), rows[before], rows[after])
    return MappingProxyType(rows)


def _row(row: Section, table_source: str) -> Amounts:
    row.only(("ht", "ttc_8_5", "ttc_20"), ("provisional", "source"))
    source, provisional = row.optional_text("source") or table_source, row.optional_text("provisional")
    ht, ttc_8_5, ttc_20 = row.amount("ht"), row.amount("ttc_8_5"), row.amount("ttc_20")
    if not ht < ttc_8_5 < ttc_20:
        raise row.refusal("les colonnes se suivent : HT, puis TTC 8,5 %, puis TTC 20 %, en montant croissant.")
    return Amounts(*(Leaf(value, source, provisional=provisional) for value in (ht, ttc_8_5, ttc_20)))


def _refuse_fall(row: Section, before: Amounts, after: Amounts) -> None:
    for column in ("ht", "ttc_8_5", "ttc_20"):
        low, high = getattr(before, column).value, getattr(after, column).value
        if high <= low:
            raise row.refusal(f"{high} n’est pas au-dessus de {low}, le montant de la tranche précédente.", column)


def prestations(section: Section, keys: tuple[str, ...], letters: tuple[str, ...]) -> Mapping[str, Prestation]:
    """The main prestations that this kind of programme has, with their ceilings (R13, R56)."""
    section.only(keys)
    return MappingProxyType({key: _prestation(section.section(key), key, letters) for key in keys})


def _prestation(section: Section, key: str, letters: tuple[str, ...]) -> Prestation:
    section.only(("label", "order_line", "source", "ceilings"))
    return Prestation(
        key=key,
        label=section.text("label"),
        order_line=section.text("order_line"),
        source=section.text("source"),
        ceilings=_table(section.section("ceilings"), letters),
    )


def secondary(section: Section, letters: tuple[str, ...]) -> Secondary:
    """The secondary prestation: semesters, forfaits, performance (R28, R59)."""
    section.only(
        (
            "order_line",
            "semesters",
            "semester_months",
            "duration_months",
            "forfait_master",
            "forfait_slave",
            "perf_master",
            "perf_slave",
            "perf_slave_denominator",
        )
    )
    semesters = section.leaf("semesters", Section.integer)
    months = section.leaf("semester_months", Section.integer)
    duration = section.leaf("duration_months", Section.integer)
    if semesters.value and months.value and duration.value and semesters.value * months.value != duration.value:
        message = f"{semesters.value} semestres de {months.value} mois ne font pas {duration.value} mois."
        raise section.refusal(message, "duration_months")
    return Secondary(
        order_line=section.text("order_line"),
        semesters=semesters,
        semester_months=months,
        duration_months=duration,
        forfait_master=_table(section.section("forfait_master"), letters),
        forfait_slave=_table(section.section("forfait_slave"), letters),
        perf_master=section.leaf("perf_master", _performance),
        perf_slave=section.leaf("perf_slave", _performance),
        perf_slave_denominator=section.leaf("perf_slave_denominator", _denominator),
    )


def _denominator(section: Section, name: str) -> str:
    return section.choice(name, PERF_DENOMINATORS)


def _performance(section: Section, name: str) -> tuple[PerformanceStep, ...]:
    """Steps from the highest ratio down to 0, so that every ratio has its performance."""
    steps = tuple(
        PerformanceStep(row.only(("ratio", "value")).ratio("ratio"), row.ratio("value"))
        for row in section.sections(name)
    )
    for above, below in pairwise(steps):
        if above.ratio <= below.ratio or above.value <= below.value:
            raise section.refusal("les seuils et les valeurs vont en décroissant.", name)
    if steps[-1].ratio != 0:
        raise section.refusal('le dernier seuil est "0", pour qu’aucun taux ne reste sans valeur.', name)
    return steps
