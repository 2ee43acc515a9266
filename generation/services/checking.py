"""The public check of a file: is it ours, which job made it, is it as it left us.

Three things are asked, from the strongest: whether these very bytes are on record, whether a
manifest of ours in the file still holds, whether what is seen is on record. A label alone proves
nothing, since anybody can write one. The user is never named.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from accounts.errors import InvalidRequest
from generation.errors import FileTooLarge, FileTypeRefused, TooManyChecks
from generation.models import Artifact, CleanDelivery
from generation.services.signing import signing
from generation.stamp.containers import mime_of
from generation.stamp.content import content_sha256
from generation.stamp.manifests import Manifest, read_manifest
from generation.stamp.reading import read_aigc

BYTES_MAX = 64_000_000
CHECKS_A_MINUTE = 20
_FORM_LINES = 100_000  # what a form says around its file


class Verdict(StrEnum):
    """What the check found."""

    INTACT = "intact"
    CHANGED = "changed"
    STRIPPED = "stripped"
    CLAIMED = "claimed"
    NOT_OURS = "not_ours"


@dataclass(frozen=True, slots=True)
class Checked:
    """One file, checked. job_id, made_at, model: "" where they are not proven. signature: valid,
    invalid, foreign, missing or unreadable. labels: how many AIGC fields stand in the file."""

    verdict: Verdict
    sha256: str
    mime: str
    bytes: int
    producer: str
    job_id: str
    made_at: str
    model: str
    signature: str
    labels: int

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        return {
            Verdict.INTACT: _("Made here, and exactly as it was delivered."),
            Verdict.CHANGED: _(
                "It carries our signature, but it is not what we signed: it was changed after"
                " it left us, or our signature was copied into it."
            ),
            Verdict.STRIPPED: _(
                "Made here: what it shows is what we delivered. Its machine-readable marks were"
                " removed or changed."
            ),
            Verdict.CLAIMED: _(
                "It says that it was made here, but nothing proves it: there is no signature of"
                " ours in it, and it is none of the files we know. It may have been changed, or"
                " the label copied."
            ),
            Verdict.NOT_OURS: _("Nothing in this file shows that it was made here."),
        }[self.verdict]


def refuse_long_form(announced: str | None) -> None:
    """Raises FileTooLarge for a form announced as longer than any that is taken, unread."""
    if announced and announced.isdigit() and int(announced) > BYTES_MAX + _FORM_LINES:
        raise _too_large()


def check_upload(
    files: MultiValueDict[str, UploadedFile[bytes]], *, address: str | None, now: datetime
) -> Checked:
    """The one file of a form, asked for from `address`. Raises InvalidRequest, FileTooLarge,
    FileTypeRefused, and TooManyChecks from the 21st in a minute."""
    minute = int(now.timestamp()) // 60
    key = f"verify:{address}:{minute}"
    cache.add(key, 0, timeout=120)
    if cache.incr(key) > CHECKS_A_MINUTE:
        raise TooManyChecks(
            _("Too many checks from here. Try again in a minute."),
            facts={"retry_after_seconds": (minute + 1) * 60 - int(now.timestamp())},
        )
    file = files.get("file")
    if file is None or len(files) > 1:
        raise InvalidRequest(
            _("Send one file, in the form field “file”."),
            fields={"file": "exactly one file is required"},
        )
    # One byte more than is taken is enough to know that it is too much.
    return check_file(file.read(BYTES_MAX + 1))


def _too_large() -> FileTooLarge:
    return FileTooLarge(
        _("Send a file of at most 64 MB."), fields={"file": f"at most {BYTES_MAX} bytes"}
    )


def check_file(data: bytes) -> Checked:
    """What can be said of the file. Raises FileTooLarge, and FileTypeRefused when it is none of
    the types that are made here."""
    if len(data) > BYTES_MAX:
        raise _too_large()
    mime = mime_of(data)
    if mime is None:
        raise FileTypeRefused(
            _("Only PNG, JPEG, WebP and MP4 files can be checked."),
            fields={"file": "PNG, JPEG, WebP or MP4"},
        )
    sha256 = hashlib.sha256(data).hexdigest()
    manifest, signature = _manifest(data, mime)
    labels = _labels(data)
    verdict, proven = _verdict(data, mime, sha256, manifest, labels)
    return Checked(
        verdict=verdict,
        sha256=sha256,
        mime=mime,
        bytes=len(data),
        producer="" if verdict is Verdict.NOT_OURS else settings.AIGC_PRODUCER,
        job_id=proven.get("job_id", ""),
        made_at=proven.get("made_at", ""),
        model=proven.get("model", ""),
        signature=signature,
        labels=len(labels),
    )


def _manifest(data: bytes, mime: str) -> tuple[Manifest | None, str]:
    try:
        manifest = read_manifest(data, mime, signing().anchors)
    except ValueError:
        return None, "unreadable"
    if manifest is None:
        return None, "missing"
    if manifest.trusted:
        return manifest, "valid"
    return manifest, "foreign" if manifest.signed else "invalid"


def _labels(data: bytes) -> list[dict[str, Any]]:
    try:
        return read_aigc(data)
    except ValueError:
        return []


def _verdict(
    data: bytes,
    mime: str,
    sha256: str,
    manifest: Manifest | None,
    labels: list[dict[str, Any]],
) -> tuple[Verdict, dict[str, str]]:
    """The verdict, and what is proven of the file's origin."""
    if known := _known(sha256=sha256) or _delivered_clean(sha256):
        return Verdict.INTACT, known
    if manifest is not None and manifest.trusted:
        return Verdict.INTACT, {
            "job_id": manifest.produce_id,
            "made_at": manifest.made_at,
            "model": manifest.model,
        }
    try:
        known = _known(content_sha256=content_sha256(data, mime))
    except ValueError:
        known = {}
    if known:
        return Verdict.STRIPPED, known
    if manifest is not None and manifest.ours:
        # Which job it names is what was signed; whether this is that job's picture is not proven.
        return Verdict.CHANGED, {"job_id": manifest.produce_id, "made_at": manifest.made_at}
    if any(label.get("ContentProducer") == settings.AIGC_PRODUCER for label in labels):
        return Verdict.CLAIMED, {}
    return Verdict.NOT_OURS, {}


def _known(**hashes: str) -> dict[str, str]:
    """The artifact with this hash, without whose it is."""
    artifact = (
        Artifact.objects.select_related("job").filter(**hashes).order_by("created_at").first()
    )
    if artifact is None:
        return {}
    return {
        "job_id": str(artifact.job_id),
        "made_at": _written(artifact.created_at),
        "model": str(artifact.job.engine.get("model", "")),
    }


def _delivered_clean(sha256: str) -> dict[str, str]:
    """The log knows a clean file for 183 days, also after it was deleted."""
    line = CleanDelivery.objects.filter(sha256=sha256).order_by("id").first()
    if line is None:
        return {}
    return {"job_id": str(line.job_id), "made_at": _written(line.happened_at)}


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
