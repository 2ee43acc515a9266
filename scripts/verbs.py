"""The verbs of `make`, and `services start|stop|status` for the embedded servers alone."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from scripts.places import places
from scripts.servers import servers
from scripts.terminal import Stop, disk_full, disk_full_line, say, step, warn


def services(action: str) -> int:
    """Start, stop or show the embedded servers. Returns the exit code. Raises Stop."""
    ours = servers(places())
    if action == "start":
        with step("Starting the embedded servers"):
            ours.start()
            ours.kept.touch()
    elif action == "stop":
        if ours.in_use():
            raise Stop("`make run` or `make test` uses the servers: end that first.")
        ours.kept.unlink(missing_ok=True)
        ours.stop()
    status = ours.status()
    for name, pid in status.items():
        say(f"  {name}: {f'runs (pid {pid})' if pid else 'does not run'}")
    return 0 if all(status.values()) or action == "stop" else 3


def main(arguments: Sequence[str]) -> int:
    """Run one verb. Returns the exit code; an expected failure is one line on standard error."""
    parser = argparse.ArgumentParser(prog="scripts/dev.py")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("services", help="the embedded servers alone")
    verb.add_argument("action", choices=["start", "stop", "status"])
    options = parser.parse_args(arguments)
    try:
        return services(options.action)
    except Stop as error:
        warn(str(error))
    except OSError as error:
        if not disk_full(error):
            raise
        warn(disk_full_line(places().home))
    return 1
