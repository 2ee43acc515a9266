"""Whether somebody has shown that they pay: what weighs against looking like a farm."""

from __future__ import annotations

from accounts.models import User
from billing.models import AutoTopUp, Order

# One card vouches for so many accounts, the first that saved it.
ACCOUNTS_PER_CARD = 3


def has_paid(user: User) -> bool:
    """Whether an order of the user's was paid and is not given back."""
    return Order.objects.filter(user=user, state="paid").exists()


def has_card(user: User) -> bool:
    """Whether the user saved a card that few others have saved before."""
    saved = AutoTopUp.objects.filter(user=user).exclude(card_id="").first()
    if saved is None:
        return False
    before = AutoTopUp.objects.filter(
        card_fingerprint=saved.card_fingerprint, card_saved_at__lt=saved.card_saved_at
    )
    return not saved.card_fingerprint or before.count() < ACCOUNTS_PER_CARD
