"""The ledger as its owner sees it."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from billing.ledger import selectors as ledger
from billing.selectors.wallets import wallet_id_of
from billing.types import StatementLine


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Lines, newest first; `next_before` is the version to go on from, None at the end."""

    lines: list[StatementLine]
    next_before: int | None


def statement(*, user: User, before_version: int | None, limit: int) -> StatementPage:
    """At most `limit` lines older than `before_version` (None: from the newest)."""
    wallet_id = wallet_id_of(user)
    if wallet_id is None:
        return StatementPage([], None)
    lines = ledger.statement(wallet_id=wallet_id, before_version=before_version, limit=limit + 1)
    page = lines[:limit]
    return StatementPage(page, page[-1].version if len(lines) > limit else None)
