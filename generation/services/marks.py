"""Which visible marks a job gets, from its user's plan, agreement and points."""

from __future__ import annotations

from django.conf import settings

from accounts.models import User
from billing.types import Entitlements
from generation import watermark
from generation.selectors.agreements import accepted_version
from generation.watermark import Marks


def marks_for(
    *, user: User, plan: Entitlements, only_paid_points: bool, parent_marked: bool = False
) -> Marks:
    """The marks of a job submitted now. `parent_marked`: it goes on from work with the mark."""
    # Who could not be rid of the mark anyway is not looked up.
    possible = plan.brand_mark_removable and only_paid_points and not parent_marked
    return watermark.marks_of(
        removable=plan.brand_mark_removable,
        agreement=accepted_version(user) if possible else "",
        only_paid_points=only_paid_points,
        jurisdiction=settings.LABEL_JURISDICTION,
        parent_marked=parent_marked,
    )


def waits_for_agreement(marks: Marks, *, plan: Entitlements, only_paid_points: bool) -> bool:
    """Whether accepting the labelling agreement alone would take the brand mark away."""
    return marks.brand_mark and plan.brand_mark_removable and only_paid_points
