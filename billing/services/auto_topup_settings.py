"""What a user sets for auto top-up: threshold, what to buy, the maximum of a month, the card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest, NotFound, Refusal
from accounts.models import User
from billing.errors import CardNeeded, PaymentsUnavailable
from billing.gateway import saved_cards
from billing.gateway.errors import GatewayError, Missing
from billing.gateway.saved_cards import SavedCard
from billing.models import AutoTopUp, StripeCustomer
from billing.selectors.taxes import tax_rule
from billing.services.auto_topups import cancel_unasked
from billing.services.choices import Choice, price_choice
from billing.services.consents import consent_given
from billing.services.customers import customer_of, forget_customer
from billing.services.live_memberships import lock_wallet
from billing.services.wallets import wallet_for

POINTS_MAX_CP = 10**9
MONTH_MAX_MINOR = 10**9


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: a pack, or an amount in minor units of `currency`.

    `consent` is the version of the terms under which the points are wanted at once, "" for none.
    """

    enabled: bool
    threshold_cp: int
    month_max_minor: int
    pack: str = ""
    amount_minor: int = 0
    currency: str = "CNY"
    consent: str = ""


@transaction.atomic(durable=True)
def save_auto_topup(*, user: User, wish: Wish, now: datetime) -> AutoTopUp:
    """Keep it. Turning it on again also forgives an earlier failure.

    A purchase that was not asked for yet is called off when it is turned off. Raises
    InvalidRequest, NotForSale, CardNeeded, ConsentRequired.
    """
    wallet_id = wallet_for(user=user, now=now)
    lock_wallet(wallet_id)
    row = _row(user, wallet_id, now)
    _check(user, wallet_id, wish, now)
    if wish.enabled and not row.card_id:
        raise CardNeeded(_("Save a card first: auto top-up pays with it."))
    if wish.enabled:
        _keep_consent(row, consent_given(wish.consent), now)
    row.enabled = wish.enabled
    row.threshold_cp = wish.threshold_cp
    row.pack_code, row.amount_minor = wish.pack, wish.amount_minor
    row.currency = wish.currency
    row.month_max_minor = wish.month_max_minor
    row.waits_until = None
    row.updated_at = now
    if wish.enabled:
        row.tripped_at, row.trip_reason = None, ""
    row.save()
    if not wish.enabled:
        cancel_unasked(wallet_id=wallet_id, now=now)
    return row


def card_page(*, user: User) -> str:
    """The address of the page where a card is saved; nothing is charged there.

    Raises PaymentsUnavailable.
    """
    try:
        try:
            return _card_page(user)
        except Missing as missing:
            if missing.param != "customer":
                raise
            forget_customer(customer_of(user))
            return _card_page(user)
    except GatewayError as error:
        raise PaymentsUnavailable(
            _("The payment provider cannot be reached right now; nothing was charged.")
        ) from error


def keep_card_of(*, user: User, session_id: str, now: datetime) -> bool:
    """Keep the card of a setup session the user came back from; whether it has kept one.

    Raises NotFound for another user's session, PaymentsUnavailable.
    """
    try:
        card = saved_cards.fetch_saved_card(session_id)
    except Missing:
        raise NotFound(_("There is no such page.")) from None
    except GatewayError as error:
        raise PaymentsUnavailable(
            _("The payment provider cannot be reached right now; nothing was charged.")
        ) from error
    if card is None:
        return False
    with transaction.atomic(durable=True):
        owner = _owner_of(card)
        if owner is None or owner.pk != user.pk:
            raise NotFound(_("There is no such page."))
        keep_card(card=card, now=now)
    return True


def keep_card(*, card: SavedCard, now: datetime) -> None:
    """Keep a card for the user whose customer it belongs to. A step; a repeat changes nothing."""
    user = _owner_of(card)
    if user is None:
        return
    wallet_id = wallet_for(user=user, now=now)
    lock_wallet(wallet_id)
    row = _row(user, wallet_id, now)
    if row.card_id == card.card_id:
        return
    row.customer_id, row.card_id = card.customer_id, card.card_id
    row.card_brand, row.card_last4 = card.brand, card.last4
    row.card_ends_on, row.card_fingerprint = card.ends_on, card.fingerprint
    row.card_saved_at = row.updated_at = now
    row.save()


def _card_page(user: User) -> str:
    return saved_cards.open_card_page(
        customer_id=customer_of(user),
        return_url=f"{settings.PUBLIC_URL}/auto-topup/return/",
        locale=get_language() or "en",
    )


def _owner_of(card: SavedCard) -> User | None:
    known = StripeCustomer.objects.select_related("user").filter(customer_id=card.customer_id)
    found = known.first() if card.customer_id else None
    return found.user if found else None


def _keep_consent(row: AutoTopUp, version: str, now: datetime) -> None:
    """The first consent to a version counts; who turns it on without one takes it back."""
    if row.consent_version != version:
        row.consent_version, row.consent_at = version, now if version else None


def _row(user: User, wallet_id: int, now: datetime) -> AutoTopUp:
    row, _made = AutoTopUp.objects.get_or_create(
        wallet_id=wallet_id, defaults={"user": user, "updated_at": now}
    )
    return row


def _check(user: User, wallet_id: int, wish: Wish, now: datetime) -> None:
    faults: dict[str, str] = {}
    if not 0 < wish.threshold_cp <= POINTS_MAX_CP:
        faults["threshold_points"] = "more than 0, at most 10000000"
    if not 0 < wish.month_max_minor <= MONTH_MAX_MINOR:
        faults["month_max_minor"] = f"from 1 to {MONTH_MAX_MINOR}"
    if bool(wish.pack) == bool(wish.amount_minor):
        faults["pack"] = "give a pack or an amount, not both"
    if faults:
        raise InvalidRequest(_("Auto top-up cannot be set like this."), fields=faults)
    choice = Choice(pack=wish.pack, amount_minor=wish.amount_minor, currency=wish.currency)
    try:
        priced = price_choice(user=user, wallet_id=wallet_id, choice=choice, now=now)
    except Refusal as refusal:
        if not wish.enabled and not isinstance(refusal, InvalidRequest):
            return  # what is no longer sold can still be turned off
        raise
    if tax_rule().to_pay_minor(priced.amount_minor) > wish.month_max_minor:
        raise InvalidRequest(
            _("The maximum of a month is less than one purchase."),
            fields={"month_max_minor": "less than one purchase"},
        )
