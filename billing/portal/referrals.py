"""Inviting friends: the link, what became of each invitation, and coming by one."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.errors import Refusal
from accounts.portal.visitor import signed_in
from billing import launch
from billing.selectors.referrals import Invited, earned_in_month, invited_by
from billing.services.referrals import inviter_of, link_of
from billing.types import format_points

# Where the sign-up finds by whose link somebody came. The session is ours: nobody else writes it.
FRIEND = "friend"
_CAUSES = {
    "refunded": gettext_lazy("The payment went back."),
    "disputed": gettext_lazy("The payment was disputed."),
    "review": gettext_lazy("We looked at it and could not accept it."),
    "friend_gone": gettext_lazy("The friend's account is closed or barred."),
    "referrer_gone": gettext_lazy("Your account was closed or barred."),
}


@require_safe
@login_required
@never_cache
def friends(request: HttpRequest) -> HttpResponse:
    """The link, the terms, and a line for each friend who came: a number, never an address."""
    user, now = signed_in(request), timezone.now()
    refusal: Refusal | None = None
    link = ""
    try:
        code = link_of(user=user, now=now).code
        link = f"{settings.PUBLIC_URL}{reverse('billing:friend', args=[code])}"
    except Refusal as said:
        refusal = said
    context = {
        "refusal": refusal,
        "link": link,
        "offer": launch.REFERRALS,
        "earned": earned_in_month(user, now=now),
        "rows": [(row, _words(row)) for row in invited_by(user)],
    }
    return render(request, "billing/friends.html", context)


@require_safe
@never_cache
def come(request: HttpRequest, code: str) -> HttpResponse:
    """A friend's link: kept for the sign-up that follows."""
    if request.user.is_authenticated:
        return redirect("generation:create")
    if inviter_of(code) is not None:
        request.session[FRIEND] = code
        offer = launch.REFERRALS
        messages.info(
            request,
            _(
                "A friend invited you: %(points)s bonus points come to your wallet %(days)s days "
                "after your first purchase."
            )
            % {"points": format_points(offer.friend_cp), "days": offer.delay.days},
        )
    return redirect("account_signup")


def _words(row: Invited) -> str:
    """Why it was canceled or gave nothing; "" for the other states."""
    if row.state == "capped":
        return _("You have had this month's full number of rewards. Your friend got theirs.")
    return str(_CAUSES.get(row.cause, "")) if row.state == "canceled" else ""
