"""The way on for someone whose plan lacks a perk: the cheapest plan that has it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from billing import launch
from billing.errors import NotForSale, PerkNeeded
from billing.money_text import money
from billing.offers import PlanOffer
from billing.selectors.catalogue import live_catalogue, plan_offer
from billing.selectors.entitlements import entitlements
from billing.selectors.names import plan_name
from billing.selectors.wallets import wallet_id_of
from billing.types import Entitlements

PERKS = ("extension", "camera", "high_quality", "relaxed_lane")


def perk_needed(
    *, perk: str, plan: Entitlements, fields: dict[str, str], now: datetime
) -> PerkNeeded:
    """The refusal: what is locked, who opens it, and what that costs by the month.

    `perk` is one of `Entitlements.perks`; `fields` names what asked for it.
    """
    sentences = {
        "extension": _("Your plan does not continue clips."),
        "camera": _("Your plan does not move the camera."),
        "high_quality": _("Your plan does not make high quality."),
        "relaxed_lane": _("The relaxed lane is for members."),
    }
    opener = _cheapest(perk, _on_sale(now))
    ways = [_way(opener)] if opener else []
    sentence = " ".join([sentences[perk], *(str(way["text"]) for way in ways)])
    return PerkNeeded(
        sentence, fields=fields, facts={"perk": perk, "plan": plan.plan, "ways": ways}
    )


def openers(*, user: User, now: datetime) -> dict[str, str]:
    """For each perk the user's plan lacks, which plan opens it and for how much, in words."""
    wallet_id = wallet_id_of(user)
    plan = (
        entitlements(wallet_id=wallet_id, now=now)
        if wallet_id is not None
        else launch.FREE_PLAN.entitlements()
    )
    lacking = [perk for perk in PERKS if not plan.has(perk)]
    plans = _on_sale(now) if lacking else []
    found = {perk: _cheapest(perk, plans) for perk in lacking}
    return {
        perk: str(_way(offer)["text"]) if offer else _("No plan opens it at present.")
        for perk, offer in found.items()
    }


def _on_sale(now: datetime) -> list[PlanOffer]:
    """The plans that can be bought; none before the first catalogue has started."""
    try:
        rows = live_catalogue(now=now).plans.order_by("level").prefetch_related("prices")
    except NotForSale:
        return []
    return [plan_offer(row) for row in rows]


def _cheapest(perk: str, plans: Iterable[PlanOffer]) -> PlanOffer | None:
    """The plan with this perk whose level is lowest: prices rise with level. None when none is."""
    having = [
        offer for offer in plans if offer.entitlements().has(perk) and _month(offer) is not None
    ]
    return min(having, key=lambda offer: offer.level, default=None)


def _month(offer: PlanOffer) -> tuple[int, str] | None:
    """What a month costs in the plan's first currency: minor units, currency."""
    months = sorted(
        (currency, minor) for (period, currency), minor in offer.prices.items() if period == "month"
    )
    return (months[0][1], months[0][0]) if months else None


def _way(offer: PlanOffer) -> dict[str, object]:
    month = _month(offer)
    assert month is not None
    amount_minor, currency = month
    return {
        "way": "plan",
        "plan": offer.code,
        "period": "month",
        "amount_minor": amount_minor,
        "currency": currency,
        "text": _("%(plan)s opens it, from %(amount)s a month.")
        % {"plan": plan_name(offer.code), "amount": money(amount_minor, currency)},
    }
