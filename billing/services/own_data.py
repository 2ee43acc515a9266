"""What this app keeps about somebody: handed over in an export, and erased after closing."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from io import BytesIO
from uuid import UUID

from accounts.exporting import Part, Parts
from accounts.models import User
from billing.models import (
    AutoTopUp,
    BillingDetails,
    CodeRedemption,
    Document,
    Membership,
    Notice,
    Order,
    Referral,
    ReferralLink,
    Refund,
    TeamInvoiceData,
)
from billing.selectors.referrals import invited_by
from billing.selectors.sheets import file_name, pdf_of
from billing.selectors.statements import statement
from billing.selectors.wallets import overview
from billing.services.notices import tell
from billing.services.referral_rewards import end_referrals

_PAGE = 200


def parts(*, user: User, now: datetime) -> Parts:
    """Wallet, statement, orders, memberships, consents, notices, details, papers."""
    yield Part("wallet.json", asdict(overview(user=user, now=now)))
    yield Part("statement.json", _statement(user))
    orders = Order.objects.filter(user=user).order_by("created_at")
    yield Part(
        "orders.json",
        list(
            orders.values(
                "id", "kind", "family", "state", "method", "list_minor", "amount_minor",
                "currency", "points_cp", "bonus_cp", "pack_code", "plan_price__plan__code",
                "period", "created_at", "paid_at",
            )
        ),
    )  # fmt: skip
    yield Part(
        "refunds.json",
        list(
            Refund.objects.filter(order__user=user)
            .order_by("id")
            .values("order_id", "state", "amount_minor", "created_at")
        ),
    )
    yield Part(
        "memberships.json",
        list(
            Membership.objects.filter(user=user)
            .order_by("started_at")
            .values(
                "kind", "status", "plan_price__plan__code", "started_at",
                "current_period_start_at", "current_period_end_at", "cancel_at", "ended_at",
            )
        ),
    )  # fmt: skip
    yield Part(
        "codes.json",
        list(
            CodeRedemption.objects.filter(user=user)
            .order_by("redeemed_at")
            .values("batch__title", "code__tail", "amount_cp", "expires_at", "redeemed_at")
        ),
    )
    yield Part("referrals.json", _referrals(user))
    consents = orders.exclude(consent_at=None)
    yield Part(
        "consents.json",
        list(consents.values("id", "consent_version", "consent_at", "terms__terms_version")),
    )
    yield Part(
        "notices.json",
        list(
            Notice.objects.filter(user=user)
            .order_by("id")
            .values("kind", "facts", "created_at", "mailed_at", "seen_at")
        ),
    )
    details = BillingDetails.objects.filter(user=user)
    yield Part(
        "billing_details.json",
        list(details.values("name", "company", "tax_id", "address", "country", "language")),
    )
    team = TeamInvoiceData.objects.filter(team__owner=user)
    yield Part(
        "team_invoice_data.json",
        list(team.values("company", "name", "tax_id", "address", "country", "email")),
    )
    for document in Document.objects.filter(user=user).order_by("id"):
        name = f"documents/{file_name(document)}"
        yield Part(name, open=lambda paper=document: BytesIO(pdf_of(paper)))  # type: ignore[misc]


def export_is_ready(*, user: User, export_id: UUID, until: datetime, now: datetime) -> None:
    """Tell the user, in the portal and by mail. A step."""
    tell(
        user_id=user.pk,
        kind="export_ready",
        key=f"export_ready:{export_id}",
        facts={"until": until.isoformat()},
        now=now,
    )


def erase(*, user: User, now: datetime) -> dict[str, object]:
    """Billing details and what notices said. Orders, papers and the ledger are kept by law."""
    Notice.objects.filter(user=user, mailed_at=None).update(mailed_at=now)
    blank = dict.fromkeys(["name", "company", "tax_id", "address", "country", "language"], "")
    return {
        "billing_details": BillingDetails.objects.filter(user=user).update(**blank),
        "team_invoice_data": TeamInvoiceData.objects.filter(team__owner=user).delete()[0],
        "invitation_links": ReferralLink.objects.filter(user=user).delete()[0],
        "waiting_referrals": end_referrals(user=user, now=now),
        "cards": Order.objects.filter(user=user)
        .exclude(card_fingerprint="")
        .update(card_fingerprint=""),
        # What was told stays told, so that nothing is told again; what it said is gone.
        "notices": Notice.objects.filter(user=user).update(facts={}),
        "saved_cards": _forget_card(user),
    }


def _referrals(user: User) -> dict[str, object]:
    """The link, what became of each invitation, and the one the user came by. Nobody else."""
    link = ReferralLink.objects.filter(user=user).first()
    came = Referral.objects.filter(friend=user)
    return {
        "link": link.code if link else None,
        "invited": [asdict(invited) for invited in invited_by(user)],
        "came_by_invitation": list(came.values("bound_at", "state", "friend_cp", "settled_at")),
    }


def _forget_card(user: User) -> int:
    """What a card would be known by; Stripe's own number of it goes with the customer there."""
    blank = dict.fromkeys(["card_id", "card_brand", "card_last4", "card_fingerprint"], "")
    saved = AutoTopUp.objects.filter(user=user).exclude(card_id="")
    return saved.update(enabled=False, card_ends_on=None, **blank)


def _statement(user: User) -> list[dict[str, object]]:
    lines: list[dict[str, object]] = []
    before: int | None = None
    while True:
        page = statement(user=user, before_version=before, limit=_PAGE)
        lines += [asdict(line) for line in page.lines]
        before = page.next_before
        if before is None:
            return lines
