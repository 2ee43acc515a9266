"""Charging a job: price and hold it, then capture or release. Each function is a step.

The use case that owns the database transaction is generation's: the hold, the quota and the job
row are committed together or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from billing import pricing
from billing.errors import (
    IdempotencyConflict,
    InsufficientPoints,
    NotForSale,
    PriceChanged,
    QuoteExpired,
    QuoteMismatch,
    QuoteUsed,
)
from billing.ledger import errors as ledger_errors
from billing.ledger import selectors as ledger_reads
from billing.ledger import services as ledger
from billing.ledger.types import Settled
from billing.models import Quote
from billing.selectors.holders import holder
from billing.selectors.prices import live_price_list
from billing.selectors.wallets import wallet_id_of
from billing.selectors.ways import ways_on
from billing.services.auto_topups import ring_for
from billing.services.bans import barred
from billing.types import Price, PricedRequest, Slice, format_points


@dataclass(frozen=True, slots=True)
class Charge:
    """A job's price, held. `replayed`: this very charge was made before."""

    wallet_id: int
    hold_id: int
    price: Price
    slices: tuple[Slice, ...]
    replayed: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a job would cost now and what it would use; nothing is written.

    `shortfall` says what is missing when the wallet cannot pay; `slices` is then empty.
    """

    wallet_id: int
    price: Price
    slices: tuple[Slice, ...]
    available_after_cp: int
    shortfall: InsufficientPoints | None


def price_now(*, request: PricedRequest, now: datetime) -> Price:
    """The cost by the live price list. Raises NotForSale."""
    try:
        return pricing.price(live_price_list(now=now), request)
    except pricing.NoPrice:
        raise NotForSale(
            _("This is not on the price list."), fields={"kind": "not for sale"}
        ) from None


def preview(*, user: User, wallet_id: int, request: PricedRequest, now: datetime) -> Preview:
    """Price `request` and name the lots of the wallet that a hold would use now.

    Raises NotForSale.
    """
    cost = price_now(request=request, now=now)
    balance = ledger_reads.balance(wallet_id=wallet_id, now=now)
    try:
        slices = ledger_reads.preview(wallet_id=wallet_id, amount_cp=cost.cost_cp, now=now)
    except ledger_errors.InsufficientPoints as short:
        refusal = _insufficient(user, wallet_id, request, short, now)
        return Preview(wallet_id, cost, (), balance.available_cp, refusal)
    return Preview(wallet_id, cost, tuple(slices), balance.available_cp - cost.cost_cp, None)


def hold_for_job(
    *,
    user: User,
    wallet_id: int,
    job_ref: str,
    request: PricedRequest,
    request_hash: bytes,
    quote_id: UUID | None,
    shown_cp: int | None,
    now: datetime,
) -> Charge:
    """Hold the job's price. Takes the wallet's lock, so what follows is decided in order.

    `wallet_id` is the payer's. `job_ref` names the job and is the hold's idempotency key;
    `shown_cp` is the price the user was shown, when there was one. Raises InsufficientPoints,
    NotForSale, PriceChanged, QuoteExpired, QuoteUsed, QuoteMismatch, AccountBanned;
    IdempotencyConflict when the same job was charged another price before.
    """
    cost = (
        price_now(request=request, now=now)
        if quote_id is None
        else _redeem(wallet_id, quote_id, request_hash, now)
    )
    if shown_cp is not None and shown_cp != cost.cost_cp:
        raise PriceChanged(
            _("The price has changed to %(cost)s points. Look at it, then press the button again.")
            % {"cost": format_points(cost.cost_cp)},
            facts={
                "cost_points": format_points(cost.cost_cp),
                "shown_points": format_points(shown_cp),
            },
        )
    try:
        held = ledger.hold(
            wallet_id=wallet_id, amount_cp=cost.cost_cp, key=job_ref, reference=job_ref, now=now
        )
    except ledger_errors.InsufficientPoints as short:
        raise _insufficient(user, wallet_id, request, short, now) from None
    except ledger_errors.KeyReused:
        raise IdempotencyConflict(
            _("This idempotency key was used with another request.")
        ) from None
    # Under the wallet's lock: a ban that is being made has taken it too.
    known = holder(user_id=user.pk, wallet_id=wallet_id, available_cp=held.available_cp)
    if known.banned and not held.replayed:
        raise barred()
    if known.low:
        ring_for(wallet_id=wallet_id)
    return Charge(wallet_id, held.hold_id, cost, held.slices, held.replayed)


def capture(
    *, wallet_id: int, hold_id: int, job_ref: str, amount_cp: int | None, now: datetime
) -> Settled:
    """Spend what was delivered, `amount_cp` of the hold or all of it; the rest goes back.

    Raises WalletPaused while the wallet is being looked into; a release is possible even then.
    """
    return ledger.capture(
        wallet_id=wallet_id,
        hold_id=hold_id,
        amount_cp=amount_cp,
        key=f"{job_ref}:settle",
        now=now,
    )


def release(
    *, wallet_id: int, hold_id: int, job_ref: str, reason: str, courtesy: bool, now: datetime
) -> Settled:
    """Let the whole hold go: nothing is charged.

    Points whose end has come meanwhile live 24 hours more with `courtesy`; without it as long as
    they had left at the submit.
    """
    return ledger.release(
        wallet_id=wallet_id,
        hold_id=hold_id,
        key=f"{job_ref}:settle",
        reason=reason,
        courtesy=courtesy,
        now=now,
    )


def _redeem(wallet_id: int, quote_id: UUID, request_hash: bytes, now: datetime) -> Price:
    """The quote's price, the quote marked used. One job per quote, whatever races."""
    quote = Quote.objects.select_for_update().filter(id=quote_id, wallet_id=wallet_id).first()
    if quote is None or bytes(quote.request_hash) != request_hash:
        raise QuoteMismatch(
            _("There is no such quote for this request."),
            fields={"quote": "is not a quote for this request"},
        )
    if quote.used_at is not None:
        raise QuoteUsed(_("This quote has paid for a job already."), fields={"quote": "used"})
    if quote.expires_at <= now:
        raise QuoteExpired(
            _("This quote has expired; ask for a new one."), fields={"quote": "expired"}
        )
    quote.used_at = now
    quote.save(update_fields=["used_at"])
    return Price(quote.cost_cp, quote.price_list_version, quote.line_code)


def _insufficient(
    user: User,
    wallet_id: int,
    request: PricedRequest,
    short: ledger_errors.InsufficientPoints,
    now: datetime,
) -> InsufficientPoints:
    missing_cp = short.needed_cp - short.available_cp
    return InsufficientPoints(
        _("This costs %(needed)s points and you have %(available)s: %(missing)s are missing.")
        % {
            "needed": format_points(short.needed_cp),
            "available": format_points(short.available_cp),
            "missing": format_points(missing_cp),
        },
        facts={
            "needed_points": format_points(short.needed_cp),
            "available_points": format_points(short.available_cp),
            "missing_points": format_points(missing_cp),
            "ways": ways_on(
                user=user,
                request=request,
                needed_cp=short.needed_cp,
                available_cp=short.available_cp,
                now=now,
            )
            if wallet_id == wallet_id_of(user)
            else [{"way": "owner", "text": _("Ask the owner of the team for more points.")}],
        },
    )
