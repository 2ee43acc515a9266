"""A run claims a port and a data folder for itself, and says so when it cannot."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from scripts.claim import Address, address, check_port, the_only_run
from scripts.guard import Guard
from scripts.places import Places
from scripts.terminal import Stop
from tests.dev.harness import free_port

HERE = Address("127.0.0.1", 8000)


def test_a_port_in_use_is_said_in_one_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Stop) as refused:
            check_port(Address("127.0.0.1", port))
    assert str(refused.value) == (
        f"Port {port} on 127.0.0.1 is in use by another program: stop it, or choose another port, "
        f"as in INKLING_PORT={port + 1} make run."
    )


def test_a_free_port_is_taken_without_a_word() -> None:
    check_port(Address("127.0.0.1", free_port()))


def test_a_host_of_another_machine_is_refused() -> None:
    with pytest.raises(Stop, match=r"cannot be used: Cannot assign requested address"):
        check_port(Address("192.0.2.1", free_port()))


@pytest.mark.parametrize("port", ["eighty", "0", "65536", "-1"])
def test_a_wrong_port_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKLING_PORT", port)
    with pytest.raises(Stop, match=f"INKLING_PORT must be a port number, not '{port}'"):
        address()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
    ],
)
def test_the_address_said_can_be_opened_on_this_machine(host: str, url: str) -> None:
    assert Address(host, 8000).url == url


def test_a_second_run_is_told_where_the_first_one_is(places: Places) -> None:
    with the_only_run(places, HERE), pytest.raises(Stop) as refused, the_only_run(places, HERE):
        pass
    assert str(refused.value).startswith(
        f"Inkling runs already: http://127.0.0.1:8000 (pid {os.getpid()})."
    )


def test_after_a_run_another_may_start(places: Places) -> None:
    for _ in range(2):
        with the_only_run(places, HERE):
            pass


def test_a_run_waits_for_the_guard_of_one_that_was_killed(places: Places, guard: Guard) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    lock = places.run / "run.lock"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, sys; file = open(sys.argv[1]); fcntl.flock(file, fcntl.LOCK_EX); "
            "print(1, flush=True); sys.stdin.read()",
            str(lock),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    holder.stdout.readline()
    lock.write_text(f"{gone.pid} {HERE.url}\n")
    holder.stdin.close()  # the cleaning ends while the next run waits
    with the_only_run(places, HERE):
        assert lock.read_text() == f"{os.getpid()} {HERE.url}\n"
    holder.wait()
    holder.stdout.close()
