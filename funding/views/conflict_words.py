"""What the page of a conflict says: title, rule, facts side by side, decisions with their euros, history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import NoReverseMatch, reverse

from funding.domain.conflict_effects import Choice, Consequence, Effect, Fate, Figures, Origin, Outlook, Stakes
from funding.selectors.conflicts import ConflictCase, PartyView
from orders.domain.uniqueness import Proposal
from orders.models import Conflict, ConflictStatus, Order, PartyState
from segur.regulation.dates import format_date_fr, paris_date
from segur.regulation.schema import Vat
from segur.templatetags.french import eur, short_day, whole

NBSP = "\u00a0"
NNBSP = "\u202f"
AFTER = "après calcul"
_SUBJECTS = {
    "am": "un même numéro AM",
    "finess": "un même FINESS",
    "siren": "un même client",
    "pacs": "un même PACS",
    "instance": "une même instance",
}
_KINDS = {"am": "numéro AM", "finess": "FINESS géographique", "siren": "SIREN", "pacs": "PACS", "instance": "instance"}
_ACTIVITIES = {"radiology": "radiologie", "nuclear": "médecine nucléaire", "mixed": "radiologie et médecine nucléaire"}
_STATUS = {
    ConflictStatus.OPEN: ("refused", "git-compare"),
    ConflictStatus.EXCLUDED: ("idle", "circle-minus"),
    ConflictStatus.RELEASED: ("done", ""),
    ConflictStatus.TRANSFERRED: ("done", ""),
    ConflictStatus.DISMISSED: ("idle", "circle-check"),
}
_VAT = {Vat.TWENTY: f"TTC 20{NBSP}%", Vat.EIGHT_AND_A_HALF: f"TTC 8,5{NBSP}%", Vat.NONE: "HT, sans TVA"}
_STATES = {
    None: ("done", "Titulaire", "lock"),
    PartyState.PENDING: ("attention", "Demandeur", "git-compare"),
    PartyState.EXCLUDED: ("idle", "Exclu", "circle-minus"),
    PartyState.TOOK: ("done", "Titulaire", "lock"),
    PartyState.LEFT: ("idle", "N’y prétend plus", "circle-minus"),
    PartyState.DISMISSED: ("idle", "Pas un doublon", "circle-check"),
}


def badge_of(conflict: Conflict) -> tuple[str, str, str]:
    """State, words and icon of the status."""
    status = ConflictStatus(conflict.status)
    state, icon = _STATUS[status]
    return state, str(status.label), icon


def kind_of(conflict: Conflict) -> str:
    """« numéro AM », « FINESS géographique · radiologie »."""
    kind = _KINDS[conflict.kind]
    return f"{kind} · {_ACTIVITIES[conflict.activity]}" if conflict.activity else kind


def title_of(case: ConflictCase) -> str:
    """The question of the page in a few words."""
    subject = _SUBJECTS[case.conflict.kind]
    if case.holder.order is None:
        return f"{subject[0].upper()}{subject[1:]} financé ailleurs"
    count = len(case.parties)
    number = "Deux" if count == 2 else str(count)
    return f"{number} commandes pour {subject}" if count > 1 else f"Une commande pour {subject}"


def rule_sentence(case: ConflictCase) -> str:
    """What the rule of the conflict says, and what it stops."""
    conflict = case.conflict
    is_drimbox = any(party.order.is_drimbox for party in case.parties if party.order)
    order = "commande DRIMbox" if is_drimbox else "commande RIS"
    if conflict.stops_order:
        subject = {
            "siren": "Un client, donc un SIREN,",
            "pacs": "Un PACS",
            "instance": "Une instance logicielle",
        }[conflict.kind]
        return (
            f"{subject} n’a qu’une {order} financée. Rien ne s’exclut du calcul{NBSP}: "
            "la commande qui vient en second est arrêtée."
        )
    subject = "Un numéro AM" if conflict.kind == "am" else "Un FINESS géographique"
    once = f" pour l’activité {_ACTIVITIES[conflict.activity]}" if conflict.activity else ""
    return (
        f"{subject} n’est valorisé que par une seule {order}{once}. "
        "La commande qui l’a en second reste valable, mais sans ce numéro."
    )


def stake_words(found: Stakes | None) -> str:
    """« 6 179,22 € à 14 335,30 € »; what only the ANS can say is « après calcul »."""
    if found is None:
        return AFTER
    span = eur(found.most) if found.least == found.most else f"{eur(found.least)} à {eur(found.most)}"
    return span if found.is_complete else f"{span} ou plus"


@dataclass(frozen=True, slots=True)
class Cell:
    """A fact of one side: text, what is strong in it, and a caption under it."""

    text: str
    strong: str = ""
    sub: str = ""


@dataclass(frozen=True, slots=True)
class FactRow:
    """The same fact of every side, each with its reference; ``differs``: it should be the same and is not."""

    label: str
    cells: tuple[tuple[str, Cell], ...]
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """The head of one side."""

    party: PartyView
    badge: tuple[str, str, str]
    url: str


def columns(case: ConflictCase) -> list[Column]:
    """The sides, the holder first."""
    return [
        Column(party, _badge(case, party), page_of("order", party.order.pk) if party.order else "")
        for party in case.parties
    ]


def _badge(case: ConflictCase, party: PartyView) -> tuple[str, str, str]:
    if party.order is None:
        return "done", "Financé ailleurs", "lock"
    if party.is_holder and case.conflict.holder_let_go_at:
        return "idle", "A libéré le numéro", "circle-minus"
    return _STATES[party.state]


def comparison(case: ConflictCase) -> list[FactRow]:
    """The facts on the same lines; the lines of the order form that should agree and do not are marked."""
    parties = case.parties
    about_number = case.conflict.kind in {"am", "finess"}
    rows = [
        _row("Client qui porte le numéro" if about_number else "Clients", parties, _client),
        _row("Fournisseur et solution", parties, _sold),
        _row("Signée le", parties, lambda party: Cell(short_day(party.order.first_signed_on) if party.order else "—")),
        _row("Valorisé depuis", parties, _since),
    ]
    if any(party.funded_since for party in parties):
        rows.append(_row("Avance validée le", parties, _funded))
    if about_number:
        rows.append(_row("Ligne du bon", parties, _line, compared=True))
        rows.append(_row("Activité adressée", parties, _activity, compared=True))
    if case.conflict.stops_order:
        rows.append(_row("Montant de la commande", parties, _whole_amount))
        return rows
    return [
        *rows,
        _row("Avance", parties, _advance),
        _row("Examens avec le numéro", parties, lambda party: _examinations(party, with_number=True)),
        _row("Examens sans le numéro", parties, lambda party: _examinations(party, with_number=False)),
    ]


def _funded(party: PartyView) -> Cell:
    return Cell(short_day(party.funded_since) if party.funded_since else "—")


def _row(
    label: str, parties: Sequence[PartyView], cell: Callable[[PartyView], Cell], *, compared: bool = False
) -> FactRow:
    cells = tuple((_role(party), cell(party)) for party in parties)
    ours = {cell(party) for party in parties if party.order is not None}
    return FactRow(label, cells, compared and len(ours) > 1)


def _role(party: PartyView) -> str:
    return f"{party.reference}, titulaire" if party.is_holder else party.reference


def _client(party: PartyView) -> Cell:
    names = list(dict.fromkeys(carrier.client for carrier in party.carriers))
    sirens = list(dict.fromkeys(carrier.siren for carrier in party.carriers))
    return Cell(", ".join(names) or "—", sub=f"SIREN {', '.join(_spaced(each) for each in sirens)}" if sirens else "")


def _spaced(siren: str) -> str:
    return f"{siren[:3]}{NBSP}{siren[3:6]}{NBSP}{siren[6:]}"


def _sold(party: PartyView) -> Cell:
    order = party.order
    return Cell(f"{order.supplier.name} · {order.solution}" if order else "hors de nos commandes")


def _since(party: PartyView) -> Cell:
    if party.order is None and party.funded is not None:
        return Cell(f"liste chargée le {short_day(party.funded.loaded_at)}")
    if party.taken_at is not None:
        return Cell(short_day(party.taken_at))
    where = "en second" if party.state is PartyState.PENDING else "exclu" if party.state is PartyState.EXCLUDED else ""
    return Cell("jamais", sub=f"{where} depuis le {short_day(party.since)}" if where else "")


def _line(party: PartyView) -> Cell:
    names = list(dict.fromkeys(carrier.line for carrier in party.carriers))
    rpps = list(dict.fromkeys(carrier.rpps for carrier in party.carriers if carrier.rpps))
    return Cell(", ".join(names) or "—", sub=f"RPPS {', '.join(rpps)}" if rpps else "")


def _activity(party: PartyView) -> Cell:
    return Cell(", ".join(dict.fromkeys(_ACTIVITIES[carrier.activity] for carrier in party.carriers)) or "—")


def _whole_amount(party: PartyView) -> Cell:
    figures = party.outlook.with_number if party.outlook else None
    return Cell(eur(figures.total), sub=_scope(figures)) if figures else Cell(AFTER if party.order else "—")


def _scope(figures: Figures) -> str:
    return "principale et secondaire" if figures.secondary is not None else "principale seule, secondaire non publiée"


def _advance(party: PartyView) -> Cell:
    before, after = _pair(party.outlook)
    if party.order is None:
        return Cell("—")
    without = f"sans le numéro{NBSP}: {eur(after.advance) if after else AFTER}"
    return Cell(eur(before.advance) if before else AFTER, sub=without)


def _pair(found: Outlook | None) -> tuple[Figures | None, Figures | None]:
    return (found.with_number, found.without_number) if found else (None, None)


def _examinations(party: PartyView, *, with_number: bool) -> Cell:
    before, after = _pair(party.outlook)
    figures = before if with_number else after
    if party.order is None:
        return Cell("—")
    if figures is None:
        return Cell(AFTER, sub=_missing(party.outlook))
    count = f"{whole(figures.examinations)} · " if figures.examinations is not None else ""
    said = "tranche de l’ANS" if figures.origin is Origin.ANS else "estimation"
    if figures.tranche is None:
        return Cell(f"{count}aucune tranche", sub=said)
    return Cell(f"{count}tranche ", figures.tranche, said)


def _missing(found: Outlook | None) -> str:
    absent = len(found.unknown) if found else 0
    if not absent:
        return "l’estimation contredit l’ANS" if found and found.with_number else ""
    return "1 numéro absent des comptages" if absent == 1 else f"{absent} numéros absents des comptages"


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision with its euros, side by side; ``url`` leads to the order where it is done instead."""

    key: str
    label: str
    details: str
    consequences: tuple[Consequence, ...]
    total: Decimal | None
    is_proposed: bool
    is_chosen: bool
    is_elsewhere: bool
    url: str

    @property
    def total_fate(self) -> str:
        """What the total waits for, when it is unknown."""
        return Fate.WAITS if any(each.fate is Fate.WAITS for each in self.consequences) else ""


