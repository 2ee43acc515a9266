"""The desk: paper and automatic purchases to read."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from billing.admin.reading import ReadOnlyAdmin
from billing.models import (
    AutoTopUp,
    AutoTopUpAttempt,
    BillingDetails,
    Document,
    OrderTerms,
)
from billing.selectors.sheets import file_name, pdf_of


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """Invoices, receipts and credit notes, newest first."""

    list_display = ["name", "kind", "user", "gross_minor", "tax_minor", "currency", "issued_at"]
    list_filter = ["kind", "series"]
    list_select_related = ["user"]
    search_fields = ["number", "user__email", "order__id__exact", "key__exact"]
    actions_detail = ["file"]

    @action(description=_("Open the PDF"), url_path="file", permissions=["file"])  # type: ignore[untyped-decorator]
    def file(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The file as its buyer has it."""
        document = get_object_or_404(Document.objects.select_related("invoice"), pk=object_id)
        response = HttpResponse(pdf_of(document), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{file_name(document)}"'
        return response

    def has_file_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Whoever may see documents."""
        return request.user.has_perm("billing.view_document")


@admin.register(BillingDetails)
class BillingDetailsAdmin(ReadOnlyAdmin):
    """Who the next documents are for."""

    list_display = ["user", "company", "name", "tax_id", "country"]
    list_select_related = ["user"]
    search_fields = ["user__email", "company", "tax_id__exact"]


@admin.register(OrderTerms)
class OrderTermsAdmin(ReadOnlyAdmin):
    """What each order was agreed on."""

    list_display = ["order", "company", "country", "tax_rate_bp", "tax_minor", "terms_version"]
    search_fields = ["order__id__exact", "email"]


@admin.register(AutoTopUp)
class AutoTopUpAdmin(ReadOnlyAdmin):
    """Who buys points by itself, and what has stopped."""

    list_display = ["user", "enabled", "threshold_cp", "month_max_minor", "trip_reason"]
    list_filter = ["enabled", ("tripped_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["user__email", "wallet_id__exact"]


@admin.register(AutoTopUpAttempt)
class AutoTopUpAttemptAdmin(ReadOnlyAdmin):
    """Automatic purchases, newest first."""

    list_display = ["wallet_id", "number", "state", "amount_minor", "currency", "created_at"]
    list_filter = ["state"]
    search_fields = ["wallet_id__exact", "order__id__exact"]
