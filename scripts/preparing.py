"""What has to be in place before the first process starts; every step does nothing when it is."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from scripts.places import PYTHON, ROOT, SITE_PACKAGES, VENV, Places
from scripts.servers import Servers
from scripts.terminal import Stop, run_quietly, step

APPS = ("config", "generation", "billing", "accounts")
STATIC_ROOT = ROOT / "static-root"
STATIC_STAMP = VENV / "static-files"


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


def static_sources() -> Iterator[Path]:
    """Files that decide what is collected: those of our apps, the settings, the packages."""
    for app in APPS:
        for folder, _, names in os.walk(ROOT / app):
            if "static" in Path(folder).parts:
                yield from (Path(folder, name) for name in names)
    yield from (ROOT / "config" / "settings").glob("*.py")
    yield from SITE_PACKAGES.glob("*.dist-info/RECORD")


def collect_static(places: Places) -> None:
    """Gather stylesheets, scripts and pictures unless nothing changed. Raises Stop."""
    wanted = digest(static_sources())
    manifest = STATIC_ROOT / "staticfiles.json"
    if manifest.exists() and STATIC_STAMP.exists() and STATIC_STAMP.read_text() == wanted:
        return
    with step("Collecting static files"):
        run_quietly(
            [PYTHON, "manage.py", "collectstatic", "--noinput", "--clear"],
            purpose="Collecting static files",
            cwd=ROOT,
            log=places.log_file("start"),
        )
    STATIC_STAMP.write_text(wanted)


def load_database(places: Places) -> str:
    """Migrate, load the catalogue and the demo sign-ins; the lines to show. Raises Stop."""
    with step("Migrating the database and loading the demo sign-ins"):
        return run_quietly(
            [PYTHON, "-m", "scripts.loading"],
            purpose="Preparing the database",
            cwd=ROOT,
            log=places.log_file("start"),
        ).strip()
