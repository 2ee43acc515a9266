"""`make bench BENCH=engine`: what the engine adds to diffusers, and what a clip costs besides.

Everything runs on one machine, interleaved, `BENCH_ROUNDS` times, on CUDA where there is one; the
demo checkpoint is built for it. Writes the section `engine` of bench/RESULTS.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from bench import _report as report
from generation.engine.process import ChildEngine
from generation.engine.types import EngineConfig, Outcome, Rendered, RenderSpec
from generation.known_models import of_two
from generation.stamp.brand_mark import draw_brand_mark
from generation.stamp.stamping import stamp_clip
from generation.stamp.types import StampOrder

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
CLIPS = int(os.environ.get("BENCH_CLIPS", "3"))
# As the demo checkpoint renders it: nothing is scaled, so that both sides do the same work.
WIDTH, HEIGHT, SECONDS, FRAMES, FPS, STEPS = 128, 96, 5, 41, 8, 40
PICTURES = 8
RATIOS: report.Ratios = {
    "engine.overhead": ("clip, our path", "clip, bare diffusers", "at most 1.05"),
    "engine.batch_gain": ("8 pictures one by one", "8 pictures in a batch", "at least 2.0"),
    "engine.encode_cpu_seconds_720p_5s": ("encoding, CPU", "one clip", "at most 2.5"),
    "engine.mark_share": ("brand mark, CPU", "encoding, CPU", "at most 0.1"),
    "engine.cold_vs_warm": ("picture, cold", "picture, warm", ""),
}


def main() -> None:
    """Builds, measures, writes."""
    measured: report.Measured = {}
    with tempfile.TemporaryDirectory(prefix="bench-engine-") as home:
        folder = Path(home) / "demo"
        subprocess.run(
            [sys.executable, "-m", "generation.engine.demo_checkpoint", folder],
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        registry = of_two(str(folder), None, str(folder), None)
        config = EngineConfig(registry, "", Path(home) / "scratch", batch_max=PICTURES)
        with ChildEngine(config) as engine, bare_loop(folder) as bare:
            engine.warm()
            todo = steps(engine, bare, config)
            for number in range(-1, ROUNDS):  # the first warms up and is not counted
                for name, step in todo.items():
                    seconds = step()
                    if number >= 0:
                        measured.setdefault(name, []).append(seconds)
                        print(f"round {number + 1}/{ROUNDS}  {name:<24} {seconds:>8.3f} s")
            told = facts(engine)
    units = dict.fromkeys(measured, "s")
    report.write("engine", RATIOS, measured, told | report.machine(), units)


def steps(
    engine: ChildEngine, bare: Callable[[], float], config: EngineConfig
) -> dict[str, Callable[[], float]]:
    """What a round does, in order; each answers seconds."""
    clip = RenderSpec(
        "video", "waves", seed=7, width=WIDTH, height=HEIGHT, seconds=SECONDS, steps=STEPS
    )
    pictures = [RenderSpec("image", "waves", seed=seed) for seed in range(PICTURES)]
    frames = entropic_clip()

    ours: list[float] = []

    def by_turns() -> float:
        """Clips of both by turns, since a shared machine drifts; answers the bare ones'."""
        ours.clear()
        seconds = 0.0
        for _ in range(CLIPS):
            seconds += bare()
            ours.append(timed(engine, [clip]))
        return seconds / CLIPS

    def one_by_one() -> float:
        return sum(timed(engine, [picture]) for picture in pictures)

    def cold() -> float:
        started = time.monotonic()
        with ChildEngine(config) as fresh:
            timed(fresh, pictures[:1])
        return time.monotonic() - started

    return {
        "clip, bare diffusers": by_turns,
        "clip, our path": lambda: sum(ours) / CLIPS,
        "8 pictures one by one": one_by_one,
        "8 pictures in a batch": lambda: timed(engine, pictures),
        "encoding, CPU": lambda: encoding(frames),
        "brand mark, CPU": lambda: marking(frames),
        "one clip": lambda: 1.0,
        "picture, cold": cold,
        "picture, warm": lambda: timed(engine, pictures[:1]),
    }


