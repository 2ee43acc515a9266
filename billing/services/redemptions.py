"""Redeeming a code: the code, the counts of its batch and the points are one transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.errors import EmailUnverified
from accounts.idempotency import checked_key
from accounts.models import User
from accounts.selectors.users import has_verified_email
from billing import redeem_codes
from billing.errors import (
    ChangeInProgress,
    CodeMistyped,
    CodeRedeemed,
    CodeRefused,
    IdempotencyConflict,
    WalletPaused,
)
from billing.ledger import services as ledger
from billing.models import CodeBatch, CodeRedemption, RedeemCode
from billing.services.bans import refuse_banned
from billing.services.code_batches import digests_of
from billing.services.code_tries import count_try, take_back
from billing.services.grant_budget import refuse_stopped
from billing.services.live_memberships import lock_wallet
from billing.services.wallets import wallet_for


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A redemption; `replayed` when the same request had made it before."""

    redemption: CodeRedemption
    replayed: bool


def redeem(
    *, user: User, code: str, idempotency_key: str | None, address: str | None, now: datetime
) -> Redeemed:
    """Give `user` the points of a code, as a free lot. `address` is where the request comes from.

    However many times it is asked, a code gives points once. Raises EmailUnverified, AccountBanned,
    CodeMistyped, CodeRefused, CodeRedeemed, TooManyCodes, IdempotencyConflict, InvalidRequest;
    GrantsPaused while free points are stopped, ChangeInProgress while the wallet is looked into.
    """
    key = checked_key(idempotency_key) or f"none:{uuid.uuid4()}"
    plain = redeem_codes.read_code(code)
    if plain is None:
        raise CodeMistyped(
            _("This is not a code as we make them: look for a slip in it."),
            fields={"code": "mistyped"},
        )
    if not has_verified_email(user):
        raise EmailUnverified(_("Confirm your e-mail address first, then redeem."))
    refuse_banned(user)
    # The brake holds for codes too. The day's budget does not: a batch has its own, agreed to.
    refuse_stopped(now=now)
    known = _known(user, key, plain)
    if known is not None:
        return known
    count_try(user=user, address=address, now=now)
    try:
        return _redeem(user, plain, key, address, now)
    except WalletPaused:
        raise ChangeInProgress(_("Your wallet is being looked into; try again later.")) from None


@transaction.atomic(durable=True)
def _redeem(user: User, plain: str, key: str, address: str | None, now: datetime) -> Redeemed:
    """Locks go wallet, code, batch. The wallet's keeps one person's redemptions in line."""
    wallet_id = wallet_for(user=user, now=now)
    lock_wallet(wallet_id)
    known = _known(user, key, plain)
    if known is not None:
        take_back(user=user, address=address, now=now)
        return known
    codes = RedeemCode.objects.select_for_update(of=("self",)).select_related("batch")
    code = codes.filter(digest__in=digests_of(plain)).first()
    if code is None:
        raise _refused()
    earlier = CodeRedemption.objects.filter(code=code).first()
    if earlier is not None and earlier.user_id == user.pk:
        raise CodeRedeemed(
            _("You have redeemed this code already."),
            facts={"redeemed_at": earlier.redeemed_at.isoformat().replace("+00:00", "Z")},
        )
    batch = code.batch
    standing = redeem_codes.Standing(
        state=batch.state,  # type: ignore[arg-type]  # the choices are its words
        starts_at=batch.starts_at,
        ends_at=batch.ends_at,
        revoked=code.revoked_at is not None,
        redeemed=earlier is not None,
        batch_redeemed=batch.redeemed,
        redemptions_max=batch.redemptions_max,
        had_by_user=CodeRedemption.objects.filter(batch=batch, user=user).count(),
        per_user_max=batch.per_user_max,
    )
    if not redeem_codes.is_good(standing, now=now):
        raise _refused()
    # The batch may have been revoked, or redeemed to its last, since it was read.
    room = CodeBatch.objects.filter(
        pk=batch.pk, state="made", redeemed__lt=F("redemptions_max")
    ).update(redeemed=F("redeemed") + 1)
    if not room:
        raise _refused()
    redemption = _granted(code, user, wallet_id, key, now)
    take_back(user=user, address=address, now=now)
    return Redeemed(redemption, replayed=False)


def _granted(
    code: RedeemCode, user: User, wallet_id: int, key: str, now: datetime
) -> CodeRedemption:
    batch = code.batch
    redemption = CodeRedemption.objects.create(
        code=code,
        batch=batch,
        user=user,
        wallet_id=wallet_id,
        amount_cp=batch.amount_cp,
        expires_at=now + timedelta(days=batch.lot_days),
        idempotency_key=key,
        redeemed_at=now,
    )
    ledger.grant(
        wallet_id=wallet_id,
        amount_cp=redemption.amount_cp,
        source=batch.source,
        paid=False,
        starts_at=now,
        expires_at=redemption.expires_at,
        key=f"code:{redemption.pk}",
        reference=f"code:{redemption.pk}",
        reason=f"…{code.tail} · {batch.title}",
        now=now,
    )
    return redemption


def _known(user: User, key: str, plain: str) -> Redeemed | None:
    """What this key redeemed before. Raises IdempotencyConflict when that was another code."""
    found = CodeRedemption.objects.filter(user=user, idempotency_key=key)
    redemption = found.select_related("code", "batch").first()
    if redemption is None:
        return None
    if bytes(redemption.code.digest) not in digests_of(plain):
        raise IdempotencyConflict(_("This idempotency key was used with another request."))
    return Redeemed(redemption, replayed=True)


def _refused() -> CodeRefused:
    return CodeRefused(
        _("This code cannot be redeemed: it is unknown, used, over, or not for you."),
        fields={"code": "refused"},
    )
