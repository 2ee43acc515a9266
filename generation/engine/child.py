"""The inference child: `python -m generation.engine.child DESCRIPTOR`, started by process.py.

It dies with the worker, and nothing else ends it: signals that a terminal or a service manager
sends to the whole group are ignored, so that a worker may finish its job before it leaves.
torch is loaded only after this is settled, because its import takes seconds.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import queue
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path

from generation.engine.channel import Channel, Message
from generation.engine.errors import ENGINE_ERROR, EngineFailure, RenderCanceled
from generation.engine.orders import unpacked
from generation.engine.report import Canceled, Report
from generation.engine.types import EngineConfig
from generation.model_registry import from_json

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve the channel whose descriptor is the only argument, until the worker is gone."""
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    settle()
    first = channel.receive()
    if first is None or os.getppid() != first["parent"]:
        return
    canceled: Canceled = set()
    orders: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=listen, args=(channel, orders, canceled), daemon=True).start()
    settings = dict(first["config"])
    settings["registry"] = from_json(settings["registry"])
    settings["scratch_dir"] = Path(settings["scratch_dir"])
    serve(channel, EngineConfig(**settings), orders, canceled)


def settle() -> None:
    """Tie this process to its parent and keep library chatter off standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.dup2(2, 1)
    if sys.platform == "linux":
        # Beside the end of the channel: a fork of the worker could hold its end open.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def listen(channel: Channel, orders: queue.SimpleQueue[Message], canceled: Canceled) -> None:
    """Sort what the worker sends. Runs beside the render, so that a cancel is seen at once."""
    while True:
        try:
            message = channel.receive()
        except (EOFError, OSError):
            # No farewell: the worker is gone, and a render must not outlive it.
            os._exit(0)
        if message is not None and message["op"] == "cancel":
            canceled.update((message["id"], piece) for piece in message["pieces"])
        elif message is not None:
            orders.put(message)


def serve(
    channel: Channel,
    config: EngineConfig,
    orders: queue.SimpleQueue[Message],
    canceled: Canceled,
) -> None:
    """Answer every order, for ever: each of its pieces, then `done`; or `broken`."""
    renderer = None
    while True:
        order = orders.get()
        specs = unpacked(order)
        report = Report(channel, order["id"], range(len(specs)), canceled)
        try:
            with contextlib.suppress(RenderCanceled):
                report.stage("load")
            if renderer is None:
                # By name: importing it loads torch.
                renderer = importlib.import_module("generation.engine.renderer").Renderer(config)
            if order["op"] == "warm":
                renderer.warm()
            else:
                renderer.render(specs, report)
            report.done()
        except Exception as error:
            traceback.print_exception(error)
            failure = renderer.explain(error) if renderer is not None else _unstarted(error)
            report.broken(failure, fatal=renderer is None or renderer.is_broken(error))


def _unstarted(error: Exception) -> EngineFailure:
    return EngineFailure(ENGINE_ERROR, f"the engine cannot start: {type(error).__name__}: {error}")


if __name__ == "__main__":
    with contextlib.suppress(EOFError, BrokenPipeError):
        main()
