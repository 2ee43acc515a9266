"""When money for points becomes revenue. Pure: no Django here.

A purchase has a value in minor units and a number of points. Whatever moves points out of it takes
a part of the value, so that what is left is always `value − value × points gone // points`: parts
of a purchase sum to exactly what was paid, in any order. Points used are revenue; points that end
unused are breakage; points taken back are a refund; free points have no value and make none.

Points that were gone already when their money went back are a debt. Their revenue is taken back
with the money, and what repays the debt later is revenue of the purchase it came from.
"""

from __future__ import annotations

from dataclasses import dataclass

_OWNED = frozenset({"available", "held", "frozen", "waiting"})
_BREAKAGE = frozenset({"expired", "courtesy"})


@dataclass(slots=True)
class Flow:
    """What a purchase did in a stretch of time. Minor units, and hundredths of a point."""

    revenue_minor: int = 0
    breakage_minor: int = 0
    refunded_minor: int = 0
    other_minor: int = 0
    spent_cp: int = 0
    expired_cp: int = 0
    refunded_cp: int = 0

    @property
    def gone_minor(self) -> int:
        """What left the deferred value, all in all."""
        return self.revenue_minor + self.breakage_minor + self.refunded_minor + self.other_minor


@dataclass(slots=True)
class Purchase:
    """A purchase as its points come and go; `take` is called for every entry, in their order."""

    value_minor: int
    granted_cp: int
    left_cp: int
    # Revenue and breakage so far, which a refund of points already gone takes back.
    earned_cp: int = 0
    earned_minor: int = 0

    @classmethod
    def sold(cls, *, value_minor: int, granted_cp: int) -> Purchase:
        """As it is in the moment of the sale."""
        return cls(value_minor, granted_cp, left_cp=granted_cp)

    @property
    def deferred_minor(self) -> int:
        """What is still owed in points."""
        gone_cp = self.granted_cp - self.left_cp
        return self.value_minor - self.value_minor * gone_cp // self.granted_cp

    def take(self, *, account: str, amount_cp: int, first_lot: bool, debt_cp: int) -> Flow:
        """Apply one entry of a lot of the purchase and say what it meant.

        `debt_cp` is what the same transaction made a debt of this lot: a clawback takes that much
        less of what is left. The grant of the first lot is the sale itself; a further grant gives
        back what a failed refund had taken.
        """
        flow = Flow()
        if account in _OWNED:
            return flow
        if account == "issued":
            if not first_lot:
                flow.refunded_minor = self._move(amount_cp)
                flow.refunded_cp = amount_cp
        elif account == "clawed_back":
            flow.refunded_minor = self._move(amount_cp - debt_cp)
            flow.refunded_cp = amount_cp
        elif account == "debt" and amount_cp < 0:
            back_minor = self._unearn(-amount_cp)
            flow.revenue_minor, flow.refunded_minor = -back_minor, back_minor
        elif account in ("spent", "debt"):
            flow.revenue_minor = self._earn(amount_cp)
            flow.spent_cp = amount_cp
        elif account in _BREAKAGE:
            flow.breakage_minor = self._earn(amount_cp)
            flow.expired_cp = amount_cp
        else:
            flow.other_minor = self._move(amount_cp)
        return flow

    def _move(self, amount_cp: int) -> int:
        before = self.deferred_minor
        self.left_cp -= amount_cp
        return before - self.deferred_minor

    def _earn(self, amount_cp: int) -> int:
        earned_minor = self._move(amount_cp)
        self.earned_cp += amount_cp
        self.earned_minor += earned_minor
        return earned_minor

    def _unearn(self, amount_cp: int) -> int:
        """Take back what was earned with these points; those still held earn it yet."""
        known_cp = min(amount_cp, max(self.earned_cp, 0))
        back_minor = 0
        if known_cp:
            kept_minor = self.earned_minor * (self.earned_cp - known_cp) // self.earned_cp
            back_minor = self.earned_minor - kept_minor
        back_minor += self.value_minor * (amount_cp - known_cp) // self.granted_cp
        self.earned_cp -= amount_cp
        self.earned_minor -= back_minor
        return back_minor


def parts_of(value_minor: int, weights: list[int]) -> list[int]:
    """`value_minor` in parts by weight; they sum to it exactly."""
    whole, before, ends = sum(weights), 0, 0
    parts = []
    for weight in weights:
        before += weight
        end = value_minor * before // whole
        parts.append(end - ends)
        ends = end
    return parts
