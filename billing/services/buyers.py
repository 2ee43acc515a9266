"""What a buyer wants on paper, and the copy of it that each order keeps."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from accounts.models import User
from billing.models import BillingDetails, Order, OrderTerms, TeamInvoiceData
from billing.models.buyers import ADDRESS_MAX, NAME_MAX, TAX_ID_MAX
from billing.selectors.documents import team_invoice_data_of, team_owned
from billing.selectors.taxes import tax_rule

_LONGEST = {
    "name": NAME_MAX,
    "company": NAME_MAX,
    "tax_id": TAX_ID_MAX,
    "address": ADDRESS_MAX,
    "country": 2,
}
_LANGUAGE_MAX = 10


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who a document is for; any part may be empty. Lines of the address are separated by \\n."""

    name: str = ""
    company: str = ""
    tax_id: str = ""
    address: str = ""
    country: str = ""


@transaction.atomic(durable=True)
def save_buyer(*, user: User, buyer: Buyer, now: datetime) -> BillingDetails:
    """Keep what is to stand on the next documents; those that exist stay. Raises InvalidRequest."""
    clean = _clean(buyer)
    faults = _faults(clean)
    if faults:
        raise InvalidRequest(_("These billing details cannot be used."), fields=faults)
    row, _made = BillingDetails.objects.update_or_create(
        user=user,
        defaults={
            "name": clean.name,
            "company": clean.company,
            "tax_id": clean.tax_id,
            "address": clean.address,
            "country": clean.country,
            "language": _language(),
            "updated_at": now,
        },
    )
    return row


@transaction.atomic(durable=True)
def save_team_buyer(
    *, by: User, team_id: UUID, buyer: Buyer, email: str, now: datetime
) -> TeamInvoiceData:
    """Keep what is to stand on the next documents of the team's wallet; all empty: the owner's own.

    For its owner only, who pays. Raises InvalidRequest, NotFound.
    """
    team = team_owned(user=by, team_id=team_id)
    clean, address = _clean(buyer), email.strip()
    faults = _faults(clean)
    if not clean.company and (address or clean != Buyer()):
        faults["company"] = "the legal name is needed"
    if address and not _is_address(address):
        faults["email"] = "not an e-mail address"
    if faults:
        raise InvalidRequest(_("These billing details cannot be used."), fields=faults)
    kept = {**asdict(clean), "email": address}
    if not clean.company:
        TeamInvoiceData.objects.filter(team=team).delete()
        return TeamInvoiceData(team=team, **kept)
    row, _made = TeamInvoiceData.objects.update_or_create(
        team=team, defaults={**kept, "updated_at": now}
    )
    return row


def record_terms(
    *, order: Order, user: User, language: str | None = None, now: datetime
) -> OrderTerms:
    """Copy buyer, tax, language and terms version onto a new order. A step; never changed after.

    The buyer is the user's team where it has invoice data: its wallet is theirs. `language` is the
    one that is active, unless another is given.
    """
    rule = tax_rule()
    spoken = language or _language()
    details, made = BillingDetails.objects.get_or_create(
        user=user, defaults={"language": spoken, "updated_at": now}
    )
    if not made and details.language != spoken:
        details.language = spoken
        details.save(update_fields=["language"])
    team = team_invoice_data_of(user=user)
    buyer = team or details
    return OrderTerms.objects.create(
        order=order,
        email=(team.email if team else "") or user.email,
        name=buyer.name,
        company=buyer.company,
        tax_id=buyer.tax_id,
        address=buyer.address,
        country=buyer.country,
        language=spoken,
        tax_rate_bp=rule.rate_bp,
        tax_included=rule.included,
        tax_minor=rule.tax_minor(order.amount_minor),
        terms_version=settings.TERMS_VERSION,
        created_at=now,
    )


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE)[:_LANGUAGE_MAX]


def _clean(buyer: Buyer) -> Buyer:
    """Without spaces at the ends and without characters that print nothing."""
    return Buyer(**{part.name: _printable(getattr(buyer, part.name)) for part in fields(Buyer)})


def _printable(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(
        letter for letter in text if letter == "\n" or unicodedata.category(letter)[0] != "C"
    )
    return "\n".join(line.strip() for line in kept.strip().split("\n"))


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _faults(buyer: Buyer) -> dict[str, str]:
    faults = {
        name: f"at most {longest} characters"
        for name, longest in _LONGEST.items()
        if len(getattr(buyer, name)) > longest
    }
    for name in ("name", "company", "tax_id", "country"):
        if "\n" in getattr(buyer, name):
            faults[name] = "one line"
    if buyer.country and not re.fullmatch("[A-Z]{2}", buyer.country):
        faults["country"] = "two capital letters, such as CN"
    return faults