def decision_rows(case: ConflictCase, proposal: Proposal | None, chosen: str) -> list[DecisionRow]:
    """The decisions; the proposed one is chosen until the person chooses another."""
    proposed = proposed_key(case, proposal) if proposal else _funded_key(case)
    return [_decision_row(case, effect, proposed, chosen or proposed) for effect in case.effects]


def _decision_row(case: ConflictCase, effect: Effect, proposed: str, chosen: str) -> DecisionRow:
    label, details = _decision_words(case, effect)
    target = next((party.order for party in case.claimants if party.name == effect.order), None)
    is_elsewhere = effect.choice in {Choice.CORRECT, Choice.CANCEL}
    return DecisionRow(
        effect.key,
        label,
        details,
        effect.consequences,
        effect.total,
        effect.key == proposed,
        effect.key == chosen,
        is_elsewhere,
        _url_of(effect.choice, target) if is_elsewhere and target else "",
    )


def _url_of(choice: Choice, order: Order) -> str:
    """Where an order is corrected or cancelled: its own page as long as there is no other."""
    name = "order_edit" if choice is Choice.CORRECT else "order_cancel"
    return page_of(name, order.pk) or page_of("order", order.pk)


def page_of(name: str, pk: int) -> str:
    """Where a named page of one row is, or an empty string as long as nobody built it."""
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""


