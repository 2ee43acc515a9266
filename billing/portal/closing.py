"""Closing the account: what happens to points and money is said before the click."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import InvalidRequest, Refusal
from accounts.portal.visitor import signed_in
from billing.portal import words
from billing.portal.money import money
from billing.portal.next_steps import refused
from billing.services.closing import close_account, what_closing_means


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def close(request: HttpRequest) -> HttpResponse:
    """What is lost, what can be had back first, and the button that asks for the address."""
    user, now = signed_in(request), timezone.now()
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            if request.POST.get("email", "").strip().lower() != user.email:
                raise InvalidRequest(
                    _("Type your e-mail address to confirm."), fields={"email": "not yours"}
                )
            close_account(user=user, reason="by its owner", actor=f"user:{user.pk}", now=now)
        except Refusal as said:
            refusal = said
        else:
            logout(request)
            messages.success(request, _("Your account is closed. Nothing is charged any more."))
            return redirect("generation:landing")
    leaving = what_closing_means(user=user, now=now)
    purchases = [
        {
            "order": order,
            "thing": words.what_was_bought(order),
            "amount": money(share.amount_minor, order.currency),
        }
        for order, share in leaving.refundable
    ]
    return render(
        request,
        "billing/billing/close.html",
        {"leaving": leaving, "purchases": purchases} | refused(refusal),
        status=422 if refusal else 200,
    )
