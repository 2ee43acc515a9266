"""What two users have in common: signs that one person stands behind both."""

from __future__ import annotations

from accounts.mailboxes import mailbox_of
from accounts.models import User
from accounts.selectors.linked import linked_accounts
from billing.models import AutoTopUp, Order, Redemption

SIGNS = ("mailbox", "device", "card", "address")


def kinship(first: User, second: User) -> tuple[str, ...]:
    """The signs, the strongest first: "mailbox", "device", "card", "address". Staff judge, not
    this.

    A household shares an address and friends may share a card: each is a reason to look, and none
    is a proof. A busy address is no sign, see `accounts.selectors.linked`.
    """
    found = {
        sign
        for linked in linked_accounts(first)
        if linked.user.pk == second.pk
        for sign in linked.by
    }
    if mailbox_of(first.email) == mailbox_of(second.email):
        found.add("mailbox")
    if _cards(first) & _cards(second):
        found.add("card")
    return tuple(sign for sign in SIGNS if sign in found)


def _cards(user: User) -> set[str]:
    orders = Order.objects.filter(user=user).exclude(card_fingerprint="")
    discounts = Redemption.objects.filter(user=user).exclude(card_fingerprint="")
    saved = AutoTopUp.objects.filter(user=user).exclude(card_fingerprint="")
    return {
        *orders.values_list("card_fingerprint", flat=True),
        *discounts.values_list("card_fingerprint", flat=True),
        *saved.values_list("card_fingerprint", flat=True),
    }
