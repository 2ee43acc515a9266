"""A bare diffusers loop: `python -m bench._engine.bare FOLDER WIDTH HEIGHT FRAMES FPS STEPS`.

Makes one clip for each line it reads, and answers with a line when its frames are there. What the
engine adds is measured against it: same checkpoint, same call, same number of threads.
"""

from __future__ import annotations

import sys

import diffusers
import torch

THREADS_MAX = 4


def main() -> None:
    folder = sys.argv[1]
    width, height, frames, fps, steps = map(int, sys.argv[2:])
    diffusers.logging.set_verbosity_error()
    diffusers.logging.disable_progress_bar()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cpu":
        torch.set_num_threads(max(1, min(THREADS_MAX, torch.get_num_threads() // 2)))
    pipeline = diffusers.DiffusionPipeline.from_pretrained(
        folder,
        local_files_only=True,
        use_safetensors=True,
        dtype=torch.float32 if device == "cpu" else torch.bfloat16,
    ).to(device)
    pipeline.set_progress_bar_config(disable=True)
    for line in sys.stdin:
        pipeline(
            prompt=[f"waves {line.strip()}"],
            width=width,
            height=height,
            num_frames=frames,
            frame_rate=fps,
            guidance_scale=3.0,
            num_inference_steps=steps,
            max_sequence_length=64,
            generator=[torch.Generator("cpu").manual_seed(int(line))],
            output_type="np",
        )
        sys.stdout.write("made\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
