"""The customer a user is at Stripe: made once, made again when it was deleted there."""

from __future__ import annotations

from django.conf import settings
from django.db.models import F

from accounts.models import User
from billing.gateway import outbound
from billing.models import StripeCustomer


def customer_of(user: User) -> str:
    """The customer's id, made at Stripe on first need. Not inside a database transaction.

    Two requests at once make one: the key names the user. Raises GatewayError.
    """
    row, _made = StripeCustomer.objects.get_or_create(user=user, livemode=settings.STRIPE_LIVEMODE)
    if row.customer_id:
        return row.customer_id
    customer_id = outbound.make_customer(
        email=user.email,
        metadata={"user_id": str(user.pk)},
        key=f"customer-{user.pk}-{row.number}",
    )
    StripeCustomer.objects.filter(pk=row.pk, number=row.number).update(customer_id=customer_id)
    return customer_id


def forget_customer(customer_id: str) -> None:
    """Stripe deleted this customer: the next need makes another."""
    StripeCustomer.objects.filter(customer_id=customer_id).update(
        customer_id="", number=F("number") + 1
    )
