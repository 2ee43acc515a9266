"""Where a version or a promotion stands, what it breaks, and what it changes."""

from __future__ import annotations

from datetime import datetime

from billing import models, offer_changes, offers
from billing.errors import NotForSale
from billing.models.approval import Approved
from billing.offers import PlanOffer, PromotionOffer
from billing.selectors.catalogue import catalogue_offer, live_catalogue
from billing.selectors.prices import lines_of, price_list_of

Draft = models.Catalogue | models.PriceList | models.Promotion


def kind_of(draft: Draft) -> str:
    """The kind as its steps name it."""
    if isinstance(draft, models.Catalogue):
        return "catalogue"
    return "price_list" if isinstance(draft, models.PriceList) else "promotion"


def reference_of(draft: Draft) -> str:
    """The version, or the promotion's name."""
    return draft.name if isinstance(draft, models.Promotion) else str(draft.version)


def editable(draft: Approved | None) -> bool:
    """Whether it can still be edited: neither submitted nor published."""
    return draft is not None and draft.submitted_at is None and draft.published_at is None


def standing(draft: Draft, *, now: datetime) -> str:
    """draft, submitted, scheduled, in force, over, or superseded before it began."""
    if draft.published_at is None:
        return "submitted" if draft.submitted_at else "draft"
    if isinstance(draft, models.Promotion):
        ends_at = min(draft.ends_at, draft.ended_early_at or draft.ends_at)
        return "over" if ends_at <= now else "in force" if draft.starts_at <= now else "scheduled"
    after = type(draft)._default_manager.filter(
        published_at__isnull=False, version__gt=draft.version
    )
    if after.filter(starts_at__lte=draft.starts_at).exists():
        return "superseded"
    if draft.starts_at > now:
        return "scheduled"
    return "over" if after.filter(starts_at__lte=now).exists() else "in force"


def broken_rules(draft: Draft, *, now: datetime) -> list[str]:
    """Why it cannot be published now, in words; empty when it can."""
    if isinstance(draft, models.Promotion):
        return offers.promotion_breaches(promotion_offer(draft), plans=_plans(now), now=now)
    found = (
        offers.catalogue_breaches(catalogue_offer(draft))
        if isinstance(draft, models.Catalogue)
        else offers.price_list_breaches(lines_of(draft))
    )
    return [*found, *_hidden_by(draft, now)]


def changes(draft: Draft) -> list[str]:
    """What it changes against the published version before it, in words."""
    if isinstance(draft, models.Promotion):
        return offer_changes.promotion_terms(promotion_offer(draft))
    before = (
        type(draft)
        ._default_manager.filter(published_at__isnull=False, version__lt=draft.version)
        .order_by("-version")
        .first()
    )
    if isinstance(draft, models.Catalogue):
        if not isinstance(before, models.Catalogue):
            return []
        return offer_changes.catalogue_changes(catalogue_offer(before), catalogue_offer(draft))
    if not isinstance(before, models.PriceList):
        return []
    return offer_changes.price_list_changes(price_list_of(before), price_list_of(draft))


def promotion_offer(row: models.Promotion) -> PromotionOffer:
    """The promotion as a value."""
    return PromotionOffer(
        name=row.name,
        kind=row.kind,
        value=row.value,
        currency=row.currency,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        code=row.code,
        plans=tuple(row.plans),
        periods=tuple(row.periods),
        redemptions_max=row.redemptions_max,
        budget_minor=row.budget_minor,
    )


def _hidden_by(draft: models.Catalogue | models.PriceList, now: datetime) -> list[str]:
    """A higher version that starts no later: this one would never be in force."""
    higher = type(draft)._default_manager.filter(
        published_at__isnull=False,
        version__gt=draft.version,
        starts_at__lte=max(draft.starts_at, now),
    )
    return [
        f"version {row.version} starts before it, so it would never be in force: draft a new one"
        for row in higher[:1]
    ]


def _plans(now: datetime) -> tuple[PlanOffer, ...]:
    try:
        return catalogue_offer(live_catalogue(now=now)).plans
    except NotForSale:
        return ()
