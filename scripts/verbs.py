"""The verbs of `make`, and `services start|stop|status` for the embedded servers alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from scripts import installing, resetting, running, testing
from scripts.places import ROOT, VENV, home_folder, places
from scripts.servers import servers
from scripts.terminal import Stop, disk_full, disk_full_line, say, step, warn

INTERRUPTED = 130


def install() -> int:
    """Make the environment what the pins say. Returns the exit code. Raises Stop."""
    installing.install()
    say(f"Installed in {VENV}.")
    return 0


def lock() -> int:
    """Compile the pins. Returns the exit code. Raises Stop."""
    installing.install()
    installing.lock()
    return 0


def services(arguments: Sequence[str]) -> int:
    """Start, stop or show the embedded servers. Returns the exit code. Raises Stop."""
    action = arguments[0] if len(arguments) == 1 else ""
    here = places()
    here.prepare()
    ours = servers(here)
    if action == "start":
        with step("Starting the embedded servers"):
            ours.start()
            ours.kept.touch()
    elif action == "stop":
        if ours.in_use():
            raise Stop("`make run` or `make test` uses the servers: end that first.")
        ours.kept.unlink(missing_ok=True)
        ours.stop()
    elif action != "status":
        raise Stop("Say services start, services stop or services status.")
    status = ours.status()
    for name, pid in status.items():
        say(f"  {name}: {f'runs (pid {pid})' if pid else 'does not run'}")
    return 0 if all(status.values()) or action == "stop" else 3


PLAIN: Mapping[str, Callable[[], int]] = {
    "install": install,
    "run": running.run,
    "check": testing.check,
    "reset": resetting.reset,
    "lock": lock,
}
WITH_ARGUMENTS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "test": testing.test,
    "bench": testing.bench,
    "services": services,
}


def dispatch(arguments: Sequence[str]) -> int:
    """Run the verb that the first argument names. Returns the exit code. Raises Stop."""
    verb, *rest = arguments or [""]
    if verb in WITH_ARGUMENTS:
        return WITH_ARGUMENTS[verb](rest)
    if verb in PLAIN and not rest:
        return PLAIN[verb]()
    raise Stop(f"usage: scripts/dev.py {' | '.join([*PLAIN, *WITH_ARGUMENTS])}")


def main(arguments: Sequence[str]) -> int:
    """Run one verb. Returns the exit code; an expected failure is one line on standard error."""
    try:
        return dispatch(arguments)
    except Stop as error:
        warn(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if not disk_full(error):
            raise
        # A failed write does not say where: the tree or the data folder.
        warn(disk_full_line(error.filename or f"{ROOT} or {home_folder()}"))
    return 1
