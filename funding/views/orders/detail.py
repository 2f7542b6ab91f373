"""Page of an order: where it stands, what to do next and what stops it, its amounts, numbers, clients and history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from funding.selectors.activity import activity_loaded_at
from funding.selectors.order_life import OrderLife, order_life
from funding.selectors.order_review import issue_blockers
from funding.selectors.order_sheet import OrderSheet, order_sheet
from funding.views.orders import words
from funding.views.orders.history import entries, last_events
from funding.views.orders.life.dates import deadline_lines
from funding.views.orders.life.kinds import accepted, grouped
from funding.views.orders.life.money import money
from funding.views.orders.life.names import STAGE_LOOKS
from funding.views.orders.life.pilots import pilots
from funding.views.orders.life.semesters import hints, semester_lines
from funding.views.orders.life.steps import life_steps
from funding.views.orders.life.todo import ActionLine, action_lines, focus_of, life_todo
from funding.views.orders.listing import programme_names
from funding.views.orders.places import Placed, placed
from funding.views.orders.rights import may_write
from orders.domain.order_form import Form, Headroom, ReviewContext, de_minimis_headroom
from orders.domain.snapshot import ClientFacts
from orders.models import Order, OrderClient, OrderState
from orders.selectors.facts import with_form
from segur.regulation.finding import Finding, Severity, errors
from segur.regulation.schema import Identity
from segur.templatetags.french import day

NBSP = "\u00a0"
FIRST_EVENTS = 12
MOST_EVENTS = 300
_GROUPS = (
    (Severity.ERROR, "À corriger", "erreur", "erreurs"),
    (Severity.WARNING, "À vérifier", "avertissement", "avertissements"),
    (Severity.INFO, "Notes", "note", "notes"),
)
IDENTITY_NAMES = {Identity.MASTER: "RIS maître", Identity.SLAVE: "RIS esclave", Identity.MIXED: "RIS mixte"}


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    count: str
    findings: tuple[Placed, ...]
    folded: bool


@dataclass(frozen=True, slots=True)
class NextAction:
    """What to do now; ``impossible`` names what its ``blockers`` stop."""

    title: str
    because: str
    url: str = ""
    label: str = ""
    icon: str = "arrow-right"
    impossible: str = ""
    blockers: tuple[Placed, ...] = ()


@dataclass(frozen=True, slots=True)
class ClientCard:
    """A client of the order with its signature and its de minimis aids."""

    page: OrderClient
    facts: ClientFacts
    headroom: Headroom | None


@require_GET
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; reads only, in a constant number of queries."""
    now = timezone.now()
    found = loaded_order(pk)
    sheet, life = order_sheet(found), order_life(found, now=now)
    state, findings = life.state, life.context.form
    writes = may_write(request.user)
    is_whole = request.GET.get("historique") == "tout"
    events, total = last_events(found, MOST_EVENTS if is_whole else FIRST_EVENTS)
    lines = words.amount_lines(sheet)
    action = next_action(sheet, life, writes=writes)
    facts = accepted(state)
    actions = action_lines(found, state, {each.kind.type for each in facts}, writes=writes)
    focus = next((line for line in actions if line.name == focus_of(state) and not line.allowed), None)
    context = {
        "order": found,
        "sheet": sheet,
        "state": STAGE_LOOKS[state.stage],
        "programme_name": programme_names().get(found.programme, found.programme),
        "identity": IDENTITY_NAMES[sheet.facts.identity] if sheet.facts.identity else "",
        "clients": _client_cards(sheet, now),
        "principal": _principal(found),
        "steps": life_steps(sheet, life),
        "action": action,
        "focus": focus,
        "actions": actions,
        "allowed": sum(line.allowed for line in actions),
        "told": placed(found, _told(state.findings, state.refused), writes=writes),
        "groups": _groups(found, findings, _above(action, focus), writes=writes),
        "finding_total": _finding_total(findings),
        "facts": grouped(facts) if writes else [],
        "deadlines": deadline_lines(state),
        "amounts": lines,
        "provisional": next((line.provisional for line in lines if line.provisional), ""),
        "money": money(sheet, state),
        "pilots": pilots(life),
        "semesters": semester_lines(state),
        "hints": hints(state, life.programme),
        "numbers": words.number_lines(sheet),
        "statuses": words.status_counts(sheet),
        "year": str(sheet.programme.reference_year.value or "de référence"),
        "counts_loaded": activity_loaded_at(),
        "history": entries(events, found),
        "event_total": total,
        "older": 0 if is_whole else max(total - FIRST_EVENTS, 0),
        "may_write": writes,
        "now": now,
    }
    return render(request, "orders/detail.html", context)


def loaded_order(pk: int) -> Order:
    """An order with its whole form, or the page « introuvable »."""
    if pk > 2**63 - 1:
        pk = 0
    return get_object_or_404(with_form(Order.objects.all()), pk=pk)


def _principal(found: Order) -> OrderClient | None:
    pages = list(found.clients.all())
    return next((page for page in pages if page.principal), pages[0] if pages else None)


