"""The rules of the waiting list: what may be said, and whom a batch invites. No Django here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["pending", "confirmed", "invited", "joined", "lapsed"]
STATES: tuple[State, ...] = ("pending", "confirmed", "invited", "joined", "lapsed")
# Who has not said may stay silent.
USES = ("", "art", "marketing", "film", "games", "shop", "developer", "other")
NAME_MAX = 80
BATCH_MAX, DAYS_MAX, SEATS_MAX = 10_000, 90, 100_000
Order = Literal["oldest", "random"]
ORDERS: tuple[Order, ...] = ("oldest", "random")


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom a batch takes: `count` of those who wait, with this use and language if named.

    "random" draws by `seed`: the same seed draws the same people, so a dry run shows who it is.
    """

    count: int
    order: Order = "oldest"
    use: str = ""
    language: str = ""
    seed: str = ""

    def stored(self) -> dict[str, object]:
        """As the batch keeps it."""
        return asdict(self)


def breaches(rule: Rule, *, languages: tuple[str, ...]) -> dict[str, str]:
    """What is wrong with a rule, by field; empty when nothing is."""
    wrong: dict[str, str] = {}
    if not 1 <= rule.count <= BATCH_MAX:
        wrong["count"] = f"1 to {BATCH_MAX}"
    if rule.order not in ORDERS:
        wrong["order"] = "oldest or random"
    if rule.use not in USES:
        wrong["use"] = "unknown"
    if rule.language and rule.language not in languages:
        wrong["language"] = "unknown"
    if rule.order == "random" and not rule.seed:
        wrong["seed"] = "a draw needs a seed"
    return wrong
