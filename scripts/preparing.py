"""What has to be in place before the first process starts; every step does nothing when it is."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from scripts.places import PYTHON, ROOT, SITE_PACKAGES, VENV, Places
from scripts.servers import Servers
from scripts.terminal import Stop, run_quietly, step

STATIC_ROOT = ROOT / "static-root"
STATIC_STAMP = VENV / "static-files"
DEMO_SOURCE = ROOT / "generation" / "engine" / "demo_checkpoint.py"


def manage(places: Places, *arguments: str, purpose: str) -> str:
    """Run a management command; its standard output. Raises Stop."""
    return run_quietly(
        [PYTHON, "manage.py", *arguments], purpose=purpose, cwd=ROOT, log=places.log_file("start")
    )


def check_external(ours: Servers) -> None:
    """Ask the servers that are not ours. Raises Stop with a line for each that does not answer."""
    if ours.postgres and ours.valkey:
        return
    result = subprocess.run(
        [PYTHON, "-m", "scripts.external"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if result.returncode != 0:
        raise Stop((result.stdout or result.stderr).strip())


def digest(paths: Iterable[Path]) -> str:
    """One value for names, sizes and times of files; it changes when one of them does."""
    state = hashlib.sha256()
    for path in sorted(paths):
        stat = path.stat()
        state.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return state.hexdigest()


def collect_static(places: Places) -> None:
    """Gather stylesheets, scripts and pictures unless nothing changed. Raises Stop."""
    sources = [path for path in ROOT.glob("*/**/static/**/*") if path.is_file()]
    sources += [path for path in ROOT.glob("*/static/**/*") if path.is_file()]
    sources += SITE_PACKAGES.glob("*.dist-info/RECORD")
    wanted = digest(
        path for path in sources if not path.is_relative_to(VENV) or path.name == "RECORD"
    )
    manifest = STATIC_ROOT / "staticfiles.json"
    if manifest.exists() and STATIC_STAMP.exists() and STATIC_STAMP.read_text() == wanted:
        return
    with step("Collecting static files"):
        manage(places, "collectstatic", "--noinput", "--clear", purpose="Collecting static files")
    STATIC_STAMP.write_text(wanted)


def build_checkpoint(places: Places) -> None:
    """Build the small checkpoint once, unless other models are configured. Raises Stop."""
    if os.environ.get("ENGINE_IMAGE_MODEL") and os.environ.get("ENGINE_VIDEO_MODEL"):
        return
    # Asking the builder would import torch at every start: its source tells as well.
    stamp = places.demo_checkpoint.with_name("demo.source")
    source = hashlib.sha256(DEMO_SOURCE.read_bytes()).hexdigest()
    if places.demo_checkpoint.exists() and stamp.exists() and stamp.read_text() == source:
        return
    with step("Building the small demo checkpoint"):
        run_quietly(
            [PYTHON, "-m", "generation.engine.demo_checkpoint", places.demo_checkpoint],
            purpose="Building the demo checkpoint",
            cwd=ROOT,
            log=places.log_file("start"),
        )
    stamp.write_text(source)


def migrate(places: Places) -> None:
    """Bring the tables to what the code expects. Raises Stop."""
    with step("Migrating the database"):
        manage(places, "migrate", "--noinput", purpose="Migrating the database")


def seed(places: Places) -> str:
    """Load the launch catalogue and the demo sign-ins; the lines to show. Raises Stop."""
    with step("Loading the catalogue and the demo sign-ins"):
        return manage(places, "seed_demo", purpose="Loading the demo data").strip()
