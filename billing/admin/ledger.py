"""The desk: the ledger's rows, a wallet at a time.

Every key of the ledger starts with `wallet_id`, so a search that names a wallet is fast at any size
and one that does not would read everything. The lists are empty until a wallet is named, and a
row's address is `WALLET-ID`.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.desk.reading import ReadOnlyAdmin
from billing.ledger.models import Entry, Hold, Lot, Transaction
from billing.models import WalletOwner
from billing.types import format_points


class WalletRows(ChangeList):
    """A list whose rows are addressed by wallet and id."""

    def url_for_result(self, result: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[f"{result.wallet_id}-{result.pk}"])


class WalletRowsAdmin(ReadOnlyAdmin):
    """Rows of one wallet, newest first."""

    search_fields = ["wallet_id__exact"]
    search_help_text = _("A wallet's number or its owner's whole address shows that wallet's rows")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return WalletRows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if term.isdecimal() and len(term) < 19:
            return queryset.filter(wallet_id=int(term)), False
        owner = WalletOwner.objects.filter(user__email__iexact=term).first()
        return queryset.filter(wallet_id=owner.wallet_id) if owner else queryset.none(), False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any | None:
        wallet, _dash, number = object_id.partition("-")
        if not (wallet.isdecimal() and number.isdecimal() and len(wallet + number) < 37):
            return None
        rows = self.get_queryset(request).filter(wallet_id=int(wallet), pk=int(number))
        return rows.first()


@admin.register(Lot)
class LotAdmin(WalletRowsAdmin):
    """Lots, newest first."""

    list_display = ["id", "wallet_id", "source", "paid", "granted", "remaining", "expires_at"]
    list_filter = ["source", "paid"]
    ordering = ["wallet_id", "-id"]

    @admin.display(description=_("granted"))
    def granted(self, lot: Lot) -> str:
        return format_points(lot.granted_cp)

    @admin.display(description=_("left"))
    def remaining(self, lot: Lot) -> str:
        return format_points(lot.remaining_cp)


@admin.register(Hold)
class HoldAdmin(WalletRowsAdmin):
    """Holds, newest first."""

    list_display = ["id", "wallet_id", "state", "amount", "captured", "reference", "held_at"]
    list_filter = ["state"]
    ordering = ["wallet_id", "-id"]

    @admin.display(description=_("amount"))
    def amount(self, hold: Hold) -> str:
        return format_points(hold.amount_cp)

    @admin.display(description=_("captured"))
    def captured(self, hold: Hold) -> str:
        return format_points(hold.captured_cp)


@admin.register(Transaction)
class TransactionAdmin(WalletRowsAdmin):
    """The ledger's transactions, newest first."""

    list_display = [
        "id",
        "wallet_id",
        "version",
        "kind",
        "after",
        "reference",
        "actor",
        "occurred_at",
    ]
    list_filter = ["kind"]
    ordering = ["wallet_id", "-version"]
    exclude = ["request_hash"]

    @admin.display(description=_("available after"))
    def after(self, transaction: Transaction) -> str:
        return format_points(transaction.available_after_cp)


@admin.register(Entry)
class EntryAdmin(WalletRowsAdmin):
    """The lines of transactions, newest first."""

    list_display = ["id", "wallet_id", "transaction_id", "account", "amount", "lot_id"]
    list_filter = ["account"]
    ordering = ["wallet_id", "-transaction_id", "line"]

    @admin.display(description=_("amount"))
    def amount(self, entry: Entry) -> str:
        return format_points(entry.amount_cp)
