"""Reads documented environment variables, each as what it means; a wrong one stops the start."""

from __future__ import annotations

import os
import re
import zoneinfo
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import environ
from django.core.exceptions import ImproperlyConfigured

from config.env import DOCUMENTED
from generation.model_registry import Registry, RegistryError, read


class Env:
    """Typed reads of documented variables only; an undocumented name is a bug and raises."""

    def __init__(self, source: Mapping[str, str] | None = None) -> None:
        self._environ = environ.Env()
        if source is not None:
            self._environ.ENVIRON = dict(source)

    def _documented(self, name: str) -> str:
        if name not in DOCUMENTED:
            raise KeyError(f"{name} is read but not documented in config/env.py")
        return name

    def string(self, name: str, default: str = "") -> str:
        """The variable as text; an empty value counts as unset."""
        return str(self._environ.str(self._documented(name), default="")) or default

    def integer(self, name: str, default: int) -> int:
        """The variable as a whole number from 0. Raises ImproperlyConfigured when it is not one."""
        text = self.string(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit()):
            raise ImproperlyConfigured(f"{name} must be a whole number from 0, not {text!r}")
        return int(text)

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """The variable in upper case. Raises ImproperlyConfigured unless it is one of `choices`."""
        text = self.string(name, default).upper()
        if text not in choices:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {text!r}")
        return text

    def percent_bp(self, name: str) -> int:
        """A percentage of 0 to 100 with at most two decimals, in basis points.

        Raises ImproperlyConfigured.
        """
        text = self.string(name, "0")
        match = re.fullmatch(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?", text)
        rate_bp = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else -1
        if not 0 <= rate_bp <= 10_000:
            raise ImproperlyConfigured(f"{name} must be a rate such as 6 or 8.25, not {text!r}")
        return rate_bp

    def bucket(self, name: str) -> dict[str, str]:
        """A bucket with its folder, endpoint, region, key and secret; empty when it is unset."""
        if not self.string(name):
            return {}
        parts = ("folder", "endpoint", "region", "key", "secret")
        said = {part: self.string(f"{name}_{part.upper()}") for part in parts}
        return {"bucket": self.string(name), **said}

    def days_by_plan(self, name: str, default: str) -> dict[str, int]:
        """Such as "free:30,*:365", by the code of a plan. Raises ImproperlyConfigured."""
        text = self.string(name, default)
        days: dict[str, int] = {}
        for part in text.split(","):
            match = re.fullmatch(r"\s*([\w.-]+|\*)\s*:\s*([0-9]{1,5})\s*", part)
            if match is None or match[1] in days:
                raise ImproperlyConfigured(f"{name} must be like free:30,*:365, not {text!r}")
            days[match[1]] = int(match[2])
        if "*" not in days:
            raise ImproperlyConfigured(f"{name} must name the days of all other plans, as in *:365")
        return days

    def device(self, name: str) -> str:
        """The variable as a torch device, "" when unset. Raises ImproperlyConfigured."""
        text = self.string(name)
        if not re.fullmatch(r"(cpu|mps|cuda(:[0-9]+)?)?", text):
            raise ImproperlyConfigured(f"{name} must be cpu, cuda, cuda:N or mps, not {text!r}")
        return text

    def model(self, name: str, default: str) -> str:
        """The variable as a checkpoint: a folder, or a repository with its revision beside it.

        Raises ImproperlyConfigured when it is neither.
        """
        text = self.string(name)
        if not text or Path(text).is_dir():
            return text or default
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", text):
            raise ImproperlyConfigured(f"{name}: there is no folder {text!r}")
        revision = name.replace("_MODEL", "_REVISION")
        if self.revision(revision) is None:
            raise ImproperlyConfigured(f"{name} is a repository, so {revision} must be set too")
        return text

    def registry(self, name: str) -> Registry | None:
        """The registry of models in the file that the variable names, None when it is unset.

        Raises ImproperlyConfigured.
        """
        text = self.string(name)
        try:
            return read(Path(text)) if text else None
        except RegistryError as error:
            raise ImproperlyConfigured(f"{name}: {error}") from None

    def both_files(self, first: str, second: str) -> tuple[str, str]:
        """Two variables that name existing files, both or neither. Raises ImproperlyConfigured."""
        paths = self.string(first), self.string(second)
        for name, path in zip((first, second), paths, strict=True):
            if path and not Path(path).is_file():
                raise ImproperlyConfigured(f"{name}: there is no file {path!r}")
        if bool(paths[0]) != bool(paths[1]):
            raise ImproperlyConfigured(f"{first} and {second} are set together or not at all")
        return paths

    def folder(self, name: str, default: Path) -> Path:
        """The variable as an existing folder. Raises ImproperlyConfigured."""
        text = self.string(name)
        if text and not Path(text).is_dir():
            raise ImproperlyConfigured(f"{name}: there is no folder {text!r}")
        return Path(text) if text else default

    def listing(self, name: str, default: list[str]) -> list[str]:
        """The variable as comma-separated texts."""
        text = self.string(name)
        return [part.strip() for part in text.split(",") if part.strip()] if text else default

    def model_aliases(self, name: str, registry: Registry) -> dict[str, str]:
        """The variable as `alias=model` pairs. Raises ImproperlyConfigured for what is no pair,
        for a model that is not there and for an alias that is a model's own name."""
        aliases: dict[str, str] = {}
        for pair in self.listing(name, []):
            alias, _, model_id = (part.strip() for part in pair.partition("="))
            if not alias or registry.get(model_id) is None or registry.get(alias) is not None:
                raise ImproperlyConfigured(
                    f"{name}: {pair!r} is not ALIAS=MODEL with a model of the registry"
                )
            aliases[alias] = model_id
        return aliases

    def zone(self, name: str, default: str) -> str:
        """The variable as an IANA time-zone name. Raises ImproperlyConfigured when unknown."""
        text = self.string(name, default)
        try:
            zoneinfo.ZoneInfo(text)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            raise ImproperlyConfigured(
                f"{name} must be a time zone such as Asia/Shanghai, not {text!r}"
            ) from None
        return text

    def revision(self, name: str) -> str | None:
        """The variable as a pinned commit. Raises ImproperlyConfigured unless 40 hex digits."""
        text = self.string(name).lower()
        if not text:
            return None
        if len(text) != 40 or set(text) - set("0123456789abcdef"):
            raise ImproperlyConfigured(f"{name} must be a full commit of 40 hex digits")
        return text

    def database(self, name: str) -> dict[str, Any]:
        """A Django database setting from a `postgres://` URL, empty when the variable is unset.

        Raises ImproperlyConfigured.
        """
        url = self.string(name)
        if not url:
            return {}
        try:
            parsed: dict[str, Any] = self._environ.db_url_config(url)
        except Exception as error:
            raise ImproperlyConfigured(f"{name} cannot be read: {error}") from None
        # A socket folder comes as %2Frun%2Fpostgresql, since a host cannot hold slashes.
        parsed["HOST"] = unquote(parsed.get("HOST") or "")
        if parsed.get("ENGINE") != "django.db.backends.postgresql":
            raise ImproperlyConfigured(f"{name} must be a postgres:// address")
        return parsed

    def email(self, name: str) -> dict[str, Any]:
        """Django's EMAIL_* settings from an `smtp://` URL. Raises ImproperlyConfigured."""
        try:
            return dict(self._environ.email_url_config(self.string(name)))
        except Exception as error:
            raise ImproperlyConfigured(f"{name} cannot be read: {error}") from None


def home() -> Path:
    """The data folder, as `scripts/dev.py` chooses it too."""
    explicit = os.environ.get("INKLING_HOME")
    if explicit:
        return Path(explicit).expanduser().resolve()
    if os.geteuid() == 0:
        return Path("/var/lib/inkling")
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "inkling"
