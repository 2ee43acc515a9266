"""Every environment variable Inkling reads, in one place, typed and documented.

A variable that is set but wrong stops the start with one clear line. The table in the README is
checked against `VARIABLES` by a test.
"""

from __future__ import annotations

import os
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import environ
from django.core.exceptions import ImproperlyConfigured

from generation.model_registry import Registry, RegistryError, read


@dataclass(frozen=True)
class Variable:
    """One environment variable: its name, what it reads as when unset, and what it is for."""

    name: str
    default: str
    help: str


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "DATABASE_URL", "embedded PostgreSQL", "PostgreSQL to use instead of the embedded one"
    ),
    Variable(
        "DATABASE_ROLE",
        "`ledger_application` with the embedded PostgreSQL",
        "role taken on after connecting; the one `migrate` makes may read the ledger and call"
        " its functions, not write its tables",
    ),
    Variable("REDIS_URL", "embedded Valkey", "Redis or Valkey to use instead of the embedded one"),
    Variable(
        "INKLING_HOME",
        "`/var/lib/inkling` as root, else `~/.local/share/inkling`",
        "where data lives: embedded servers, artifacts, the demo checkpoint, development mail",
    ),
    Variable("INKLING_PORT", "8000", "port of the web server"),
    Variable(
        "INKLING_HOST",
        "127.0.0.1",
        "address the web server listens on; any other bars the demo sign-ins and `/dev/mail/`",
    ),
    Variable("INKLING_PUBLIC_URL", "http://HOST:PORT", "address users reach it by, for links"),
    Variable("SECRET_KEY", "made once, kept in INKLING_HOME", "signs sessions and download links"),
    Variable(
        "ENCRYPTION_SECRETS",
        "SECRET_KEY",
        "encrypt what must be readable again, comma-separated: the first encrypts, all decrypt",
    ),
    Variable(
        "ABUSE_HASH_SECRET",
        "SECRET_KEY",
        "hashes mailboxes, addresses and devices; with another one they are all forgotten",
    ),
    Variable(
        "TRUSTED_PROXY_HOPS",
        "0; in production it must be set",
        "how many proxies of yours add to `X-Forwarded-For` before a request arrives here",
    ),
    Variable("ALLOWED_HOSTS", "localhost and 127.0.0.1", "host names served, comma-separated"),
    Variable("POINTS_DAY_TZ", "Asia/Shanghai", "time zone whose midnight starts a points day"),
    Variable(
        "GRANT_DAY_BUDGET_POINTS",
        "no budget",
        "free points given on a server day in all, until the desk sets a budget",
    ),
    Variable("SIGN_UPS_PER_ADDRESS", "5", "sign-ups a server day from one address"),
    Variable("SIGN_UPS_PER_NETWORK", "15", "sign-ups a server day from one /24, or IPv6 /64"),
    Variable(
        "CAPTCHA",
        "altcha",
        "what asks visitors to show that they are no program: `altcha`, which calls nobody, or the"
        " dotted name of a Django form field",
    ),
    Variable(
        "ENGINE_IMAGE_MODEL",
        "demo checkpoint",
        "folder or repository id of the diffusers checkpoint for pictures",
    ),
    Variable("ENGINE_IMAGE_REVISION", "", "pinned commit (40 hex digits) when it is a repository"),
    Variable(
        "ENGINE_VIDEO_MODEL",
        "demo checkpoint",
        "folder or repository id of the diffusers checkpoint for video",
    ),
    Variable("ENGINE_VIDEO_REVISION", "", "pinned commit (40 hex digits) when it is a repository"),
    Variable(
        "ENGINE_MODELS",
        "the two above",
        "file with the registry of models, see docs/models.md; the two above are not used then",
    ),
    Variable(
        "ENGINE_CACHE_MB",
        "0",
        "how much the loaded models may occupy together, by what the registry says; 0: no bound",
    ),
    Variable("ENGINE_DEVICE", "cuda if there is one, else cpu", "torch device of the GPU worker"),
    Variable("ENGINE_BATCH_MAX", "4", "pictures that are rendered together in one call, at most"),
    Variable(
        "STRIPE_SECRET_KEY",
        "a stand-in that takes no money, on your own machine; else nothing is sold",
        "secret key of the Stripe account",
    ),
    Variable(
        "STRIPE_API_BASE",
        "the stand-in, at `INKLING_PORT` + 1, or Stripe",
        "another address of Stripe's API; refused together with a live key",
    ),
    Variable(
        "STRIPE_WEBHOOK_SECRETS",
        "those `sync_stripe` keeps in the database",
        "signing secrets of webhook endpoints, comma-separated, the current one first",
    ),
    Variable(
        "GPU_COST_PER_HOUR_MINOR",
        "0",
        "what an hour of one GPU costs you, in minor units of your currency",
    ),
    Variable(
        "GPU_DAY_BUDGET_MINOR",
        "no brake",
        "accept no more jobs on a day whose GPU time has cost this much, in minor units",
    ),
    Variable("SELLER_NAME", "Inkling", "your name or company on invoices"),
    Variable("SELLER_ADDRESS", "", "your address on invoices, lines separated by `;`"),
    Variable("SELLER_TAX_ID", "", "your tax number on invoices"),
    Variable("SELLER_EMAIL", "", "where a buyer writes about an invoice"),
    Variable("TAX_PERCENT", "0", "tax rate on everything sold, such as 6 or 8.25"),
    Variable(
        "TAX_INCLUDED",
        "yes",
        "`yes`: prices contain the tax; `no`: it is added to them at the pay page",
    ),
    Variable("TERMS_VERSION", "1", "version of your terms of sale, kept with every order"),
    Variable(
        "STAFF_REFUND_LIMIT_MINOR",
        "50000",
        "above this, in minor units, a refund by staff needs a second person",
    ),
    Variable(
        "WITHDRAWAL_CONSENT",
        "REQUIRED",
        "whether a purchase needs consent to paying for points used before a withdrawal: "
        "REQUIRED or OPTIONAL (then a withdrawal gives everything back)",
    ),
    Variable(
        "LABEL_JURISDICTION",
        "NONE",
        "visible label on everything: NONE, CN (AI生成), EU (AI-generated), ALL (both), or"
        " CN_ARTICLE_9 (CN, but not for members who accepted the labelling agreement)",
    ),
    Variable("LABEL_VIDEO", "ALL", "where a clip shows it: ALL through, or its first 3 s (START)"),
    Variable(
        "LABELLING_AGREEMENT_DIR",
        "the text that comes with Inkling",
        "folder with your own labelling agreement: `labelling.en.txt`, `labelling.zh-hans.txt`",
    ),
    Variable(
        "TRUSTED_PROXIES",
        "0",
        "how many proxies of your own stand before the web server and add to `X-Forwarded-For`",
    ),
    Variable("AIGC_PRODUCER", "INKLING-SELF-HOSTED", "provider code written into the AIGC field"),
    Variable(
        "C2PA_CERTIFICATE_CHAIN",
        "a local chain, made once, kept in INKLING_HOME",
        "file with your own certificates for C2PA manifests, PEM, the leaf first",
    ),
    Variable("C2PA_PRIVATE_KEY", "", "file with the leaf's private key, PEM, without a password"),
    Variable(
        "C2PA_TIMESTAMP_URL",
        "no time stamps",
        "RFC 3161 service that stamps manifests; asked once for each file, from the GPU worker",
    ),
    Variable("EMAIL_URL", "kept in INKLING_HOME, readable at /dev/mail/", "mail server"),
    Variable("DEFAULT_FROM_EMAIL", "Inkling <noreply@localhost>", "sender of mail"),
    Variable("LOG_LEVEL", "INFO", "least severe log line written"),
)

DOCUMENTED = frozenset(variable.name for variable in VARIABLES)


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
