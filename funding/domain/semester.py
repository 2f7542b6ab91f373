"""What a semester of the secondary prestation is paid (R59, ruling A2), and what the missing documents would bring.

Amount = Forfait M x PERFm x Tm/T + Forfait E x PERFe x Te/T, in the VAT column of the order, computed exactly and
rounded once. T, Tm, Te: examinations with a report, those whose patient identities the solution masters, the others;
Te': those of Te with a qualified identity; Dm, De: those of Tm and Te that were fed successfully.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from funding.domain.pricing import check_tranche
from segur.regulation.finding import Finding, Severity
from segur.regulation.money import ZERO, cents_of, format_eur, text
from segur.regulation.schema import PerformanceStep, Programme, Vat

NBSP = "\u00a0"
_SOURCE = "AF-IMG-RIS-Va2 §3.3 et §5.4\u202f; arbitrage A2"


@dataclass(frozen=True, slots=True)
class Indicators:
    """The six counts of a semester journal."""

    t: int
    tm: int
    te: int
    te_qualified: int
    dm: int
    de: int


@dataclass(frozen=True, slots=True)
class SemesterAmount:
    """One semester's payment. A PERF whose denominator is 0 is None; no amount where the counts are impossible.

    ``perf_e_alternative`` and ``amount_alternative``: what the other reading of the text, De/Te' for De/Te, gives,
    where it gives something else (ruling A2); None where both readings agree.
    """

    perf_m: Decimal | None
    perf_e: Decimal | None
    amount: Decimal | None
    findings: tuple[Finding, ...]
    perf_e_alternative: Decimal | None = None
    amount_alternative: Decimal | None = None

    @property
    def flagged(self) -> bool:
        """The two readings of PERFe disagree: a person looks at the semester."""
        return self.amount_alternative is not None

    def as_json(self) -> dict[str, object]:
        """The answer of the ``semester_amount`` command (contract)."""
        return {
            "perf_m": _perf_text(self.perf_m),
            "perf_e": _perf_text(self.perf_e),
            "amount": None if self.amount is None else text(self.amount),
            "findings": [finding.as_json() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class MissingDocuments:
    """How many more documents would bring an indicator to a threshold, and the euros that this would add."""

    indicator: str
    ratio: Decimal
    missing: int
    gain: Decimal


@dataclass(frozen=True, slots=True)
class _Scale:
    """What the texts give for one tranche and VAT regime."""

    forfait_m: Decimal
    forfait_e: Decimal
    steps_m: tuple[PerformanceStep, ...]
    steps_e: tuple[PerformanceStep, ...]
    denominator: str


def semester_amount(
    programme: Programme,
    tranche: str,
    vat: Vat,
    *,
    t: int,
    tm: int,
    te: int,
    te_qualified: int,
    dm: int,
    de: int,
) -> SemesterAmount:
    """One semester's payment from the counts of its journal.

    Impossible counts are refused: error findings, no amount. An unpublished scale (DRIMbox) gives a warning and no
    amount. Raises NotInScaleError for a tranche that the programme does not have.
    """
    check_tranche(programme, tranche)
    counts = Indicators(t, tm, te, te_qualified, dm, de)
    refusals = tuple(impossible(counts))
    if refusals:
        return SemesterAmount(None, None, None, refusals)
    scale = _scale(programme, tranche, vat)
    if isinstance(scale, Finding):
        return SemesterAmount(None, None, None, (scale,))
    if t == 0:
        return SemesterAmount(None, None, ZERO, (_no_activity(),))
    return _with_alternative(scale, counts)


def impossible(counts: Indicators) -> Iterator[Finding]:
    """The errors of ruling A2, each located at the count it is about."""
    for key, name, value in _named(counts):
        if value < 0:
            yield _refusal("negative", key, f"{name} est négatif{NBSP}: {value}.")
    if counts.tm + counts.te != counts.t:
        both = counts.tm + counts.te
        yield _refusal("sum", "t", f"Tm + Te fait {both}, et T vaut {counts.t}. Les deux sont égaux.")
    for key, name, part, whole_name, whole in (
        ("dm", "Dm", counts.dm, "Tm", counts.tm),
        ("de", "De", counts.de, "Te", counts.te),
        ("te_qualified", "Te’", counts.te_qualified, "Te", counts.te),
    ):
        if part > whole:
            yield _refusal("excess", key, f"{name} ({part}) dépasse {whole_name} ({whole}).")


def missing_documents(
    programme: Programme,
    tranche: str,
    vat: Vat,
    *,
    t: int,
    tm: int,
    te: int,
    te_qualified: int,
    dm: int,
    de: int,
) -> tuple[MissingDocuments, ...]:
    """Each threshold not reached yet, nearest first per indicator; empty where no amount can be computed.

    The gain is the difference of two amounts rounded to the cent, all other counts unchanged.
    """
    check_tranche(programme, tranche)
    counts = Indicators(t, tm, te, te_qualified, dm, de)
    scale = _scale(programme, tranche, vat)
    if isinstance(scale, Finding) or t == 0 or any(impossible(counts)):
        return ()
    now = _amount(scale, counts)
    missing = [
        (indicator, step.ratio, needed - done, replace(counts, **{key: needed}))
        for indicator, key, steps, done, whole in (
            ("PERFm", "dm", scale.steps_m, dm, tm),
            ("PERFe", "de", scale.steps_e, de, _denominator(scale, counts)),
        )
        for step in sorted(steps, key=lambda step: step.ratio)
        if (needed := _ceil(Fraction(step.ratio) * whole)) > done
    ]
    return tuple(
        MissingDocuments(indicator, ratio, count, _amount(scale, reached) - now)
        for indicator, ratio, count, reached in missing
    )


def _with_alternative(scale: _Scale, counts: Indicators) -> SemesterAmount:
    perf_m, perf_e = _perfs(scale, counts)
    amount = _amount(scale, counts)
    other = replace(scale, denominator="Te" if scale.denominator == "Te'" else "Te'")
    _, perf_other = _perfs(other, counts)
    if (perf_other or 0) == (perf_e or 0):
        return SemesterAmount(perf_m, perf_e, amount, ())
    alternative = _amount(other, counts)
    finding = Finding(
        "A2-perf-e-denominator",
        Severity.WARNING,
        f"PERFe vaut {_perf_words(perf_e)} sur De/{_shown(scale)} et {_perf_words(perf_other)} sur De/{_shown(other)}"
        f"{NBSP}: {format_eur(amount)} ici, {format_eur(alternative)} dans l’autre lecture du texte.",
        _SOURCE,
        "Faites préciser la formule par l’ANS.",
        path="de",
    )
    return SemesterAmount(perf_m, perf_e, amount, (finding,), perf_other, alternative)


def _scale(programme: Programme, tranche: str, vat: Vat) -> _Scale | Finding:
    secondary = programme.secondary
    forfait_m = secondary.forfait_master[tranche].paid(vat)
    forfait_e = secondary.forfait_slave[tranche].paid(vat)
    for unknown, source in (
        (forfait_m.unknown, forfait_m.source),
        (forfait_e.unknown, forfait_e.source),
        (secondary.perf_master.unknown, secondary.perf_master.source),
        (secondary.perf_slave.unknown, secondary.perf_slave.source),
        (secondary.perf_slave_denominator.unknown, secondary.perf_slave_denominator.source),
    ):
        if unknown:
            message = f"Semestre sans montant{NBSP}: barème non publié dans les sources."
            remedy = "Saisissez le montant à la main."
            return Finding("R59-scale-unknown", Severity.WARNING, message, source, remedy)
    return _Scale(
        forfait_m.known(),
        forfait_e.known(),
        secondary.perf_master.known(),
        secondary.perf_slave.known(),
        secondary.perf_slave_denominator.known(),
    )


def _perfs(scale: _Scale, counts: Indicators) -> tuple[Decimal | None, Decimal | None]:
    return (
        _perf(scale.steps_m, counts.dm, counts.tm),
        _perf(scale.steps_e, counts.de, _denominator(scale, counts)),
    )


def _perf(steps: tuple[PerformanceStep, ...], done: int, whole: int) -> Decimal | None:
    """The value of the highest threshold reached; None over nothing."""
    if whole == 0:
        return None
    reached = [step for step in steps if done >= Fraction(step.ratio) * whole]
    return max(reached, key=lambda step: step.ratio).value if reached else Decimal(0)


def _denominator(scale: _Scale, counts: Indicators) -> int:
    return counts.te if scale.denominator == "Te" else counts.te_qualified


def _amount(scale: _Scale, counts: Indicators) -> Decimal:
    perf_m, perf_e = _perfs(scale, counts)
    master = Fraction(scale.forfait_m) * Fraction(perf_m or 0) * counts.tm
    slave = Fraction(scale.forfait_e) * Fraction(perf_e or 0) * counts.te
    return cents_of((master + slave) / counts.t)


def _ceil(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


def _named(counts: Indicators) -> tuple[tuple[str, str, int], ...]:
    return (
        ("t", "T", counts.t),
        ("tm", "Tm", counts.tm),
        ("te", "Te", counts.te),
        ("te_qualified", "Te’", counts.te_qualified),
        ("dm", "Dm", counts.dm),
        ("de", "De", counts.de),
    )


def _refusal(slug: str, path: str, message: str) -> Finding:
    return Finding(f"A2-semester-{slug}", Severity.ERROR, message, _SOURCE, "Corrigez le journal.", path=path)


def _no_activity() -> Finding:
    message = f"T vaut 0{NBSP}: aucun examen avec compte rendu, montant nul."
    return Finding("A2-semester-empty", Severity.WARNING, message, _SOURCE, "Vérifiez le journal.", path="t")


def _shown(scale: _Scale) -> str:
    return scale.denominator.replace("'", "’")


def _perf_text(perf: Decimal | None) -> str | None:
    return None if perf is None else f"{perf.normalize():f}"


def _perf_words(perf: Decimal | None) -> str:
    return "zéro (aucun examen)" if perf is None else f"{perf.normalize():f}".replace(".", ",")
