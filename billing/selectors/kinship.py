"""What two users have in common: signs that one person stands behind both."""

from __future__ import annotations

from ipaddress import ip_address

from allauth.usersessions.models import UserSession

from accounts.models import User
from billing.models import Order, Redemption


def kinship(first: User, second: User) -> tuple[str, ...]:
    """The signs, the strongest first: "mailbox", "card", "address". Staff judge, not this.

    A household shares an address and friends may share a card: each is a reason to look, and none
    is a proof.
    """
    signs = {
        "mailbox": mailbox_of(first.email) == mailbox_of(second.email),
        "card": bool(_cards(first) & _cards(second)),
        "address": bool(_addresses(first) & _addresses(second)),
    }
    return tuple(name for name, found in signs.items() if found)


def mailbox_of(email: str) -> str:
    """The mailbox an address leads to, as far as one rule tells: without what stands behind "+",
    and without dots where the provider ignores them."""
    name, _at, host = email.strip().lower().rpartition("@")
    plain = name.partition("+")[0] or name
    if host in ("gmail.com", "googlemail.com"):
        return f"{plain.replace('.', '') or plain}@gmail.com"
    return f"{plain}@{host}"


def _cards(user: User) -> set[str]:
    orders = Order.objects.filter(user=user).exclude(card_fingerprint="")
    discounts = Redemption.objects.filter(user=user).exclude(card_fingerprint="")
    return {
        *orders.values_list("card_fingerprint", flat=True),
        *discounts.values_list("card_fingerprint", flat=True),
    }


def _addresses(user: User) -> set[str]:
    """Where the user is signed in; the machine's own address is everybody's, and names nobody."""
    known = UserSession.objects.filter(user=user).values_list("ip", flat=True)
    return {str(ip) for ip in known if not ip_address(ip).is_loopback}
