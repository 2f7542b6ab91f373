"""The tranche recorded on the order: what it was calculated on, what it left out, and the product's estimate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orders.domain.order_form.context import Form, error, note, unchecked, warning
from orders.domain.snapshot import ClientFacts, FourInvalidLists, FourLists, LineFacts
from segur.regulation.finding import Finding

_NAMES = {
    "am_radiology": "AM de radiologie",
    "am_nuclear": "AM de médecine nucléaire",
    "finess_radiology": "FINESS de radiologie",
    "finess_nuclear": "FINESS de médecine nucléaire",
}


def tranche_recorded(form: Form) -> Iterator[Finding]:
    """R52, R55: the result of the ANS service is recorded; the product's calculation is an estimate only."""
    if form.order.tranche is None:
        message = "Aucun résultat du service de calcul de l’ANS n’est enregistré."
        remedy = "Faites le calcul, puis enregistrez le courriel de résultat."
        yield warning("R52-not-recorded", message, remedy, "tranche")


def tranche_against_estimate(form: Form) -> Iterator[Finding]:
    """R52: the service's answer prevails; another estimate is worth a question before the quote."""
    declared, estimate = form.order.tranche, form.context.estimate
    if declared is None:
        return
    if estimate is None:
        yield unchecked("R52-no-estimate", "pas d’estimation à comparer à la tranche déclarée.", path="tranche")
    elif estimate.letter is not None and estimate.letter != declared.letter:
        examinations = f"{estimate.examinations:,}".replace(",", "\u00a0")
        message = f"Tranche {declared.letter} déclarée ; l’estimation donne {estimate.letter} ({examinations} examens)."
        remedy = "Le résultat du service fait foi : vérifiez qu’il porte sur les mêmes numéros."
        yield warning("R52-estimate", message, remedy, "tranche.letter")


def tranche_on_the_same_numbers(form: Form) -> Iterator[Finding]:
    """R52, R53: the ASP compares the numbers of the calculation with those of the order.

    A number that the calculation counts and the order does not bear may have raised the ceiling: an error. One that
    the calculation left out can only lower it: a warning. Numbers excluded after a conflict are expected to be out.
    """
    tranche = form.order.tranche
    if tranche is None:
        return
    if tranche.valid is None:
        yield unchecked("R55-lists-unknown", "les numéros du calcul ne sont pas enregistrés.", path="tranche.valid")
        return
    for name, borne in _by_name(form.order.four_lists()).items():
        excluded = set(getattr(form.context.excluded, name))
        valid = getattr(tranche.valid, name)
        answered = {*valid, *_invalid_values(tranche.invalid, name)}
        for number in valid:
            if number not in borne or number in excluded:
                message = f"{number} est compté dans le calcul et absent des {_NAMES[name]} valorisés par la commande."
                yield error(
                    "R52-other-numbers", message, "Refaites le calcul sur les numéros du bon.", f"tranche.valid.{name}"
                )
        for number in borne:
            if number not in answered and number not in excluded:
                message = f"{number} ({_NAMES[name]}) n’est pas dans le calcul de la tranche."
                yield warning(
                    "R52-number-left-out", message, "Refaites le calcul avec ce numéro.", _path_of(form, number)
                )


def invalid_numbers(form: Form) -> Iterator[Finding]:
    """F3, R1: a number that the service found invalid counts for nothing; the order falls when all are."""
    refused = _refused_numbers(form)
    if not refused:
        return
    if all(
        (name, number) in refused for name, numbers in _by_name(form.order.four_lists()).items() for number in numbers
    ):
        message = "Tous les numéros sont invalides pour le service de calcul : le plafond est nul."
        yield error("F3-all-invalid", message, "Corrigez les numéros, puis refaites le calcul.", "tranche.invalid")
        return
    for name, number in refused:
        reason = refused[name, number]
        message = f"{number} est invalide en {_NAMES[name]}{f' ({reason})' if reason else ''} : il ne compte pas."
        yield warning("F3-invalid-number", message, "Vérifiez-le ou retirez la ligne.", _path_of(form, number))
    for path, client in form.clients():
        numbers = [pair for line in client.lines for pair in _pairs(line)]
        if numbers and all(pair in refused for pair in numbers):
            message = form.about(client, "Aucune activité valide en 2023 : tous ses numéros sont invalides.")
            yield warning("R1-no-activity", message, "Vérifiez que ce client est éligible.", path)


def client_activity(form: Form) -> Iterator[Finding]:
    """R1, F3: a number absent from the loaded counts proves nothing; a Client that counts zero is worth a look."""
    estimate = form.context.estimate
    if estimate is None:
        return
    for path, client in form.clients():
        known = [estimate.counts.get(number) for number in _values(client)]
        if not known:
            continue
        if all(count is None for count in known):
            reason = form.about(client, "Aucun de ses numéros n’est dans les activités chargées.")
            yield unchecked("R1-activity-unknown", f"{reason[0].lower()}{reason[1:]}", path=path)
        elif all(count == 0 for count in known):
            message = form.about(client, "Activité nulle en 2023 dans les activités chargées.")
            yield warning("R1-no-activity", message, "Un client sans activité en 2023 n’est pas éligible.", path)
    if estimate.letter is None and estimate.examinations == 0:
        yield note("R51-estimate-zero", "L’estimation est nulle : aucun examen connu en 2023.", path="tranche")


def _by_name(lists: FourLists) -> Mapping[str, tuple[str, ...]]:
    return {name: getattr(lists, name) for name in _NAMES}


def _invalid_values(lists: FourInvalidLists | None, name: str) -> list[str]:
    return [number.value for number in getattr(lists, name)] if lists else []


def _refused_numbers(form: Form) -> dict[tuple[str, str], str | None]:
    """List and number to the service's reason, for the numbers that the order bears and the service refused."""
    invalid = form.order.tranche.invalid if form.order.tranche else None
    if invalid is None:
        return {}
    borne = _by_name(form.order.four_lists())
    return {
        (name, number.value): number.reason
        for name in _NAMES
        for number in getattr(invalid, name)
        if number.value in borne[name]
    }


def _pairs(line: LineFacts) -> Iterator[tuple[str, str]]:
    for activity in line.activity.activities:
        yield from ((f"am_{activity}", number) for number in line.am)
        if line.finess:
            yield f"finess_{activity}", line.finess


def _values(client: ClientFacts) -> list[str]:
    return [number for line in client.lines for number in (*line.am, *((line.finess,) if line.finess else ()))]


def _path_of(form: Form, number: str) -> str:
    return next((path for path, _, line in form.lines() if number == line.finess or number in line.am), "tranche")
