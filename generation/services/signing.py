"""Which chain signs manifests here: the operator's own if there is one, else the local one."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from generation.stamp.certificates import Signing, expires_at, faults
from generation.stamp.chain_folder import ANCHORS, KEY, kept_chain, read_own, renew_chain

WARN_DAYS = 60


def signing() -> Signing:
    """The chain that signs, read once a process; the local one is made on first use.

    Raises OSError, and ValueError for an operator's key that cannot be read.
    """
    return _signing(
        str(settings.C2PA_DIR),
        settings.C2PA_CERTIFICATE_CHAIN,
        settings.C2PA_PRIVATE_KEY,
        settings.C2PA_TIMESTAMP_URL,
        settings.SELLER["name"],
    )


@lru_cache(maxsize=4)
def _signing(folder: str, chain: str, key: str, tsa_url: str, name: str) -> Signing:
    if chain:
        # What the local chain signed before stays ours.
        local = Path(folder) / ANCHORS
        anchors = local.read_bytes() if local.exists() else b""
        return read_own(Path(chain), Path(key), anchors=anchors, tsa_url=tsa_url)
    kept = kept_chain(Path(folder), name, now=timezone.now())
    return Signing(chain=kept.chain, key=kept.key, anchors=kept.anchors, tsa_url=tsa_url)


def renew(*, now: datetime) -> Signing:
    """A fresh local chain; running processes sign with the old one until they are restarted."""
    signing()  # there is one to follow
    renew_chain(Path(settings.C2PA_DIR), settings.SELLER["name"], now=now)
    _signing.cache_clear()
    return signing()


def complaints(*, now: datetime) -> list[str]:
    """What is wrong with the chain that signs, as sentences; nothing before there is one."""
    own = bool(settings.C2PA_CERTIFICATE_CHAIN)
    key = Path(settings.C2PA_PRIVATE_KEY) if own else Path(settings.C2PA_DIR) / KEY
    if not own and not key.exists():
        return []
    try:
        chain = signing()
    except (OSError, ValueError) as error:
        return [f"The C2PA chain cannot be read: {error}"]
    found = [f"The C2PA chain cannot sign: {fault}." for fault in faults(chain)]
    if key.stat().st_mode & 0o077:
        found.append(f"Others can read the private key {key}: chmod 600 it.")
    if not found:
        end = expires_at(chain)
        if end <= now:
            found.append(f"The C2PA chain expired on {end:%Y-%m-%d}: renew it.")
        elif end - now < timedelta(days=WARN_DAYS):
            found.append(f"The C2PA chain expires on {end:%Y-%m-%d}: renew it in time.")
    return found
