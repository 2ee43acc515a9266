"""The ledger's verbs. Each is one call of one SQL function: one round trip, one lock.

All of them are steps: they refuse to run outside a database transaction, which belongs to the use
case. `key` makes a write safe to repeat: the same request under the same key answers what it
answered the first time with `replayed=True`; another request under that key is KeyReused. `now` is
the caller's clock; within a wallet time never runs backwards. A refused write writes nothing and
leaves the database transaction usable.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from billing.ledger.arguments import REFUSALS, check_amount, check_key, check_word
from billing.ledger.errors import (
    HoldAlreadySettled,
    InsufficientPoints,
    InvalidRequest,
    LedgerError,
    UnknownWallet,
)
from billing.ledger.rows import write, write_all
from billing.ledger.types import Granted, Held, Settled, Settlement, Slice

_OPEN_WALLET = "select ledger_open_wallet(%s, %s)"
_GRANT = "select * from ledger_grant(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_HOLD = "select * from ledger_hold(%s, %s, %s, %s, %s)"
_CAPTURE = "select * from ledger_capture(%s, %s, %s, %s, %s)"
_RELEASE = "select * from ledger_release(%s, %s, %s, %s, %s, %s)"
_EXPIRE = "select ledger_expire(%s, %s)"
_SETTLE_MANY = "select * from ledger_settle_many(%s, %s, %s, %s, %s) order by place"
_GRANT_MANY = "select ledger_grant_many(%s, %s, %s, %s, %s, %s, %s, %s, %s)"


def open_wallet(*, unit: str = "point", now: datetime) -> int:
    """A new, empty wallet of one unit; its id. Raises NotInTransaction, InvalidRequest."""
    check_word(unit)
    wallet_id: int = write(_OPEN_WALLET, unit, now)[0]
    return wallet_id


def grant(
    *,
    wallet_id: int,
    amount_cp: int,
    source: str,
    paid: bool,
    starts_at: datetime,
    expires_at: datetime | None,
    key: str,
    reference: str = "",
    reason: str = "",
    actor: str = "",
    now: datetime,
) -> Granted:
    """Gives points as one lot; a paid grant settles a debt first. A later start is waited for.

    The request under `key` is amount, source, paid, end and reference; the start is not part of
    it, because a retry comes with a later clock. Raises NotInTransaction, InvalidRequest,
    UnknownWallet, KeyReused, EndsBefore, WalletPaused.
    """
    check_amount(amount_cp)
    check_key(key)
    check_word(source)
    if expires_at is not None and expires_at <= starts_at:
        raise InvalidRequest("a lot ends after it starts")
    answer = write(
        _GRANT,
        *(wallet_id, amount_cp, source, paid, starts_at, expires_at),
        *(key, reference, reason, actor, now),
    )
    outcome, transaction_id, lot_id, debt_repaid_cp, available_cp, held_cp, version, replayed = (
        answer
    )
    if outcome != "ok":
        raise REFUSALS[outcome](f"grant {key!r} in wallet {wallet_id}")
    return Granted(
        transaction_id, lot_id, amount_cp, debt_repaid_cp, available_cp, held_cp, version, replayed
    )


def hold(*, wallet_id: int, amount_cp: int, key: str, reference: str, now: datetime) -> Held:
    """Sets points aside, earliest end first, free before paid, oldest first.

    Raises NotInTransaction, InvalidRequest, InsufficientPoints, UnknownWallet, KeyReused.
    """
    check_amount(amount_cp)
    check_key(key)
    answer = write(_HOLD, wallet_id, amount_cp, key, reference, now)
    outcome, transaction_id, hold_id, ids, amounts_cp, sources, paid, *after = answer
    if outcome == "insufficient_points":
        raise InsufficientPoints(needed_cp=amount_cp, available_cp=after[0])
    if outcome != "ok":
        raise REFUSALS[outcome](f"hold {key!r} in wallet {wallet_id}")
    slices = tuple(map(Slice, ids, amounts_cp, sources, paid))
    return Held(hold_id, transaction_id, amount_cp, slices, *after)


def capture(
    *, wallet_id: int, hold_id: int, key: str, amount_cp: int | None = None, now: datetime
) -> Settled:
    """Spends a hold: all of it, or `amount_cp` of it and the rest goes back.

    Raises NotInTransaction, InvalidRequest, UnknownWallet, UnknownHold, HoldAlreadySettled,
    CaptureTooLarge, KeyReused, WalletPaused.
    """
    if amount_cp is not None:
        check_amount(amount_cp)
    check_key(key)
    return _settled(hold_id, key, write(_CAPTURE, wallet_id, hold_id, amount_cp, key, now))


def release(
    *,
    wallet_id: int,
    hold_id: int,
    key: str,
    reason: str = "",
    courtesy: bool = True,
    now: datetime,
) -> Settled:
    """Lets a hold go. What belonged to a lot that has ended comes back as a courtesy lot.

    That lives 24 hours; without `courtesy` as long as the ended lot had left when it was held, for
    an owner who holds and cancels must not make points live longer. Raises NotInTransaction,
    InvalidRequest, UnknownWallet, UnknownHold, HoldAlreadySettled, KeyReused.
    """
    check_key(key)
    answer = write(_RELEASE, wallet_id, hold_id, courtesy, key, reason, now)
    return _settled(hold_id, key, answer)


def expire(*, wallet_id: int, now: datetime) -> int:
    """Writes off the lots that have ended; the points expired (cp).

    Nothing depends on it being called: every write does it first and reads do not count an ended
    lot. Raises NotInTransaction, UnknownWallet.
    """
    expired_cp: int | None = write(_EXPIRE, wallet_id, now)[0]
    if expired_cp is None:
        raise UnknownWallet(f"wallet {wallet_id}")
    return expired_cp


def settle_many(*, settlements: Sequence[Settlement], now: datetime) -> list[Settled | LedgerError]:
    """Captures and releases many holds in one call, and answers in the order asked.

    A hold that is refused has its error in its place and does not stop the others. Raises
    NotInTransaction, InvalidRequest.
    """
    for settlement in settlements:
        check_key(settlement.key)
        if settlement.amount_cp != 0 and settlement.amount_cp is not None:
            check_amount(settlement.amount_cp)
    rows = write_all(
        _SETTLE_MANY,
        [settlement.wallet_id for settlement in settlements],
        [settlement.hold_id for settlement in settlements],
        [settlement.amount_cp for settlement in settlements],
        [settlement.key for settlement in settlements],
        now,
    )
    answers: list[Settled | LedgerError] = []
    for settlement, (_, *answer) in zip(settlements, rows, strict=True):
        try:
            answers.append(_settled(settlement.hold_id, settlement.key, tuple(answer)))
        except LedgerError as refusal:
            answers.append(refusal)
    return answers


def grant_many(
    *,
    wallet_ids: Sequence[int],
    amount_cp: int,
    source: str,
    paid: bool,
    starts_at: datetime,
    expires_at: datetime | None,
    key: str,
    reference: str = "",
    now: datetime,
) -> int:
    """The same grant to many wallets at once; how many were given it now.

    Wallets that have used `key` before, are paused or unknown are passed over. Raises
    NotInTransaction, InvalidRequest.
    """
    check_amount(amount_cp)
    check_key(key)
    check_word(source)
    if starts_at > now or (expires_at is not None and expires_at <= now):
        raise InvalidRequest("a grant to many wallets has started and has not ended")
    answer = write(
        _GRANT_MANY,
        *(list(wallet_ids), amount_cp, source, paid, starts_at, expires_at, key, reference, now),
    )
    given: int = answer[0]
    return given


def _settled(hold_id: int, key: str, answer: tuple[object, ...]) -> Settled:
    outcome, transaction_id, state, *rest = answer
    if outcome == "hold_settled":
        raise HoldAlreadySettled(str(state))
    if outcome != "ok":
        raise REFUSALS[str(outcome)](f"{key!r} on hold {hold_id}")
    return Settled(transaction_id, hold_id, *rest)  # type: ignore[arg-type]
