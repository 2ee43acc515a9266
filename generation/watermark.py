"""Who gets the brand mark. Pure; decided at submit, stored on the job."""

from __future__ import annotations


def needs_brand_mark(*, removable: bool, agreed: bool, only_paid_points: bool) -> bool:
    """The brand mark stays unless the plan lets it go, its owner accepted the labelling
    agreement, and the job is paid with paid points alone (product rules, section 8)."""
    return not (removable and agreed and only_paid_points)
