"""How a camera can be told to move: six axes, and the named master moves. Pure.

Above 0 the camera goes right (horizontal) and up (vertical), comes nearer (zoom), turns right (pan)
and up (tilt), and rolls clockwise; ten is as much as the model can.
"""

from __future__ import annotations

from collections.abc import Mapping

from generation.types import BadParam

AXES = ("horizontal", "vertical", "zoom", "pan", "tilt", "roll")
AXIS_MAX = 10

# What each master move does on the six axes.
MOVES: Mapping[str, Mapping[str, int]] = {
    "down_back": {"vertical": -6, "zoom": -6},
    "forward_up": {"vertical": 6, "zoom": 6},
    "right_turn_forward": {"pan": 6, "zoom": 6},
    "left_turn_forward": {"pan": -6, "zoom": 6},
}


def amounts(camera: Mapping[str, object] | None) -> dict[str, int]:
    """How far a camera that was read moves on each axis; empty when it stands still."""
    if not camera:
        return {}
    move = camera.get("move")
    said = MOVES[move] if isinstance(move, str) else camera
    return {axis: amount for axis, amount in said.items() if isinstance(amount, int)}


class CameraMove:
    """`{"move": name}`, or a number for each axis that moves."""

    schema: Mapping[str, object] = {
        "type": "object",
        "description": (
            "Either `move`, a master move, or axes. Above 0 the camera goes right (horizontal) and "
            "up (vertical), comes nearer (zoom), turns right (pan) and up (tilt), rolls clockwise."
        ),
        "properties": {
            "move": {"type": "string", "enum": list(MOVES)},
            **{
                axis: {"type": "integer", "minimum": -AXIS_MAX, "maximum": AXIS_MAX, "default": 0}
                for axis in AXES
            },
        },
        "additionalProperties": False,
    }

    def read(self, value: object) -> object:
        """The move as it was said, without axes that stand still. Raises BadParam."""
        if not isinstance(value, Mapping):
            raise BadParam("must be an object")
        if "move" in value:
            return _master_move(value)
        for axis, amount in value.items():
            if axis not in AXES:
                raise BadParam(f"has no axis {str(axis)[:20]!r}; there are: {', '.join(AXES)}")
            if type(amount) is not int or not -AXIS_MAX <= amount <= AXIS_MAX:
                raise BadParam(f"{axis} must be a whole number from -{AXIS_MAX} to {AXIS_MAX}")
        return {axis: value[axis] for axis in AXES if value.get(axis)} or None


def _master_move(value: Mapping[object, object]) -> object:
    move = value["move"]
    if not isinstance(move, str) or move not in MOVES:
        raise BadParam(f"move must be one of: {', '.join(MOVES)}")
    if any(amount != 0 for name, amount in value.items() if name != "move"):
        raise BadParam("is either a move or axes, not both")
    return {"move": move}
