"""Effects as they are on offer now, or as they were for a job."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from generation.effects import EffectInput, EffectOffer
from generation.models import EffectVersion


@dataclass(frozen=True, slots=True)
class LiveEffect:
    """An effect and whether new jobs may use it."""

    offer: EffectOffer
    enabled: bool


def live_effects() -> list[LiveEffect]:
    """Every effect in its highest version, in the order of the gallery."""
    versions = EffectVersion.objects.select_related("template").order_by(
        "template__position", "template_id", "-version"
    )
    return [_live(row) for row in versions.distinct("template__position", "template_id")]


def live_effect(code: str) -> LiveEffect | None:
    """The effect with this code; None when there is none."""
    versions = EffectVersion.objects.select_related("template").filter(template_id=code)
    row = versions.order_by("-version").first()
    return _live(row) if row is not None else None


def effect_of(*, code: str, version: int) -> EffectOffer:
    """What an effect said in a version, as a job of it remembers. Raises DoesNotExist."""
    return offer_of(EffectVersion.objects.get(template_id=code, version=version).content)


def offer_of(content: Mapping[str, Any]) -> EffectOffer:
    """A stored version as a value."""
    inputs = tuple(EffectInput(**one) for one in content["inputs"])
    return EffectOffer(**{**content, "inputs": inputs, "lengths": tuple(content["lengths"])})


def _live(row: EffectVersion) -> LiveEffect:
    return LiveEffect(offer_of(row.content), row.template.enabled)


def names_of(codes: Collection[str]) -> dict[tuple[str, int], dict[str, str]]:
    """The names of these effects by language, for each of their versions."""
    rows = EffectVersion.objects.filter(template__in=codes)
    return {(row.template_id, row.version): row.content["name"] for row in rows}
