"""Auto top-up: what is set, the saved card, and what has stopped it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import InvalidRequest, NotFound, Refusal
from accounts.portal.visitor import signed_in
from billing.errors import NotForSale
from billing.offers import CatalogueOffer
from billing.portal.leaving import SeeOther, leads_to_payment, payments
from billing.portal.money import minor_per_whole, money
from billing.portal.next_steps import refused
from billing.portal.once import new_key
from billing.portal.topups import amount_minor, pack_cards, rate_card
from billing.selectors.auto_topups import AutoTopUpView, auto_topup_of
from billing.selectors.catalogue import catalogue_offer, live_catalogue
from billing.selectors.names import why_stopped
from billing.services.auto_topup_settings import Wish, card_page, keep_card_of, save_auto_topup
from billing.services.auto_topups import spent_this_month
from billing.types import format_points, parse_points

_AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Form:
    """The form as it was typed, or as it is kept."""

    enabled: bool
    threshold: str
    buy: str
    amount: str
    month_max: str
    consent: str


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
@leads_to_payment
def auto_topup(request: HttpRequest) -> HttpResponse:
    """What is set; a POST sets it."""
    if request.method != "POST":
        return _page(request, None)
    try:
        row = save_auto_topup(
            user=signed_in(request), wish=_wish(request, _offer()), now=timezone.now()
        )
    except Refusal as refusal:
        return _page(request, refusal)
    messages.success(request, _("Auto top-up is on.") if row.enabled else _("Auto top-up is off."))
    return redirect("billing:auto_topup")


@require_POST
@login_required
@never_cache
@leads_to_payment
def card(request: HttpRequest) -> HttpResponse:
    """To the provider's page where a card is saved."""
    try:
        return SeeOther(card_page(user=signed_in(request)))
    except Refusal as refusal:
        return _page(request, refusal)


@require_safe
@login_required
@never_cache
def returned(request: HttpRequest) -> HttpResponse:
    """Back from that page: what counts is what the provider says."""
    session_id = request.GET.get("session", "")[:255]
    try:
        kept = bool(session_id) and keep_card_of(
            user=signed_in(request), session_id=session_id, now=timezone.now()
        )
    except NotFound as refusal:
        raise Http404(refusal.message) from None
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    else:
        if kept:
            messages.success(request, _("The card is saved."))
    return redirect("billing:auto_topup")


def _wish(request: HttpRequest, offer: CatalogueOffer | None) -> Wish:
    """What the form says. Raises InvalidRequest."""
    if offer is None:
        raise InvalidRequest(_("Nothing is for sale yet."), fields={"buy": "nothing for sale"})
    form = _typed(request)
    try:
        threshold_cp = parse_points(form.threshold)
    except ValueError:
        raise InvalidRequest(
            _("Write points like 12.50."), fields={"threshold_points": "not points"}
        ) from None
    currency = offer.rates[0].currency if offer.rates else offer.packs[0].currency
    maximum = form.month_max
    if not (maximum.isascii() and maximum.isdigit() and len(maximum) < 8):
        raise InvalidRequest(
            _("Write the maximum of a month as a whole amount, in digits."),
            fields={"month_max_minor": "not a whole number"},
        )
    by_amount = form.buy == _AMOUNT and bool(offer.rates)
    return Wish(
        enabled=form.enabled,
        threshold_cp=threshold_cp,
        pack="" if by_amount else form.buy,
        amount_minor=amount_minor(offer.rates[0], form.amount) if by_amount else 0,
        currency=currency,
        month_max_minor=int(maximum) * minor_per_whole(currency),
        consent=form.consent,
    )


def _page(request: HttpRequest, refusal: Refusal | None) -> HttpResponse:
    now = timezone.now()
    view = auto_topup_of(user=signed_in(request), now=now)
    offer = _offer()
    spent_minor = (
        spent_this_month(wallet_id=view.wallet_id, currency=view.currency, now=now)
        if view.wallet_id is not None
        else 0
    )
    context: dict[str, object] = {
        "view": view,
        "form": _typed(request) if refusal and request.method == "POST" else _kept(view, offer),
        "packs": pack_cards(offer, None) if offer else [],
        "rate": rate_card(offer.rates[0]) if offer and offer.rates else None,
        "spent": money(spent_minor, view.currency),
        "month_max": money(view.month_max_minor, view.currency) if view.month_max_minor else "",
        "why_stopped": why_stopped(view.stop_reason) if view.stopped_at else "",
        "pay_by_hand": view.stop_reason == "authentication_required",
        "pay_amount": view.amount_minor // minor_per_whole(view.currency),
        "idempotency_key": new_key(),
        "faults": refusal.fields if refusal else {},
    }
    return render(
        request,
        "billing/auto_topup.html",
        context | payments() | refused(refusal),
        status=422 if refusal else 200,
    )


def _typed(request: HttpRequest) -> Form:
    given = request.POST
    return Form(
        enabled=given.get("enabled") == "on",
        threshold=given.get("threshold", "").strip()[:16],
        buy=given.get("buy", "")[:40],
        amount=given.get("amount", "").strip()[:20],
        month_max=given.get("month_max", "").strip()[:20],
        consent=given.get("consent", "")[:40],
    )


def _kept(view: AutoTopUpView, offer: CatalogueOffer | None) -> Form:
    whole = minor_per_whole(view.currency)
    first = offer.packs[0].code if offer and offer.packs else _AMOUNT
    return Form(
        enabled=view.enabled,
        threshold=format_points(view.threshold_cp).removesuffix(".00") if view.threshold_cp else "",
        buy=view.pack or (_AMOUNT if view.amount_minor else first),
        amount=str(view.amount_minor // whole) if view.amount_minor else "",
        month_max=str(view.month_max_minor // whole) if view.month_max_minor else "",
        consent=view.consent_version,
    )


def _offer() -> CatalogueOffer | None:
    try:
        return catalogue_offer(live_catalogue(now=timezone.now()))
    except NotForSale:
        return None
