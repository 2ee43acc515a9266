"""A user's orders."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import User
from billing.models import Order, OrderTerms


def orders_of(*, user: User) -> QuerySet[Order]:
    """The user's orders."""
    orders = Order.objects.filter(user=user).select_related(
        "plan_price__plan", "promotion", "terms"
    )
    return orders.prefetch_related("refunds", "disputes")


def terms_of(order: Order) -> OrderTerms | None:
    """What an order was agreed on; None for one from before terms were kept."""
    return getattr(order, "terms", None)


def order_for(*, user: User, order_id: UUID) -> Order:
    """One of the user's orders. Raises NotFound, also for another's."""
    order = orders_of(user=user).filter(pk=order_id).first()
    if order is None:
        raise NotFound(_("No such order."))
    return order


def session_of(order_id: UUID) -> str:
    """The Checkout session of an order, "" when it has none or there is no such order.

    For the landing page, which anyone may open: it confirms and shows nothing of the order.
    """
    found = Order.objects.filter(pk=order_id).values_list("session_id", flat=True).first()
    return found or ""
