"""Where things are: the source tree, its virtual environment and the data folder."""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from scripts.terminal import Stop, disk_full_line

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SITE_PACKAGES = VENV / "lib" / "python3.11" / "site-packages"

# The longest path a unix socket may have on Linux; macOS allows four bytes less.
SOCKET_PATH_BYTES = 103
ROOM_BYTES = 100 * 1024 * 1024


def home_folder() -> Path:
    """The data folder, as config/env.py chooses it too."""
    explicit = os.environ.get("INKLING_HOME")
    if explicit:
        return Path(explicit).expanduser().resolve()
    if os.geteuid() == 0:
        return Path("/var/lib/inkling")
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "inkling"


@dataclass(frozen=True)
class Places:
    """The folders and files of one data folder."""

    home: Path

    @property
    def run(self) -> Path:
        """Sockets, locks and pid files. Only its owner may enter: logins there need no password."""
        return self.home / "run"

    @property
    def log(self) -> Path:
        """One log file a process."""
        return self.home / "log"

    @property
    def postgres_data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "postgres"

    @property
    def valkey_data(self) -> Path:
        """Valkey's append-only file."""
        return self.home / "valkey"

    @property
    def programs(self) -> Path:
        """PostgreSQL's programs, copied to where `nobody` may read them (root only)."""
        return self.home / "programs"

    @property
    def postgres_socket(self) -> Path:
        """The socket as PostgreSQL names it for port 5432."""
        return self.run / ".s.PGSQL.5432"

    @property
    def valkey_socket(self) -> Path:
        """The socket of Valkey."""
        return self.run / "valkey.sock"

    def log_file(self, name: str) -> Path:
        """The log of one process."""
        return self.log / f"{name}.log"

    def prepare(self) -> None:
        """Make the folders. Raises Stop when the path is too long or may not be used."""
        if len(os.fsencode(self.postgres_socket)) > SOCKET_PATH_BYTES:
            raise Stop(
                f"INKLING_HOME is too long for a unix socket ({self.postgres_socket} has more than "
                f"{SOCKET_PATH_BYTES} bytes): set it to a shorter path."
            )
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            # Sign-in codes, addresses and people's pictures: for the owner's eyes only.
            for name in ("run", "log", "mail", "artifacts", "scratch"):
                folder = self.home / name
                folder.mkdir(exist_ok=True)
                folder.chmod(0o700)
        except OSError as error:
            raise Stop(
                f"The data folder {self.home} cannot be used ({error.strerror}): set INKLING_HOME."
            ) from None

    def check_room(self) -> None:
        """Raises Stop when the disk has too little room for a start."""
        if shutil.disk_usage(self.home).free < ROOM_BYTES:
            raise Stop(disk_full_line(self.home))

    def closed_parent(self) -> Path | None:
        """The first folder above the data folder that other users may not enter, if any."""
        for folder in reversed(self.home.parents):
            if not folder.stat().st_mode & stat.S_IXOTH:
                return folder
        return None


def places() -> Places:
    """The data folder in use, made known to every child process through INKLING_HOME."""
    home = home_folder()
    os.environ["INKLING_HOME"] = str(home)
    return Places(home)
