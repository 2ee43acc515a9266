"""Users made by an operator, outside the sign-up form."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from accounts.errors import EmailTaken, InvalidRequest
from accounts.models import User


@transaction.atomic(durable=True)
def bar_user(*, email: str) -> bool:
    """Let a user sign in no more, by password or key; False when there is no such user."""
    return User.objects.filter(email=email.strip().lower()).update(is_active=False) > 0


@transaction.atomic(durable=True)
def create_user(*, email: str, password: str, verified: bool, operator: bool = False) -> User:
    """Make a user; `operator` may open the desk.

    Raises InvalidRequest for an address that is none, EmailTaken when it is in use.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise InvalidRequest(
            f"{email!r} is not an e-mail address.", fields={"email": "not an e-mail address"}
        ) from None
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                address, password, is_staff=operator, is_superuser=operator
            )
    except IntegrityError:
        raise EmailTaken(f"{address} is in use already.", fields={"email": "in use"}) from None
    EmailAddress.objects.create(user=user, email=address, primary=True, verified=verified)
    return user
