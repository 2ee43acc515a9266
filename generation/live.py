"""Server-sent events of one job: few streams, short ones, and none that anything depends on.

A stream holds a thread of the web server, so a process has `LIVE_STREAMS_MAX` of them at most and
each ends after `LIVE_STREAM_SECONDS`; whoever is refused or cut off asks by polling, or comes back
with `Last-Event-ID` and hears nothing twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Self

from django.conf import settings
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from generation.errors import TooManyStreams
from generation.lifecycle import TERMINAL
from generation.models import Job

LOOK_SECONDS = 0.25
# Often enough that a reader who has gone is noticed, and that no proxy thinks the stream is dead.
QUIET_SECONDS = 5.0
RETRY_MILLISECONDS = 1000

_open = threading.BoundedSemaphore(settings.LIVE_STREAMS_MAX)


class Place:
    """One of the few threads of this process that may wait; free again when it is let go."""

    def __init__(self) -> None:
        """Raises TooManyStreams."""
        self._held = _open.acquire(blocking=False)
        if not self._held:
            raise TooManyStreams(
                _("Too many streams are open; ask again instead."),
                facts={"retry_after_seconds": RETRY_MILLISECONDS // 1000},
            )

    def let_go(self) -> None:
        """Give the place back; once."""
        if self._held:
            self._held = False
            _open.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.let_go()

    def __del__(self) -> None:
        self.let_go()


class HeldStream:
    """The bytes of a stream. Its place is free again when it is closed, read or not."""

    def __init__(self, place: Place, events: Iterator[str]) -> None:
        self._place = place
        self._events = events

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._events).encode()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the place back; once."""
        self._place.let_go()


class Stream(HeldStream):
    """The stream of one job."""

    def __init__(
        self, look: Callable[[], Job], say: Callable[[Job], str], heard: str | None
    ) -> None:
        """`look` reads the job anew, `say` is the data of an event, `heard` the last event's id.

        Raises TooManyStreams.
        """
        super().__init__(Place(), _events(look, say, heard))


def stream_response(stream: HeldStream) -> StreamingHttpResponse:
    """The stream as an answer that nothing on the way keeps back."""
    return StreamingHttpResponse(
        stream,
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
    )


def _events(look: Callable[[], Job], say: Callable[[Job], str], heard: str | None) -> Iterator[str]:
    ends = time.monotonic() + settings.LIVE_STREAM_SECONDS
    said_at = time.monotonic()
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    while True:
        job = look()
        version = version_of(job)
        if version != heard:
            heard, said_at = version, time.monotonic()
            yield f"id: {version}\nevent: job\ndata: {say(job)}\n\n"
        elif time.monotonic() - said_at >= QUIET_SECONDS:
            said_at = time.monotonic()
            yield ": still here\n\n"
        if job.state in TERMINAL or time.monotonic() >= ends:
            return
        time.sleep(LOOK_SECONDS)


def version_of(job: Job) -> str:
    """Differs when something that the owner sees of a running job has changed."""
    return f"{job.attempts}.{job.state}.{job.stage}.{job.step}.{job.step_of}"
