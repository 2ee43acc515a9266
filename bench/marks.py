"""`make bench BENCH=marks`: what the marks cost beside encoding the same frames without any.

Every mark at once: brand mark, visible label on every frame, AIGC field, signed manifest, both
hashes. Interleaved, `BENCH_ROUNDS` times; ratios are medians of the rounds' ratios. What is counted
is processor time of all threads, which other programs on the machine change least.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
from PIL import Image

from bench import _report as report
from generation.stamp.aigc import aigc_label
from generation.stamp.certificates import make_chain
from generation.stamp.encoding import encode_mp4, encode_png
from generation.stamp.stamping import stamp_clip, stamp_picture
from generation.stamp.types import StampOrder

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
WIDTH, HEIGHT, FRAMES, FPS = 1280, 720, 121, 24
RATIOS: report.Ratios = {
    "marks.clip_vs_encode": ("clip, all marks", "clip, encoded only", "at most 1.25"),
    "marks.picture_vs_encode": ("picture, all marks", "picture, encoded only", ""),
}


def main() -> None:
    """Measures and writes."""
    small = np.random.default_rng(1).integers(0, 256, (24, 48, 3), np.uint8)
    wide = np.asarray(Image.fromarray(small).resize((WIDTH + 4 * FRAMES, HEIGHT)))
    frames = np.stack([wide[:, 4 * step : 4 * step + WIDTH] for step in range(FRAMES)])
    now = datetime.now(UTC)
    order = StampOrder(
        brand_mark=True,
        producer="BENCH",
        produce_id="bench",
        software="Inkling bench",
        label="AI生成 / AI-generated",
        signing=make_chain("Bench", now=now),
        made_at=now,
    )
    label = aigc_label("BENCH", "bench")
    cases: dict[str, Callable[[], object]] = {
        "clip, all marks": lambda: stamp_clip(frames, FPS, order),
        "clip, encoded only": lambda: encode_mp4(frames, (WIDTH, HEIGHT), FPS, label, "bench"),
        "picture, all marks": lambda: stamp_picture(frames[0], order),
        "picture, encoded only": lambda: encode_png(frames[0], label, "bench"),
    }
    measured: report.Measured = {}
    for number in range(ROUNDS):
        for name, case in cases.items():
            before = time.process_time()
            case()
            measured.setdefault(name, []).append((time.process_time() - before) * 1000)
            print(f"round {number + 1}/{ROUNDS}  {name:<22} {measured[name][-1]:>8,.0f} ms")
    clip = f"{FRAMES} frames of {WIDTH} × {HEIGHT}, x264 veryfast; pictures PNG"
    told = {"rounds": str(ROUNDS), "clip": clip, **report.machine()}
    report.write("marks", RATIOS, measured, told, dict.fromkeys(cases, "ms of processor time"))
