"""Buying points, and what became of an order."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import NotFound, Refusal
from accounts.portal.visitor import signed_in
from billing.errors import NotForSale
from billing.models import Order
from billing.offers import CatalogueOffer
from billing.portal.leaving import leads_to_payment, payments, to_payment
from billing.portal.money_back import ways_back
from billing.portal.next_steps import refused
from billing.portal.once import key_of, new_key
from billing.portal.orders import order_card
from billing.portal.topups import Worth, amount_minor, pack_cards, rate_card, worth_of
from billing.selectors.catalogue import catalogue_offer, live_catalogue
from billing.selectors.orders import order_for, session_of
from billing.selectors.prices import live_price_list
from billing.services.checkout import begin_checkout
from billing.services.choices import Choice
from billing.services.confirmations import try_to_confirm
from billing.services.consents import consent_given

# Seconds between two looks of a page that waits; after the last it leaves it to its reader.
_WAITS = (1, 1, 2, 2, 3, 5, 5, 8, 8, 13, 13, 21, 21, 34, 34, 55)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
@leads_to_payment
def topup(request: HttpRequest) -> HttpResponse:
    """Any whole amount, or a pack; a POST begins the order and leads to its pay page."""
    offer = _offer()
    if request.method != "POST" or offer is None:
        return _topup_page(request, offer, None)
    try:
        choice = _choice(request, offer)
        begun = begin_checkout(
            user=signed_in(request),
            choice=choice,
            idempotency_key=key_of(request, choice.pack[:40], str(choice.amount_minor)),
            consent=consent_given(request.POST.get("consent", "")),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _topup_page(request, offer, refusal)
    return to_payment(begun.order)


@require_safe
@login_required
@never_cache
def worth(request: HttpRequest) -> HttpResponse:
    """What the typed amount buys, while it is being typed."""
    return render(
        request, "billing/topup/worth.html", {"worth": _worth(_offer(), _amount(request))}
    )


@require_safe
@login_required
@never_cache
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """An order's page, also the one a buyer comes back to: asks the provider, then says."""
    return render(request, "billing/orders/order.html", _looked_at(request, order_id))


@require_safe
@login_required
@never_cache
def order_state(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The part of the page that waits, looked at again."""
    return render(request, "billing/orders/state.html", _looked_at(request, order_id))


@require_safe
def returned(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Back from the pay page: confirm what became of it, signed in or not, then show the order.

    The address proves nothing and shows nothing: what counts is what the provider says.
    """
    session_id = session_of(order_id)
    if session_id:
        try_to_confirm(session_id=session_id, now=timezone.now())
    return redirect("billing:order", order_id=order_id)


def _looked_at(request: HttpRequest, order_id: UUID) -> dict[str, object]:
    found = _order(request, order_id)
    confirmed = True
    if found.state == "open" and found.session_id:
        confirmed = try_to_confirm(session_id=found.session_id, now=timezone.now())
        found = _order(request, order_id)
    look = request.GET.get("look", "")
    looks = int(look) if look.isascii() and look.isdigit() and len(look) < 4 else 0
    return {
        "card": order_card(found, now=timezone.now()),
        **ways_back(found, now=timezone.now()),
        "confirmed": confirmed,
        "wait_s": _WAITS[looks] if found.state == "open" and looks < len(_WAITS) else 0,
        "next_look": looks + 1,
    }


def _order(request: HttpRequest, order_id: UUID) -> Order:
    try:
        return order_for(user=signed_in(request), order_id=order_id)
    except NotFound as refusal:
        raise Http404(refusal.message) from None


def _choice(request: HttpRequest, offer: CatalogueOffer) -> Choice:
    pack = request.POST.get("pack", "")
    if pack or not offer.rates:
        return Choice(pack=pack or "-")
    rate = offer.rates[0]
    return Choice(amount_minor=amount_minor(rate, _amount(request)), currency=rate.currency)


def _topup_page(
    request: HttpRequest, offer: CatalogueOffer | None, refusal: Refusal | None
) -> HttpResponse:
    amount = _amount(request)
    context: dict[str, object] = {"idempotency_key": new_key(), "amount": amount}
    if offer is not None:
        context |= {
            "packs": pack_cards(offer, live_price_list(now=timezone.now())),
            "rate": rate_card(offer.rates[0]) if offer.rates else None,
            "worth": _worth(offer, amount),
            "at_amount": refusal is not None and "amount" in refusal.fields,
        }
    return render(
        request,
        "billing/topup/page.html",
        context | payments() | refused(refusal),
        status=422 if refusal else 200,
    )


def _offer() -> CatalogueOffer | None:
    try:
        return catalogue_offer(live_catalogue(now=timezone.now()))
    except NotForSale:
        return None


def _amount(request: HttpRequest) -> str:
    given = request.POST if request.method == "POST" else request.GET
    return given.get("amount", "").strip()[:20]


def _worth(offer: CatalogueOffer | None, amount: str) -> Worth:
    if offer is None or not offer.rates:
        return Worth()
    return worth_of(offer.rates[0], amount, live_price_list(now=timezone.now()))