def _told(findings: tuple[Finding, ...], refused: Finding | None) -> tuple[Finding, ...]:
    """What the life says beside its actions, the gravest first."""
    severities = [severity for severity, *_ in _GROUPS]
    known = (*findings, *((refused,) if refused else ()))
    return tuple(sorted(dict.fromkeys(known), key=lambda each: severities.index(each.severity)))


def _above(action: NextAction, focus: ActionLine | None) -> list[Finding]:
    """The findings that already stand under the next action."""
    return [each.finding for each in (*action.blockers, *(focus.findings if focus else ()))]


def _finding_total(findings: tuple[Finding, ...]) -> str:
    """« 1 erreur, 2 avertissements, 8 notes »."""
    parts = []
    for severity, _, one, many in _GROUPS:
        if total := sum(1 for finding in findings if finding.severity is severity):
            parts.append(f"1 {one}" if total == 1 else f"{total} {many}")
    return ", ".join(parts)


def _groups(found: Order, findings: tuple[Finding, ...], above: list[Finding], *, writes: bool) -> list[Group]:
    """The findings by severity, without those that already stand under the next action."""
    groups = []
    for severity, title, one, many in _GROUPS:
        chosen = tuple(each for each in findings if each.severity is severity and each not in above)
        if chosen:
            count = f"1 {one}" if len(chosen) == 1 else f"{len(chosen)} {many}"
            folded = severity is Severity.INFO
            groups.append(Group(title, count, placed(found, chosen, writes=writes), folded))
    return groups


def next_action(sheet: OrderSheet, life: OrderLife, *, writes: bool) -> NextAction:
    """The one thing to do, from the state of the order, its life and what the texts say of its form."""
    found, findings = sheet.order, life.context.form
    is_draft = found.state == OrderState.DRAFT
    blocking = issue_blockers(findings) if is_draft else errors(findings)
    blockers = placed(found, blocking, writes=writes)
    if not found.is_living:
        word = "annulée" if found.state == OrderState.CANCELLED else "retirée"
        return NextAction(f"Commande {word}", f"Le {day(found.ended_at)}. Motif{NBSP}: {found.end_reason}")
    if is_draft:
        return _draft_action(found, blockers)
    if found.state == OrderState.ISSUED:
        return _issued_action(found, sheet, blockers)
    return _signed_action(found, sheet, life, blockers)


def _draft_action(found: Order, blockers: tuple[Placed, ...]) -> NextAction:
    if blockers:
        return NextAction(
            "Compléter le bon de commande",
            "Une fois complet, il s’émet, puis chaque client le signe.",
            reverse("order_edit", args=[found.pk]),
            "Modifier le bon",
            "pencil",
            "Émettre le bon de commande",
            blockers,
        )
    return NextAction(
        "Émettre le bon de commande",
        "Le bon est complet. Rien n’est réservé avant la première signature.",
        reverse("order_issue", args=[found.pk]),
        "Émettre le bon",
        "send",
    )


def _issued_action(found: Order, sheet: OrderSheet, blockers: tuple[Placed, ...]) -> NextAction:
    waiting = [page.name for page in found.clients.all() if not page.signed_on]
    title = f"Faire signer {waiting[0]}" if len(waiting) == 1 else f"Faire signer {len(waiting)} clients"
    taken = len(sheet.holding.collisions)
    because = "La dernière signature rend la commande signée."
    if found.first_signed_on is None:
        because = "La première signature réserve les numéros de la commande."
        if taken:
            many = "1 numéro est déjà pris" if taken == 1 else f"{taken} numéros sont déjà pris"
            because = f"{because} {many}{NBSP}: un conflit s’ouvrira."
    return NextAction(
        title,
        because,
        reverse("order_sign", args=[found.pk]),
        "Enregistrer la signature",
        "pen-line",
        "Passer à l’avance sans corriger" if blockers else "",
        blockers,
    )


def _signed_action(found: Order, sheet: OrderSheet, life: OrderLife, blockers: tuple[Placed, ...]) -> NextAction:
    """The conflict and the form come before the advance; afterwards the life says what comes next."""
    conflicts = () if life.state.life.advance.is_filed else sheet.open_conflicts
    if conflicts:
        many = "un numéro" if len(conflicts) == 1 else f"{len(conflicts)} numéros"
        return NextAction(
            f"Trancher le conflit sur {many}",
            "Un numéro n’est valorisé que par une commande. Tant que personne ne décide, il reste contesté.",
            words.conflict_url(conflicts[0].pk),
            "Voir le conflit",
            "git-compare",
        )
    if blockers and not life.state.life.advance.is_filed:
        return NextAction(
            "Corriger la commande",
            "Elle est signée : la correction demande un motif, qui reste dans l’historique.".replace(" :", f"{NBSP}:"),
            reverse("order_edit", args=[found.pk]),
            "Corriger la commande",
            "pencil",
        )
    todo = life_todo(found, life.state)
    return NextAction(todo.title, todo.because, todo.url, todo.label if todo.url else "", todo.icon)


def _client_cards(sheet: OrderSheet, now: datetime) -> list[ClientCard]:
    form = Form(sheet.facts, sheet.programme, None, None, ReviewContext(), now)
    pages = list(sheet.order.clients.all())
    return [
        ClientCard(page, facts, de_minimis_headroom(form, facts))
        for page, facts in zip(pages, sheet.facts.clients, strict=True)
    ]
