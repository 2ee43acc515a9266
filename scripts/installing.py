"""`make install`: the virtual environment and everything in it, skipped when nothing changed."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from pathlib import Path

from scripts.locks import locked
from scripts.places import PYTHON, ROOT, SITE_PACKAGES, VENV
from scripts.terminal import DiskFull, Stop, run_quietly, say, step

UV = "uv==0.13.9"
REQUIREMENTS = ROOT / "requirements"
EVERYTHING = REQUIREMENTS / "dev.txt"
STAMP = VENV / "installed"
LOG = VENV / "install.log"
LOCK_WAIT_S = 1800.0

# uv has its own names for what an administrator sets for pip.
PIP_TO_UV = {
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_CERT": "SSL_CERT_FILE",
}


def fingerprint() -> str:
    """What the environment depends on: every pin, and the Python it was made with."""
    parts = [path.read_bytes() for path in sorted(REQUIREMENTS.glob("*.txt"))]
    configuration = VENV / "pyvenv.cfg"
    parts.append(configuration.read_bytes() if configuration.exists() else b"")
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def current() -> bool:
    """Whether everything is installed as pinned."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == fingerprint()


def uv_environment() -> dict[str, str]:
    """The environment with pip's settings under uv's names; what is set for uv wins."""
    env = dict(os.environ)
    for pip_name, uv_name in PIP_TO_UV.items():
        if pip_name in env:
            env.setdefault(uv_name, env[pip_name])
    if "PIP_EXTRA_INDEX_URL" in env:
        # pip takes the best version over all indexes; uv by default the first index that has one.
        env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return env


def install() -> None:
    """Make the environment what the pins say. Raises Stop with one line."""
    if current():
        return
    with locked(REQUIREMENTS, wait_s=LOCK_WAIT_S):
        if current():
            return
        STAMP.unlink(missing_ok=True)
        # A half-made one lacks pip; one of another Python version has it elsewhere.
        if not (PYTHON.exists() and (SITE_PACKAGES / "pip").exists()):
            make_environment()
        with step("Installing packages (the first time takes minutes on a slow line)"):
            install_packages()
        STAMP.write_text(fingerprint())


def make_environment() -> None:
    """Make the virtual environment. Raises Stop when Python lacks what that takes."""
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise Stop(
            "This Python cannot make virtual environments: install its venv module "
            "(Debian and Ubuntu: apt-get install python3.11-venv)."
        )
    with step("Making the virtual environment"):
        run_quietly(
            [sys.executable, "-m", "venv", "--clear", VENV],
            purpose="Making the virtual environment",
            cwd=ROOT,
        )


def install_packages() -> None:
    """Install with uv, which takes seconds; with pip where uv does not work."""
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--quiet",
    ]
    try:
        run_quietly([*pip, UV], purpose="Installing uv", cwd=ROOT, log=LOG)
        run_quietly(
            [uv(), "pip", "install", "--python", PYTHON, "-r", EVERYTHING],
            purpose="Installing packages with uv",
            cwd=ROOT,
            env=uv_environment(),
            log=LOG,
        )
    except DiskFull:
        raise
    except Stop as error:
        say(f"  {error}; trying pip")
        run_quietly([*pip, "-r", EVERYTHING], purpose="Installing packages", cwd=ROOT, log=LOG)


def uv() -> Path:
    """The uv of the environment."""
    return VENV / "bin" / "uv"


def lock() -> None:
    """Compile requirements/*.in into exact pins. Raises Stop."""
    for source in ("web", "worker", "dev"):
        target = REQUIREMENTS / f"{source}.txt"
        with step(f"Compiling requirements/{target.name}"):
            compiled = run_quietly(
                [
                    uv(),
                    "pip",
                    "compile",
                    "--quiet",
                    "--no-annotate",
                    "--no-header",
                    "--python-version",
                    "3.11",
                    REQUIREMENTS / f"{source}.in",
                ],
                purpose=f"Compiling {source}.in",
                cwd=REQUIREMENTS,
                env=uv_environment(),
            )
            header = (
                f"# Compiled from {source}.in by `make lock`. Exact pins, transitive ones included."
            )
            # A link directory may offer a local build such as 2.13.0+cpu; the pin names none.
            lines = [line.partition("+")[0] for line in compiled.splitlines()]
            target.write_text("\n".join([header, *lines]) + "\n")
