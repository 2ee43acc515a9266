"""What happens around a sign-in. allauth calls this adapter; no signals are involved."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors.registration import registration
from billing import launch
from billing.services import daily_points
from billing.types import format_points


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Lets in whom the door lets in, and grants the day's points at a sign-in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this visitor may sign up now. Asked by every page that makes an account."""
        return registration(now=timezone.now()).state == "open"

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """The end of every sign-in, also of the one that confirming a code completes."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if daily_points.claim_on_sign_in(user=user, now=timezone.now()):
            messages.success(
                request,
                _("Today's %(points)s points are in your wallet.")
                % {"points": format_points(launch.DAILY_POINTS_CP).removesuffix(".00")},
            )
        return response
