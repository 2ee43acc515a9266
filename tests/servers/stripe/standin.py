"""The stand-in as a whole: its world, its deliveries, its faults, its clockwork, its file."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.servers.stripe.billing.marks import live_until
from tests.servers.stripe.deliveries import RETRY_AFTER_S, Deliveries
from tests.servers.stripe.faults import Faults
from tests.servers.stripe.resources.events import add_endpoint
from tests.servers.stripe.world import Settings, World

TICK_S = 0.5


class StandIn:
    """Everything that runs beside the HTTP server."""

    def __init__(
        self,
        settings: Settings,
        *,
        webhook: tuple[str, list[str]] | None = None,
        state: Path | None = None,
        retry_after_s: tuple[float, ...] = RETRY_AFTER_S,
    ) -> None:
        self.world = World(settings)
        self.faults = Faults()
        self.deliveries = Deliveries(self.world, self.faults, retry_after_s)
        self.webhook = webhook
        self.state = state
        self.ending = threading.Event()
        self.on_stop: list[Callable[[], None]] = []
        self._saved = -1
        self._ticker = threading.Thread(target=self._tick, name="ticker", daemon=True)

    def start(self) -> None:
        """Take the saved state, begin to deliver, let time pass."""
        if self.state is not None and self.state.exists():
            self.world.from_json(json.loads(self.state.read_text()))
        self.world.initial = replace(self.world.settings)
        self._register_webhook()
        self.deliveries.start()
        self._ticker.start()

    def stop(self) -> None:
        """End everything and save the state."""
        if self.ending.is_set():
            return
        self.ending.set()
        self.deliveries.stop()
        for stop in self.on_stop:
            stop()
        self.save()

    def reset(self) -> None:
        """As if just started, without any saved state."""
        self.faults.clear()
        # Not under the world's lock: a delivery under way needs it to come to its end.
        self.deliveries.clear()
        with self.world.lock:
            self.world.reset()
            self._register_webhook()

    def _register_webhook(self) -> None:
        """The endpoint given when starting, once."""
        if self.webhook is None:
            return
        url, secrets = self.webhook
        known = self.world.where("webhook_endpoint", url=url)
        endpoint = known[0] if known else add_endpoint(
            self.world, {"url": url, "enabled_events": ["*"]}, secrets[0]
        )  # fmt: skip
        endpoint["_secrets"] = secrets

    def _tick(self) -> None:
        while not self.ending.wait(TICK_S):
            with self.world.lock:
                live_until(self.world, None, self.world.now())
                self.world.prune()
            self.save()

    def save(self) -> None:
        """Write the state to its file when it changed, whole or not at all."""
        if self.state is None:
            return
        with self.world.lock:
            if self.world.changes == self._saved:
                return
            self._saved = self.world.changes
            text = json.dumps(self.world.to_json())
        draft = self.state.with_suffix(".draft")
        draft.write_text(text)
        os.replace(draft, self.state)
