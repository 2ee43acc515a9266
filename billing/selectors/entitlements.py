"""What a wallet may do now."""

from __future__ import annotations

from billing import launch
from billing.types import Entitlements


def entitlements(*, wallet_id: int) -> Entitlements:
    """The limits and perks of the wallet's plan: the free plan, the only one on offer so far."""
    del wallet_id  # every wallet is on the free plan until memberships are sold
    return launch.FREE_PLAN
