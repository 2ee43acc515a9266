"""What every page of the portal knows: points, the claim chip, whether people may sign up."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.selectors.registration import registration
from billing import launch
from billing.selectors.wallets import WalletOverview, overview

THEMES = ("paper", "night")


def shell(request: HttpRequest) -> dict[str, object]:
    """Context of the page around the page.

    `purse` is read from the database only by pages that show it: the desk never does.
    """
    # The admin's error pages and handlers run before a user or an address is known.
    user = getattr(request, "user", None)
    match = request.resolver_match
    theme = request.COOKIES.get("theme", "")
    context: dict[str, object] = {
        "dev_mail": settings.DEV_MAIL,
        "theme": theme if theme in THEMES else "",
        "here": match.url_name if match else "",
        "daily_points_cp": launch.DAILY_POINTS_CP,
        # Read by pages that offer a sign-up.
        "door": SimpleLazyObject(lambda: registration(now=timezone.now())),
    }
    if isinstance(user, User):
        context["purse"] = SimpleLazyObject(lambda: _overview(user))
    return context


def _overview(user: User) -> WalletOverview:
    return overview(user=user, now=timezone.now())
