"""`make run`: from whatever is there to a running Inkling, until Ctrl-C."""

from __future__ import annotations

import os
import threading
import time
import urllib.request
from collections.abc import Callable

from scripts import payments, preparing
from scripts.claim import Address, address, check_port, the_only_run
from scripts.ending import Signals, end_once
from scripts.guard import Guard, guarded
from scripts.installing import install
from scripts.locks import locked
from scripts.places import PYTHON, ROOT, Places, places
from scripts.servers import USERS_WAIT_S, Servers, ServerWatch, servers
from scripts.supervisor import POLL_S, Keeper, Program, Supervisor
from scripts.terminal import Stop, say, step

READY_S = 120.0


def programs(here: Places, ours: Servers, at: Address) -> list[Program]:
    """The processes of Inkling, in the order they start."""
    env = dict(os.environ) | {"PYTHONUNBUFFERED": "1"}
    if ours.postgres:
        env.setdefault("DATABASE_ROLE", "ledger_application")
    stand_in = payments.address(at)
    if stand_in is not None:
        env["STRIPE_WEBHOOK_SECRETS"] = payments.signing_secret(here)
    celery = [str(PYTHON), "-m", "celery", "-A", "config"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    commands = {
        "web": [
            str(PYTHON), "-m", "granian", "--interface", "wsgi", "config.wsgi:application",
            "--host", at.host, "--port", str(at.port), "--workers", "2",
            "--blocking-threads", "8", "--workers-kill-timeout", "3",
            "--respawn-failed-workers", "--respawn-interval", "0.2",
        ],
        "gpu": [
            *celery, "worker", "-n", "gpu@%h", "-Q", "gpu", "-I", "generation.worker",
            "-P", "solo", "-c", "1", "--disable-prefetch", *quiet,
        ],
        "background": [
            *celery, "worker", "-n", "background@%h", "-Q", "background,webhooks",
            # Webhooks take at most WEBHOOKS_AT_ONCE, 8 unless told otherwise; two are left.
            "-P", "threads", "-c", "10", *quiet,
        ],
        "clock": [
            *celery, "beat", "--schedule", str(here.run / "clock"), "--pidfile", "",
            "--loglevel", "WARNING",
        ],
    }  # fmt: skip
    if stand_in is not None:
        commands["payments"] = payments.command(here, at, stand_in)
    return [
        Program(name, command, here.log_file(name), ROOT, env) for name, command in commands.items()
    ]


def ask_until_ready(url: str, ready: threading.Event, until: float) -> None:
    """Ask the web server whether everything it needs is there until it says so.

    It listens before it can answer: a question left waiting is answered sooner than a new one.
    """
    while time.monotonic() < until and not ready.is_set():
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=READY_S) as response:
                if response.status == 200:
                    ready.set()
        except OSError:
            time.sleep(POLL_S)


def prepare(here: Places, ours: Servers) -> tuple[dict[str, int], str]:
    """Bring everything in place; pids of the embedded servers and the sign-ins. Raises Stop."""
    preparing.check_external(ours)
    pids = {}
    if ours.any:
        with step("Starting the embedded servers"):
            pids = ours.start()
    sign_ins = preparing.load_database(here)
    preparing.collect_static(here)
    return pids, sign_ins


def serve(here: Places, ours: Servers, at: Address, guard: Guard) -> None:
    """Prepare, start, stay until asked to end, stop. Raises Stop."""
    pids, sign_ins = prepare(here, ours)
    signals = Signals()
    signals.listen()

    def ending() -> bool:
        return signals.asked

    supervisor = Supervisor(programs(here, ours, at), guard, tell=say)
    watch = ServerWatch(ours, pids, ending=ending, tell=say)
    web = supervisor.keeper("web")

    def tick() -> None:
        supervisor.tick()
        watch.tick(time.monotonic())

    try:
        # The web server alone first: it is what a person waits for.
        with step("Starting the web server"):
            supervisor.start("web")
            wait_ready(web, tick, signals, at)
        if not ending():
            supervisor.start()
            say(f"\n{sign_ins}\nInkling runs at {at.url} - Ctrl-C stops it.")
        while not signals.wait(POLL_S):
            tick()
    finally:
        say()
        with step("Stopping what was started"):
            supervisor.stop(at_once=lambda: signals.at_once)


def wait_ready(web: Keeper, tick: Callable[[], None], signals: Signals, at: Address) -> None:
    """Wait until the web server is ready. Raises Stop when it keeps dying or takes too long."""
    ready = threading.Event()
    until = time.monotonic() + READY_S
    asking = threading.Thread(target=ask_until_ready, args=(at.url, ready, until), daemon=True)
    asking.start()
    while not signals.wait(POLL_S) and not ready.is_set():
        tick()
        if web.keeps_dying:
            raise Stop(f"The web server does not start (log: {web.program.log}).")
        if time.monotonic() > until:
            raise Stop(f"{at.url}/readyz does not answer 200 (log: {web.program.log}).")


def run() -> int:
    """The verb. Returns the exit code. Raises Stop."""
    end_once()
    here, at = places(), address()
    here.prepare()
    here.check_room()
    with the_only_run(here, at) as lock:
        check_port(at)
        stand_in = payments.address(at)
        if stand_in is not None:
            check_port(stand_in)
        install()
        ours = servers(here)
        try:
            with locked(ours.users, shared=True, wait_s=USERS_WAIT_S), guarded(lock) as guard:
                serve(here, ours, at, guard)
        finally:
            if ours.any and not ours.kept.exists():
                with step("Stopping the embedded servers"):
                    ours.stop_if_unused()
    return 0
