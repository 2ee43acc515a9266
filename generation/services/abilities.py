"""What the operator's models can make at all."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from billing.errors import NotForSale
from generation.model_registry import FIRST_FRAME, IMAGE, LAST_FRAME, PREFIX, VIDEO
from generation.types import GenerationRequest


def check_makeable(request: GenerationRequest) -> None:
    """Raises NotForSale for what no model in the registry can make."""
    check_needs(needs_of(request))


def check_needs(needs: set[str]) -> None:
    """Raises NotForSale where no model in the registry does all of this."""
    if settings.MODEL_REGISTRY.default_for(needs) is None:
        raise NotForSale(
            _("No model here can make this."), fields={"kind": "no model here can make this"}
        )


def needs_of(request: GenerationRequest) -> set[str]:
    """The abilities a model must have to make it."""
    if request.spec.makes == "image":
        return {IMAGE}
    given = {"image": FIRST_FRAME, "inputs": FIRST_FRAME, "image_tail": LAST_FRAME, "video": PREFIX}
    return {VIDEO, *(need for name, need in given.items() if name in request.values)}
