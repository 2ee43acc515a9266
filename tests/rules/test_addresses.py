"""Whose address counts, and which networks hold it."""

import pytest

from accounts.addresses import client_address, covered, in_one_of, names_nobody, network, subnet


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "expected"),
    [
        ("203.0.113.7", "", 0, "203.0.113.7"),
        # Without a proxy of ours the header is the visitor's own invention.
        ("203.0.113.7", "198.51.100.1", 0, "203.0.113.7"),
        ("10.0.0.2", "203.0.113.7", 1, "203.0.113.7"),
        ("10.0.0.2", "1.2.3.4, 203.0.113.7", 1, "203.0.113.7"),
        ("10.0.0.2", "1.2.3.4, 203.0.113.7, 10.0.0.9", 2, "203.0.113.7"),
        # It did not come through both: its peer is all we know.
        ("203.0.113.7", "198.51.100.1", 2, "203.0.113.7"),
        ("", "", 0, ""),
        ("10.0.0.2", "nonsense", 1, ""),
        ("::ffff:203.0.113.7", "", 0, "203.0.113.7"),
        ("fe80::1%eth0", "", 0, "fe80::1"),
    ],
)
def test_the_visitor_is_counted_from_the_right(
    peer: str, forwarded: str, proxies: int, expected: str
) -> None:
    assert client_address(peer=peer, forwarded_for=forwarded, proxies=proxies) == expected


def test_subnets_and_loopback() -> None:
    assert subnet("203.0.113.7") == "203.0.113.0/24"
    assert subnet("2001:db8:1:2:3::9") == "2001:db8:1:2::/64"
    assert names_nobody("")
    assert names_nobody("127.0.0.1")
    assert not names_nobody("10.0.0.1")


@pytest.mark.parametrize("text", ["", "10.0.0.1/8", "10.0.0.0/33", "example.com", "::ffff:1.2.3.4"])
def test_what_is_no_network(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        network(text)


def test_networks_of_both_kinds() -> None:
    networks = [network("203.0.113.0/24"), network(" 2001:db8::/48 "), network("198.51.100.7")]
    assert networks == ["203.0.113.0/24", "2001:db8::/48", "198.51.100.7/32"]
    assert in_one_of("203.0.113.200", networks)
    assert in_one_of("2001:db8::1", networks)
    assert not in_one_of("198.51.100.8", networks)
    assert not in_one_of("", networks)


def test_a_list_lies_in_another() -> None:
    assert covered(["10.1.0.0/16"], ["10.0.0.0/8"])
    assert not covered(["10.0.0.0/8"], ["10.1.0.0/16"])
    assert not covered(["::/0"], ["10.0.0.0/8"])
    assert covered([], [])
    assert not covered([], ["10.0.0.0/8"])  # from anywhere is more than from there
