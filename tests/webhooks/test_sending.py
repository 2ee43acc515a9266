"""One POST to an address a user named, against real sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from accounts.webhooks.receivers import FETCHED_URL_MAX, URL_MAX
from accounts.webhooks.sending import EXCERPT_MAX, Answer, Found, get, post, trust
from tests.servers.receiver import certificate_for, closed_port, receiving, speaking

BODY = b'{"a":1}'


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Makes an authority one of the system's; afterwards it is none any more."""

    def make(chain: Path) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(chain))
        trust.cache_clear()

    yield make
    trust.cache_clear()


def sent(url: str, **options: object) -> Answer:
    options = {"private": True, "headers": {"X-Test": "1"}, **options}
    return post(url, body=BODY, **options)  # type: ignore[arg-type]


def test_a_message_is_taken() -> None:
    with receiving(status=200, answer=b"thanks \xff\x00!") as receiver:
        answer = sent(receiver.url)
    assert (answer.status, answer.error, answer.accepted) == (200, "", True)
    assert answer.excerpt == "thanks \ufffd\ufffd!"
    [heard] = receiver.heard
    assert (heard.path, heard.body) == ("/hook?from=inkling", BODY)
    assert heard.headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert heard.headers["X-Test"] == "1"


def test_a_redirect_is_not_followed() -> None:
    with receiving() as other, receiving(status=302, headers={"Location": other.url}) as receiver:
        answer = sent(receiver.url)
    assert (answer.status, answer.accepted) == (302, False)
    assert other.heard == []


def test_of_a_huge_answer_only_the_start_is_read() -> None:
    with receiving(status=500, answer=b"x" * 20_000_000) as receiver:
        answer = sent(receiver.url)
    assert (answer.status, answer.excerpt) == (500, "x" * EXCERPT_MAX)


def test_nobody_listens() -> None:
    assert sent(f"http://127.0.0.1:{closed_port()}/").error == "connection"


def _drip(connection: socket.socket) -> None:
    """A byte now and then: each one alone would be in time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        connection.sendall(b"z")
        time.sleep(0.05)


def _nonsense(connection: socket.socket) -> None:
    connection.sendall(b"220 mail.example ESMTP\r\n")


def _endless_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500)


def _nothing(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def _hangs_up(connection: socket.socket) -> None:
    """The connection is closed without a word."""


def _cut_short(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nbusy")


@pytest.mark.parametrize(
    ("speak", "status", "error"),
    [
        (_drip, None, "timeout"),
        (_nothing, None, "timeout"),
        (_nonsense, None, "protocol"),
        (_endless_headers, None, "protocol"),
        (_cut_short, 503, ""),
    ],
)
def test_receivers_without_manners(speak: object, status: int | None, error: str) -> None:
    with speaking(speak, BODY) as port:  # type: ignore[arg-type]
        answer = sent(f"http://127.0.0.1:{port}/", seconds=0.5)
    assert (answer.status, answer.error) == (status, error)
    assert answer.milliseconds < 5_000


def test_a_receiver_that_hangs_up() -> None:
    with speaking(_hangs_up, BODY) as port:
        assert sent(f"http://127.0.0.1:{port}/").error in ("connection", "protocol")


@pytest.mark.parametrize(
    "found",
    [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]],
)
def test_a_name_that_leads_home_is_never_connected_to(found: list[str]) -> None:
    answer = sent("https://a.example/", private=False, resolve=lambda host, port: found)
    assert (answer.status, answer.error) == (None, "address")


def test_http_is_refused_where_it_is_not_allowed() -> None:
    with receiving() as receiver:
        answer = sent(receiver.url, private=False)
    assert (answer.error, receiver.heard) == ("address", [])


def _no_such_name(host: str, port: int) -> list[str]:
    raise socket.gaierror


def test_a_name_nobody_knows() -> None:
    assert sent("https://a.example/", resolve=_no_such_name).error == "name"
    assert sent("https://a.example/", resolve=lambda host, port: []).error == "name"


def test_a_name_is_looked_up_once_and_the_connection_goes_there(
    tmp_path: Path, trusting: Callable[[Path], None]
) -> None:
    """A name that answers with another address the second time is never asked a second time."""
    chain = certificate_for("hooks.example", tmp_path)
    trusting(chain)
    answers = [["127.0.0.1"], ["127.0.0.2"]]
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    with receiving(chain) as receiver:
        answer = sent(f"https://hooks.example:{receiver.port}/x", resolve=rebinding)
    assert (answer.status, asked) == (204, ["hooks.example"])
    assert receiver.heard[0].headers["Host"] == f"hooks.example:{receiver.port}"


def test_the_certificate_must_be_of_the_name_and_known(
    tmp_path: Path, trusting: Callable[[Path], None]
) -> None:
    chain = certificate_for("hooks.example", tmp_path)

    def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with receiving(chain) as receiver:
        unknown = sent(f"https://hooks.example:{receiver.port}/", resolve=here)
        trusting(chain)
        other = sent(f"https://other.example:{receiver.port}/", resolve=here)
    assert (unknown.error, other.error, receiver.heard) == ("tls", "tls", [])


def test_what_lies_at_an_address_is_read_up_to_a_size() -> None:
    with receiving(status=200, answer=b"12345") as receiver:
        url = receiver.url + "&" + "x" * URL_MAX  # signed addresses are long
        assert get(url, bytes_max=9, private=True) == Found(200, "", b"12345")
        assert get(url, bytes_max=3, private=True) == Found(200, "", b"123")
        assert get(url + "x" * FETCHED_URL_MAX, bytes_max=3, private=True).error == "address"
    assert [(one.path, one.body) for one in receiver.heard] == [
        (url.split(str(receiver.port))[1], b"")
    ] * 2


def test_reading_is_pinned_and_bounded_like_writing() -> None:
    def home(host: str, port: int) -> list[str]:
        return ["93.184.216.34", "10.0.0.1"]

    assert get("https://a.example/", bytes_max=9, resolve=home) == Found(None, "address")
    with receiving() as other, receiving(status=302, headers={"Location": other.url}) as receiver:
        assert get(receiver.url, bytes_max=9).error == "address"  # http is for development
        assert get(receiver.url, bytes_max=9, private=True).status == 302
    assert (other.heard, len(receiver.heard)) == ([], 1)
    with speaking(_drip, b"\r\n\r\n") as port:
        found = get(f"http://127.0.0.1:{port}/", bytes_max=9, private=True, seconds=0.5)
    assert found == Found(None, "timeout")
