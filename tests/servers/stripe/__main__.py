"""`python -m tests.servers.stripe --port 12111`: the stand-in as a process of its own."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import types
from pathlib import Path

from tests.servers.stripe.contract.routes import routes
from tests.servers.stripe.deliveries import RETRY_AFTER_S
from tests.servers.stripe.server import listen
from tests.servers.stripe.standin import StandIn
from tests.servers.stripe.world import Settings


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="tests.servers.stripe", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=12111, help="0 takes a free one")
    parser.add_argument("--public-url", help="how browsers reach the pay page")
    parser.add_argument("--webhook", help="an endpoint that gets every event")
    parser.add_argument(
        "--webhook-secret", action="append", default=[], help="whsec_...; several while rolling"
    )
    parser.add_argument("--account-name", default=Settings.account_name, help="who sells")
    parser.add_argument("--state", type=Path, help="keep the state in this file")
    parser.add_argument("--settle-after-s", type=int, help="how long a delayed payment takes")
    parser.add_argument(
        "--with-parent", action="store_true", help="end when the standard input is closed"
    )
    parser.add_argument(
        "--webhook-retries", default=",".join(map(str, RETRY_AFTER_S)), help="seconds between tries"
    )
    return parser.parse_args()


def end_with_parent() -> None:
    """Wait until the other end of the standard input is gone, then end like by SIGTERM."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """Serve until asked to end. Returns the exit code."""
    given = arguments()
    if given.webhook and not given.webhook_secret:
        sys.stderr.write("--webhook needs --webhook-secret\n")
        return 2
    settings = Settings(account_name=given.account_name, settle_after_s=given.settle_after_s)
    stand_in = StandIn(
        settings,
        webhook=(given.webhook, given.webhook_secret) if given.webhook else None,
        state=given.state,
        retry_after_s=tuple(float(one) for one in given.webhook_retries.split(",") if one),
    )
    server = listen(stand_in, given.host, given.port)
    settings.public_url = given.public_url or f"http://{given.host}:{server.server_port}"
    routes()  # read now, so that the first call is not slow

    def end(number: int, frame: types.FrameType | None) -> None:
        stand_in.stop()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if given.with_parent:
        threading.Thread(target=end_with_parent, daemon=True).start()
    stand_in.start()
    sys.stdout.write(f"The stand-in for Stripe listens at {settings.public_url}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.05)
    server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
