"""Keeps files under names that say nothing: in a folder, or in a bucket where one is set."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from generation.bucket import Bucket, bucket

_SUFFIXES = {"image/png": ".png", "video/mp4": ".mp4"}


def store(data: bytes, mime: str) -> str:
    """Write `data` durably under a fresh 256-bit random name and return the name.

    Raises OSError when the disk is full or not writable.
    """
    name = secrets.token_hex(32) + _SUFFIXES[mime]
    if settings.ARTIFACT_BUCKET:
        _bucket().write(_place(name), data, mime)
        return name
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{name}.part")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return name


def open_stored(name: str) -> BinaryIO:
    """The stored file, open for reading. Raises FileNotFoundError."""
    if settings.ARTIFACT_BUCKET:
        return _bucket().open(_place(name))
    return _path(name).open("rb")


def stored_before(moment: datetime) -> Iterator[str]:
    """Names of files, half-written ones too, that were last written before `moment`."""
    if settings.ARTIFACT_BUCKET:
        yield from _bucket().before(moment)
        return
    for folder in Path(settings.ARTIFACT_DIR).glob("??"):
        for path in folder.iterdir():
            if path.stat().st_mtime < moment.timestamp():
                yield path.name


def delete(name: str) -> None:
    """Remove a stored file; one that is gone already is fine."""
    if settings.ARTIFACT_BUCKET:
        _bucket().delete(_place(name))
        return
    _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    return Path(settings.ARTIFACT_DIR) / _place(name)


def _place(name: str) -> str:
    # 256 folders keep any one of them small. A half-written file starts with a dot.
    return f"{name.lstrip('.')[:2]}/{name}"


def _bucket() -> Bucket:
    return bucket(tuple(sorted(settings.ARTIFACT_BUCKET.items())))