def timed(engine: ChildEngine, specs: list[RenderSpec]) -> float:
    """Seconds until every piece is here."""
    started = time.monotonic()
    rendered(engine, specs)
    return time.monotonic() - started


def rendered(engine: ChildEngine, specs: list[RenderSpec]) -> list[Rendered]:
    """The pieces. Raises what became of one that was not made."""
    outcomes: list[Outcome] = engine.render_batch(specs, lambda progress: None, list)
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    return [outcome for outcome in outcomes if isinstance(outcome, Rendered)]


@contextmanager
def bare_loop(folder: Path) -> Iterator[Callable[[], float]]:
    """A running loop of plain diffusers; calling it makes one clip and answers its seconds."""
    numbers = map(str, (WIDTH, HEIGHT, FRAMES, FPS, STEPS))
    with subprocess.Popen(
        [sys.executable, "-m", "bench._engine.bare", folder, *numbers],
        cwd=ROOT,
        # As the engine starts its child.
        env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, answers = process.stdin, process.stdout

        def make() -> float:
            started = time.monotonic()
            asked.write("7\n")
            asked.flush()
            if answers.readline() != "made\n":
                raise RuntimeError("the bare loop ended")
            return time.monotonic() - started

        yield make
        asked.close()


def entropic_clip() -> NDArray[np.uint8]:
    """Five seconds of 720p at 24 a second: soft shapes that drift, with a little grain."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[0:720, 0:1280].astype(np.float32) / 90
    grain = rng.integers(-5, 6, (8, 720, 1280, 3), np.int16)
    frames = np.empty((121, 720, 1280, 3), np.uint8)
    for at in range(len(frames)):
        way = at / 24
        light = np.stack(
            [np.sin(x + way) + np.cos(y), np.sin(y * 1.3 - way) + np.cos(x), np.sin(x + y + way)],
            -1,
        )
        frames[at] = np.clip(light * 55 + 128 + grain[at % 8], 0, 255)
    return frames


def encoded(frames: NDArray[np.uint8]) -> bytes:
    """The file without a visible mark."""
    order = StampOrder(brand_mark=False, producer="BENCH", produce_id="1", software="Inkling bench")
    return stamp_clip(frames, 24, order).data


def encoding(frames: NDArray[np.uint8]) -> float:
    """CPU seconds of all threads for the file."""
    started = time.process_time()
    encoded(frames)
    return time.process_time() - started


def marking(frames: NDArray[np.uint8]) -> float:
    """CPU seconds for the brand mark on every frame."""
    copy = frames.copy()
    started = time.process_time()
    for frame in copy:
        draw_brand_mark(frame, "Inkling")
    return time.process_time() - started


def facts(engine: ChildEngine) -> dict[str, str]:
    """What it ran with, and how far a seed's pixels differ alone and in a batch."""
    specs = [RenderSpec("image", f"waves {seed}", seed=seed) for seed in range(PICTURES)]
    together = rendered(engine, specs)
    differences = [
        np.abs(rendered(engine, [spec])[0].frames.astype(int) - piece.frames)
        for spec, piece in zip(specs, together, strict=True)
    ]
    largest = max(int(one.max()) for one in differences)
    share = median(float((one > 0).mean()) for one in differences)
    return {
        "device": together[0].device,
        "checkpoint": "demo (random weights, LTX shape, about 1 million parameters)",
        "rounds": f"{ROUNDS}; clips of {SECONDS} s at {WIDTH} x {HEIGHT}, {STEPS} steps",
        "a seed alone and in a batch of 8": f"differs by at most {largest} of 255,"
        f" in {share:.3%} of the values",
        "encoded": f"121 frames of 1280 x 720, {len(encoded(entropic_clip())) / 1e6:.1f} MB",
    }
