"""Which addresses may be written to, when a message is tried again, what events there are."""

from __future__ import annotations

import random
from datetime import timedelta

import jsonschema
import pytest

from accounts.webhooks.event_types import EVENT_TYPES, TEST, about_money, in_order
from accounts.webhooks.receivers import URL_MAX, may_be_reached, read_url
from accounts.webhooks.retrying import TRIES_MAX, WAITS, wait_after


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "named"),
    [
        ("https://a.example/hook", "a.example", 443, "/hook", "a.example"),
        ("https://a.example:443", "a.example", 443, "/", "a.example"),
        ("https://A.Example:8443/x?y=1", "a.example", 8443, "/x?y=1", "a.example:8443"),
        ("https://93.184.216.34/", "93.184.216.34", 443, "/", "93.184.216.34"),
        ("https://[2606:4700::1]/", "2606:4700::1", 443, "/", "[2606:4700::1]"),
    ],
)
def test_addresses_that_may_be_named(url: str, host: str, port: int, path: str, named: str) -> None:
    target = read_url(url)
    assert (target.host, target.port, target.path) == (host, port, path)
    assert target.host_header == named


@pytest.mark.parametrize(
    "url",
    [
        "", "a.example", "/hook", "http://a.example/", "ftp://a.example/", "https://",
        "https:///hook", "https://a.example:22/", "https://a.example:99999/", "https://a.example:x/",
        "https://user@a.example/", "https://user:pass@a.example/", "https://:@a.example/",
        "https://a.example/#x", "https://a.example/ x", "https://a.example/\n", "https://a.example/\0",
        "https://a.example\\@b.example/", "https://a_b.example/", "https://-a.example/",
        "https://a..example/",
        "https://a.example./", "https://a.example/\x7f", "https://localhost/", "https://intranet/", "https://127.0.0.1/",
        "https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0x7f000001/",
        "https://0177.0.0.1/", "https://10.0.0.1/", "https://192.168.1.1/", "https://169.254.169.254/",
        "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[fd00:ec2::254]/",
        "https://[fe80::1%25eth0]/", "https://[::]/", "https://0.0.0.0/", "https://例子.example/",
        "https://a.example/" + "x" * URL_MAX,
    ],
)  # fmt: skip
def test_addresses_that_may_not(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|server|port|ASCII"):
        read_url(url)


def test_development_may_name_its_own_machine() -> None:
    target = read_url("http://localhost:9000/hook", private=True)
    assert (target.secure, target.host, target.port) == (False, "localhost", 9000)
    with pytest.raises(ValueError, match="user name"):
        read_url("http://user@localhost/", private=True)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.168.0.1", "100.64.0.1", "100.100.100.200", "168.63.129.16",
        "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "192.88.99.1",
        "::", "::1", "::7f00:1", "fe80::1", "fe80::1%2", "fec0::1", "fc00::1", "fd00:ec2::254",
        "ff02::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:a00:1::1", "2001:0:a00:1::1",
        "2001:db8::1", "100::1", "5f00::1", "3fff::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not may_be_reached(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "93.184.216.34",
        "172.32.0.1",
        "2606:4700::1",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ],
)
def test_addresses_that_are(address: str) -> None:
    assert may_be_reached(address)


def test_tries_end_after_about_three_days_and_are_spread() -> None:
    chance = random.Random(7)
    waits = [wait_after(tries, chance=chance) for tries in range(1, TRIES_MAX + 1)]
    assert waits[-1] is None
    found = [wait for wait in waits if wait is not None]
    assert len(found) == len(WAITS)
    assert timedelta(days=2, hours=12) < sum(found, timedelta()) < timedelta(days=3, hours=18)
    assert all(
        wait * 8 // 10 <= given <= wait * 12 // 10 for given, wait in zip(found, WAITS, strict=True)
    )
    assert len({wait_after(3, chance=chance) for _ in range(20)}) > 5


def test_every_event_has_a_sound_schema() -> None:
    for kind in (*EVENT_TYPES, TEST):
        jsonschema.Draft202012Validator.check_schema(kind.schema)
        assert not {"prompt", "params", "links"} & kind.schema["properties"].keys()


def test_filters() -> None:
    assert in_order(["order.paid", "job.failed", "order.paid"]) == ["job.failed", "order.paid"]
    with pytest.raises(ValueError, match=r"job\.melted"):
        in_order(["job.melted"])
    assert about_money([])
    assert about_money(["job.failed", "order.paid"])
    assert not about_money(["job.failed", "job.succeeded"])
