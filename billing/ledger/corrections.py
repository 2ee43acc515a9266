"""The ledger's verbs for money that goes back, disputes, staff and moves between wallets.

As in `services`: steps that need an open database transaction, safe to repeat under a `key`. A
purchase is known by the lot that its grant made.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from billing.ledger.arguments import REFUSALS, check_amount, check_key, check_word
from billing.ledger.errors import InsufficientPoints, InvalidRequest
from billing.ledger.rows import write
from billing.ledger.types import Moved, Transferred

_CLAWBACK = "select * from ledger_clawback(%s, %s, %s, %s, %s, %s, %s, %s)"
_FREEZE = "select * from ledger_freeze(%s, %s, %s, %s, %s, %s, %s)"
_UNFREEZE = "select * from ledger_unfreeze(%s, %s, %s, %s, %s, %s, %s)"
_ADJUST = "select * from ledger_adjust(%s, %s, %s, %s, %s, %s, %s)"
_TRANSFER = "select * from ledger_transfer(%s, %s, %s, %s, %s, %s, %s, %s)"
_PUBLISH_RATE = "select ledger_publish_rate(%s, %s, %s, %s, %s)"
_PAUSE = "select ledger_pause(%s, %s)"


def clawback(
    *,
    wallet_id: int,
    lot_id: int,
    amount_cp: int,
    key: str,
    reference: str = "",
    reason: str = "",
    actor: str = "",
    now: datetime,
) -> Moved:
    """Takes points of a purchase back: what waits, then what is frozen, then what is left.

    The rest is a debt. What later comes back of that lot's holds settles the debt first. Raises
    NotInTransaction, InvalidRequest, UnknownWallet, UnknownLot, ClawbackTooLarge, KeyReused.
    """
    check_amount(amount_cp)
    return _moved(
        *(_CLAWBACK, key),
        *(wallet_id, lot_id, amount_cp, key, reference, reason, actor, now),
    )


def freeze(
    *,
    wallet_id: int,
    lot_id: int,
    key: str,
    reference: str = "",
    reason: str = "",
    actor: str = "",
    now: datetime,
) -> Moved:
    """Puts what is left of a disputed purchase out of reach, of use and of expiry.

    Raises NotInTransaction, InvalidRequest, UnknownWallet, UnknownLot, NothingLeft, KeyReused.
    """
    return _moved(_FREEZE, key, wallet_id, lot_id, key, reference, reason, actor, now)


def unfreeze(
    *,
    wallet_id: int,
    lot_id: int,
    key: str,
    reference: str = "",
    reason: str = "",
    actor: str = "",
    now: datetime,
) -> Moved:
    """Gives back what a dispute had frozen; as a 24-hour courtesy lot where the lot has ended.

    Raises NotInTransaction, InvalidRequest, UnknownWallet, UnknownLot, NothingLeft, KeyReused.
    """
    return _moved(_UNFREEZE, key, wallet_id, lot_id, key, reference, reason, actor, now)


def adjust(
    *,
    wallet_id: int,
    amount_cp: int,
    key: str,
    reference: str = "",
    reason: str,
    actor: str,
    now: datetime,
) -> Moved:
    """Takes points away as a correction by staff, in order of use. To give points, grant them.

    Raises NotInTransaction, InvalidRequest, UnknownWallet, InsufficientPoints, KeyReused.
    """
    check_amount(amount_cp)
    return _moved(_ADJUST, key, wallet_id, amount_cp, key, reference, reason, actor, now)


def transfer(
    *,
    wallet_id: int,
    to_wallet_id: int,
    amount_cp: int,
    key: str,
    reference: str = "",
    reason: str = "",
    actor: str = "",
    now: datetime,
) -> Transferred:
    """Moves points to another wallet, lot by lot: source, end and paid go with them.

    Between wallets of different units it converts at the published rate, rounded down once.
    Raises NotInTransaction, InvalidRequest, UnknownWallet, InsufficientPoints, KeyReused, NoRate,
    AmountTooSmall.
    """
    check_amount(amount_cp)
    check_key(key)
    if wallet_id == to_wallet_id:
        raise InvalidRequest("a transfer goes to another wallet")
    outcome, transaction_id, received_cp, available_cp, held_cp, version, replayed = write(
        _TRANSFER,
        *(wallet_id, to_wallet_id, amount_cp, key, reference, reason, actor, now),
    )
    if outcome == "insufficient_points":
        raise InsufficientPoints(needed_cp=amount_cp, available_cp=available_cp)
    if outcome != "ok":
        raise REFUSALS[outcome](f"transfer {key!r} from {wallet_id} to {to_wallet_id}")
    return Transferred(
        transaction_id, amount_cp, received_cp, available_cp, held_cp, version, replayed
    )


def publish_rate(
    *, from_unit: str, to_unit: str, numerator: int, denominator: int, starts_at: datetime
) -> int:
    """From `starts_at` on, `denominator` of one unit are worth `numerator` of another; its id.

    A rate is never changed: a later one follows it. Raises NotInTransaction, InvalidRequest and
    django.db.IntegrityError when that start is taken.
    """
    for unit in (from_unit, to_unit):
        check_word(unit)
    for number in (numerator, denominator):
        check_amount(number)
    rate_id: int = write(_PUBLISH_RATE, from_unit, to_unit, numerator, denominator, starts_at)[0]
    return rate_id


def pause(*, wallet_ids: Sequence[int], paused: bool) -> int:
    """Stops grants to and captures from wallets, or resumes them; how many wallets that changed.

    Raises NotInTransaction.
    """
    changed: int = write(_PAUSE, list(wallet_ids), paused)[0]
    return changed


def _moved(statement: str, key: str, *parameters: object) -> Moved:
    check_key(key)
    outcome, transaction_id, amount_cp, debt_added_cp, available_cp, held_cp, version, replayed = (
        write(statement, *parameters)
    )
    if outcome == "insufficient_points":
        raise InsufficientPoints(needed_cp=int(str(parameters[1])), available_cp=available_cp)
    if outcome != "ok":
        raise REFUSALS[outcome](f"{key!r} in wallet {parameters[0]}")
    return Moved(transaction_id, amount_cp, debt_added_cp, available_cp, held_cp, version, replayed)
