"""A user's invoices, receipts and credit notes."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import User
from billing.models import BillingDetails, Document


def documents_of(*, user: User) -> QuerySet[Document]:
    """The user's documents, newest first."""
    return Document.objects.filter(user=user).select_related("invoice")


def document_for(*, user: User, document_id: int) -> Document:
    """One of the user's documents. Raises NotFound, also for another's."""
    found = documents_of(user=user).filter(pk=document_id).first()
    if found is None:
        raise NotFound(_("No such document."))
    return found


def billing_details_of(*, user: User) -> BillingDetails:
    """What stands on the user's next documents; empty when nothing was said yet."""
    return BillingDetails.objects.filter(user=user).first() or BillingDetails(user=user)
