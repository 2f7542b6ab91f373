"""Issue, sign, cancel, withdraw: one small page each, which says what follows before it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from funding.forms.orders.actions import ConfirmForm, DeclareForm, IssueForm, ReasonForm, SignForm
from funding.selectors.order_sheet import NumberStatus, OrderSheet, order_sheet
from funding.services.orders import cancel_order, issue_reviewed_order, sign_client, withdraw_order
from funding.views.orders.detail import loaded_order
from funding.views.orders.lost_update import whose_change
from funding.views.orders.places import Placed, placed
from funding.views.orders.rights import actor_id, writers_only
from orders.domain.snapshot import OrderFacts, SignatureMode
from orders.models import Order, OrderState
from orders.services.confirmations import declare_not_conditioned
from orders.services.edition import confirm_number
from orders.services.locking import require_state
from orders.services.refusal import Refused
from segur.regulation.finding import Finding
from segur.regulation.identifiers import IdentifierKind, has_key

NBSP = "\u00a0"
NNBSP = "\u202f"
STALE = "stale-version"
_SHOWN_NUMBERS = 6


@dataclass(frozen=True, slots=True)
class Action:
    """A page of confirmation: the question, what follows, its button, and the sentence once it is done."""

    title: str
    consequences: tuple[str, ...]
    button: str
    icon: str
    done: str
    verb: str
    states: tuple[OrderState, ...]


Do = Callable[[Order, Form, int], object]
_LIVING = (OrderState.DRAFT, OrderState.ISSUED, OrderState.SIGNED)


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """The form is sent to its clients."""
    found = loaded_order(pk)
    sheet = order_sheet(found)
    action = Action(
        f"Émettre {found.number}{NNBSP}?",
        (
            "Numéro, fournisseur, solution et programme ne changeront plus.",
            "Rien n’est réservé avant la première signature.",
            *_collision_lines(sheet),
        ),
        "Émettre le bon",
        "send",
        f"{found.number} est émise.",
        "émettre",
        (OrderState.DRAFT,),
    )
    today = timezone.localdate().strftime("%d/%m/%Y")
    form = IssueForm(request.POST or None, initial={"version": found.version, "issued_on": today})

    def do(order: Order, form: Form, actor: int) -> object:
        given = form.cleaned_data
        return issue_reviewed_order(
            order_id=order.pk,
            issued_on=given["issued_on"],
            as_it_is=given["as_it_is"],
            now=timezone.now(),
            actor_id=actor,
            version=given["version"],
        )

    return _page(request, found, action, form, do)


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The signature of one client."""
    found = loaded_order(pk)
    sheet = order_sheet(found)
    waiting = [page for page in found.clients.all() if not page.signed_on]
    follows = []
    if found.first_signed_on is None:
        follows.append(_reserved(len(sheet.numbers)))
    if len(waiting) == 1:
        follows.append("C’est la dernière signature : la commande est signée.".replace(" :", f"{NBSP}:"))
    action = Action(
        f"Enregistrer une signature de {found.number}{NNBSP}?",
        (*follows, *_collision_lines(sheet)),
        "Enregistrer la signature",
        "pen-line",
        "Signature enregistrée.",
        "signer",
        (OrderState.ISSUED,),
    )
    form = SignForm(request.POST or None, order=found, initial={"version": found.version})

    def do(order: Order, form: Form, actor: int) -> object:
        given = form.cleaned_data
        mode = SignatureMode(given["signature"]) if given["signature"] else None
        return sign_client(
            order_id=order.pk,
            siren=given["siren"],
            signed_on=given["signed_on"],
            signature=mode,
            now=timezone.now(),
            actor_id=actor,
            version=given["version"],
        )

    return _page(request, found, action, form, do)


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """The order is given up, with a reason."""
    found = loaded_order(pk)
    action = Action(
        f"Annuler {found.number}{NNBSP}?",
        (*_released(order_sheet(found)), "Une commande annulée ne se rouvre pas."),
        "Annuler la commande",
        "circle-minus",
        f"{found.number} est annulée.",
        "annuler",
        _LIVING,
    )
    return _page(request, found, action, _reason_form(request, found), _with_reason(cancel_order))


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The supplier withdraws the prestation, with a reason."""
    found = loaded_order(pk)
    action = Action(
        f"Retirer la prestation de {found.number}{NNBSP}?",
        (*_released(order_sheet(found)), "Une prestation retirée ne se rétablit pas."),
        "Retirer la prestation",
        "undo-2",
        f"La prestation de {found.number} est retirée.",
        "retirer",
        (OrderState.ISSUED, OrderState.SIGNED),
    )
    return _page(request, found, action, _reason_form(request, found), _with_reason(withdraw_order))


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """R33: the supplier declares that nothing else conditions the order, or that something does."""
    found = loaded_order(pk)
    action = Action(
        f"Autonomie de {found.number}",
        ("Une commande qui dépend d’un autre achat n’est pas finançable (R33).",),
        "Enregistrer la déclaration",
        "file-check",
        "Déclaration enregistrée.",
        "déclarer",
        _LIVING,
    )
    form = DeclareForm(request.POST or None, initial={"version": found.version})

    def do(order: Order, form: Form, actor: int) -> object:
        given = form.cleaned_data
        return declare_not_conditioned(
            order_id=order.pk,
            declared=given["declared"] == "yes",
            reason=given["reason"],
            now=timezone.now(),
            actor_id=actor,
            version=given["version"],
        )

    return _page(request, found, action, form, do)


@require_http_methods(["GET", "HEAD", "POST"])
@writers_only
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """A5: a person confirms a number whose key is wrong."""
    found = loaded_order(pk)
    wrong = _wrong_keys(order_sheet(found).facts)
    action = Action(
        f"Confirmer un numéro de {found.number}",
        ("La clé de ce numéro est fausse. Comparez-le au répertoire, puis confirmez-le avec un motif.",)
        if wrong
        else ("Toutes les clés des FINESS et RPPS de la commande sont justes.",),
        "Confirmer le numéro",
        "circle-check",
        "Numéro confirmé.",
        "confirmer un numéro",
        _LIVING if wrong else (),
    )
    choices = [(path, f"{name}, {number}") for path, (name, number) in wrong.items()]
    form = ConfirmForm(request.POST or None, numbers=choices)

    def do(order: Order, form: Form, actor: int) -> object:
        given = form.cleaned_data
        return confirm_number(
            order_id=order.pk,
            value=wrong[given["line"]][1],
            reason=given["reason"],
            now=timezone.now(),
            actor_id=actor,
        )

    return _page(request, found, action, form, do)


def _wrong_keys(facts: OrderFacts) -> dict[str, tuple[str, str]]:
    """Path of a line to its name and its FINESS or RPPS, where the key of the number is wrong."""
    found = {}
    for path, line in facts.lines():
        number = line.finess or line.rpps or ""
        kind = IdentifierKind.FINESS if line.finess else IdentifierKind.RPPS
        if not has_key(kind, number):
            found[path] = (line.name, number)
    return found


def _reason_form(request: HttpRequest, found: Order) -> ReasonForm:
    return ReasonForm(request.POST or None, initial={"version": found.version})


def _with_reason(service: Callable[..., Order]) -> Do:
    def do(order: Order, form: Form, actor: int) -> object:
        given = form.cleaned_data
        return service(
            order_id=order.pk,
            reason=given["reason"],
            now=timezone.now(),
            actor_id=actor,
            version=given["version"],
        )

    return do


def _page(request: HttpRequest, found: Order, action: Action, form: Form, do: Do) -> HttpResponse:
    refused, status = _state_refusal(found, action), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                do(found, form, actor_id(request))
            except Refused as no:
                refused, status = no.findings, 409
            else:
                messages.success(request, action.done)
                return HttpResponseRedirect(reverse("order", args=[found.pk]))
    context = {
        "order": found,
        "action": action,
        "form": form,
        "offered": found.state in action.states,
        "refused": _placed(found, refused),
        "change": whose_change(found, timezone.now()) if _is_stale(refused) else "",
    }
    return render(request, "orders/action.html", context, status=status)


def _state_refusal(found: Order, action: Action) -> tuple[Finding, ...]:
    """What the page says at once where the state of the order does not offer the action."""
    if not action.states:
        return ()
    try:
        require_state(found, action.states, action.verb)
    except Refused as no:
        return no.findings
    return ()


def _placed(found: Order, findings: tuple[Finding, ...]) -> tuple[Placed, ...]:
    return placed(found, tuple(each for each in findings if each.code != STALE), writes=True)


def _is_stale(findings: Iterable[Finding]) -> bool:
    return any(each.code == STALE for each in findings)


def _reserved(numbers: int) -> str:
    if numbers == 0:
        return "La commande n’a aucun numéro à réserver."
    return "Son numéro sera réservé." if numbers == 1 else f"Ses {numbers} numéros seront réservés."


def _released(sheet: OrderSheet) -> tuple[str, ...]:
    held = sum(1 for row in sheet.numbers if row.status in {NumberStatus.VALORISED, NumberStatus.CONTESTED})
    if sheet.order.state == OrderState.DRAFT or not sheet.holding.claimed:
        return ("Elle ne tient aucun numéro.",)
    return ("Son numéro sera libéré." if held == 1 else f"Ses {held} numéros seront libérés.",)


def _collision_lines(sheet: OrderSheet) -> tuple[str, ...]:
    taken = list(sheet.holding.collisions.values())
    if not taken:
        return ()
    names = ", ".join(
        dict.fromkeys(f"{each.key.label or each.key.value} ({each.holder})" for each in taken[:_SHOWN_NUMBERS])
    )
    more = f" et {len(taken) - _SHOWN_NUMBERS} autres" if len(taken) > _SHOWN_NUMBERS else ""
    return (f"À la signature, un conflit s’ouvrira{NBSP}: {names}{more}.",)
