"""How fast what died comes back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """How fast a dead process comes back; seconds."""

    first_s: float = 0.0
    then_s: float = 0.5
    most_s: float = 15.0
    steady_s: float = 10.0  # one that lived this long starts a new count
    quick_deaths: int = 4  # so many in a row are a fault that a person has to mend

    def delay_s(self, deaths: int) -> float:
        """Seconds to wait after this many quick deaths in a row."""
        if deaths <= 1:
            return self.first_s
        return float(min(self.then_s * 2 ** (deaths - 2), self.most_s))
