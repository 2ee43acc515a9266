"""Facts about users that other apps ask for."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from accounts.errors import NotFound
from accounts.models import User


def has_verified_email(user: User) -> bool:
    """Whether the user confirmed at least one address."""
    return bool(EmailAddress.objects.filter(user=user, verified=True).exists())


def user_by_email(email: str) -> User:
    """The user with this address. Raises NotFound."""
    try:
        return User.objects.get(email=email.strip().lower())
    except User.DoesNotExist:
        raise NotFound(f"No user with the address {email}.") from None
