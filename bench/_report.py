"""Where benchmarks write what they measured.

bench/results.json is a flat map of names to numbers; bench/RESULTS.md has one section for each
benchmark. A run replaces its own names and its own section and keeps the others.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from bench._ledger.databases import Target, connect

HERE = Path(__file__).parent
PAGE, NUMBERS = HERE / "RESULTS.md", HERE / "results.json"
TITLE = "# Results\n\nWritten by `make bench BENCH=…`; ratios are medians of interleaved rounds.\n"
# ratio -> (case above, case below, goal in words, empty where there is none)
Ratios = Mapping[str, tuple[str, str, str]]
Measured = dict[str, list[float]]
A_SECOND = "a second"


def machine() -> dict[str, str]:
    """What it ran on, and how busy that was."""
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load average at the end (1, 5, 15 minutes)": load,
    }


def postgres(target: Target) -> dict[str, str]:
    """The settings that durability and speed depend on."""
    names = ("server_version", "fsync", "synchronous_commit", "shared_buffers", "wal_compression")
    with connect(target) as session:
        return {name: str(session.execute(f"show {name}").fetchall()[0][0]) for name in names}


def write(
    name: str,
    ratios: Ratios,
    measured: Measured,
    told: Mapping[str, str],
    units: Mapping[str, str] | None = None,
) -> None:
    """The benchmark's numbers and its section. A case without a unit of its own is a rate."""
    numbers = {
        key: round(median(one / other for one, other in paired(measured, above, below)), 3)
        for key, (above, below, _goal) in ratios.items()
        if above in measured and below in measured
    }
    lines = [f"## {name}", "", *(f"- {what}: {value}" for what, value in told.items()), ""]
    lines += ["| ratio | what ÷ what | measured | goal |", "| --- | --- | --- | --- |"]
    for key, value in numbers.items():
        above, below, goal = ratios[key]
        lines.append(f"| `{key}` | {above} ÷ {below} | {value} | {goal or '–'} |")
    lines += ["", "| case | median | |", "| --- | --- | --- |"]
    lines += [
        f"| {case} | {_shown(median(values))} | {(units or {}).get(case, A_SECOND)} |"
        for case, values in measured.items()
    ]
    kept = json.loads(NUMBERS.read_text()) if NUMBERS.exists() else {}
    NUMBERS.write_text(json.dumps(kept | numbers, indent=2, sort_keys=True) + "\n")
    put(name, "\n".join(lines) + "\n")
    print("\n".join(lines))


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"


def put(name: str, section: str) -> None:
    """The section in the page, in the place it had or at the end."""
    page = PAGE.read_text() if PAGE.exists() else TITLE
    found = re.search(rf"^## {re.escape(name)}\n.*?(?=^## |\Z)", page, re.M | re.S)
    if found:
        PAGE.write_text(page[: found.start()] + section + page[found.end() :])
    else:
        PAGE.write_text(page.rstrip() + "\n\n" + section)


def paired(measured: Measured, above: str, below: str) -> list[tuple[float, float]]:
    """The two cases, round by round."""
    return list(zip(measured[above], measured[below], strict=True))
