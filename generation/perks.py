"""Which perks a request needs. Pure; what a plan has is billing's."""

from __future__ import annotations

from billing.types import Entitlements
from generation.types import HIGH, GenerationRequest


def lacking(request: GenerationRequest, plan: Entitlements) -> tuple[str, str] | None:
    """The first perk the request needs and the plan lacks, and the field that asks for it."""
    return next(
        ((perk, field) for perk, field in needed(request) if not plan.has(perk)),
        None,
    )


def needed(request: GenerationRequest) -> list[tuple[str, str]]:
    """Every perk the request needs, with the field that asks for it."""
    asked = {
        ("extension", "kind"): request.kind == "extension",
        ("camera", "params.camera"): "camera" in request.values,
        ("high_quality", "params.quality"): request.quality == HIGH,
        ("relaxed_lane", "params.lane"): request.relaxed,
    }
    return [perk for perk, wanted in asked.items() if wanted]
