"""Points for money: the amount someone typed, what it is worth, and the packs."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from billing.offers import CatalogueOffer, PackOffer, TopUpRate, topup_points_cp
from billing.portal import words
from billing.portal.money import minor_per_whole, money
from billing.types import PriceList

_DIGITS_MAX = 9


@dataclass(frozen=True, slots=True)
class Worth:
    """What an amount buys, or why it cannot be topped up."""

    amount: str = ""
    points: str = ""
    makes: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """The peg, in words and in whole units for the input."""

    currency: str
    symbol: str
    points: str
    floor: int
    ceiling: int
    step: int
    floor_text: str
    ceiling_text: str


@dataclass(frozen=True, slots=True)
class PackCard:
    """A pack, ready to be read."""

    code: str
    amount: str
    points: str
    bonus: str
    total: str
    makes: list[str]


def rate_card(rate: TopUpRate) -> Rate:
    """The rate in words."""
    whole = minor_per_whole(rate.currency)
    return Rate(
        currency=rate.currency,
        symbol=money(0, rate.currency).removesuffix("0"),
        points=words.points(rate.cp_per_minor * whole),
        floor=-(-rate.floor_minor // whole),
        ceiling=rate.ceiling_minor // whole,
        step=max(1, rate.step_minor // whole),
        floor_text=money(rate.floor_minor, rate.currency),
        ceiling_text=money(rate.ceiling_minor, rate.currency),
    )


def pack_cards(offer: CatalogueOffer, prices: PriceList | None) -> list[PackCard]:
    """The packs by amount."""
    return [_pack_card(pack, prices) for pack in offer.packs]


def _pack_card(pack: PackOffer, prices: PriceList | None) -> PackCard:
    total_cp = pack.points_cp + pack.bonus_cp
    return PackCard(
        code=pack.code,
        amount=money(pack.amount_minor, pack.currency),
        points=words.points(pack.points_cp),
        bonus=words.points(pack.bonus_cp) if pack.bonus_cp else "",
        total=words.points(total_cp),
        makes=words.counts(prices, total_cp),
    )


def amount_minor(rate: TopUpRate, text: str) -> int:
    """Whole units typed by a person, as minor units. Raises InvalidRequest."""
    text = text.strip()
    card = rate_card(rate)
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise InvalidRequest(
            _("Write a whole amount from %(floor)s to %(ceiling)s, in digits.")
            % {"floor": card.floor_text, "ceiling": card.ceiling_text},
            fields={"amount": "not a whole number"},
        )
    minor = int(text) * minor_per_whole(rate.currency)
    try:
        topup_points_cp(rate, minor)
    except ValueError:
        raise InvalidRequest(
            _("A top-up is a whole amount from %(floor)s to %(ceiling)s.")
            % {"floor": card.floor_text, "ceiling": card.ceiling_text},
            fields={"amount": "out of range"},
        ) from None
    return minor


def worth_of(rate: TopUpRate, text: str, prices: PriceList | None) -> Worth:
    """What the typed amount buys; nothing for nothing typed."""
    if not text.strip():
        return Worth()
    try:
        minor = amount_minor(rate, text)
    except InvalidRequest as refusal:
        return Worth(fault=refusal.message)
    points_cp = topup_points_cp(rate, minor)
    return Worth(
        amount=money(minor, rate.currency),
        points=words.points(points_cp),
        makes=tuple(words.counts(prices, points_cp)),
    )
