"""A Chromium for browser tests: an installed one, else one that gets installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from scripts.places import PYTHON, ROOT, VENV
from scripts.terminal import Stop, step, warn

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")
LOG = VENV / "browser.log"


def works(program: str) -> bool:
    """Whether a browser really starts: a distribution may install a name that only explains."""
    try:
        return subprocess.run([program, "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


def installed() -> str | None:
    """The Chromium of this machine; CHROMIUM_PATH wins, and raises Stop when it is none."""
    chosen = os.environ.get("CHROMIUM_PATH")
    if chosen:
        if not works(chosen):
            raise Stop(f"CHROMIUM_PATH={chosen} is no browser that starts.")
        return chosen
    for name in NAMES:
        program = shutil.which(name)
        if program and works(program):
            return program
    return None


def logged(command: list[str | Path]) -> bool:
    """Run an installer, its output in the log; whether it succeeded."""
    env = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    with LOG.open("ab") as log:
        return (
            subprocess.run(
                command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            ).returncode
            == 0
        )


def from_distribution() -> str | None:
    """Install Debian's Chromium and a Chinese font where this user may."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    install: list[str | Path] = ["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES]
    with step("Installing Chromium for browser tests"):
        if logged(["apt-get", "update"]):
            logged(install)
    return installed()


def from_playwright() -> bool:
    """Have Playwright download its own; whether it has one."""
    with step("Downloading Chromium for browser tests"):
        return logged([PYTHON, "-m", "playwright", "install", "chromium"])


def provide() -> None:
    """Make sure that browser tests find a browser, told to them in CHROMIUM_PATH.

    Without one a line says that browser tests are skipped; with CI=true it raises Stop.
    """
    program = installed() or from_distribution()
    if program is not None:
        os.environ["CHROMIUM_PATH"] = program
    elif not from_playwright():
        line = f"No Chromium could be found or installed (log: {LOG})"
        if os.environ.get("CI") == "true":
            raise Stop(f"{line}: browser tests cannot run.")
        warn(f"{line}: BROWSER TESTS ARE SKIPPED. Install chromium, or set CHROMIUM_PATH.")
