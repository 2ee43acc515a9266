"""Kling's camera control as our camera. Pure.

Axes mean the same here and there but one: above 0 their zoom shortens the focal length, so more is
seen, while ours comes nearer.
"""

from __future__ import annotations

from collections.abc import Mapping

from generation.kinds.camera import AXES, AXIS_MAX, MOVES
from generation.types import BadParam

SIMPLE = "simple"


def camera_of(value: object) -> dict[str, object]:
    """Our camera for a `camera_control`. Raises BadParam."""
    if not isinstance(value, Mapping):
        raise BadParam("must be an object")
    unknown = value.keys() - {"type", "config"}
    if unknown:
        raise BadParam(f"has no member {min(map(str, unknown))[:40]}")
    kind = value.get("type")
    if kind != SIMPLE and not (isinstance(kind, str) and kind in MOVES):
        raise BadParam(f"type must be one of: {', '.join((SIMPLE, *MOVES))}")
    moved = _moved(value.get("config"))
    if kind == SIMPLE:
        if len(moved) != 1:
            raise BadParam("config of type simple needs exactly one axis that is not 0")
        return dict(moved)
    if moved:
        raise BadParam(f"config belongs to type {SIMPLE}")
    return {"move": kind}


def _moved(config: object) -> Mapping[str, int]:
    """The axes of a config that are not 0, as ours; what is left out is 0. Raises BadParam."""
    if config is None:
        return {}
    if not isinstance(config, Mapping):
        raise BadParam("config must be an object")
    unknown = config.keys() - set(AXES)
    if unknown:
        raise BadParam(f"config has no axis {min(map(str, unknown))[:40]}")
    read = {axis: _amount(axis, config[axis]) for axis in AXES if config.get(axis) is not None}
    return {
        axis: -amount if axis == "zoom" else amount for axis, amount in read.items() if amount != 0
    }


def _amount(axis: str, value: object) -> int:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not -AXIS_MAX <= value <= AXIS_MAX:  # type: ignore[operator]
        raise BadParam(f"config.{axis} must be a number from -{AXIS_MAX} to {AXIS_MAX}")
    if value != int(value):  # type: ignore[call-overload]
        raise BadParam(f"config.{axis} must be a whole number: cameras here move in whole steps")
    return int(value)  # type: ignore[call-overload,no-any-return]
