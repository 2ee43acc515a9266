"""Messages between the worker and its inference child: length-prefixed JSON on a socket pair.

JSON and not pickle: a child that loads foreign weights must not be able to run code in the worker.
A message may carry one open file, which is how frames travel without a name on disk.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import threading
from typing import Any

HEADER = struct.Struct("!I")
MESSAGE_BYTES_MAX = 1 << 20
READ_BYTES = 1 << 16

Message = dict[str, Any]


class Channel:
    """One end of the pair. Any thread may send; one thread receives."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = bytearray()
        self._files: list[int] = []
        self._sending = threading.Lock()

    def send(self, message: Message, file: int | None = None) -> None:
        """Send one message and, with it, one open file. Raises OSError when the peer is gone."""
        body = json.dumps({**message, "file": file is not None}).encode()
        if len(body) > MESSAGE_BYTES_MAX:
            raise ValueError(f"a message of {len(body)} bytes is too long")
        frame = HEADER.pack(len(body)) + body
        with self._sending:
            sent = 0 if file is None else socket.send_fds(self._sock, [frame], [file])
            self._sock.sendall(frame[sent:])

    def receive(self, timeout_seconds: float | None = None) -> Message | None:
        """The next message, or None when none came in time. Raises EOFError when the peer is gone.

        A message sent with a file has it under "file"; the receiver owns and closes it.
        """
        while True:
            message = self._take()
            if message is not None:
                return message
            if timeout_seconds is not None and not self._readable(timeout_seconds):
                return None
            try:
                data, files, _, _ = socket.recv_fds(self._sock, READ_BYTES, 1)
            except ConnectionError:
                raise EOFError from None
            self._files.extend(files)
            if not data:
                raise EOFError
            self._buffer += data

    def close(self) -> None:
        """Close this end and every file that arrived and was not taken."""
        self._sock.close()
        while self._files:
            os.close(self._files.pop())

    def _readable(self, timeout_seconds: float) -> bool:
        # poll and not select: a worker may hold more than 1,024 files.
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        return bool(poll.poll(max(0.0, timeout_seconds) * 1000))

    def _take(self) -> Message | None:
        if len(self._buffer) < HEADER.size:
            return None
        (length,) = HEADER.unpack_from(self._buffer)
        if length > MESSAGE_BYTES_MAX:
            raise EOFError(f"the peer announced a message of {length} bytes")
        if len(self._buffer) < HEADER.size + length:
            return None
        body = bytes(self._buffer[HEADER.size : HEADER.size + length])
        del self._buffer[: HEADER.size + length]
        message: Message = json.loads(body)
        if message.get("file"):
            message["file"] = self._files.pop(0)
        return message
