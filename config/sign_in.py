"""What happens around a sign-in. allauth calls this adapter; no signals are involved."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import SignUpLimit
from accounts.models import User
from accounts.services.sign_ups import note_sign_up
from accounts.visits import visit_of
from billing import launch
from billing.points_day import points_day
from billing.services import daily_points
from billing.types import format_points


def count_or_turn_away(request: HttpRequest, user: User) -> None:
    """Note the sign-up. Raises ImmediateHttpResponse, the way back with the reason."""
    now = timezone.now()
    day = points_day(now, settings.POINTS_DAY_TZ).date
    try:
        note_sign_up(user=user, visit=visit_of(request), day=day, now=now)
    except SignUpLimit as refusal:
        messages.error(request, refusal.message)
        raise ImmediateHttpResponse(redirect("account_signup")) from None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Counts sign-ups, and grants the day's points to whoever signs in with a verified address."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """The user and what is counted about them are written together, or neither is."""
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit)
            if commit:
                count_or_turn_away(request, saved)
        return saved

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """The end of every sign-in, also of the one that confirming a code completes."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        visit, now = visit_of(request), timezone.now()
        if daily_points.claim_on_sign_in(user=user, visit=visit, now=now):
            messages.success(
                request,
                _("Today's %(points)s points are in your wallet.")
                % {"points": format_points(launch.DAILY_POINTS_CP).removesuffix(".00")},
            )
        return response
