"""Who buys, as it stands on paper: edited by the user, copied onto each order and never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from billing.models.orders import Order

NAME_MAX, TAX_ID_MAX, ADDRESS_MAX = 120, 40, 400


class BillingDetails(models.Model):
    """What a user wants on the next documents. `country` is ISO 3166-1, two letters, or ""."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="billing_details"
    )
    name = models.CharField(_("name"), max_length=NAME_MAX, blank=True)
    company = models.CharField(_("company"), max_length=NAME_MAX, blank=True)
    tax_id = models.CharField(_("tax number"), max_length=TAX_ID_MAX, blank=True)
    address = models.CharField(_("address"), max_length=ADDRESS_MAX, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    # The language in which the user last bought something: documents of a renewal are in it.
    language = models.CharField(_("language"), max_length=10, blank=True)
    updated_at = models.DateTimeField(_("updated"))

    class Meta:
        verbose_name = _("billing details")
        verbose_name_plural = _("billing details")

    def __str__(self) -> str:
        return self.company or self.name or str(self.user_id)


class TeamInvoiceData(models.Model):
    """What a team wants on the documents of what is bought for its wallet, instead of its owner's
    own details. `company` is its legal name; `email` gets documents besides the owner, or is ""."""

    team = models.OneToOneField(Team, models.PROTECT, primary_key=True, related_name="invoice_data")
    company = models.CharField(_("legal name"), max_length=NAME_MAX)
    name = models.CharField(_("name"), max_length=NAME_MAX, blank=True)
    tax_id = models.CharField(_("tax number"), max_length=TAX_ID_MAX, blank=True)
    address = models.CharField(_("address"), max_length=ADDRESS_MAX, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    updated_at = models.DateTimeField(_("updated"))

    class Meta:
        verbose_name = _("invoice data of a team")
        verbose_name_plural = _("invoice data of teams")

    def __str__(self) -> str:
        return self.company


class OrderTerms(models.Model):
    """What an order was agreed on: buyer, tax and the version of the terms. Never changed.

    `tax_minor` is the part of the order's amount that is tax; `tax_rate_bp` is in basis points.
    """

    order = models.OneToOneField(Order, models.PROTECT, related_name="terms")
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=NAME_MAX, blank=True)
    company = models.CharField(_("company"), max_length=NAME_MAX, blank=True)
    tax_id = models.CharField(_("tax number"), max_length=TAX_ID_MAX, blank=True)
    address = models.CharField(_("address"), max_length=ADDRESS_MAX, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    language = models.CharField(_("language"), max_length=10)
    tax_rate_bp = models.PositiveIntegerField(_("tax rate, basis points"))
    tax_included = models.BooleanField(_("prices contain the tax"))
    tax_minor = models.BigIntegerField(_("tax, minor units"))
    terms_version = models.CharField(_("terms accepted"), max_length=40)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("terms of an order")
        verbose_name_plural = _("terms of orders")
        constraints = [
            models.CheckConstraint(condition=Q(tax_minor__gte=0), name="order_terms_tax"),
        ]

    def __str__(self) -> str:
        return f"terms of order {self.order_id}"
