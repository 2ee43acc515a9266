"""Perks at a submit, a quote and a look before the click: what a plan does not open is refused."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from billing.errors import PerkNeeded
from billing.selectors.entitlements import entitlements
from billing.selectors.perks import perk_needed
from generation import perks
from generation.types import GenerationRequest


def check(*, wallet_id: int, request: GenerationRequest, now: datetime) -> None:
    """Raises PerkNeeded, with the cheapest plan that opens it."""
    refusal = locked(wallet_id=wallet_id, request=request, now=now)
    if refusal is not None:
        raise refusal


def locked(*, wallet_id: int, request: GenerationRequest, now: datetime) -> PerkNeeded | None:
    """Why the wallet's plan does not make this, None when it does."""
    if not perks.needed(request):
        return None  # most requests: not worth a look at the plan
    plan = entitlements(wallet_id=wallet_id, now=now)
    found = perks.lacking(request, plan)
    if found is None:
        return None
    perk, field = found
    return perk_needed(perk=perk, plan=plan, fields={field: f"needs the perk {perk}"}, now=now)


def check_relaxed(*, only_paid_points: bool) -> None:
    """The relaxed lane is paid with points that were bought. Raises PerkNeeded."""
    if not only_paid_points:
        raise PerkNeeded(
            _("The relaxed lane is paid with points you bought; free ones would be used first."),
            fields={"params.lane": "free points buy standard-lane work"},
            facts={"perk": "relaxed_lane", "ways": []},
        )
