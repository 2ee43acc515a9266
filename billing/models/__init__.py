from billing.models.approval import OfferStep
from billing.models.auto_topups import AutoTopUp, AutoTopUpAttempt
from billing.models.buyers import BillingDetails, OrderTerms, TeamInvoiceData
from billing.models.catalogue import Catalogue, Pack, Plan, PlanPrice, TopUpRate
from billing.models.documents import Document, DocumentSeries
from billing.models.duplicates import DuplicatePayment
from billing.models.memberships import (
    Membership,
    MembershipChange,
    MembershipPeriod,
    ScheduledLot,
)
from billing.models.notices import Notice
from billing.models.orders import Order
from billing.models.policies import DailyPointsPolicy, GrantBudget, GrantDay
from billing.models.price_lists import PriceLine, PriceList
from billing.models.promotions import Promotion, Redemption
from billing.models.quotes import Quote
from billing.models.redeem_codes import CodeBatch, CodeRedemption, CodeTries, RedeemCode
from billing.models.referrals import Referral, ReferralLink
from billing.models.refunds import (
    Dispute,
    FraudWarning,
    Refund,
    RefundProposal,
    TakenPoints,
)
from billing.models.stripe_records import (
    StripeCursor,
    StripeCustomer,
    StripeEndpoint,
    StripeEvent,
    StripePrice,
)
from billing.models.wallet_owners import WalletOwner

__all__ = [
    "AutoTopUp",
    "AutoTopUpAttempt",
    "BillingDetails",
    "Catalogue",
    "CodeBatch",
    "CodeRedemption",
    "CodeTries",
    "DailyPointsPolicy",
    "Dispute",
    "Document",
    "DocumentSeries",
    "DuplicatePayment",
    "FraudWarning",
    "GrantBudget",
    "GrantDay",
    "Membership",
    "MembershipChange",
    "MembershipPeriod",
    "Notice",
    "OfferStep",
    "Order",
    "OrderTerms",
    "Pack",
    "Plan",
    "PlanPrice",
    "PriceLine",
    "PriceList",
    "Promotion",
    "Quote",
    "RedeemCode",
    "Redemption",
    "Referral",
    "ReferralLink",
    "Refund",
    "RefundProposal",
    "ScheduledLot",
    "StripeCursor",
    "StripeCustomer",
    "StripeEndpoint",
    "StripeEvent",
    "StripePrice",
    "TakenPoints",
    "TeamInvoiceData",
    "TopUpRate",
    "WalletOwner",
]
