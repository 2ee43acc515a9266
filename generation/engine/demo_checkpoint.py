"""Build the demo checkpoint: `python -m generation.engine.demo_checkpoint DIR`.

A small LTX-shaped checkpoint with random weights: it takes every path a production checkpoint
takes, in a fraction of a second, and makes washes of colour that follow prompt and seed but show
nothing. The same version builds the same weights.
"""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from generation.engine.profiles import PROFILE_FILE, Profile

# Raise it whenever a change here or in demo_weights changes a weight or the profile: a folder of
# another version is built anew.
VERSION = 2
VERSION_FILE = "demo_version.json"
PROFILE = Profile(
    name="demo",
    steps=10,
    guidance=3.0,
    size_multiple=32,
    frame_ratio=8,
    fps=8,
    image_size=(512, 512),
    video_size=(640, 360),
    render_long_side=128,
    call={"max_sequence_length": 64},
)


def build(folder: Path) -> bool:
    """Build the checkpoint into `folder` unless it is complete. Returns whether it was built.

    It appears in one rename: a folder that exists under its name is whole.
    """
    if _is_complete(folder):
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        fresh = Path(scratch) / "checkpoint"
        # By name: importing it loads torch, which a checkpoint that is there does not need.
        importlib.import_module("generation.engine.demo_weights").save(fresh)
        (fresh / PROFILE_FILE).write_text(json.dumps(asdict(PROFILE), indent=2) + "\n")
        (fresh / VERSION_FILE).write_text(json.dumps({"version": VERSION}) + "\n")
        try:
            if folder.exists():
                folder.rename(Path(scratch) / "replaced")
            fresh.rename(folder)
        except OSError:
            # Somebody else may have finished the same work first.
            if not _is_complete(folder):
                raise
            return False
    return True


def _is_complete(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / VERSION_FILE).read_text()) == {"version": VERSION})
    except (OSError, ValueError):
        return False


def main() -> None:
    """Build into the folder given as the only argument and say so in one line."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m generation.engine.demo_checkpoint DIR")
    folder = Path(sys.argv[1])
    built = build(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    state = "built" if built else "found"
    sys.stdout.write(f"demo checkpoint {state}: {folder} ({size / 1e6:.1f} MB)\n")


if __name__ == "__main__":
    main()
