"""What a request would cost: as a quote that binds, or as a look before the click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import User
from billing.errors import InsufficientPoints, PerkNeeded
from billing.selectors.entitlements import entitlements
from billing.services import charges
from billing.services import quotes as billing_quotes
from billing.services.payers import payer_for
from billing.types import PricedRequest, Slice
from generation.requests import read_request
from generation.services import marks, perks
from generation.services.abilities import check_makeable
from generation.services.extras import check_extras
from generation.services.inputs import check_inputs
from generation.types import GenerationRequest


@dataclass(frozen=True, slots=True)
class PricePreview:
    """What the Generate button states. Points in hundredths."""

    cost_cp: int
    price_list_version: int
    slices: tuple[Slice, ...]
    available_after_cp: int
    brand_mark: bool
    # Whether accepting the labelling agreement would take the brand mark away.
    waits_for_agreement: bool
    shortfall: InsufficientPoints | None
    # What the plan does not open, and which one does.
    locked: PerkNeeded | None = None


def priced(request: GenerationRequest) -> PricedRequest:
    """What billing needs to know of a request."""
    return PricedRequest(
        kind=request.spec.priced_as or request.kind,
        quality=request.quality,
        seconds=request.seconds,
        pieces=request.pieces,
        relaxed=request.relaxed,
    )


def preview_price(
    *,
    user: User,
    kind: object,
    params: Mapping[str, object],
    team_id: UUID | None = None,
    now: datetime,
) -> PricePreview:
    """The price before the click, also while the form is still half empty; nothing is written.

    Raises InvalidRequest, NotForSale, and for a team NotFound and SeatInactive.
    """
    request = read_request(kind, params, whole=False)
    payer = payer_for(user=user, team_id=team_id, now=now)
    preview = charges.preview(
        user=user, wallet_id=payer.wallet_id, request=priced(request), now=now
    )
    plan = entitlements(wallet_id=preview.wallet_id, now=now)
    only_paid = all(part.paid for part in preview.slices)
    drawn = marks.marks_for(user=user, plan=plan, only_paid_points=only_paid)
    return PricePreview(
        cost_cp=preview.price.cost_cp,
        price_list_version=preview.price.price_list_version,
        slices=preview.slices,
        available_after_cp=preview.available_after_cp,
        brand_mark=drawn.brand_mark,
        waits_for_agreement=marks.waits_for_agreement(drawn, plan=plan, only_paid_points=only_paid),
        shortfall=preview.shortfall,
        locked=perks.locked(wallet_id=preview.wallet_id, request=request, now=now),
    )


def quote_job(
    *, user: User, kind: object, params: object, team_id: UUID | None = None, now: datetime
) -> billing_quotes.Quoted:
    """Fix the price of exactly this request for fifteen minutes.

    Raises InvalidRequest, NotForSale, PerkNeeded, PictureRefused, ClipTooLong,
    TemplateUnavailable, ConsentRequired, and for a team NotFound and SeatInactive.
    """
    request = read_request(kind, params)
    payer = payer_for(user=user, team_id=team_id, now=now)
    check_makeable(request)
    perks.check(wallet_id=payer.wallet_id, request=request, now=now)
    check_extras(payer.wallet_id, team_id, request)
    check_inputs(user=user, request=request, now=now)
    return billing_quotes.make_quote(
        user=user,
        wallet_id=payer.wallet_id,
        request=priced(request),
        request_hash=request.digest(),
        now=now,
    )
