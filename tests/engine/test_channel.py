"""Messages and files between worker and child."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator

import pytest

from generation.engine.channel import HEADER, MESSAGE_BYTES_MAX, Channel

Pair = tuple[Channel, Channel]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = (Channel(end) for end in socket.socketpair())
    yield ours, theirs
    ours.close()
    theirs.close()


def test_messages_arrive_whole_and_in_order(pair: Pair) -> None:
    ours, theirs = pair
    messages = [{"n": n, "text": "墨" * n} for n in (0, 1, 30_000)]
    for message in messages:
        ours.send(message)
    received = [theirs.receive(1) for _ in messages]
    assert [message and (message["n"], message["text"]) for message in received] == [
        (message["n"], message["text"]) for message in messages
    ]


def test_a_file_travels_with_its_message(pair: Pair) -> None:
    ours, theirs = pair
    with tempfile.TemporaryFile() as file:
        file.write(b"frames")
        file.flush()
        ours.send({"n": 1})
        ours.send({"n": 2}, file.fileno())
        ours.send({"n": 3})
    first, second, third = (theirs.receive(1) for _ in range(3))
    assert first
    assert second
    assert third
    assert (first["file"], third["file"]) == (False, False)
    assert os.pread(second["file"], 10, 0) == b"frames"
    os.close(second["file"])


def test_silence_is_no_message(pair: Pair) -> None:
    assert pair[0].receive(0) is None


def test_a_peer_that_left_is_noticed(pair: Pair) -> None:
    ours, theirs = pair
    theirs.send({"last": True})
    theirs.close()
    message = ours.receive(1)
    assert message
    assert message["last"]
    with pytest.raises(EOFError):
        ours.receive(1)
    with pytest.raises(OSError, match="pipe"):
        ours.send({})


def test_nobody_can_make_the_worker_buffer_without_end() -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(HEADER.pack(MESSAGE_BYTES_MAX + 1))
    channel = Channel(ours)
    with pytest.raises(EOFError):
        channel.receive(1)
    with pytest.raises(ValueError, match="too long"):
        channel.send({"text": "x" * MESSAGE_BYTES_MAX})
    channel.close()
    theirs.close()
