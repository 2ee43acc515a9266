"""The plans, and moving from one to another."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import InvalidRequest, Refusal
from accounts.models import User
from accounts.portal.visitor import signed_in
from billing import launch
from billing.calendar_months import PERIOD_MONTHS
from billing.errors import NotForSale
from billing.portal import words
from billing.portal.changes import Change, change_of
from billing.portal.leaving import leads_to_payment, payments, to_payment
from billing.portal.next_steps import refused
from billing.portal.offers import Reader, plan_cards
from billing.portal.once import key_of, new_key
from billing.selectors.catalogue import plan_price
from billing.selectors.memberships import MembershipView, membership_of
from billing.selectors.plans import OfferedPlan, plans_for
from billing.selectors.prices import live_price_list
from billing.selectors.wallets import overview
from billing.services.checkout import begin_checkout
from billing.services.choices import METHODS, Choice
from billing.services.consents import consent_given
from billing.services.memberships import change_membership

_CODE_MAX = 40


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@leads_to_payment
def plans(request: HttpRequest) -> HttpResponse:
    """The plans by one period, for everyone; htmx gets the cards alone. A POST buys one."""
    if request.method != "POST":
        return _plans_page(request, refusal=None)
    if not request.user.is_authenticated:
        period = request.POST.get("period", "month")
        return redirect_to_login(f"{reverse('billing:plans')}?{urlencode({'period': period})}")
    try:
        begun = begin_checkout(
            user=signed_in(request),
            choice=_choice(request),
            idempotency_key=key_of(
                request, *(request.POST.get(name, "")[:40] for name in ("plan", "period", "method"))
            ),
            consent=consent_given(request.POST.get("consent", "")),
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _plans_page(request, refusal=refusal)
    return to_payment(begun.order)


def _choice(request: HttpRequest) -> Choice:
    given = request.POST
    plan, period, method = (given.get(name, "").strip() for name in ("plan", "period", "method"))
    if not (plan and period and method):
        raise InvalidRequest(_("Choose a plan and a way to pay."))
    code = given.get("code", "").strip()[:_CODE_MAX]
    return Choice(plan=plan, period=period, method=method, code=code)


def _plans_page(request: HttpRequest, *, refusal: Refusal | None) -> HttpResponse:
    """The page, with what was refused on it if something was."""
    context = _offers(request) | payments() | refused(refusal)
    part = bool(request.headers.get("HX-Request")) and refusal is None
    template = "billing/plans/offers.html" if part else "billing/plans/page.html"
    return render(request, template, context, status=422 if refusal else 200)


def _offers(request: HttpRequest) -> dict[str, object]:
    now = timezone.now()
    given = request.POST if request.method == "POST" else request.GET
    user = request.user if isinstance(request.user, User) else None
    period = given.get("period", "")
    period = period if period in PERIOD_MONTHS else "month"
    code = given.get("code", "").strip()[:_CODE_MAX]
    membership = membership_of(user=user, now=now) if user else None
    context: dict[str, object] = {
        "period": period,
        "periods": words.PERIODS,
        "promotion_code": code,
        "membership": membership,
        "present": words.plan_name(membership.plan) if membership else "",
        "methods": _methods(membership),
        "method": given.get("method", ""),
        "consented": bool(given.get("consent")),
        "idempotency_key": new_key(),
    }
    try:
        offered = plans_for(user=user, code=code, now=now)
        prices = live_price_list(now=now)
    except NotForSale:
        return context
    cards = plan_cards(
        offered,
        Reader(
            period=period,
            currency=_currency(offered, membership),
            prices=prices,
            membership=membership,
            plan=membership.plan if membership else "free" if user else "",
        ),
    )
    return context | {
        "cards": cards,
        "code_helps": any(card.off for card in cards),
        "buyable": any(card.action in ("buy", "follow") for card in cards),
    }


def _currency(offered: list[OfferedPlan], membership: MembershipView | None) -> str:
    if membership is not None:
        return membership.currency
    sold = sorted({price.currency for plan in offered for price in plan.prices})
    return sold[0] if sold else "CNY"


def _methods(membership: MembershipView | None) -> dict[str, str]:
    """Ways to pay that can begin something now: a prepaid member cannot add a card's renewal."""
    prepaid = membership is not None and membership.kind != "card"
    return {
        method: str(words.METHODS[method])
        for method in METHODS
        if not (prepaid and method == "card")
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def change(request: HttpRequest) -> HttpResponse:
    """Points, amounts and dates before the click; a POST moves, now or at renewal."""
    user = signed_in(request)
    given = request.POST if request.method == "POST" else request.GET
    plan, period = given.get("plan", ""), given.get("period", "")
    refusal: Refusal | None = None
    if request.method == "POST":
        when = given.get("when", "")
        try:
            change_membership(user=user, plan=plan, period=period, when=when, now=timezone.now())
        except Refusal as said:
            refusal = said
        else:
            messages.success(request, _changed(plan, when))
            return redirect("billing:billing")
    return _change_page(request, user, plan, period, refusal)


def _changed(plan: str, when: str) -> str:
    name = words.plan_name(plan)
    if when == "now":
        return _("You are on %(plan)s now. The points you had stay.") % {"plan": name}
    return _("%(plan)s begins with your next renewal. Until then nothing changes.") % {"plan": name}


def _change_page(
    request: HttpRequest, user: User, plan: str, period: str, refusal: Refusal | None
) -> HttpResponse:
    membership = membership_of(user=user, now=timezone.now())
    if membership is None or membership.kind != "card":
        return redirect("billing:plans")
    try:
        move = _move(user, membership, plan, period)
    except NotForSale:
        raise Http404 from None
    context = {"change": move, "plan": plan, "period": period, "membership": membership}
    return render(
        request,
        "billing/plans/change.html",
        context | refused(refusal),
        status=422 if refusal else 200,
    )


def _move(user: User, membership: MembershipView, plan: str, period: str) -> Change:
    now = timezone.now()
    price = plan_price(plan=plan, period=period, currency=membership.currency, now=now)
    offers = {one.offer.code: one.offer for one in plans_for(user=user, now=now)}
    return change_of(
        membership=membership,
        # A plan that is no longer on offer is below every one that is.
        present=offers.get(membership.plan, launch.FREE_PLAN),
        price=price,
        available_cp=overview(user=user, now=now).available_cp,
        now=now,
    )
