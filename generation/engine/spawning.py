"""One inference child as its worker sees it: started, spoken to, killed."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from generation.engine.channel import Channel, Message
from generation.engine.errors import WORKER_LOST, EngineFailure
from generation.engine.types import EngineConfig
from generation.model_registry import to_json

# How long a read waits: the caller looks for cancels and deadlines in between.
POLL_SECONDS = 0.1
# Folder above `generation`, from which the child imports it.
IMPORT_ROOT = Path(__file__).resolve().parents[2]
CHILD_ENVIRONMENT = {
    # Serving never downloads: a checkpoint is on disk before a job is (generation.engine.pull).
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # Images often forbid bytecode caches; without them importing torch takes 13 s instead of 4.
    "PYTHONDONTWRITEBYTECODE": "",
}
CHILD_DEFAULTS = {
    "TOKENIZERS_PARALLELISM": "false",
    # Threads that wait for a neighbour spin otherwise: ten times slower on a busy machine.
    "OMP_WAIT_POLICY": "PASSIVE",
}


class Child:
    """One spawned interpreter and the channel to it."""

    def __init__(self, config: EngineConfig) -> None:
        config.scratch_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "generation.engine.child", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=IMPORT_ROOT,
                env={**CHILD_DEFAULTS, **os.environ, **CHILD_ENVIRONMENT},
                stdin=subprocess.DEVNULL,
            )
        self._channel = Channel(ours)
        settings = {
            "registry": to_json(config.registry),
            "device": config.device,
            "scratch_dir": str(config.scratch_dir.resolve()),
            "batch_max": config.batch_max,
            "cache_mb": config.cache_mb,
        }
        self.send({"op": "configure", "config": settings, "parent": os.getpid()})

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, message: Message, file: int | None = None) -> None:
        """Send one message, with an open file or none. Raises EngineFailure: the child is lost."""
        try:
            self._channel.send(message, file)
        except OSError as error:
            raise self._lost() from error

    def receive(self) -> Message | None:
        """The next message, None when none came soon.

        Raises EngineFailure when the child is lost or does not speak as agreed.
        """
        try:
            return self._channel.receive(POLL_SECONDS)
        except (EOFError, OSError, ValueError) as error:
            raise self._lost() from error

    def _lost(self) -> EngineFailure:
        """Make sure the child is gone, and say how it went."""
        try:
            status = self._process.wait(timeout=1)
            end = f"was killed by signal {-status}" if status < 0 else f"exited with {status}"
        except subprocess.TimeoutExpired:
            end = "closed its channel"
        self.kill()
        return EngineFailure(WORKER_LOST, f"the inference process {end}")

    def kill(self) -> None:
        """End the child at once, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._channel.close()

    def end(self) -> None:
        """End the child: it leaves when its channel closes."""
        self._channel.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.kill()
