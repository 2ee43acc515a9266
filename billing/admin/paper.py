"""The desk: paper and automatic purchases to read."""

from __future__ import annotations

import io
import zipfile

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

from accounts.desk.reading import ReadOnlyAdmin
from accounts.errors import Refusal
from billing.models import (
    AutoTopUp,
    AutoTopUpAttempt,
    BillingDetails,
    Document,
    OrderTerms,
    TeamInvoiceData,
)
from billing.selectors.books import Month, month_of
from billing.selectors.sheets import file_name, pdf_of
from billing.services.books import export_books


class BooksForm(forms.Form):
    """Which month."""

    month = forms.CharField(label=_("Month, such as 2026-11"), max_length=7, widget=TextInput())

    def clean_month(self) -> Month:
        """The month."""
        try:
            return month_of(self.cleaned_data["month"])
        except ValueError:
            raise forms.ValidationError(_("Write a month like 2026-11.")) from None


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """Invoices, receipts and credit notes, newest first."""

    list_display = ["name", "kind", "user", "gross_minor", "tax_minor", "currency", "issued_at"]
    list_filter = ["kind", "series"]
    list_select_related = ["user"]
    search_fields = ["number", "user__email", "order__id__exact", "key__exact"]
    actions_detail = ["file"]
    actions_list = ["books"]

    @action(description=_("Open the PDF"), url_path="file", permissions=["file"])  # type: ignore[untyped-decorator]
    def file(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The file as its buyer has it."""
        document = get_object_or_404(Document.objects.select_related("invoice"), pk=object_id)
        response = HttpResponse(pdf_of(document), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{file_name(document)}"'
        return response

    @action(description=_("Export the books"), url_path="books", permissions=["books"])  # type: ignore[untyped-decorator]
    def books(self, request: HttpRequest) -> HttpResponse:
        """Ask for a month; its books as three CSV files in one archive."""
        form = BooksForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                books, files = export_books(month=form.cleaned_data["month"])
            except Refusal as refusal:
                form.add_error(None, refusal.message)
            else:
                response = HttpResponse(_archive(files), content_type="application/zip")
                name = f"books-{books.month.name}.zip"
                response["Content-Disposition"] = f'attachment; filename="{name}"'
                return response
        context = {
            **self.admin_site.each_context(request),
            "title": _("Export the books"),
            "form": form,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/billing/books.html", context)

    def has_books_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Whoever may see documents and purchases."""
        return request.user.has_perms(["billing.view_document", "billing.view_order"])

    def has_file_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Whoever may see documents."""
        return request.user.has_perm("billing.view_document")


@admin.register(BillingDetails)
class BillingDetailsAdmin(ReadOnlyAdmin):
    """Who the next documents are for."""

    list_display = ["user", "company", "name", "tax_id", "country"]
    list_select_related = ["user"]
    search_fields = ["user__email", "company", "tax_id__exact"]


@admin.register(TeamInvoiceData)
class TeamInvoiceDataAdmin(ReadOnlyAdmin):
    """Who the next documents of teams are for."""

    list_display = ["team", "company", "tax_id", "country", "email"]
    list_select_related = ["team"]
    search_fields = ["team__name", "team__owner__email", "company", "tax_id__exact"]


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


def _archive(files: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return target.getvalue()