def _funded_key(case: ConflictCase) -> str:
    """The transfer to a claimant that is funded while the holder is not; empty where there is none (R42-R45)."""
    party = case.funded_claimant
    key = f"{Choice.TRANSFER}:{party.name}" if party else ""
    return key if any(effect.key == key for effect in case.effects) else ""


def proposed_key(case: ConflictCase, proposal: Proposal) -> str:
    """The decision that a proposal of R48 leads to; empty when none of them is possible."""
    keys = {effect.key: effect for effect in case.effects}
    if proposal.holder is None:
        wanted = [str(Choice.EXCLUDE_ALL), str(Choice.KEEP)]
    elif proposal.holder == case.holder.name:
        wanted = [str(Choice.KEEP)]
    else:
        wanted = [f"{Choice.RELEASE}:{proposal.holder}", f"{Choice.TRANSFER}:{proposal.holder}"]
    return next((key for key in wanted if key in keys), "")


def proposal_sentence(case: ConflictCase, proposal: Proposal) -> str:
    """Who should valorise the number, in a few words."""
    named = next((party.reference for party in case.parties if party.name == proposal.holder), "")
    if not named:
        return f"Proposition{NBSP}: aucune de ces commandes ne valorise le numéro."
    keeps = proposal.holder == case.holder.name and not case.conflict.holder_let_go_at
    return f"Proposition{NBSP}: {named} {'garde' if keeps else 'valorise'} le numéro."


