"""A user's invoices, receipts and credit notes."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.models import Team, User
from billing.models import BillingDetails, Document, OrderTerms, TeamInvoiceData

_BUYER = ("name", "company", "tax_id", "address", "country")


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


def team_invoice_data_of(*, user: User) -> TeamInvoiceData | None:
    """What stands on the next documents instead, where the user's wallet pays for a team."""
    return TeamInvoiceData.objects.filter(team__owner=user).first()


def team_owned(*, user: User, team_id: UUID) -> Team:
    """The user's own team. Raises NotFound, also for one they have but a seat in."""
    found = Team.objects.filter(pk=team_id, owner=user).first()
    if found is None:
        raise NotFound(_("No such team."))
    return found


def team_invoice_data(*, user: User, team_id: UUID) -> TeamInvoiceData:
    """The invoice data of the user's own team, empty when nothing was said yet. Raises NotFound."""
    team = team_owned(user=user, team_id=team_id)
    return TeamInvoiceData.objects.filter(team=team).first() or TeamInvoiceData(team=team)


def addressee(terms: OrderTerms | None, user: User) -> dict[str, str]:
    """Who a document is for: as agreed with its order; of a renewal, as the buyer wants it now."""
    team = None if terms else team_invoice_data_of(user=user)
    source = terms or team or BillingDetails.objects.filter(user=user).first()
    kept = model_to_dict(source, fields=_BUYER) if source else dict.fromkeys(_BUYER, "")
    own = terms or team
    return {**kept, "email": (own.email if own else "") or user.email}
