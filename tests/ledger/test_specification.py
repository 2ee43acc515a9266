"""PostgreSQL does what `billing/ledger/spec.py` says, over any story Hypothesis can think of.

A short run by default; `pytest --hypothesis-profile=nightly` takes 10 000 steps.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from billing.ledger import corrections, errors, history, selectors, services, spec
from billing.ledger.models import Hold, Lot
from billing.ledger.spec_rows import Refused
from billing.ledger.types import Settlement
from tests.ledger.people import NOON

# What the services refuse with, in the words of the SQL functions and the specification.
OUTCOMES: dict[type[errors.LedgerError], str] = {
    errors.InsufficientPoints: "insufficient_points",
    errors.KeyReused: "key_reused",
    errors.UnknownHold: "unknown_hold",
    errors.HoldAlreadySettled: "hold_settled",
    errors.CaptureTooLarge: "too_large",
    errors.UnknownLot: "unknown_lot",
    errors.ClawbackTooLarge: "clawback_too_large",
    errors.NothingLeft: "nothing_left",
    errors.EndsBefore: "ends_before",
}
AMOUNTS = st.integers(1, 30)
# Mostly a key of its own, sometimes one used before, by whichever verb.
KEYS = st.one_of(st.none(), st.none(), st.none(), st.integers(1, 5))
HOLDS = st.integers(0, 3)  # counted from the newest
WAITS = st.one_of(st.just(-30), st.just(0), st.integers(-30, 12))  # hours until the start
LOTS = st.integers(0, 4)  # counted from the newest
LIVES = st.one_of(st.none(), st.integers(-2, 12), st.integers(1, 12), st.just(6))
# None: all of it; else so much more or less than all of it, down to one.
PARTS = st.one_of(st.none(), st.integers(-30, 1), st.integers(-1, 1))
JUMPS = st.one_of(st.integers(0, 3), st.integers(4, 30), st.integers(-5, 0))


def moved(answer: Any) -> object:
    """What a correction moved and what became a debt (cp)."""
    return answer.amount_cp, answer.debt_added_cp


class Story(RuleBasedStateMachine):
    """One wallet in PostgreSQL and one in plain Python, told the same."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.wallet_id = services.open_wallet(now=NOON)
        self.wallet = spec.Wallet(latest_at=NOON)
        self.other_id = services.open_wallet(now=NOON)
        self.other = spec.Wallet(latest_at=NOON)
        self.keys: list[str] = []

    @initialize()
    def free_and_paid(self) -> None:
        self.grant(back=None, amount_cp=20, life=6, paid=True)
        self.grant(back=None, amount_cp=20, life=6, paid=False)
        self.grant(back=None, amount_cp=20, life=None, paid=True)

    @rule(amount_cp=AMOUNTS, part=PARTS, hours=st.integers(0, 12))
    def slow_job(self, amount_cp: int, part: int | None, hours: int) -> None:
        """A hold, some hours, a capture: the lots may have ended meanwhile."""
        self.hold(back=None, amount_cp=amount_cp)
        self.clock_jumps(hours=hours)
        self.capture(back=None, ago=0, part=part)

    @rule(amount_cp=AMOUNTS, hours=st.integers(0, 12), courtesy=st.booleans())
    def slow_failure(self, amount_cp: int, hours: int, courtesy: bool) -> None:
        """A hold, some hours, a release: the lots may have ended meanwhile."""
        self.hold(back=None, amount_cp=amount_cp)
        self.clock_jumps(hours=hours)
        self.release(back=None, ago=0, courtesy=courtesy)

    @rule(hours=JUMPS)
    def clock_jumps(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(back=KEYS, amount_cp=AMOUNTS, life=LIVES, paid=st.booleans(), wait=WAITS)
    def grant(
        self, back: int | None, amount_cp: int, life: int | None, paid: bool, wait: int = -30
    ) -> None:
        key = self.key(back)
        starts = self.now + timedelta(hours=wait)
        ends = None if life is None else max(starts, self.now) + timedelta(hours=life)
        if ends is not None:
            starts = min(starts, ends - timedelta(hours=1))
        source = "topup" if paid else "daily"

        def ask() -> object:
            granted = services.grant(
                wallet_id=self.wallet_id,
                amount_cp=amount_cp,
                source=source,
                paid=paid,
                starts_at=starts,
                expires_at=ends,
                key=key,
                now=self.now,
            )
            return granted.debt_repaid_cp

        self.same(
            ask, lambda: self.wallet.grant(key, amount_cp, source, paid, starts, ends, self.now)
        )

    @rule(back=KEYS, amount_cp=AMOUNTS)
    def hold(self, back: int | None, amount_cp: int) -> None:
        key = self.key(back)

        def ask() -> object:
            held = services.hold(
                wallet_id=self.wallet_id,
                amount_cp=amount_cp,
                key=key,
                reference="job",
                now=self.now,
            )
            numbers = {lot_id: number for number, lot_id in enumerate(self.ids(Lot))}
            return tuple((numbers[piece.lot_id], piece.amount_cp) for piece in held.slices)

        self.same(ask, lambda: self.wallet.hold(key, amount_cp, self.now))

    @rule(back=KEYS, ago=HOLDS, part=PARTS)
    def capture(self, back: int | None, ago: int, part: int | None) -> None:
        key, number = self.key(back), self.number(ago)
        amount_cp = self.part(number, part)

        def ask() -> object:
            settled = services.capture(
                wallet_id=self.wallet_id,
                hold_id=self.hold_id(number),
                key=key,
                amount_cp=amount_cp,
                now=self.now,
            )
            return settled.captured_cp, settled.released_cp, settled.courtesy_cp

        self.same(ask, lambda: self.wallet.capture(key, number, amount_cp, self.now))

    @rule(back=KEYS, ago=HOLDS, courtesy=st.booleans())
    def release(self, back: int | None, ago: int, courtesy: bool = True) -> None:
        key, number = self.key(back), self.number(ago)

        def ask() -> object:
            settled = services.release(
                wallet_id=self.wallet_id,
                hold_id=self.hold_id(number),
                key=key,
                courtesy=courtesy,
                now=self.now,
            )
            return settled.captured_cp, settled.released_cp, settled.courtesy_cp

        self.same(ask, lambda: self.wallet.release(key, number, self.now, courtesy))

    @rule(asked=st.lists(st.tuples(KEYS, HOLDS, PARTS, st.booleans()), min_size=1, max_size=5))
    def settle_many(self, asked: list[tuple[int | None, int, int | None, bool]]) -> None:
        """Several holds in one call; what it answers is what one after another would."""
        self.hold(back=None, amount_cp=3)
        self.hold(back=None, amount_cp=2)
        todo = []
        for back, ago, part, capture in asked:
            number = self.number(ago)
            todo.append((self.key(back), number, self.part(number, part) if capture else 0))
        settlements = [
            Settlement(self.wallet_id, self.hold_id(number), key, amount_cp)
            for key, number, amount_cp in todo
        ]
        answers = [
            Refused(OUTCOMES[type(answer)])
            if isinstance(answer, errors.LedgerError)
            else (answer.captured_cp, answer.released_cp, answer.courtesy_cp)
            for answer in services.settle_many(settlements=settlements, now=self.now)
        ]
        for answer, (key, number, amount_cp) in zip(answers, todo, strict=True):
            assert answer == self.answer(
                partial(self.wallet.settle, key, number, amount_cp, self.now)
            )

    @rule(back=KEYS, amount_cp=AMOUNTS, life=st.integers(1, 12), paid=st.booleans())
    def grant_many(self, back: int | None, amount_cp: int, life: int, paid: bool) -> None:
        """The grant of a whole day, to two wallets; one of them is looked at."""
        key = self.key(back)
        ends = self.now + timedelta(hours=life)
        given = services.grant_many(
            wallet_ids=[self.wallet_id, services.open_wallet(now=self.now)],
            amount_cp=amount_cp,
            source="daily",
            paid=paid,
            starts_at=self.now,
            expires_at=ends,
            key=key,
            now=self.now,
        )
        known = key in self.wallet.answers
        answer = self.answer(
            lambda: self.wallet.grant(key, amount_cp, "daily", paid, self.now, ends, self.now)
        )
        assert given == (1 if known or isinstance(answer, Refused) else 2)

    @rule(back=KEYS, amount_cp=AMOUNTS)
    def transfer(self, back: int | None, amount_cp: int) -> None:
        """To a wallet beside it: each slice becomes a lot there with the same end."""
        key = self.key(back)

        def ask() -> object:
            sent = corrections.transfer(
                wallet_id=self.wallet_id,
                to_wallet_id=self.other_id,
                amount_cp=amount_cp,
                key=key,
                now=self.now,
            )
            return sent.received_cp

        self.same(ask, lambda: self.wallet.transfer(key, self.other, amount_cp, self.now))

    @rule(back=KEYS, amount_cp=AMOUNTS)
    def adjust(self, back: int | None, amount_cp: int) -> None:
        key = self.key(back)

        def ask() -> object:
            return moved(
                corrections.adjust(
                    wallet_id=self.wallet_id,
                    amount_cp=amount_cp,
                    key=key,
                    reason="mistake",
                    actor="staff",
                    now=self.now,
                )
            )

        self.same(ask, lambda: self.wallet.adjust(key, amount_cp, self.now))

    @rule(back=KEYS, ago=LOTS, part=PARTS)
    def clawback(self, back: int | None, ago: int, part: int | None) -> None:
        key, number = self.key(back), max(len(self.wallet.lots) - 1 - ago, 0)
        amount_cp = max(self.wallet.lots[number].granted_cp + (part or 0), 1)

        def ask() -> object:
            return moved(
                corrections.clawback(
                    wallet_id=self.wallet_id,
                    lot_id=self.ids(Lot)[number],
                    amount_cp=amount_cp,
                    key=key,
                    now=self.now,
                )
            )

        self.same(ask, lambda: self.wallet.clawback(key, number, amount_cp, self.now))

    @rule(back=KEYS, ago=LOTS)
    def freeze(self, back: int | None, ago: int) -> None:
        self.dispute(back, ago, corrections.freeze, self.wallet.freeze)

    @rule(back=KEYS, ago=LOTS)
    def unfreeze(self, back: int | None, ago: int) -> None:
        self.dispute(back, ago, corrections.unfreeze, self.wallet.unfreeze)

    @rule(ago=LOTS, hours=st.integers(0, 12), lost=st.booleans())
    def slow_dispute(self, ago: int, hours: int, lost: bool) -> None:
        """A freeze, some hours, and the end of the dispute."""
        self.freeze(back=None, ago=ago)
        self.clock_jumps(hours=hours)
        if lost:
            self.clawback(back=None, ago=ago, part=None)
        else:
            self.unfreeze(back=None, ago=ago)

    @rule(amount_cp=AMOUNTS, ago=LOTS, hours=st.integers(0, 12))
    def charge_back_during_a_job(self, amount_cp: int, ago: int, hours: int) -> None:
        """A hold, the money goes back, the job fails."""
        self.hold(back=None, amount_cp=amount_cp)
        self.clawback(back=None, ago=ago, part=None)
        self.clock_jumps(hours=hours)
        self.release(back=None, ago=0)

    @rule()
    def expire(self) -> None:
        self.same(
            lambda: services.expire(wallet_id=self.wallet_id, now=self.now),
            lambda: self.wallet.catch_up(self.now),
        )

    @invariant()
    def same_beside_it(self) -> None:
        lots = selectors.lots(wallet_id=self.other_id, now=self.now)
        assert [(lot.source, lot.paid, lot.remaining_cp, lot.expires_at) for lot in lots] == [
            (lot.source, lot.paid, lot.remaining_cp, lot.expires_at)
            for lot in self.other.live(max(self.now, self.other.latest_at))
        ]

    @invariant()
    def same_state(self) -> None:
        now = max(self.now, self.wallet.latest_at)
        caught_up = self.wallet.caught_up(now)
        live = caught_up.live(now)
        balance = selectors.balance(wallet_id=self.wallet_id, now=self.now)
        assert balance.available_cp == sum(lot.remaining_cp for lot in live)
        assert (balance.held_cp, balance.debt_cp, balance.version) == (
            *(self.wallet.held_cp, caught_up.debt_cp, self.wallet.version),
        )
        ends = [lot.expires_at for lot in live if lot.expires_at is not None]
        assert balance.next_expiry_at == min(ends, default=None)
        lots = selectors.lots(wallet_id=self.wallet_id, now=self.now)
        assert [(lot.source, lot.paid, lot.remaining_cp, lot.expires_at) for lot in lots] == [
            (lot.source, lot.paid, lot.remaining_cp, lot.expires_at) for lot in live
        ]
        assert history.balance_at(wallet_id=self.wallet_id, at=now) == balance
        assert history.lots_at(wallet_id=self.wallet_id, at=now) == lots
        stored = Hold.objects.filter(wallet_id=self.wallet_id).order_by("id")
        assert list(stored.values_list("state", "amount_cp", "captured_cp")) == [
            (hold.state, hold.amount_cp, hold.captured_cp) for hold in self.wallet.holds
        ]

    def dispute(
        self, back: int | None, ago: int, ask: Callable[..., Any], expect: Callable[..., object]
    ) -> None:
        key, number = self.key(back), max(len(self.wallet.lots) - 1 - ago, 0)
        self.same(
            lambda: moved(
                ask(
                    wallet_id=self.wallet_id,
                    lot_id=self.ids(Lot)[number],
                    key=key,
                    now=self.now,
                )
            ),
            lambda: expect(key, number, self.now),
        )

    def same(self, ask: Callable[[], object], expect: Callable[[], object]) -> None:
        """Both answer the same, or both refuse for the same reason."""
        assert self.answer(ask) == self.answer(expect)

    def answer(self, step: Callable[[], object]) -> object:
        try:
            return step()
        except Refused as refusal:
            return refusal
        except errors.LedgerError as refusal:
            return Refused(OUTCOMES[type(refusal)])

    def key(self, back: int | None) -> str:
        """A new key, or the one used `back` keys ago."""
        if back is None or back > len(self.keys):
            self.keys.append(str(len(self.keys)))
            return self.keys[-1]
        return self.keys[-back]

    def part(self, number: int, part: int | None) -> int | None:
        """So much more or less than all of the hold, down to one; None stays all of it."""
        if part is None:
            return None
        whole_cp = self.wallet.holds[number].amount_cp if self.wallet.holds else 1
        return max(whole_cp + part, 1)

    def number(self, back: int) -> int:
        """The number of the hold made `back` holds ago; 0 when there are fewer."""
        return max(len(self.wallet.holds) - 1 - back, 0)

    def ids(self, model: Any) -> list[int]:
        rows = model.objects.filter(wallet_id=self.wallet_id).order_by("id")
        return list(rows.values_list("id", flat=True))

    def hold_id(self, number: int) -> int:
        ids = self.ids(Hold)
        return ids[number] if number < len(ids) else -1


@pytest.mark.django_db
def test_postgresql_does_what_the_specification_says() -> None:
    short = settings(
        max_examples=15,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    nightly = settings.get_current_profile_name() == "nightly"
    with transaction.atomic():
        run_state_machine_as_test(Story, settings=settings.default if nightly else short)
