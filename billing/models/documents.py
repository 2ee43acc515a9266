"""Paper: invoices, receipts and credit notes. Issued once, then never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models.memberships import MembershipPeriod
from billing.models.orders import Order
from billing.models.refunds import Refund

KINDS = [
    ("invoice", _("invoice")),
    ("receipt", _("receipt")),
    ("credit_note", _("credit note")),
]


class DocumentSeries(models.Model):
    """The next number of a series. Its row is locked until the document is committed: no gaps."""

    code = models.CharField(_("series"), max_length=20, primary_key=True)
    next_number = models.PositiveIntegerField(_("next number"), default=1)

    class Meta:
        verbose_name = _("document series")
        verbose_name_plural = _("document series")

    def __str__(self) -> str:
        return self.code


class Document(models.Model):
    """An invoice, a receipt or a credit note, as data. A trigger holds all of it but `mailed_at`.

    `key` is the business key: one document of each kind for one payment or refund, whatever
    repeats it. Amounts are minor units and positive, also on a credit note.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    series = models.CharField(_("series"), max_length=20)
    number = models.PositiveIntegerField(_("number"))
    key = models.CharField(_("business key"), max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="documents")
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="documents"
    )
    period = models.ForeignKey(
        MembershipPeriod, models.PROTECT, null=True, blank=True, related_name="documents"
    )
    refund = models.ForeignKey(
        Refund, models.PROTECT, null=True, blank=True, related_name="credit_notes"
    )
    # What a receipt is for, and what a credit note takes back.
    invoice = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers"
    )
    language = models.CharField(_("language"), max_length=10)
    currency = models.CharField(_("currency"), max_length=3)
    net_minor = models.BigIntegerField(_("net, minor units"))
    tax_minor = models.BigIntegerField(_("tax, minor units"))
    gross_minor = models.BigIntegerField(_("total, minor units"))
    tax_rate_bp = models.PositiveIntegerField(_("tax rate, basis points"))
    # Seller, buyer, what was bought and how it was paid, as they were at that moment.
    facts = models.JSONField(_("facts"))
    paid_at = models.DateTimeField(_("paid"))
    issued_at = models.DateTimeField(_("issued"))
    mailed_at = models.DateTimeField(_("mailed"), null=True, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-issued_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-issued_at"], name="document_user"),
            models.Index(fields=["issued_at"], name="document_issued"),
            models.Index(fields=["id"], condition=Q(mailed_at=None), name="document_to_mail"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="document_number_once"),
            models.UniqueConstraint(fields=["kind", "key"], name="document_once"),
            models.CheckConstraint(
                condition=Q(
                    gross_minor=F("net_minor") + F("tax_minor"),
                    net_minor__gte=0,
                    tax_minor__gte=0,
                ),
                name="document_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", invoice=None)
                | (~Q(kind="invoice") & Q(invoice__isnull=False)),
                name="document_refers",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The number as it is printed: INV-2026-000042."""
        return f"{self.series}-{self.number:06d}"
