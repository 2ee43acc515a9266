"""The way on for someone whose plan lacks a perk: the cheapest plan that has it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from billing.errors import PerkNeeded
from billing.money_text import money
from billing.offers import PlanOffer
from billing.selectors.catalogue import catalogue_offer, live_catalogue
from billing.selectors.names import plan_name
from billing.types import Entitlements


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
    opener = _cheapest(perk, now)
    ways = [_way(opener)] if opener else []
    sentence = " ".join([sentences[perk], *(str(way["text"]) for way in ways)])
    return PerkNeeded(
        sentence, fields=fields, facts={"perk": perk, "plan": plan.plan, "ways": ways}
    )


def _cheapest(perk: str, now: datetime) -> PlanOffer | None:
    """The plan on sale with this perk whose month costs least; None when none is."""
    having = [
        offer
        for offer in catalogue_offer(live_catalogue(now=now)).plans
        if offer.entitlements().has(perk) and _month(offer) is not None
    ]
    return min(having, key=lambda offer: (offer.level, offer.code), default=None)


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
