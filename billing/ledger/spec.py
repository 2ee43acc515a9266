"""The executable specification: what the SQL functions must do, in plain Python and no database.

One wallet is one object, and every method is one verb. It is written to be read, not to be fast; a
property test runs it beside PostgreSQL and compares every answer. Amounts are integer cp.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from billing.ledger.spec_rows import Hold, Lot, Refused

COURTESY_LIFE = timedelta(hours=24)
Write = Callable[[], object]


@dataclass
class Wallet:
    """The whole state of a wallet and its verbs."""

    latest_at: datetime
    debt_cp: int = 0
    version: int = 0
    lots: list[Lot] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    answers: dict[str, tuple[object, object]] = field(default_factory=dict)

    @property
    def held_cp(self) -> int:
        return sum(hold.amount_cp for hold in self.holds if hold.state == "held")

    def live(self, now: datetime) -> list[Lot]:
        """Lots that can be held, in order of use: earliest end, free before paid, oldest."""
        lots = [lot for lot in self.lots if lot.remaining_cp and not lot.ended(now)]
        never = datetime.max.replace(tzinfo=now.tzinfo)
        return sorted(lots, key=lambda lot: (lot.expires_at or never, lot.paid, lot.number))

    def available_cp(self, now: datetime) -> int:
        return sum(lot.remaining_cp for lot in self.live(now))

    def catch_up(self, now: datetime) -> int:
        """Does what time has made due: starts lots one by one, writes off ended ones at once."""
        now = max(now, self.latest_at)
        starting = [lot for lot in self.lots if lot.waiting_cp and lot.starts_at <= now]
        for lot in sorted(starting, key=lambda lot: (lot.starts_at, lot.number)):
            lot.remaining_cp = lot.waiting_cp - self._repay(lot.waiting_cp if lot.paid else 0)
            lot.waiting_cp = 0
            self.version, self.latest_at = self.version + 1, now
        ended = [lot for lot in self.lots if lot.remaining_cp and lot.ended(now)]
        expired_cp = sum(lot.remaining_cp for lot in ended)
        for lot in ended:
            lot.remaining_cp = 0
        if ended:
            self.version, self.latest_at = self.version + 1, now
        return expired_cp

    def grant(
        self,
        key: str,
        amount_cp: int,
        source: str,
        paid: bool,
        starts_at: datetime,
        expires_at: datetime | None,
        now: datetime,
    ) -> object:
        def decide(now: datetime) -> Write:
            if expires_at is not None and expires_at <= now:
                raise Refused("ends_before")

            def write() -> object:
                lot = self._new_lot(source, paid, amount_cp, starts_at, expires_at)
                if starts_at > now:
                    lot.waiting_cp = amount_cp
                    return 0
                repaid_cp = self._repay(amount_cp if paid else 0)
                lot.remaining_cp = amount_cp - repaid_cp
                return repaid_cp

            return write

        return self._write(key, ("grant", amount_cp, source, paid, expires_at), now, decide)

    def hold(self, key: str, amount_cp: int, now: datetime) -> object:
        def write(now: datetime) -> object:
            self.holds.append(Hold(self._burn(amount_cp, now), now))
            return tuple((lot.number, cp) for lot, cp in self.holds[-1].slices)

        return self._take(key, ("hold", amount_cp), amount_cp, now, write)

    def adjust(self, key: str, amount_cp: int, now: datetime) -> object:
        def write(now: datetime) -> object:
            self._burn(amount_cp, now)
            return amount_cp, 0

        return self._take(key, ("adjust", amount_cp), amount_cp, now, write)

    def capture(self, key: str, number: int, amount_cp: int | None, now: datetime) -> object:
        return self._settle(key, "captured", number, amount_cp, now)

    def release(self, key: str, number: int, now: datetime, courtesy: bool = True) -> object:
        return self._settle(key, "released", number, 0, now, courtesy)

    def settle(self, key: str, number: int, amount_cp: int | None, now: datetime) -> object:
        """One of many: None captures all, 0 releases, anything else captures that much."""
        if amount_cp == 0:
            return self.release(key, number, now)
        return self.capture(key, number, amount_cp, now)

    def transfer(self, key: str, other: Wallet, amount_cp: int, now: datetime) -> object:
        """To a wallet of the same unit: each slice is a lot there, with its source and its end."""
        now = max(now, other.latest_at)

        def write(now: datetime) -> object:
            other.catch_up(now)
            for lot, slice_cp in self._burn(amount_cp, now):
                got = other._new_lot(lot.source, lot.paid, slice_cp, lot.starts_at, lot.expires_at)
                got.remaining_cp = slice_cp
            other.version, other.latest_at = other.version + 1, max(now, other.latest_at)
            return amount_cp

        return self._take(key, ("transfer", amount_cp), amount_cp, now, write)

    def clawback(self, key: str, number: int, amount_cp: int, now: datetime) -> object:
        def decide(now: datetime) -> Write:
            lot = self._lot(number)
            if amount_cp > lot.granted_cp - lot.clawed_back_cp:
                raise Refused("clawback_too_large")

            def write() -> object:
                left_cp = amount_cp
                for place in ("waiting_cp", "frozen_cp", "remaining_cp"):
                    take_cp = min(left_cp, getattr(lot, place))
                    setattr(lot, place, getattr(lot, place) - take_cp)
                    left_cp -= take_cp
                lot.clawed_back_cp += amount_cp
                self.debt_cp += left_cp
                return amount_cp, left_cp

            return write

        return self._write(key, ("clawback", number, amount_cp), now, decide)

    def freeze(self, key: str, number: int, now: datetime) -> object:
        def decide(now: datetime) -> Write:
            lot = self._lot(number)
            if lot.number not in {live.number for live in self.caught_up(now).live(now)}:
                raise Refused("nothing_left")

            def write() -> object:
                moved_cp, lot.remaining_cp = lot.remaining_cp, 0
                lot.frozen_cp += moved_cp
                return moved_cp, 0

            return write

        return self._write(key, ("freeze", number), now, decide)

    def unfreeze(self, key: str, number: int, now: datetime) -> object:
        def decide(now: datetime) -> Write:
            lot = self._lot(number)
            if not lot.frozen_cp:
                raise Refused("nothing_left")

            def write() -> object:
                moved_cp, lot.frozen_cp = lot.frozen_cp, 0
                if lot.ended(now):
                    self._courtesy(lot.paid, moved_cp, now)
                else:
                    lot.remaining_cp += moved_cp
                return moved_cp, 0

            return write

        return self._write(key, ("unfreeze", number), now, decide)

    def _settle(
        self,
        key: str,
        state: str,
        number: int,
        amount_cp: int | None,
        now: datetime,
        courtesy: bool = True,
    ) -> object:
        def decide(now: datetime) -> Write:
            if not 0 <= number < len(self.holds):
                raise Refused("unknown_hold")
            hold = self.holds[number]
            captured_cp = hold.amount_cp if amount_cp is None else amount_cp
            if hold.state != "held":
                raise Refused("hold_settled")
            if captured_cp > hold.amount_cp:
                raise Refused("too_large")

            def write() -> object:
                hold.state, hold.captured_cp = state, captured_cp
                left_cp, courtesy_cp = captured_cp, 0
                for lot, slice_cp in hold.slices:  # what ends first is spent first
                    spent_cp = min(left_cp, slice_cp)
                    left_cp -= spent_cp
                    back_cp = slice_cp - spent_cp
                    back_cp -= self._repay(min(back_cp, lot.clawed_back_cp))
                    if not lot.ended(now):
                        lot.remaining_cp += back_cp
                    elif back_cp:  # each ended lot's part comes back as a lot of its own
                        assert lot.expires_at is not None
                        life = COURTESY_LIFE if courtesy else lot.expires_at - hold.held_at
                        self._courtesy(lot.paid, back_cp, now, life)
                        courtesy_cp += back_cp
                return captured_cp, hold.amount_cp - captured_cp, courtesy_cp

            return write

        return self._write(key, (state, number, amount_cp, courtesy), now, decide)

    def _take(
        self,
        key: str,
        request: object,
        amount_cp: int,
        now: datetime,
        write: Callable[[datetime], object],
    ) -> object:
        def decide(now: datetime) -> Write:
            if self.caught_up(now).available_cp(now) < amount_cp:
                raise Refused("insufficient_points")
            return lambda: write(now)

        return self._write(key, request, now, decide)

    def _burn(self, amount_cp: int, now: datetime) -> list[tuple[Lot, int]]:
        slices = []
        for lot in self.live(now):
            if take_cp := min(amount_cp, lot.remaining_cp):
                lot.remaining_cp -= take_cp
                amount_cp -= take_cp
                slices.append((lot, take_cp))
        return slices

    def caught_up(self, now: datetime) -> Wallet:
        """What the wallet would be after catching up, without doing it."""
        copies = [Lot(**vars(lot)) for lot in self.lots]
        wallet = Wallet(self.latest_at, debt_cp=self.debt_cp, lots=copies)
        wallet.catch_up(now)
        return wallet

    def _repay(self, amount_cp: int) -> int:
        repaid_cp = min(self.debt_cp, amount_cp)
        self.debt_cp -= repaid_cp
        return repaid_cp

    def _courtesy(
        self, paid: bool, amount_cp: int, now: datetime, life: timedelta = COURTESY_LIFE
    ) -> None:
        lot = self._new_lot("courtesy", paid, amount_cp, now, now + life)
        lot.remaining_cp = amount_cp

    def _new_lot(
        self, source: str, paid: bool, amount_cp: int, starts_at: datetime, ends: datetime | None
    ) -> Lot:
        self.lots.append(Lot(len(self.lots), source, paid, amount_cp, starts_at, ends))
        return self.lots[-1]

    def _lot(self, number: int) -> Lot:
        if not 0 <= number < len(self.lots):
            raise Refused("unknown_lot")
        return self.lots[number]

    def _write(
        self, key: str, request: object, now: datetime, decide: Callable[[datetime], Write]
    ) -> object:
        """Replay check, time, decide, catch up, write: the order of every verb."""
        if key in self.answers:
            first_request, answer = self.answers[key]
            if first_request != request:
                raise Refused("key_reused")
            return answer
        now = max(now, self.latest_at)
        write = decide(now)
        self.catch_up(now)
        answer = write()
        self.version, self.latest_at = self.version + 1, now
        self.answers[key] = (request, answer)
        return answer
