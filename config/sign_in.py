"""What happens around a sign-in. allauth calls this adapter; no signals are involved."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.errors import RegistrationClosed, SignUpLimit
from accounts.models import User
from accounts.portal.profile import keep_language
from accounts.portal.waiting_list import INVITATION
from accounts.selectors.registration import registration
from accounts.selectors.waiting_list import invitation_of
from accounts.services.admission import admit
from accounts.services.sign_ups import note_sign_up
from accounts.visits import visit_of
from billing import launch
from billing.points_day import points_day
from billing.portal.referrals import FRIEND
from billing.services import daily_points
from billing.services.referrals import bind_friend
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


def admit_or_turn_away(request: HttpRequest, user: User) -> None:
    """Let the new user in, and note who invited. Raises ImmediateHttpResponse, the way back with
    the reason."""
    now = timezone.now()
    try:
        admit(user=user, token=request.session.get(INVITATION, ""), now=now)
    except RegistrationClosed as refusal:
        messages.error(request, refusal.message)
        raise ImmediateHttpResponse(redirect("account_signup")) from None
    bind_friend(user=user, code=request.session.get(FRIEND, ""), now=now)


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-up through others goes through the same door."""

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """The user, the link to the other account and the way in are written together.

        With a form, `AccountAdapter.save_user` lets the user in; without one, this does.
        """
        with transaction.atomic():
            saved: User = super().save_user(request, sociallogin, form)
            if form is None:
                admit_or_turn_away(request, saved)
                count_or_turn_away(request, saved)
        return saved


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Lets in whom the door lets in, counts them, and grants the day's points at a sign-in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this visitor may sign up now. Asked by every page that makes an account."""
        now = timezone.now()
        state = registration(now=now).state
        token = request.session.get(INVITATION, "")
        return state == "open" or (
            state == "waitlist" and bool(token) and invitation_of(token, now=now) is not None
        )

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """The user and their way through the door are written together, or neither is."""
        user.language = get_language() or ""
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit)
            if commit:
                admit_or_turn_away(request, saved)
                count_or_turn_away(request, saved)
        return saved

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """In the language of whom it goes to, whoever asked for it."""
        user = context.get("user")
        with override(getattr(user, "language", "") or get_language()):
            message: EmailMessage = super().render_mail(template_prefix, email, context, headers)
        return message

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """The end of every sign-in, also of the one that confirming a code completes."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        keep_language(response, user.language)
        visit, now = visit_of(request), timezone.now()
        if daily_points.claim_on_sign_in(user=user, visit=visit, now=now):
            messages.success(
                request,
                _("Today's %(points)s points are in your wallet.")
                % {"points": format_points(launch.DAILY_POINTS_CP).removesuffix(".00")},
            )
        return response
