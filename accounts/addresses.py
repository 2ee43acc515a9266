"""Where a request comes from, and networks. Pure: no Django, no name is ever looked up."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address


def client_address(*, peer: str, forwarded_for: str, proxies: int) -> str:
    """The visitor's address, "" when unknown.

    `peer` is who holds the connection, `forwarded_for` the header of that name, `proxies` how many
    of the operator's own proxies add to it. Each appends whom it was asked by, so the visitor is
    that many from the right; what stands further left is the visitor's own claim. A request with
    fewer names has not come through all of them, and is known by its peer.
    """
    named = [part.strip() for part in forwarded_for.split(",") if part.strip()]
    if proxies and len(named) >= proxies:
        return _plain(named[-proxies])
    return _plain(peer)


def _plain(text: str) -> str:
    try:
        address: Address = ip_address(text.strip("[]"))
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        # An IPv4 visitor on a socket of both kinds; a zone names our own interface, not theirs.
        address = address.ipv4_mapped or IPv6Address(int(address))
    return str(address)


def subnet(address: str) -> str:
    """The /24 of an IPv4 address, the /64 of an IPv6 one: what one household or rack has."""
    width = 64 if isinstance(ip_address(address), IPv6Address) else 24
    return str(ip_network(f"{address}/{width}", strict=False))


def names_nobody(address: str) -> bool:
    """Whether every visitor could have this address: none, or that of the machine itself."""
    return not address or ip_address(address).is_loopback


def network(text: str) -> str:
    """An address or a network, as it is kept: "10.0.0.0/8". Raises ValueError."""
    found = ip_network(text.strip())
    if isinstance(found, IPv6Network) and found.network_address.ipv4_mapped:
        raise ValueError("write an IPv4 network as such")
    return str(found)


def in_one_of(address: str, networks: list[str]) -> bool:
    """Whether the address is in any of the networks; an unknown one is in none."""
    if not address:
        return False
    known = ip_address(address)
    return any(known in ip_network(text) for text in networks)


def covered(inner: list[str], outer: list[str]) -> bool:
    """Whether every network of `inner` lies in one of `outer`; an empty list is everywhere."""
    if not outer:
        return True
    return bool(inner) and all(any(_lies_in(small, large) for large in outer) for small in inner)


def _lies_in(small: str, large: str) -> bool:
    first, second = ip_network(small), ip_network(large)
    return (
        first.version == second.version
        and first.network_address in second
        and first.prefixlen >= second.prefixlen
    )
