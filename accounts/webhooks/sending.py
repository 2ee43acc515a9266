"""Writing to an address that a user named, or reading it: pinned, bounded, no redirects.

The name is looked up once; every address it has must be public, and the connection goes to one of
those that were judged: a second answer of the same name is never asked for. No Django.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import certifi

from accounts.webhooks.receivers import FETCHED_URL_MAX, Target, may_be_reached, read_url

SECONDS_MAX = 10.0
EXCERPT_MAX = 500
_READ_MAX_BYTES = 4096
_ADDRESSES_MAX = 4
# Why there was no answer: the address was refused, the name unknown, no connection, no TLS, too
# slow, no HTTP; or ours: the secret cannot be decrypted.
ERRORS = ("address", "name", "connection", "tls", "timeout", "protocol", "secret")

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one POST. Without a `status`, `error` is one of `ERRORS`.

    `excerpt`: the start of the answer's body; `milliseconds`: how long it all took.
    """

    status: int | None
    error: str
    excerpt: str
    milliseconds: int

    @property
    def accepted(self) -> bool:
        """Whether the receiver has taken it; a redirect is not followed and is a refusal."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one GET. Without a `status`, `error` is one of `ERRORS`."""

    status: int | None
    error: str
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said to the other side, and how much of its answer is read at most."""

    method: str
    body: bytes | None
    headers: Mapping[str, str]
    read_max_bytes: int


class _Failed(Exception):
    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system resolves it. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


def post(
    url: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    private: bool = False,
    resolve: Resolve = look_up,
    seconds: float = SECONDS_MAX,
) -> Answer:
    """POST `body` and read at most the start of the answer; never raises for what may happen.

    `seconds` bounds everything after the look-up, however slowly the receiver drips. `private`
    allows http, any port and addresses that are not public.
    """
    began = time.monotonic()
    status, error, excerpt = None, "", ""
    try:
        target = read_url(url, private=private)
        addresses = _judged(target, private=private, resolve=resolve)
        said = _Said("POST", body, headers, _READ_MAX_BYTES)
        status, start = _exchange(target, addresses, said, seconds)
        excerpt = start.decode(errors="replace").replace("\0", "�")[:EXCERPT_MAX]
    except _Failed as failure:
        error = failure.error
    except ValueError:
        error = "address"
    return Answer(status, error, excerpt, int((time.monotonic() - began) * 1000))


def get(
    url: str,
    *,
    bytes_max: int,
    private: bool = False,
    resolve: Resolve = look_up,
    seconds: float = SECONDS_MAX,
) -> Found:
    """GET at most `bytes_max` of what lies at an address, under the rules of `post`."""
    try:
        target = read_url(url, private=private, length_max=FETCHED_URL_MAX)
        addresses = _judged(target, private=private, resolve=resolve)
        said = _Said("GET", None, {"User-Agent": "Inkling/1"}, bytes_max)
        status, data = _exchange(target, addresses, said, seconds)
        return Found(status, "", data)
    except _Failed as failure:
        return Found(None, failure.error)
    except ValueError:
        return Found(None, "address")


def _judged(target: Target, *, private: bool, resolve: Resolve) -> list[str]:
    """The addresses of the host. One that is not public refuses them all: no choice is left."""
    try:
        addresses = list(dict.fromkeys(resolve(target.host, target.port)))
    except (OSError, UnicodeError):
        raise _Failed("name") from None
    if not addresses:
        raise _Failed("name")
    if not private and not all(may_be_reached(address) for address in addresses):
        raise _Failed("address")
    return addresses[:_ADDRESSES_MAX]


def _exchange(
    target: Target, addresses: list[str], said: _Said, seconds: float
) -> tuple[int, bytes]:
    until = time.monotonic() + seconds
    try:
        with _connected(target, addresses, until) as sock, _ended_at(sock, until) as late:
            # A connection that is cut at the end of its time shows as any fault, or as the end of
            # an answer that never ended.
            try:
                answer = _spoken(target, sock, said)
            except (OSError, ValueError, http.client.HTTPException):
                if late.is_set():
                    raise TimeoutError from None
                raise
            if late.is_set():
                raise TimeoutError
            return answer
    except TimeoutError:
        raise _Failed("timeout") from None
    except ssl.SSLError:
        raise _Failed("tls") from None
    except OSError:
        raise _Failed("connection") from None
    except (http.client.HTTPException, ValueError):
        raise _Failed("protocol") from None


@contextlib.contextmanager
def _connected(target: Target, addresses: list[str], until: float) -> Iterator[socket.socket]:
    """A connection to the first of the judged addresses that takes one."""
    failure: OSError = ConnectionError("no address")
    for address in addresses:
        try:
            sock = socket.create_connection((address, target.port), timeout=_left(until))
        except OSError as error:
            failure = error
            continue
        with sock:
            yield sock
        return
    raise failure


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@contextlib.contextmanager
def _ended_at(sock: socket.socket, until: float) -> Iterator[threading.Event]:
    """Cut the connection at `until`: a socket's own timeout starts anew with every byte."""
    late = threading.Event()
    # TLS takes the socket over; a duplicate still speaks for the connection.
    with socket.socket(fileno=os.dup(sock.fileno())) as handle:

        def cut() -> None:
            late.set()
            with contextlib.suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(_left(until), cut)
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()
            timer.join()


@lru_cache
def trust() -> ssl.SSLContext:
    """Whose certificates count: the system's authorities, which `SSL_CERT_FILE` may name, and
    Mozilla's, since a bare system has none. Read once: it takes longer than most receivers do."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _spoken(target: Target, sock: socket.socket, said: _Said) -> tuple[int, bytes]:
    if target.secure:
        # The certificate is that of the name, whatever address was chosen.
        sock = trust().wrap_socket(sock, server_hostname=target.host)
    speaker = http.client.HTTPConnection(target.host, target.port)
    speaker.sock = sock
    with contextlib.closing(speaker):
        plain = {"Host": target.host_header, "Accept-Encoding": "identity", "Connection": "close"}
        headers = plain | dict(said.headers)
        speaker.request(said.method, target.path, body=said.body, headers=headers)
        with speaker.getresponse() as response:
            status = response.status
            try:
                start = response.read(said.read_max_bytes)
            except http.client.IncompleteRead as cut_short:
                start = cut_short.partial
    return status, start
