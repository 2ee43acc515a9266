"""Forgetting cards: fingerprints guard discounts and free points for so long, then they go."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from billing.models import Redemption

# After the end of the promotion whose one discount a card has had.
FINGERPRINTS = timedelta(days=365)


@transaction.atomic(durable=True)
def forget_cards(*, now: datetime) -> int:
    """Empty the fingerprints that promotions long over have kept; how many."""
    over = Redemption.objects.filter(promotion__ends_at__lt=now - FINGERPRINTS)
    return over.exclude(card_fingerprint="").update(card_fingerprint="")