def _transfer_reason(case: ConflictCase, name: str, losses: str) -> str:
    if case.conflict.holder_let_go_at:
        return "Le titulaire a libéré le numéro."
    party = case.funded_claimant
    if party is not None and party.reference == name and party.funded_since:
        day = format_date_fr(paris_date(party.funded_since))
        return f"L’avance de {name} est validée depuis le {day}{NBSP}: son financement passe avant. {losses}"
    return f"À choisir si l’avance de {name} est validée{NBSP}: son financement passe alors avant. {losses}"


def _decision_words(case: ConflictCase, effect: Effect) -> tuple[str, str]:
    name = next((party.reference for party in case.parties if party.name == effect.order), "")
    losses = _losses(case, effect)
    every = "des deux commandes" if len(case.parties) == 2 else "de toutes les commandes"
    if effect.choice is Choice.KEEP:
        kept = "Le titulaire garde le numéro"
        return (f"Exclure le numéro {every}" if case.conflict.holder_let_go_at else kept), losses
    if effect.choice is Choice.TRANSFER:
        return f"Transférer à {name}", _transfer_reason(case, name, losses).strip()
    return {
        Choice.RELEASE: (f"Libérer au profit de {name}", losses),
        Choice.EXCLUDE_ALL: (
            f"Exclure {every}",
            "Aucune ne valorise le numéro, le temps d’une contestation à l’ASP.",
        ),
        Choice.DISMISS: (
            "Ce n’est pas un doublon",
            "Chaque commande garde le numéro. Examiné, il ne sera plus signalé entre elles.",
        ),
        Choice.CORRECT: (
            f"Erreur de saisie{NBSP}: corriger {name}",
            f"Le vrai numéro est saisi et recalculé{NNBSP}; le conflit se ferme.",
        ),
        Choice.CANCEL: (f"Annuler {name}", "Elle n’est plus financée et le conflit se ferme."),
    }[effect.choice]


def _losses(case: ConflictCase, effect: Effect) -> str:
    parties = {party.name: party for party in case.parties}
    said = []
    for each in effect.consequences:
        party = parties[each.name]
        if each.fate is Fate.LOSES:
            said.append(loss_sentence(party))
        elif each.fate is Fate.STOPS:
            said.append(f"{party.reference} est arrêtée.")
        elif each.fate is Fate.WAITS:
            said.append(f"{party.reference} attend une autre décision.")
    return " ".join(said)


def loss_sentence(party: PartyView) -> str:
    """What an order becomes without the number: its tranche, its advance."""
    before, after = _pair(party.outlook)
    if before is None or after is None:
        return f"{party.reference} est recalculée sans lui par l’ANS."
    if after.tranche is None:
        return f"{party.reference} n’a plus d’activité{NBSP}: elle n’est plus éligible."
    if before.tranche == after.tranche:
        return f"{party.reference} reste en tranche {before.tranche}."
    moved = f"{party.reference} est recalculée sans lui{NBSP}: {before.tranche} → {after.tranche}."
    if before.advance == after.advance:
        return moved
    return f"{moved} L’avance passe de {eur(before.advance)} à {eur(after.advance)}."


def column_words(case: ConflictCase) -> str:
    """Which column the euros are of, and what they hold."""
    orders = [party.order for party in case.parties if party.order]
    columns_paid = list(dict.fromkeys(_VAT[Vat(order.vat)] for order in orders))
    figures = [party.outlook.with_number for party in case.parties if party.outlook and party.outlook.with_number]
    published = all(each.secondary is not None for each in figures)
    held = "principale et secondaire" if published else f"principale seule{NBSP}: barème secondaire non publié"
    return f"{' et '.join(columns_paid)}, {held}"


def is_estimated(case: ConflictCase) -> bool:
    """Whether a figure of the page rests on the estimate, not on the answer of the ANS (R52)."""
    pairs = [figures for party in case.parties for figures in _pair(party.outlook)]
    return any(figures is not None and figures.origin is Origin.ESTIMATE for figures in pairs)


def is_provisional(case: ConflictCase) -> bool:
    """Whether a figure of the page rests on a provisional scale."""
    pairs = [figures for party in case.parties for figures in _pair(party.outlook)]
    return any(figures is not None and figures.provisional for figures in pairs)
