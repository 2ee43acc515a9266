"""Files in a bucket that speaks S3, through django-storages. Private: only we open them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, BinaryIO

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

# Little reads, as a player makes them, become requests of this size.
READ_BYTES = 1 << 20
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})


class Bucket:
    """One bucket, or a folder in it. Every failure is an OSError, as a disk's would be."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._storage = S3Storage(
            bucket_name=options["bucket"],
            location=options.get("folder", ""),
            endpoint_url=options.get("endpoint") or None,
            region_name=options.get("region") or None,
            access_key=options.get("key") or None,
            secret_key=options.get("secret") or None,
            default_acl=None,  # as the bucket has it: private, unless somebody opened it
            file_overwrite=True,  # names are random: nothing is asked before a write
            client_config=Config(
                # A service at an address of one's own has no name for each bucket.
                s3={"addressing_style": "path" if options.get("endpoint") else "auto"},
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 3, "mode": "standard"},
            ),
        )

    def write(self, path: str, data: bytes, mime: str) -> None:
        """Keep `data`; it is there as a whole or not at all."""
        with _as_os_errors():
            content = ContentFile(data)
            content.content_type = mime  # type: ignore[attr-defined]  # what django-storages sends
            self._storage.save(path, content)

    def open(self, path: str) -> BinaryIO:
        """The file, read by ranges as it is asked for. Raises FileNotFoundError."""
        with _as_os_errors():
            stored = self._object(path)
            return io.BufferedReader(_Ranged(stored, stored.content_length), READ_BYTES)

    def delete(self, path: str) -> None:
        """Remove it; one that is gone already is fine."""
        with _as_os_errors():
            self._storage.delete(path)

    def before(self, moment: datetime) -> Iterator[str]:
        """Names, without folders, of what was last written before `moment`."""
        with _as_os_errors():
            prefix = f"{self._storage.location}/".lstrip("/")
            for stored in self._storage.bucket.objects.filter(Prefix=prefix):
                if stored.last_modified < moment:
                    yield stored.key.rpartition("/")[2]

    def _object(self, path: str) -> Any:
        return self._storage.bucket.Object(f"{self._storage.location}/{path}".lstrip("/"))


class _Ranged(io.RawIOBase):
    """A file that fetches what is read of it, and nothing else."""

    def __init__(self, stored: Any, size: int) -> None:
        self._stored = stored
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        last = min(self._at + len(buffer), self._size) - 1
        if last < self._at:
            return 0
        with _as_os_errors():
            answer = self._stored.get(Range=f"bytes={self._at}-{last}")
            data: bytes = answer["Body"].read()
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


@lru_cache(maxsize=4)
def bucket(options: tuple[tuple[str, str], ...]) -> Bucket:
    """The bucket with these options; its connections are used again."""
    return Bucket(dict(options))


@contextmanager
def _as_os_errors() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _MISSING:
            raise FileNotFoundError(str(error)) from error
        raise OSError(str(error)) from error
    except BotoCoreError as error:
        raise OSError(str(error)) from error
