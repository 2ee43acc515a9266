"""The desk: orders, memberships, and what Stripe said. A parked event is tried again here."""

from __future__ import annotations

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.desk.reading import ReadOnlyAdmin
from billing.admin.reading import ReadOnlyInline
from billing.admin.refunds import RefundsOrders
from billing.models import (
    DuplicatePayment,
    Membership,
    MembershipChange,
    MembershipPeriod,
    Notice,
    Order,
    ScheduledLot,
    StripeCustomer,
    StripeEvent,
    StripePrice,
)
from billing.services import duplicates
from billing.services.stripe_events import unpark


@admin.register(Order)
class OrderAdmin(RefundsOrders):
    """Purchases begun, newest first."""

    list_display = ["id", "user", "kind", "state", "amount_minor", "currency", "created_at"]
    list_filter = ["state", "kind", "method"]
    list_select_related = ["user"]
    search_fields = ["id__exact", "session_id__exact", "payment_id__exact", "user__email"]
    exclude = ["request_hash"]


@admin.register(DuplicatePayment)
class DuplicatePaymentAdmin(ReadOnlyAdmin):
    """Money that came twice. What is parked needs a person: Stripe refuses to give it back."""

    list_display = ["id", "order", "amount_minor", "currency", "state", "tries", "created_at"]
    list_filter = ["state"]
    search_fields = ["order__id__exact", "payment_id__exact", "subscription_id__exact"]
    actions_detail = ["again"]

    @action(description=_("Try again"), url_path="again", permissions=["again"])  # type: ignore[untyped-decorator]
    def again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask Stripe once more for one that is parked."""
        if duplicates.unpark(duplicate_id=int(object_id), now=timezone.now()):
            messages.success(request, _("It is tried again within a minute."))
        else:
            messages.error(request, _("This payment is not parked."))
        return redirect(reverse("admin:billing_duplicatepayment_change", args=[object_id]))

    def has_again_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Whoever may change duplicate payments."""
        return request.user.has_perm("billing.change_duplicatepayment")


class PeriodInline(ReadOnlyInline):
    """What was paid for."""

    model = MembershipPeriod


class ChangeInline(ReadOnlyInline):
    """What was asked for."""

    model = MembershipChange


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    """Memberships, newest first, with their periods and changes."""

    list_display = ["id", "user", "kind", "status", "plan_price", "current_period_end_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["user", "plan_price__plan"]
    search_fields = ["user__email", "subscription_id__exact", "wallet_id__exact"]
    inlines = [PeriodInline, ChangeInline]


@admin.register(ScheduledLot)
class ScheduledLotAdmin(ReadOnlyAdmin):
    """Monthly points to come, and those given."""

    list_display = ["wallet_id", "number", "amount_cp", "starts_at", "expires_at", "granted_at"]
    search_fields = ["wallet_id__exact"]


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnlyAdmin):
    """The inbox. What is parked needs a person."""

    list_display = ["id", "type", "object_id", "tries", "parked_at", "handled_at"]
    list_filter = [("parked_at", admin.EmptyFieldListFilter), "type"]
    search_fields = ["id__exact", "object_id__exact"]
    actions_detail = ["retry"]

    @action(description=_("Try again"), url_path="retry", permissions=["retry"])  # type: ignore[untyped-decorator]
    def retry(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a parked event out of the park; the next run tries it."""
        if unpark(event_id=object_id, now=timezone.now()):
            messages.success(request, _("It is tried again within a minute."))
        else:
            messages.error(request, _("This event is not parked."))
        return redirect(reverse("admin:billing_stripeevent_change", args=[object_id]))

    def has_retry_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Whoever may change events."""
        return request.user.has_perm("billing.change_stripeevent")


@admin.register(StripeCustomer)
class StripeCustomerAdmin(ReadOnlyAdmin):
    """The customer each user is at Stripe."""

    list_display = ["user", "customer_id", "livemode"]
    list_select_related = ["user"]
    search_fields = ["customer_id__exact", "user__email"]


@admin.register(StripePrice)
class StripePriceAdmin(ReadOnlyAdmin):
    """Our plan prices at Stripe."""

    list_display = ["lookup_key", "price_id", "livemode"]


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What users were told."""

    list_display = ["user", "kind", "created_at", "mailed_at", "seen_at"]
    list_filter = ["kind"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
