"""Refusals of billing, each with its stable code. No Django here."""

from __future__ import annotations

from accounts.errors import Refusal


class InsufficientPoints(Refusal):
    """The wallet has fewer points than the job costs.

    `facts`: needed_points, available_points, missing_points (texts with two decimals) and `ways`,
    the ways on, cheapest first, each {"way", "text", …}.
    """

    code = "insufficient_points"


class AlreadyClaimed(Refusal):
    """Today's points were given already. `facts`: next_claim_at."""

    code = "already_claimed"


class QuoteExpired(Refusal):
    """The quote's fifteen minutes are over."""

    code = "quote_expired"


class QuoteUsed(Refusal):
    """A quote pays for one job."""

    code = "quote_used"


class QuoteMismatch(Refusal):
    """The job is not the one that was quoted."""

    code = "quote_mismatch"


class IdempotencyConflict(Refusal):
    """This idempotency key was used with another request."""

    code = "idempotency_conflict"


class NotForSale(Refusal):
    """The live price list has no line for this."""

    code = "not_for_sale"
