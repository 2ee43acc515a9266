"""A lot of ours as a resource pack of theirs."""

from __future__ import annotations

from billing.selectors.packs import Pack
from generation.kling_units import MILLISECONDS_MAX, milliseconds, quantity

_STATES = {"waiting": "toBeOnline", "live": "online", "ended": "expired", "used_up": "runOut"}
# Those that come again with each day or month; all others are a total that goes down.
_PERIODIC = frozenset({"daily", "membership"})


def pack_data(pack: Pack) -> dict[str, object]:
    """The pack; quantities are points."""
    periodic = pack.source in _PERIODIC
    return {
        "resource_pack_name": pack.source,
        "resource_pack_id": str(pack.lot_id),
        "resource_pack_type": "constant_period" if periodic else "decreasing_total",
        "total_quantity": quantity(pack.granted_cp),
        "remaining_quantity": quantity(pack.left_cp),
        "purchase_time": milliseconds(pack.given_at),
        "effective_time": milliseconds(pack.starts_at),
        # One that never ends has the last moment there is.
        "invalid_time": MILLISECONDS_MAX if pack.ends_at is None else milliseconds(pack.ends_at),
        "status": _STATES[pack.state],
    }
