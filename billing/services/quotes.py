"""Quotes: a price that holds for fifteen minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from billing import launch
from billing.models import Quote
from billing.services import charges
from billing.types import PricedRequest


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote and the preview it was made from."""

    quote: Quote
    preview: charges.Preview


@transaction.atomic
def make_quote(
    *, user: User, wallet_id: int, request: PricedRequest, request_hash: bytes, now: datetime
) -> Quoted:
    """Fix the price of one request to a wallet for fifteen minutes; nothing is held.

    A wallet that cannot pay gets its quote all the same, and the preview says what is missing.
    Raises NotForSale.
    """
    preview = charges.preview(user=user, wallet_id=wallet_id, request=request, now=now)
    quote = Quote.objects.create(
        wallet_id=preview.wallet_id,
        request_hash=request_hash,
        cost_cp=preview.price.cost_cp,
        price_list_version=preview.price.price_list_version,
        line_code=preview.price.line_code,
        created_at=now,
        expires_at=now + launch.QUOTE_LIFETIME,
    )
    return Quoted(quote, preview)
