"""The folder that holds the local signing chain: made once, renewed by hand."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from generation.stamp.certificates import Signing, make_chain

CHAIN, KEY, ANCHORS = "chain.pem", "key.pem", "anchors.pem"


def kept_chain(folder: Path, name: str, *, now: datetime) -> Signing:
    """The chain in `folder`, made in the name of `name` on first use.

    Several processes that start at once agree on one. Raises OSError.
    """
    if not (folder / KEY).exists():
        draft = _written(folder, make_chain(name, now=now))
        try:
            draft.rename(folder)  # fails when another process was first: then theirs counts
        except OSError:
            shutil.rmtree(draft)
    return read_chain(folder)


def renew_chain(folder: Path, name: str, *, now: datetime) -> Signing:
    """A fresh chain in `folder`. The old one is put aside beside it, and its root stays trusted,
    so that what it signed can still be checked. Raises OSError."""
    old = read_chain(folder)
    fresh = make_chain(name, now=now)
    draft = _written(
        folder, Signing(chain=fresh.chain, key=fresh.key, anchors=fresh.anchors + old.anchors)
    )
    folder.rename(folder.with_name(f"{folder.name}-until-{now:%Y%m%dT%H%M%S}"))
    draft.rename(folder)
    return read_chain(folder)


def read_chain(folder: Path) -> Signing:
    """The chain in `folder`. Raises OSError."""
    return Signing(
        chain=(folder / CHAIN).read_bytes(),
        key=(folder / KEY).read_bytes(),
        anchors=(folder / ANCHORS).read_bytes(),
    )


def read_own(chain: Path, key: Path, *, anchors: bytes = b"", tsa_url: str = "") -> Signing:
    """An operator's own chain and key. The last of the chain is trusted, and `anchors` too.

    Raises OSError, and ValueError for a key that cannot be read.
    """
    pem = chain.read_bytes()
    begin = pem.rfind(b"-----BEGIN CERTIFICATE-----")
    if begin < 0:
        raise ValueError(f"{chain} holds no certificate")
    try:
        private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    except TypeError:
        raise ValueError(f"{key} is protected by a password") from None
    return Signing(
        chain=pem,
        # However it was written, the signer wants PKCS #8.
        key=private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        anchors=pem[begin:] + anchors,
        tsa_url=tsa_url,
    )


def _written(folder: Path, signing: Signing) -> Path:
    """A folder beside `folder` with the chain in it, for nobody else to read."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    for name, data in ((CHAIN, signing.chain), (ANCHORS, signing.anchors), (KEY, signing.key)):
        path = draft / name
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    return draft
