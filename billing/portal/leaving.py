"""Leaving for a pay page: the one thing a form of the portal may lead to outside."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from csp.constants import SELF
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from billing.models import Order
from billing.selectors.taxes import percent, tax_rule
from billing.services.consents import consent_required

_PAY_PAGES = ("https://checkout.stripe.com", "https://billing.stripe.com")

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class SeeOther(HttpResponseRedirect):
    """What a form leads to is fetched with GET, whatever the form was sent with."""

    status_code = 303


def to_payment(order: Order) -> HttpResponse:
    """To the pay page of an open order; a form sent again later finds what became of it."""
    if order.state == "open" and order.url:
        return SeeOther(order.url)
    return SeeOther(reverse("billing:order", args=[order.pk]))


def leads_to_payment(view: View[P]) -> View[P]:
    """Let the page's forms be answered with a pay page: browsers check redirects of a form too."""

    @wraps(view)
    def allowed(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response._csp_update = {  # type: ignore[attr-defined]
            "form-action": [SELF, *_pay_pages()]
        }
        return response

    return allowed


def payments() -> dict[str, object]:
    """What a page of prices must say: whether one can pay, the terms of sale, whether the
    operator asks for consent to them, and the tax.
    """
    rule = tax_rule()
    return {
        "terms_version": settings.TERMS_VERSION,
        "consent_required": consent_required(),
        "tax": percent(rule.rate_bp) if rule.rate_bp else "",
        "tax_included": rule.included,
        "payments_ready": bool(settings.STRIPE_SECRET_KEY),
        "payments_test": bool(settings.STRIPE_SECRET_KEY) and not settings.STRIPE_LIVEMODE,
    }


def _pay_pages() -> tuple[str, ...]:
    if not settings.STRIPE_API_BASE:
        return _PAY_PAGES
    address = urlsplit(settings.STRIPE_API_BASE)
    return (f"{address.scheme}://{address.netloc}",)
