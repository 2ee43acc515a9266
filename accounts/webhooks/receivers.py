"""Which addresses may be written to, or read. Pure: no name is looked up here.

A user names the address, so it must never lead into the operator's own network: what a name
resolves to is judged by `may_be_reached` after the look-up, and the connection goes to exactly
that address. `private` lifts every rule but the form: for development and tests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

URL_MAX = 500
# What is only read may be longer: stores sign the addresses of files with hundreds of characters.
FETCHED_URL_MAX = 2048
PORTS = (443, 8443)
_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_NAT64 = ip_network("64:ff9b::/96")
_UNICAST = ip_network("2000::/3")
# Not told apart from public ones by every version of `ipaddress`, or public and still a trap:
# carriers' NAT, protocol assignments, 6to4 relays, benchmarks, Azure's metadata; Teredo, 6to4.
_NEVER = [
    ip_network(text)
    for text in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "168.63.129.16/32",
        "2001::/32",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: `host` a name or an address, `path` with its query."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The host as a request names it: with the port unless it is the scheme's own."""
        named = f"[{self.host}]" if ":" in self.host else self.host
        return named if self.port == (443 if self.secure else 80) else f"{named}:{self.port}"


def read_url(text: str, *, private: bool = False, length_max: int = URL_MAX) -> Target:
    """The parts of an address that may be written to. Raises ValueError, worded for its owner."""
    if not 1 <= len(text) <= length_max:
        raise ValueError(f"an address has 1 to {length_max} characters")
    if (
        not text.isascii()
        or "\\" in text
        or any(ord(letter) <= 32 or letter == "\x7f" for letter in text)
    ):
        raise ValueError("write the address in ASCII, without spaces")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError("this is not an address") from None
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise ValueError("the address starts with https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("put no user name and password into the address")
    if parts.fragment:
        raise ValueError("an address has no part after #")
    secure = parts.scheme == "https"
    port = port or (443 if secure else 80)
    if port not in PORTS and not private:
        raise ValueError("only the ports 443 and 8443 are written to")
    host = _host(parts.hostname or "", private=private)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, host, port, path)


def _host(host: str, *, private: bool) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return _name(host, private=private)
    if not private and not may_be_reached(str(address)):
        raise ValueError("this address is not a public one")
    return str(address)


def _name(host: str, *, private: bool) -> str:
    # A last part of digits is read as an IPv4 address by resolvers, in forms nobody recognises.
    last = host.rpartition(".")[2]
    if len(host) > 253 or not _NAME.fullmatch(host) or re.fullmatch(r"\d+|0x[0-9a-f]*", last):
        raise ValueError("this is not the name of a server")
    if not private and "." not in host:
        raise ValueError("the name of a public server has a dot")
    return host


def may_be_reached(text: str) -> bool:
    """Whether an address is a public one: not ours, not a neighbour's, no metadata service."""
    address = _carried(ip_address(text))
    if address.is_multicast or not address.is_global:
        return False
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    return not any(address in network for network in _NEVER if network.version == address.version)


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, else the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
