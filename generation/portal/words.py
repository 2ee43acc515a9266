"""Kinds, axes and moves as people read them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KIND_WORDS: dict[str, Promise] = {
    "image": _("Picture"),
    "video": _("Video"),
    "image_to_video": _("Picture to video"),
    "extension": _("Extended clip"),
    "effect": _("Effect"),
    "creative": _("Creative"),
}
# The master moves.
MOVE_WORDS: dict[str, Promise] = {
    "down_back": _("Down and back"),
    "forward_up": _("Forward and up"),
    "right_turn_forward": _("Turn right, forward"),
    "left_turn_forward": _("Turn left, forward"),
}
# Each axis with what its two ends are.
AXIS_WORDS: dict[str, tuple[Promise, Promise, Promise]] = {
    "horizontal": (_("Sideways"), _("to the left"), _("to the right")),
    "vertical": (_("Up and down"), _("downwards"), _("upwards")),
    "zoom": (_("Nearer and farther"), _("farther"), _("nearer")),
    "pan": (_("Turn"), _("to the left"), _("to the right")),
    "tilt": (_("Tilt"), _("downwards"), _("upwards")),
    "roll": (_("Roll"), _("to the left"), _("to the right")),
}
