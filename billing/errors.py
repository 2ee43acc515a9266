"""Refusals of billing, each with its stable code. No Django here."""

from __future__ import annotations

from accounts.errors import IdempotencyConflict as IdempotencyConflict
from accounts.errors import Refusal

# The ledger's own refusal, for whoever captures: the wallet is being looked into.
from billing.ledger.errors import WalletPaused as WalletPaused


class InsufficientPoints(Refusal):
    """The wallet has fewer points than the job costs.

    `facts`: needed_points, available_points, missing_points (texts with two decimals) and `ways`,
    the ways on, cheapest first, each {"way", "text", …}.
    """

    code = "insufficient_points"


class PerkNeeded(Refusal):
    """The plan lacks a perk that this needs.

    `facts`: perk, plan (the one the wallet is on) and `ways`, the cheapest plan that has it:
    {"way": "plan", "plan", "period", "amount_minor", "currency", "text"}.
    """

    code = "perk_needed"


class AlreadyClaimed(Refusal):
    """Today's points were given already. `facts`: next_claim_at."""

    code = "already_claimed"


class MembersExcluded(Refusal):
    """The daily points are for non-members at present."""

    code = "members_excluded"


class CardNeeded(Refusal):
    """There is no saved card to pay with."""

    code = "card_needed"


class PriceChanged(Refusal):
    """The price is not the one the user was shown. `facts`: cost_points, shown_points."""

    code = "price_changed"


class QuoteExpired(Refusal):
    """The quote's fifteen minutes are over."""

    code = "quote_expired"


class QuoteUsed(Refusal):
    """A quote pays for one job."""

    code = "quote_used"


class QuoteMismatch(Refusal):
    """The job is not the one that was quoted."""

    code = "quote_mismatch"


class NotForSale(Refusal):
    """The live price list has no line for this."""

    code = "not_for_sale"


class SecondPersonNeeded(Refusal):
    """Who drafted something cannot approve it."""

    code = "second_person_needed"


class MembershipExists(Refusal):
    """The wallet has a live membership; it can be changed, a second one cannot begin.

    `facts`: plan, period and kind of the live one, where they are known.
    """

    code = "membership_exists"


class MembershipPastDue(Refusal):
    """A renewal has failed and is being retried: pay it or let it end first."""

    code = "membership_past_due"


class NoMembership(Refusal):
    """There is no live membership to change."""

    code = "no_membership"


class NotRenewing(Refusal):
    """A prepaid period or a gift does not renew: there is no renewal to change or cancel."""

    code = "not_renewing"


class OnlyAtRenewal(Refusal):
    """A lower plan, or a shorter period of the same, takes effect at renewal."""

    code = "only_at_renewal"


class ChangeInProgress(Refusal):
    """An earlier change has not been answered yet; try again in a minute."""

    code = "change_in_progress"


class OrderOpen(Refusal):
    """An earlier order is being paid right now. `facts`: order."""

    code = "order_open"


class PromotionUnavailable(Refusal):
    """The code is unknown, over, used up, not for this plan or used by this person before."""

    code = "promotion_unavailable"


class AccountBanned(Refusal):
    """The user is barred: no jobs, no free points, no purchase. Money pages stay open."""

    code = "account_banned"


class ConsentRequired(Refusal):
    """The operator sells only to who agrees to pay for points used before a withdrawal."""

    code = "consent_required"


class PaymentDeclined(Refusal):
    """The bank declined; nothing was charged. `facts`: decline_code."""

    code = "payment_declined"


class PaymentsUnavailable(Refusal):
    """The payment provider cannot be reached, or is not set up; nothing was charged."""

    code = "payments_unavailable"


class NotRefundable(Refusal):
    """Nothing of this order can be given back: spent, too old, or not paid."""

    code = "not_refundable"


class CodeMistyped(Refusal):
    """Not a redeem code as they are made: a slip of the pen. It is not counted as a guess."""

    code = "code_mistyped"


class CodeRefused(Refusal):
    """No such code, or one that is used, over, not valid yet, revoked or not for this person.

    Which of them is never told: a guess must not learn that a code exists.
    """

    code = "code_refused"


class CodeRedeemed(Refusal):
    """The user redeemed this very code before. `facts`: redeemed_at."""

    code = "code_redeemed"


class TooManyCodes(Refusal):
    """Too many wrong codes by this person or from this address. `facts`: again_at."""

    code = "too_many_codes"


class GrantsPaused(Refusal):
    """No free points are given for now: the day's budget is used up, or staff stopped them.

    `facts`: frees_at, null while nobody knows.
    """

    code = "grants_paused"
