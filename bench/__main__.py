"""`python -m bench [name …]`: runs the named measurements, or all of them."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

NAMES = sorted(
    path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_")
)


def main(arguments: list[str]) -> int:
    """Runs each; 2 when a name is unknown."""
    unknown = [name for name in arguments if name not in NAMES]
    if unknown:
        print(f"unknown: {' '.join(unknown)}; there are: {' '.join(NAMES)}")
        return 2
    for name in arguments or NAMES:
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
