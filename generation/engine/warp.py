"""Looks at rendered frames through a virtual camera."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from generation.engine.camera import view_maps
from generation.engine.types import Camera

Frames = NDArray[np.floating[Any]]
AT_ONCE = 8


def look(
    frames: Frames, camera: Camera, *, width: int, height: int, anchored: bool, device: str
) -> Frames:
    """The clip as `camera` sees it: float frames [frames, height, width, 3].

    width, height: the middle part of the frames that would be delivered if nothing moved. Where a
    view leaves the frame, which only one that is anchored does, it is mirrored at the edge.
    """
    plate_height, plate_width = frames.shape[1:3]
    maps = view_maps(
        camera,
        len(frames),
        aspect=height / width,
        plate_aspect=plate_height / width,
        anchored=anchored,
    )
    x = (torch.arange(width, dtype=torch.float64) + 0.5) / width * 2 - 1
    y = ((torch.arange(height, dtype=torch.float64) + 0.5) / height * 2 - 1) * height / width
    view = torch.stack(
        [x.expand(height, width), y[:, None].expand(height, width), torch.ones(height, width)], -1
    )
    # From half widths of the view to -1 … 1 across the plate.
    scale = torch.tensor([width / plate_width, width / plate_height], dtype=torch.float64)
    seen = np.empty((len(frames), height, width, 3), np.float32)
    for start in range(0, len(frames), AT_ONCE):
        part = torch.from_numpy(np.ascontiguousarray(frames[start : start + AT_ONCE])).float()
        at = view @ torch.from_numpy(maps[start : start + AT_ONCE]).transpose(1, 2)[:, None]
        grid = (at[..., :2] / at[..., 2:] * scale).float()
        looked = torch.nn.functional.grid_sample(
            part.permute(0, 3, 1, 2).to(device),
            grid.to(device),
            mode="bicubic",
            padding_mode="reflection",
            align_corners=False,
        )
        seen[start : start + AT_ONCE] = looked.permute(0, 2, 3, 1).cpu().numpy()
    return seen
