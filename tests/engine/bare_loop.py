"""What plain diffusers makes of given frames: `python -m tests.engine.bare_loop FOLDER IN OUT`.

IN and OUT are .npz files. IN holds `prompt`, `seed`, `steps`, `frames`, `size` (width, height), and
maybe `video` (at frame 0) and `end` (at the last frame), in the pipeline's own size. OUT holds the
float `frames`. The engine is held equal to it.
"""

from __future__ import annotations

import sys

import numpy as np
import torch
from diffusers import DiffusionPipeline
from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition
from PIL import Image


def main() -> None:
    folder, asked, answer = sys.argv[1:]
    torch.set_num_threads(2)
    pipeline = DiffusionPipeline.from_pretrained(folder, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    with np.load(asked) as given:
        frames = int(given["frames"])
        conditions = []
        if "video" in given:
            pictures = [Image.fromarray(frame) for frame in given["video"]]
            start = {"image": pictures[0]} if len(pictures) == 1 else {"video": pictures}
            conditions.append(LTXVideoCondition(**start, frame_index=0))
        if "end" in given:
            end = Image.fromarray(given["end"])
            conditions.append(LTXVideoCondition(image=end, frame_index=frames - 1))
        width, height = map(int, given["size"])
        made = pipeline(
            conditions=conditions or None,
            prompt=[str(given["prompt"])],
            width=width,
            height=height,
            num_frames=frames,
            frame_rate=8,
            guidance_scale=3.0,
            num_inference_steps=int(given["steps"]),
            max_sequence_length=64,
            image_cond_noise_scale=0.0,
            generator=[torch.Generator().manual_seed(int(given["seed"]))],
            output_type="np",
        )
    np.savez(answer, frames=np.asarray(made.frames[0]))


if __name__ == "__main__":
    main()
