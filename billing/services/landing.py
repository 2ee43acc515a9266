"""The buyer is back: the same confirmation the webhook brings, perhaps earlier."""

from __future__ import annotations

import logging
from datetime import datetime

from billing.gateway.errors import GatewayError
from billing.services.confirmations import confirm_order
from billing.services.parking import Parked

log = logging.getLogger(__name__)


def confirm_on_return(*, session_id: str, now: datetime) -> bool:
    """Whether it could be confirmed now; if not, webhook and poller bring it later."""
    try:
        confirm_order(session_id=session_id, now=now)
    except (GatewayError, Parked) as error:
        log.warning("session %s not confirmed on return: %s", session_id, error)
        return False
    return True
