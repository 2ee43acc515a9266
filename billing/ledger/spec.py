"""The executable specification: what the SQL functions must do, in plain Python and no database.

One wallet is one object, and every method is one verb. It is written to be read, not to be fast; a
property test runs it beside PostgreSQL and compares every answer. Amounts are integer cp.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

COURTESY_LIFE = timedelta(hours=24)


@dataclass(frozen=True)
class Refused(Exception):
    """A verb refused, with the outcome the SQL function answers. Nothing has changed."""

    outcome: str


@dataclass
class Lot:
    """Points with one source, one start and one end."""

    number: int
    source: str
    paid: bool
    remaining_cp: int
    expires_at: datetime | None

    def ended(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass
class Hold:
    """Points set aside, as slices of lots in order of use."""

    slices: list[tuple[Lot, int]]
    state: str = "held"
    captured_cp: int = 0

    @property
    def amount_cp(self) -> int:
        return sum(amount_cp for _, amount_cp in self.slices)


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
    def available_cp(self) -> int:
        return sum(lot.remaining_cp for lot in self.lots)

    @property
    def held_cp(self) -> int:
        return sum(hold.amount_cp for hold in self.holds if hold.state == "held")

    def live(self, now: datetime) -> list[Lot]:
        """Lots that can be held, in order of use: earliest end, free before paid, oldest."""
        lots = [lot for lot in self.lots if lot.remaining_cp and not lot.ended(now)]
        return sorted(
            lots,
            key=lambda lot: (
                *(lot.expires_at is None, lot.expires_at or self.latest_at),
                *(lot.paid, lot.number),
            ),
        )

    def grant(
        self,
        key: str,
        amount_cp: int,
        source: str,
        paid: bool,
        expires_at: datetime | None,
        now: datetime,
    ) -> object:
        def decide(now: datetime) -> Callable[[], object]:
            if expires_at is not None and expires_at <= now:
                raise Refused("ends_before")

            def write() -> object:
                repaid_cp = min(self.debt_cp, amount_cp) if paid else 0
                self.debt_cp -= repaid_cp
                self._new_lot(source, paid, amount_cp - repaid_cp, expires_at)
                return repaid_cp

            return write

        return self._write(key, ("grant", amount_cp, source, paid, expires_at), now, decide)

    def hold(self, key: str, amount_cp: int, now: datetime) -> object:
        def decide(now: datetime) -> Callable[[], object]:
            live = self.live(now)
            if sum(lot.remaining_cp for lot in live) < amount_cp:
                raise Refused("insufficient_points")

            def write() -> object:
                left_cp, slices = amount_cp, []
                for lot in live:
                    if take_cp := min(left_cp, lot.remaining_cp):
                        lot.remaining_cp -= take_cp
                        left_cp -= take_cp
                        slices.append((lot, take_cp))
                self.holds.append(Hold(slices))
                return tuple((lot.number, take_cp) for lot, take_cp in slices)

            return write

        return self._write(key, ("hold", amount_cp), now, decide)

    def capture(self, key: str, number: int, amount_cp: int | None, now: datetime) -> object:
        return self._settle(key, "captured", number, amount_cp, now)

    def release(self, key: str, number: int, now: datetime) -> object:
        return self._settle(key, "released", number, 0, now)

    def expire(self, now: datetime) -> int:
        """Writes off every lot whose end has come, as a transaction of its own if there is any."""
        now = max(now, self.latest_at)
        due = [lot for lot in self.lots if lot.remaining_cp and lot.ended(now)]
        expired_cp = sum(lot.remaining_cp for lot in due)
        for lot in due:
            lot.remaining_cp = 0
        if due:
            self.version, self.latest_at = self.version + 1, now
        return expired_cp

    def _settle(
        self, key: str, state: str, number: int, amount_cp: int | None, now: datetime
    ) -> object:
        def decide(now: datetime) -> Callable[[], object]:
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
                left_cp, ended = captured_cp, []
                for lot, slice_cp in hold.slices:  # what ends first is spent first
                    spent_cp = min(left_cp, slice_cp)
                    left_cp -= spent_cp
                    if lot.ended(now):
                        ended.append((lot, slice_cp - spent_cp))
                    else:
                        lot.remaining_cp += slice_cp - spent_cp
                courtesy_cp = sum(back_cp for _, back_cp in ended)
                if courtesy_cp:
                    paid = any(lot.paid for lot, back_cp in ended if back_cp)
                    self._new_lot("courtesy", paid, courtesy_cp, now + COURTESY_LIFE)
                return captured_cp, hold.amount_cp - captured_cp, courtesy_cp

            return write

        return self._write(key, (state, number, amount_cp), now, decide)

    def _new_lot(
        self, source: str, paid: bool, amount_cp: int, expires_at: datetime | None
    ) -> None:
        self.lots.append(Lot(len(self.lots), source, paid, amount_cp, expires_at))

    def _write(
        self,
        key: str,
        request: object,
        now: datetime,
        decide: Callable[[datetime], Callable[[], object]],
    ) -> object:
        """Replay check, time, decide, expire, write: the order of every verb."""
        if key in self.answers:
            first_request, answer = self.answers[key]
            if first_request != request:
                raise Refused("key_reused")
            return answer
        now = max(now, self.latest_at)
        write = decide(now)
        self.expire(now)
        answer = write()
        self.version, self.latest_at = self.version + 1, now
        self.answers[key] = (request, answer)
        return answer
